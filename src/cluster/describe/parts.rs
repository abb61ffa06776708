//! What the descriptions of all kinds share: reading a JSON object, labels and annotations, times and ages.

use jiff::Timestamp;
use serde_json::Value;

use super::page::Page;

/// Annotations that repeat the object.
const SKIPPED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// A longer annotation stands on a line of its own, cut.
const LONG: usize = 140;

/// The text behind a pointer, empty where there is none.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// What is behind a pointer as Go prints it, `None` where nothing is.
pub(super) fn word(object: &Value, pointer: &str) -> Option<String> {
    match object.pointer(pointer)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The same, or a word that says that it is not there.
pub(super) fn word_or(object: &Value, pointer: &str, none: &str) -> String {
    word(object, pointer).filter(|word| !word.is_empty()).unwrap_or_else(|| none.to_owned())
}

/// The items behind a pointer.
pub(super) fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// `k=v`, sorted.
pub(super) fn pairs(object: &Value, pointer: &str) -> Vec<String> {
    let map = object.pointer(pointer).and_then(Value::as_object);
    let pair = |(key, value): (&String, &Value)| format!("{key}={}", value.as_str().unwrap_or_default());
    let mut pairs: Vec<String> = map.into_iter().flatten().map(pair).collect();
    pairs.sort();
    pairs
}

/// `True` or `False`.
pub(super) fn yes_no(is: bool) -> &'static str {
    if is { "True" } else { "False" }
}

/// The first lines of every namespaced object.
pub(super) fn head(page: &mut Page, object: &Value) {
    page.field(0, "Name", text(object, "/metadata/name"));
    page.field(0, "Namespace", text(object, "/metadata/namespace"));
}

pub(super) fn labels(page: &mut Page, level: usize, object: &Value, pointer: &str) {
    page.fields(level, "Labels", &pairs(object, pointer));
}

pub(super) fn annotations(page: &mut Page, level: usize, object: &Value, pointer: &str) {
    let map = object.pointer(pointer).and_then(Value::as_object);
    let mut all: Vec<(&String, &str)> =
        map.into_iter().flatten().map(|(key, value)| (key, value.as_str().unwrap_or_default())).collect();
    all.retain(|(key, _)| *key != SKIPPED);
    all.sort();
    let mut lines = Vec::new();
    for (key, value) in all {
        let value = value.strip_suffix('\n').unwrap_or(value);
        if value.chars().count() < LONG && !value.contains('\n') {
            lines.push(format!("{key}: {value}"));
            continue;
        }
        lines.push(format!("{key}:"));
        for line in value.split('\n') {
            let cut: String = line.chars().take(LONG).collect();
            let more = if cut.len() < line.len() { "..." } else { "" };
            lines.push(format!("  {cut}{more}"));
        }
    }
    page.fields(level, "Annotations", &lines);
}

/// The controller that owns it, as `Job/test1`.
pub(super) fn controlled_by(page: &mut Page, object: &Value) {
    let owners = items(object, "/metadata/ownerReferences");
    if let Some(owner) = owners.iter().find(|owner| owner["controller"] == Value::Bool(true)) {
        page.field(0, "Controlled By", format!("{}/{}", text(owner, "/kind"), text(owner, "/name")));
    }
}

/// A label selector in one line.
pub(super) fn selector(object: &Value, pointer: &str) -> String {
    let mut parts = pairs(object, &format!("{pointer}/matchLabels"));
    for expression in items(object, &format!("{pointer}/matchExpressions")) {
        let values: Vec<&str> = items(expression, "/values").iter().filter_map(Value::as_str).collect();
        let (key, values) = (text(expression, "/key"), values.join(","));
        parts.push(match text(expression, "/operator") {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    parts.join(",")
}

/// The time behind a pointer.
pub(super) fn time(object: &Value, pointer: &str) -> Option<Timestamp> {
    text(object, pointer).parse().ok()
}

/// The time behind a pointer as RFC 1123 writes it.
pub(super) fn date(object: &Value, pointer: &str) -> Option<String> {
    time(object, pointer).map(|at| at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// A span as kubectl writes it: two units at most, the second only where it matters.
pub(super) fn span(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    const YEAR: i64 = 365 * DAY;
    let two = |big: i64, unit: char, small: i64, rest: char| match seconds % big / small {
        0 => format!("{}{unit}", seconds / big),
        n => format!("{}{unit}{n}{rest}", seconds / big),
    };
    match seconds {
        ..0 => "0s".to_owned(),
        s if s < 2 * MINUTE => format!("{s}s"),
        s if s < 10 * MINUTE => two(MINUTE, 'm', 1, 's'),
        s if s < 3 * HOUR => format!("{}m", s / MINUTE),
        s if s < 8 * HOUR => two(HOUR, 'h', MINUTE, 'm'),
        s if s < 2 * DAY => format!("{}h", s / HOUR),
        s if s < 8 * DAY => two(DAY, 'd', HOUR, 'h'),
        s if s < 2 * YEAR => format!("{}d", s / DAY),
        s if s < 8 * YEAR => two(YEAR, 'y', DAY, 'd'),
        s => format!("{}y", s / YEAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_kubectls() {
        let cases = [(-1, "0s"), (119, "119s"), (120, "2m"), (125, "2m5s"), (3600, "60m"), (3 * 3600 + 60, "3h1m")];
        let more = [(47 * 3600, "47h"), (50 * 3600, "2d2h"), (9 * 86400, "9d"), (800 * 86400, "2y70d")];
        for (seconds, wanted) in cases.into_iter().chain(more) {
            assert_eq!(span(seconds), wanted);
        }
    }
}
