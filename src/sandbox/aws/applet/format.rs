//! How answers are printed: `json`, `text`, `yaml`, each as the real CLI prints it.

use serde::Serialize;
use serde_json::Value;

use super::failure::{Failure, Outcome};

/// The text of an answer with its last line end; empty where the real CLI prints nothing.
pub(super) fn render(value: &Value, form: &str) -> Outcome<String> {
    let empty = match value {
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    if empty {
        return Ok(String::new());
    }
    match form {
        "text" => {
            let mut out = String::new();
            text(value, None, None, &mut out);
            Ok(out)
        }
        "yaml" => serde_yaml::to_string(value).map_err(|e| Failure::other(format!("cannot print yaml: {e}"))),
        _ => json(value).map(|text| text + "\n"),
    }
}

/// Four spaces, as Python's json.dumps(indent=4, ensure_ascii=False).
fn json(value: &Value) -> Outcome<String> {
    let mut out = Vec::new();
    let form = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, form);
    value.serialize(&mut serializer).map_err(|e| Failure::other(e.to_string()))?;
    String::from_utf8(out).map_err(|e| Failure::other(e.to_string()))
}

/// The real CLI's text form: tab-separated lines, keys of objects sorted, nested things after scalars.
fn text(value: &Value, name: Option<&str>, scalar_keys: Option<&[String]>, out: &mut String) {
    match value {
        Value::Object(_) => object(value, name, scalar_keys, out),
        Value::Array(list) => array(list, name, out),
        other => {
            out.push_str(&scalar(other));
            out.push('\n');
        }
    }
}

fn array(list: &[Value], name: Option<&str>, out: &mut String) {
    if list.iter().any(Value::is_object) {
        let keys = all_scalar_keys(list);
        list.iter().for_each(|one| text(one, name, Some(&keys), out));
        return;
    }
    let (nested, scalars): (Vec<_>, Vec<_>) = list.iter().partition(|v| v.is_array());
    if !scalars.is_empty() {
        let words: Vec<_> = scalars.into_iter().map(scalar).collect();
        match name {
            Some(name) => words.iter().for_each(|w| out.push_str(&format!("{}\t{w}\n", name.to_uppercase()))),
            None => out.push_str(&(words.join("\t") + "\n")),
        }
    }
    nested.into_iter().for_each(|one| text(one, name, None, out));
}

fn object(value: &Value, name: Option<&str>, scalar_keys: Option<&[String]>, out: &mut String) {
    let Some(map) = value.as_object() else { return };
    let mut keys: Vec<&String> = map.keys().collect();
    keys.sort();
    let is_scalar = |v: &Value| !v.is_object() && !v.is_array();
    let mut words: Vec<String> = match scalar_keys {
        None => keys.iter().filter(|k| is_scalar(&map[**k])).map(|k| scalar(&map[*k])).collect(),
        Some(wanted) => wanted.iter().map(|k| map.get(k).map(scalar).unwrap_or_default()).collect(),
    };
    if !words.is_empty() {
        if let Some(name) = name {
            words.insert(0, name.to_uppercase());
        }
        out.push_str(&(words.join("\t") + "\n"));
    }
    for key in keys {
        let rest = scalar_keys.is_none_or(|wanted| !wanted.contains(key));
        if rest && !is_scalar(&map[key]) {
            text(&map[key], Some(key), None, out);
        }
    }
}

fn all_scalar_keys(list: &[Value]) -> Vec<String> {
    let mut keys: Vec<String> = list
        .iter()
        .filter_map(Value::as_object)
        .flat_map(|map| map.iter().filter(|(_, v)| !v.is_object() && !v.is_array()).map(|(k, _)| k.clone()))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Python's str().
fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Recorded from aws-cli 1.46.3: list-buckets --output text.
    #[test]
    fn text_is_what_the_real_cli_prints() {
        let value = json!({
            "Buckets": [{"Name": "b1", "CreationDate": "d1"}, {"Name": "b2", "CreationDate": "d2"}],
            "Owner": {"DisplayName": "webfile", "ID": "75"},
            "Prefix": null,
        });
        assert_eq!(render(&value, "text").unwrap(), "None\nBUCKETS\td1\tb1\nBUCKETS\td2\tb2\nOWNER\twebfile\t75\n");
        assert_eq!(render(&json!(["a", "b"]), "text").unwrap(), "a\tb\n");
        assert_eq!(render(&json!({"TableNames": ["a", "b"]}), "text").unwrap(), "TABLENAMES\ta\nTABLENAMES\tb\n");
    }

    #[test]
    fn json_has_four_spaces_and_empty_answers_print_nothing() {
        assert_eq!(
            render(&json!({"TableNames": [], "a": "日本"}), "json").unwrap(),
            "{\n    \"TableNames\": [],\n    \"a\": \"日本\"\n}\n"
        );
        assert_eq!(render(&json!({}), "json").unwrap(), "");
    }
}
