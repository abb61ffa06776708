//! What may differ between two clusters, made equal: names, uids, times, resourceVersions, addresses.

use std::collections::HashMap;

use serde_json::Value;

/// Recorded words and what they are called on the server under test, learnt as answers come in.
#[derive(Default)]
pub(crate) struct Names {
    ours: HashMap<String, String>,
    versions: HashMap<String, String>,
    etags: HashMap<String, String>,
}

impl Names {
    /// Walks two answers that should be alike and learns which uid, name or address stands for which.
    pub(crate) fn learn(&mut self, recorded: &Value, ours: &Value) {
        match (recorded, ours) {
            (Value::Object(a), Value::Object(b)) => {
                for (key, value) in a {
                    match (value, b.get(key)) {
                        (Value::String(value), Some(Value::String(other))) if key == "resourceVersion" => {
                            self.versions.insert(value.clone(), other.clone());
                        }
                        (value, Some(other)) => self.learn(value, other),
                        (_, None) => {}
                    }
                }
            }
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
                // A list is in the order of generated names, which is another one here.
                let aligned = |list: &[Value]| {
                    let mut list: Vec<_> = list.iter().map(|v| (normal(v).to_string(), v.clone())).collect();
                    list.sort_by(|a, b| a.0.cmp(&b.0));
                    list.into_iter().map(|(_, v)| v).collect::<Vec<_>>()
                };
                for (a, b) in aligned(a).iter().zip(&aligned(b)) {
                    self.learn(a, b);
                }
            }
            (Value::String(a), Value::String(b)) if a != b && normal_text(a) == normal_text(b) && a.len() > 4 => {
                self.ours.insert(a.clone(), b.clone());
            }
            _ => {}
        }
    }

    /// What our server called the state of a path that a client then has in its cache.
    pub(crate) fn learn_etag(&mut self, path: &str, etag: Option<String>) {
        self.etags.extend(etag.map(|etag| (path.to_owned(), etag)));
    }

    pub(crate) fn etag(&self, path: &str) -> Option<&str> {
        self.etags.get(path).map(String::as_str)
    }

    /// A recorded request's text with our names and revisions in it.
    pub(crate) fn translate(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (recorded, ours) in &self.versions {
            let mark = format!("\"resourceVersion\":\"{recorded}\"");
            text = text.replace(&mark, &format!("\"resourceVersion\":\"{ours}\""));
        }
        let version = |pair: &str| {
            let ours = pair.strip_prefix("resourceVersion=").and_then(|recorded| self.versions.get(recorded));
            ours.map_or_else(|| pair.to_owned(), |ours| format!("resourceVersion={ours}"))
        };
        self.translate_names(&text.split('&').map(version).collect::<Vec<_>>().join("&"))
    }

    fn translate_names(&self, text: &str) -> String {
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
    if is_uid(word) || is_container_id(word) {
        return "<uid>".into();
    }
    if let Some((about, _)) = word.rsplit_once('.').filter(|(_, s)| s.len() == 16 && is_hex(s)) {
        // An Event's name: what it is about and the nanosecond.
        return format!("{}.<event>", normal_word(about));
    }
    if word.strip_prefix("default-scheduler-").is_some_and(|host| !host.contains('-')) {
        return "default-scheduler-<host>".into();
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

fn is_hex(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_hexdigit())
}

fn is_container_id(word: &str) -> bool {
    word.len() == 64 && is_hex(word)
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
    // `generateName` ends in a dash.
    if let Some(base) = word.strip_suffix('-').filter(|base| base.contains('-')) {
        return format!("{}-", generated_name(base));
    }
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
        (Value::Array(a), Value::Array(b)) => walk_list(path, a, b, found),
        (a, b) if a == b => {}
        (a, b) => found.push(format!("{path}: {} | {}", short(a), short(b))),
    }
}

/// Objects are compared by their names, where these tell them apart; then their order counts too.
fn walk_list(path: &str, recorded: &[Value], ours: &[Value], found: &mut Vec<String>) {
    let (Some(a), Some(b)) = (keys(recorded), keys(ours)) else { return walk_unnamed(path, recorded, ours, found) };
    for (key, value) in a.iter().zip(recorded) {
        match b.iter().position(|other| other == key) {
            Some(at) => walk(&format!("{path}[{key}]"), value, &ours[at], found),
            None => found.push(format!("{path}[{key}]: {} | absent", short(value))),
        }
    }
    for (key, value) in b.iter().zip(ours).filter(|(key, _)| !a.contains(key)) {
        found.push(format!("{path}[{key}]: absent | {}", short(value)));
    }
    let (both_a, both_b): (Vec<_>, Vec<_>) =
        (a.iter().filter(|k| b.contains(k)).collect(), b.iter().filter(|k| a.contains(k)).collect());
    if both_a != both_b {
        found.push(format!("{path}: the order {both_a:?} | {both_b:?}"));
    }
}

/// Lists of objects whose generated names are all alike now may be in any order; others may not.
fn walk_unnamed(path: &str, recorded: &[Value], ours: &[Value], found: &mut Vec<String>) {
    if recorded.len() != ours.len() {
        found.push(format!("{path}: {} items | {} items", recorded.len(), ours.len()));
    }
    let (mut a, mut b): (Vec<_>, Vec<_>) = (recorded.iter().collect(), ours.iter().collect());
    if path.ends_with(".rows") || path.ends_with(".items") {
        a.retain(|value| match b.iter().position(|other| other == value) {
            Some(at) => {
                b.remove(at);
                false
            }
            None => true,
        });
    }
    for (i, (a, b)) in a.iter().zip(&b).enumerate() {
        walk(&format!("{path}[{i}]"), a, b, found);
    }
    for value in a.iter().skip(b.len()) {
        found.push(format!("{path}[]: {} | absent", short(value)));
    }
    for value in b.iter().skip(a.len()) {
        found.push(format!("{path}[]: absent | {}", short(value)));
    }
}

/// What the members of a list are called, if each has a name of its own.
fn keys(list: &[Value]) -> Option<Vec<&str>> {
    let pointers = ["/metadata/name", "/object/metadata/name", "/resource", "/subresource"];
    let names: Option<Vec<&str>> =
        list.iter().map(|value| pointers.iter().find_map(|p| value.pointer(p)?.as_str())).collect();
    names.filter(|names| names.iter().enumerate().all(|(i, name)| !names[..i].contains(name)))
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
        assert_eq!(normal_text("localstack-657f85959-"), "localstack-<hash>-");
        assert_eq!(normal_text("test1.18eab18c06b60190"), "test1.<event>");
        assert_eq!(normal_text("task-reporter"), "task-reporter");
        assert_eq!(normal_text("task-reporter-"), "task-reporter-");
        assert_eq!(normal_text("at 2026-11-23T14:03:36Z"), "at <time>");
        assert_eq!(normal_text("10.96.53.251"), "<address>");
        assert_eq!(normal_text("7m3s"), "<span>");
        assert_eq!(normal_text("v1.36.2"), "v1.36.2");
    }

    #[test]
    fn members_of_a_list_are_compared_by_name() {
        let named = |name: &str, x: u8| serde_json::json!({"metadata": {"name": name}, "x": x});
        let a = serde_json::json!({"items": [named("a", 1), named("b", 2)]});
        let b = serde_json::json!({"items": [named("b", 3)]});
        let found = differences(&a, &b);
        assert!(found[0].starts_with(".items[a]: ") && found[0].ends_with("| absent"), "{found:?}");
        assert_eq!(found[1..], [".items[b].x: 2 | 3"]);
        let swapped = serde_json::json!({"items": [named("b", 2), named("a", 1)]});
        assert_eq!(differences(&a, &swapped).len(), 1);
    }

    #[test]
    fn a_difference_is_named_with_its_place() {
        let a = serde_json::json!({"spec": {"suspend": false}, "x": 1});
        let b = serde_json::json!({"spec": {"suspend": true}});
        assert_eq!(differences(&a, &b), [".spec.suspend: false | true", ".x: 1 | absent"]);
    }
}
