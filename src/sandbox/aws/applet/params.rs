//! Option values as the service's shapes want them: JSON, shorthand, `file://`, numbers.

use serde_json::{Map, Value, json};

use super::failure::{Failure, Outcome};
use super::model::{Kind, Model, Scalar};
use super::{paths, shorthand};

/// Reads an option's values by the shape of its member.
pub(super) fn read(model: &Model, shape: &str, option: &str, values: &[String]) -> Outcome<Value> {
    let values = values.iter().map(|v| load(option, v)).collect::<Outcome<Vec<_>>>()?;
    let one = || values.first().cloned().unwrap_or_default();
    let value = match model.kind(shape) {
        Kind::Scalar(scalar) => return scalar_value(scalar, option, &one()),
        Kind::List(member, _) => list(model, member, option, &values)?,
        Kind::Structure(_) | Kind::Map(_) => complex(option, &one())?,
    };
    Ok(coerce(model, shape, value))
}

/// `file://` and `fileb://` are read; everything else stands for itself.
pub(super) fn load(option: &str, value: &str) -> Outcome<String> {
    let unreadable = |e: &dyn std::fmt::Display| {
        let name = value.split_once("://").map_or("", |(_, name)| name);
        let reason = format!("[Errno 2] No such file or directory: '{name}'");
        let reason = if paths::local(name).exists() { e.to_string() } else { reason };
        Failure::parameter(format!("Error parsing parameter '--{option}': Unable to load paramfile {value}: {reason}"))
    };
    if let Some(name) = value.strip_prefix("file://") {
        return std::fs::read_to_string(paths::local(name)).map_err(|e| unreadable(&e));
    }
    if let Some(name) = value.strip_prefix("fileb://") {
        use base64::Engine;
        let bytes = std::fs::read(paths::local(name)).map_err(|e| unreadable(&e))?;
        return Ok(base64::engine::general_purpose::STANDARD.encode(bytes));
    }
    Ok(value.to_owned())
}

fn scalar_value(scalar: Scalar, option: &str, text: &str) -> Outcome<Value> {
    let invalid = |kind: &str| Failure::usage(format!("argument --{option}: invalid {kind} value: '{text}'"));
    match scalar {
        Scalar::Text | Scalar::Blob => Ok(Value::String(text.to_owned())),
        Scalar::Integer => text.trim().parse::<i64>().map(Value::from).map_err(|_| invalid("int")),
        Scalar::Float => text.trim().parse::<f64>().map(Value::from).map_err(|_| invalid("float")),
        Scalar::Boolean => Ok(Value::Bool(text.eq_ignore_ascii_case("true"))),
    }
}

fn list(model: &Model, member: &str, option: &str, values: &[String]) -> Outcome<Value> {
    if let [one] = values
        && one.trim_start().starts_with('[')
    {
        return json_value(option, one);
    }
    let each = values.iter().map(|value| match model.kind(member) {
        Kind::Scalar(scalar) => scalar_value(scalar, option, value),
        _ => complex(option, value),
    });
    let mut all = each.collect::<Outcome<Vec<_>>>()?;
    // `[{…}, {…}]` split by the shell's blanks is not JSON any more; one object stands for a list of one.
    match all.pop() {
        Some(Value::Array(inner)) if all.is_empty() => return Ok(Value::Array(inner)),
        last => all.extend(last),
    }
    Ok(Value::Array(all))
}

fn complex(option: &str, text: &str) -> Outcome<Value> {
    if text.trim_start().starts_with(['{', '[']) {
        return json_value(option, text);
    }
    shorthand::parse(text).map_err(|e| Failure::parameter(format!("Error parsing parameter '--{option}': {e}")))
}

/// JSON, with the complaint of the real CLI.
pub(super) fn json_value(option: &str, text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|e| {
        let reason = python_reason(text, &e);
        Failure::parameter(format!(
            "Error parsing parameter '--{option}': Invalid JSON: {reason}\nJSON received: {text}"
        ))
    })
}

/// The words of Python's parser for the usual mistakes, ours for the rest.
fn python_reason(text: &str, error: &serde_json::Error) -> String {
    let said = error.to_string();
    let words = [
        ("key must be a string", "Expecting property name enclosed in double quotes"),
        ("trailing comma", "Expecting property name enclosed in double quotes"),
        ("expected value", "Expecting value"),
        ("expected `:`", "Expecting ':' delimiter"),
        ("expected `,`", "Expecting ',' delimiter"),
        ("trailing characters", "Extra data"),
    ];
    let Some((_, python)) = words.iter().find(|(ours, _)| said.starts_with(ours)) else { return said };
    let (line, column) = (error.line(), error.column());
    let before: usize = text.split('\n').take(line.saturating_sub(1)).map(|l| l.len() + 1).sum();
    let at = before + column.saturating_sub(1);
    format!("{python}: line {line} column {column} (char {at})")
}

/// Shorthand leaves are texts: numbers, booleans and lists of one by the shape.
fn coerce(model: &Model, shape: &str, value: Value) -> Value {
    match (model.kind(shape), value) {
        (Kind::Structure(members), Value::Object(map)) => {
            let by_name = |name: &str| members.iter().find(|m| m.name == name).map(|m| m.shape);
            let pairs = map.into_iter().map(|(name, inner)| {
                let inner = match by_name(&name) {
                    Some(shape) => coerce(model, shape, inner),
                    None => inner,
                };
                (name, inner)
            });
            Value::Object(pairs.collect())
        }
        (Kind::Map(shape), Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(name, inner)| (name, coerce(model, shape, inner))).collect())
        }
        (Kind::List(shape, _), Value::Array(list)) => {
            Value::Array(list.into_iter().map(|inner| coerce(model, shape, inner)).collect())
        }
        (Kind::List(shape, _), other @ (Value::String(_) | Value::Object(_))) => {
            Value::Array(vec![coerce(model, shape, other)])
        }
        (Kind::Scalar(Scalar::Integer), Value::String(text)) => {
            text.parse::<i64>().map(Value::from).unwrap_or(Value::String(text))
        }
        (Kind::Scalar(Scalar::Boolean), Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => Value::String(text),
        },
        (_, other) => other,
    }
}

/// What botocore complains about before it sends anything.
pub(super) fn validate(model: &Model, shape: &str, value: &Value) -> Outcome<()> {
    let mut complaints = Vec::new();
    walk(model, shape, value, "", &mut complaints);
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::parameter(format!("Parameter validation failed:\n{}", complaints.join("\n"))))
}

fn walk(model: &Model, shape: &str, value: &Value, path: &str, complaints: &mut Vec<String>) {
    let shown = if path.is_empty() { "input" } else { path };
    match (model.kind(shape), value) {
        (Kind::Structure(members), Value::Object(map)) => {
            for member in members.iter().filter(|m| m.required && !map.contains_key(m.name)) {
                complaints.push(format!("Missing required parameter in {shown}: \"{}\"", member.name));
            }
            for (name, inner) in map {
                let inside = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match members.iter().find(|m| m.name == name) {
                    Some(member) => walk(model, member.shape, inner, &inside, complaints),
                    None => {
                        let known = members.iter().map(|m| m.name).collect::<Vec<_>>().join(", ");
                        complaints.push(format!("Unknown parameter in {shown}: \"{name}\", must be one of: {known}"));
                    }
                }
            }
        }
        (Kind::Map(shape), Value::Object(map)) => {
            for (name, inner) in map {
                walk(model, shape, inner, &format!("{path}.{name}"), complaints);
            }
        }
        (Kind::List(shape, _), Value::Array(list)) => {
            for (at, inner) in list.iter().enumerate() {
                walk(model, shape, inner, &format!("{path}[{at}]"), complaints);
            }
        }
        (Kind::Scalar(Scalar::Text | Scalar::Blob), Value::String(_))
        | (Kind::Scalar(Scalar::Integer | Scalar::Float), Value::Number(_))
        | (Kind::Scalar(Scalar::Boolean), Value::Bool(_)) => {}
        (kind, value) => complaints.push(wrong_type(kind, value, path)),
    }
}

fn wrong_type(kind: Kind<'_>, value: &Value, path: &str) -> String {
    let (class, shown) = match value {
        Value::Null => ("NoneType", "None".to_owned()),
        Value::Bool(b) => ("bool", if *b { "True" } else { "False" }.to_owned()),
        Value::Number(n) if n.is_f64() => ("float", n.to_string()),
        Value::Number(n) => ("int", n.to_string()),
        Value::String(text) => ("str", text.clone()),
        Value::Array(_) => ("list", value.to_string()),
        Value::Object(_) => ("dict", value.to_string()),
    };
    let valid = match kind {
        Kind::Structure(_) | Kind::Map(_) => "<class 'dict'>",
        Kind::List(..) => "<class 'list'>, <class 'tuple'>",
        Kind::Scalar(Scalar::Text) => "<class 'str'>",
        Kind::Scalar(Scalar::Blob) => "<class 'bytes'>, <class 'bytearray'>, file-like object",
        Kind::Scalar(Scalar::Integer) => "<class 'int'>",
        Kind::Scalar(Scalar::Float) => "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
        Kind::Scalar(Scalar::Boolean) => "<class 'bool'>",
    };
    format!("Invalid type for parameter {path}, value: {shown}, type: <class '{class}'>, valid types: {valid}")
}

/// Puts an answer into the order of its shape; what the shape does not know is left out, as the real CLI does.
pub(super) fn order(model: &Model, shape: &str, value: Value) -> Value {
    match (model.kind(shape), value) {
        (Kind::Structure(members), Value::Object(mut map)) => {
            let mut out = Map::new();
            for member in members {
                if let Some(inner) = map.remove(member.name)
                    && !inner.is_null()
                {
                    out.insert(member.name.to_owned(), order(model, member.shape, inner));
                }
            }
            Value::Object(out)
        }
        (Kind::Map(shape), Value::Object(map)) => {
            Value::Object(map.into_iter().map(|(name, inner)| (name, order(model, shape, inner))).collect())
        }
        (Kind::List(shape, _), Value::Array(list)) => {
            Value::Array(list.into_iter().map(|inner| order(model, shape, inner)).collect())
        }
        (_, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: &[&str]) -> Vec<String> {
        values.iter().map(|v| (*v).to_owned()).collect()
    }

    #[test]
    fn shorthand_becomes_what_the_shape_wants() {
        let model = Model::of("dynamodb").unwrap();
        let given = words(&["ReadCapacityUnits=5,WriteCapacityUnits=6"]);
        let value = read(&model, "ProvisionedThroughput", "provisioned-throughput", &given).unwrap();
        assert_eq!(value, json!({"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}));
        let given = words(&["AttributeName=a,KeyType=HASH", "AttributeName=b,KeyType=RANGE"]);
        let value = read(&model, "KeySchema", "key-schema", &given).unwrap();
        assert_eq!(value[1], json!({"AttributeName": "b", "KeyType": "RANGE"}));
    }

    /// Texts recorded from aws-cli 1.46.3.
    #[test]
    fn complaints_are_worded_as_the_real_cli_words_them() {
        let model = Model::of("dynamodb").unwrap();
        let value = json!({"TableName": "tasks", "KeySchema": [{"AttributeName": "a"}], "Bogus": 1});
        let text = validate(&model, "CreateTableInput", &value).unwrap_err().text;
        assert!(text.contains("Missing required parameter in KeySchema[0]: \"KeyType\""), "{text}");
        assert!(
            text.contains("Unknown parameter in input: \"Bogus\", must be one of: AttributeDefinitions, TableName")
        );
        let value = json!({"TableName": 5});
        let text = validate(&model, "DescribeTableInput", &value).unwrap_err().text;
        assert!(text.contains(
            "Invalid type for parameter TableName, value: 5, type: <class 'int'>, valid types: <class 'str'>"
        ));
    }

    #[test]
    fn a_missing_file_is_named() {
        let text = load("item", "file://nope.json").unwrap_err().text;
        assert_eq!(
            text.trim_start(),
            "Error parsing parameter '--item': Unable to load paramfile file://nope.json: [Errno 2] No such file or directory: 'nope.json'"
        );
    }

    #[test]
    fn answers_are_ordered_but_items_are_left_alone() {
        let model = Model::of("dynamodb").unwrap();
        let answer = json!({"Count": 1, "Items": [{"z": {"S": "1"}, "a": {"S": "2"}}], "ScannedCount": 1});
        let text = order(&model, "QueryOutput", answer).to_string();
        assert_eq!(text, r#"{"Items":[{"z":{"S":"1"},"a":{"S":"2"}}],"Count":1,"ScannedCount":1}"#);
    }
}
