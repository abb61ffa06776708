//! What may differ between two clusters, made equal: names, uids, times, resourceVersions, addresses.

use std::collections::HashMap;

use serde_json::Value;

/// Recorded words and what they are called on the server under test, learnt as answers come in.
#[derive(Default)]
pub(crate) struct Names {
    ours: HashMap<String, String>,
}

impl Names {
    /// Walks two answers that should be alike and learns which uid, name or address stands for which.
    pub(crate) fn learn(&mut self, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(a), Value::Object(b)) => {
                for (key, value) in a {
                    if let Some(other) = b.get(key) {
                        self.learn(value, other);
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(b) {
                    self.learn(a, b);
                }
            }
            (Value::String(a), Value::String(b)) if a != b && normal_text(a) == normal_text(b) && a.len() > 4 => {
                self.ours.insert(a.clone(), b.clone());
            }
            _ => {}
        }
    }

    /// A recorded request's text with our names in it.
    pub(crate) fn translate(&self, text: &str) -> String {
        let mut pairs: Vec<_> = self.ours.iter().collect();
        // Longest first: a pod's name begins with its ReplicaSet's.
        pairs.sort_by_key(|(recorded, _)| std::cmp::Reverse(recorded.len()));
        pairs.iter().fold(text.to_owned(), |text, (recorded, ours)| text.replace(*recorded, ours))
    }

    /// A recorded protobuf body with our uids in it: a uid is always 36 bytes, so lengths stay right.
    pub(crate) fn translate_bytes(&self, body: &[u8]) -> Vec<u8> {
        let mut body = body.to_vec();
        for (recorded, ours) in &self.ours {
            if recorded.len() != 36 || ours.len() != 36 {
                continue;
            }
            let mut from = 0;
            while let Some(at) = body[from..].windows(36).position(|w| w == recorded.as_bytes()) {
                body[from + at..from + at + 36].copy_from_slice(ours.as_bytes());
                from += at + 36;
            }
        }
        body
    }
}

/// An answer with everything that may differ taken out of it.
pub(crate) fn normal(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().filter(|(k, _)| !SKIPPED.contains(&k.as_str())).collect();
            keys.sort_by_key(|(k, _)| normal_text(k));
            keys.into_iter().map(|(k, v)| (normal_text(k), replaced(k, v))).collect()
        }
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::String(text) => Value::String(normal_text(text)),
        other => other.clone(),
    }
}

/// Dropped on both sides. Hashes of the server's own build are not behaviour.
const SKIPPED: &[&str] = &["managedFields", "storageVersionHash", "hash"];

fn replaced(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("resourceVersion" | "selfLink", Value::String(_)) => "<version>".into(),
        ("nodePort" | "port", Value::Number(n)) if n.as_u64().is_some_and(|p| p >= 30_000) => "<port>".into(),
        _ => normal(value),
    }
}

/// One string, word by word.
fn normal_text(text: &str) -> String {
    if text.starts_with('{') && text.ends_with("}\n") {
        // last-applied-configuration is JSON in a string.
        if let Ok(inner) = serde_json::from_str::<Value>(text) {
            return format!("<json {}>", normal(&inner));
        }
    }
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '+') {
            word.push(c);
        } else {
            out.push_str(&normal_word(&word));
            word.clear();
            out.push(c);
        }
    }
    out.push_str(&normal_word(&word));
    out
}

fn normal_word(word: &str) -> String {
    if is_uid(word) {
        return "<uid>".into();
    }
    if is_time(word) {
        return "<time>".into();
    }
    if is_span(word) {
        return "<span>".into();
    }
    if word.split('.').count() == 4 && word.split('.').all(|p| p.parse::<u8>().is_ok()) {
        return "<address>".into();
    }
    generated_name(word)
}

fn is_uid(word: &str) -> bool {
    word.len() == 36
        && word.char_indices().all(|(i, c)| if [8, 13, 18, 23].contains(&i) { c == '-' } else { c.is_ascii_hexdigit() })
}

fn is_time(word: &str) -> bool {
    let b = word.as_bytes();
    b.len() >= 20 && b[4] == b'-' && b[7] == b'-' && b[10] == b'T' && (word.ends_with('Z') || word.contains('+'))
}

/// `12s`, `3m2s`, `2d`: an age or a duration of a table.
fn is_span(word: &str) -> bool {
    let mut digits = 0;
    let mut units = 0;
    for c in word.chars() {
        match c {
            '0'..='9' => digits += 1,
            's' | 'm' | 'h' | 'd' if digits > 0 => {
                units += 1;
                digits = 0;
            }
            _ => return false,
        }
    }
    units > 0 && digits == 0
}

/// Generated suffixes: five letters of the safe alphabet behind a name, a hash before them.
fn generated_name(word: &str) -> String {
    const SAFE: &str = "bcdfghjklmnpqrstvwxz2456789";
    let safe = |part: &str| !part.is_empty() && part.chars().all(|c| SAFE.contains(c));
    let mut parts: Vec<&str> = word.split('-').collect();
    let mut ends = Vec::new();
    if parts.len() > 1 && parts.last().is_some_and(|p| p.len() == 5 && safe(p)) {
        ends.push("<random>");
        parts.pop();
    }
    if parts.len() > 1 && parts.last().is_some_and(|p| (8..=10).contains(&p.len()) && safe(p)) {
        ends.push("<hash>");
        parts.pop();
    }
    if parts.len() == 1 && (8..=10).contains(&word.len()) && safe(word) && word.chars().any(|c| c.is_ascii_digit()) {
        return "<hash>".into();
    }
    ends.reverse();
    parts.extend(ends);
    parts.join("-")
}

/// The first few places where two normalised answers differ, as `path: recorded | ours`.
pub(crate) fn differences(recorded: &Value, ours: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk("", recorded, ours, &mut found);
    found
}

fn walk(path: &str, recorded: &Value, ours: &Value, found: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                match b.get(key) {
                    Some(other) => walk(&format!("{path}.{key}"), value, other, found),
                    None => found.push(format!("{path}.{key}: {} | absent", short(value))),
                }
            }
            for (key, value) in b.iter().filter(|(k, _)| !a.contains_key(*k)) {
                found.push(format!("{path}.{key}: absent | {}", short(value)));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                found.push(format!("{path}: {} items | {} items", a.len(), b.len()));
            }
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}[{i}]"), a, b, found);
            }
        }
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: {} | {}", short(a), short(b))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 100 { text } else { text.chars().take(100).chain("…".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_cluster_makes_up_is_replaced() {
        assert_eq!(normal_text("localstack-657f85959-24j4j"), "localstack-<hash>-<random>");
        assert_eq!(normal_text("Created pod: test1-bmxw2"), "Created pod: test1-<random>");
        assert_eq!(normal_text("task-reporter"), "task-reporter");
        assert_eq!(normal_text("at 2026-11-23T14:03:36Z"), "at <time>");
        assert_eq!(normal_text("10.96.53.251"), "<address>");
        assert_eq!(normal_text("7m3s"), "<span>");
        assert_eq!(normal_text("v1.36.2"), "v1.36.2");
    }

    #[test]
    fn a_difference_is_named_with_its_place() {
        let a = serde_json::json!({"spec": {"suspend": false}, "x": 1});
        let b = serde_json::json!({"spec": {"suspend": true}});
        assert_eq!(differences(&a, &b), [".spec.suspend: false | true", ".x: 1 | absent"]);
    }
}
