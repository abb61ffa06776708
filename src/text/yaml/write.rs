//! JSON values to YAML in kubectl's style: sequences at their key's column, `|` for texts of several lines, double
//! quotes around what a YAML 1.1 reader would take for something else than a text.
//!
//! Called where a person gets an object to read or to edit. What is written here is read back as the same value by
//! [`super::documents`]: `"on"` and `"0777"` stay texts, which a writer for YAML 1.2 does not promise.

use serde_json::{Map, Value};

/// The value as a YAML document that ends with a line feed. Keys keep their order.
#[must_use]
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out
}

/// A value on lines of its own.
fn block(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(fields) if !fields.is_empty() => mapping(fields, indent, true, out),
        Value::Array(items) if !items.is_empty() => sequence(items, indent, true, out),
        other => {
            inline(other, indent, out);
            out.push('\n');
        }
    }
}

/// `fresh`: the cursor stands at the start of a line; else behind a `- `.
fn mapping(fields: &Map<String, Value>, indent: usize, mut fresh: bool, out: &mut String) {
    for (key, value) in fields {
        if fresh {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        fresh = true;
        out.push_str(&flow(key));
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                mapping(inner, indent + 2, true, out);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                sequence(items, indent, true, out);
            }
            other => {
                out.push(' ');
                inline(other, indent, out);
                out.push('\n');
            }
        }
    }
}

fn sequence(items: &[Value], indent: usize, mut fresh: bool, out: &mut String) {
    for item in items {
        if fresh {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        fresh = true;
        out.push_str("- ");
        match item {
            Value::Object(fields) if !fields.is_empty() => mapping(fields, indent + 2, false, out),
            Value::Array(inner) if !inner.is_empty() => sequence(inner, indent + 2, false, out),
            other => {
                inline(other, indent, out);
                out.push('\n');
            }
        }
    }
}

fn inline(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) if literal_fits(text) => literal(text, indent + 2, out),
        Value::String(text) => out.push_str(&flow(text)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A text of several lines that can stand as it is: no blanks at a line's end, nothing that does not print.
fn literal_fits(text: &str) -> bool {
    let bare = |line: &str| !line.ends_with([' ', '\t']) && !line.starts_with('\t');
    text.contains('\n')
        && !text.starts_with(['\n', ' '])
        && text.split('\n').all(bare)
        && !text.chars().any(|c| c != '\n' && c != '\t' && unprintable(c))
}

fn literal(text: &str, indent: usize, out: &mut String) {
    let body = text.strip_suffix('\n');
    out.push_str(match body {
        None => "|-",
        Some(body) if body.ends_with('\n') => "|+",
        Some(_) => "|",
    });
    for line in body.unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
    }
}

/// A text on one line: bare, in single quotes, or in double ones.
fn flow(text: &str) -> String {
    if text.chars().any(unprintable) || means_something_else(text) {
        return double_quoted(text);
    }
    if bare_fits(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// True for `yes`, `1e3`, `~`, `2026-11-23` …: a reader makes no text of them.
fn means_something_else(text: &str) -> bool {
    const WORDS: [&str; 12] = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "="];
    let first_is_number = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let number = first_is_number && !text.contains(' ') && !matches!(super::lenient(text), Ok((Value::String(_), _)));
    let sexagesimal = text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '_'));
    let date = text.len() >= 8 && text.get(4..5) == Some("-") && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    WORDS.contains(&text.to_lowercase().as_str()) || text == "<<" || number || sexagesimal || date
}

fn bare_fits(text: &str) -> bool {
    let starts = text.starts_with(|c: char| ",[]{}#&*!|>'\"%@`".contains(c) || c.is_whitespace());
    let mark = |mark: &str| text == mark || text.starts_with(&format!("{mark} "));
    let ends = text.ends_with(|c: char| c == ':' || c.is_whitespace());
    let document = text.starts_with("---") || text.starts_with("...");
    let inside = text.contains(": ") || text.contains(" #");
    !(starts || mark("-") || mark("?") || mark(":") || ends || document || inside)
}

fn unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if unprintable(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn back(value: &Value) {
        let text = write(value);
        let read = crate::text::yaml::documents(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        assert_eq!(read[0].value, *value, "{text}");
    }

    #[test]
    fn it_looks_as_kubectl_writes_it() {
        let value = json!({"a": {"list": [{"x": 1, "z": ["p", "-q"]}, [1, 2]], "none": {}, "empty": []},
            "text": "one\ntwo\n", "cut": "one\n  two", "at": "2026-11-23T14:03:29Z", "s": "*/5 * * * *", "version": "31"});
        let wanted = "a:\n  list:\n  - x: 1\n    z:\n    - p\n    - -q\n  - - 1\n    - 2\n  none: {}\n  empty: []\n\
            text: |\n  one\n  two\ncut: |-\n  one\n    two\nat: \"2026-11-23T14:03:29Z\"\ns: '*/5 * * * *'\nversion: \"31\"\n";
        assert_eq!(write(&value), wanted);
        back(&value);
    }

    #[test]
    fn every_text_comes_back_as_it_was() {
        for text in [
            "",
            " ",
            "yes",
            "No",
            "on",
            "y",
            "~",
            "null",
            "0777",
            "0x1f",
            "1e3",
            "1_000",
            "1:30",
            ".5",
            "-.inf",
            "=",
            "2026-11-23",
            "a: b",
            "a #b",
            "#a",
            "- a",
            "-",
            "a:",
            "'q'",
            "\"q\"",
            "tab\there",
            "\u{1b}[0m",
            "%x",
            "@x",
            "`x",
            "a\n",
            "a\n\n",
            "\na",
            " a\nb",
            "a \nb",
            "a\n\nb\n",
            "é\u{2028}",
            "---",
            "<<",
            "{a}",
            "[a]",
            "a'b",
            "back\\slash",
            "a\r\nb",
            "?",
            "? a",
            ": a",
            "!x",
            "&x",
            "|",
            ">",
            "12:30:45",
            "\n",
            "\t",
            "x\n\ty",
            "nan",
        ] {
            back(&json!({ "k": text }));
            back(&json!([text, { text: 1 }]));
        }
        back(&json!({"n": null, "b": true, "f": 1.5, "i": -3}));
    }
}
