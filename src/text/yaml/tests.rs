//! YAML against what kubectl made of the same text.

use serde_json::{Value, json};

use super::*;

/// Each word through kubectl (`kubectl label --local -o json`), recorded.
#[test]
fn words_mean_what_they_mean_to_kubectl() {
    let recorded = include_str!("../../../tests/fixtures/text/yaml-words.tsv");
    let mut seen = 0;
    for line in recorded.lines().filter(|l| !l.starts_with("# ")) {
        let (word, expected) = line.split_once('\t').unwrap();
        let ours = lenient(&format!("k: {word}\n")).map(|(value, _)| value["k"].clone());
        seen += 1;
        if expected == "error" {
            assert!(ours.is_err(), "{word}");
            continue;
        }
        let expected: Value = serde_json::from_str(expected).unwrap();
        let ours = ours.unwrap_or_else(|error| panic!("{word}: {error}"));
        match (ours.as_f64(), expected.as_f64()) {
            // Go prints large numbers rounded; the value is the same.
            (Some(a), Some(b)) => assert!((a - b).abs() <= b.abs() * 1e-15, "{word}: {a} {b}"),
            _ => assert_eq!(ours, expected, "{word}"),
        }
    }
    assert!(seen > 80);
}

#[test]
fn structure_aliases_and_merges() {
    let text =
        "base: &b {a: 1, b: [x, off]}\nspec:\n  <<: *b\n  a: 2\nt: |\n  l1\n  l2\nf: >-\n  f1\n  f2\n1: x\ntrue: m\n";
    let (value, duplicates) = lenient(text).unwrap();
    assert!(duplicates.is_empty());
    assert_eq!(
        value,
        json!({"base": {"a": 1, "b": ["x", false]}, "spec": {"a": 2, "b": ["x", false]},
               "t": "l1\nl2\n", "f": "f1 f2", "1": "x", "true": "m"})
    );
}

#[test]
fn documents_have_lines_and_empty_ones_vanish() {
    let found = documents("# head\n---\n---\n\na: 1\n---\n# only a comment\n---\nb: 2\n...\n").unwrap();
    let shown: Vec<_> = found.iter().map(|d| (d.line, d.value.clone())).collect();
    assert_eq!(shown, [(5, json!({"a": 1})), (9, json!({"b": 2}))]);
    assert!(documents("").unwrap().is_empty());
}

#[test]
fn a_key_twice_is_refused_or_reported() {
    let text = "spec:\n  a: 1\n  b: 2\n  a: 3\n";
    let error = documents(text).unwrap_err();
    assert_eq!((error.line, error.column), (4, 3));
    assert_eq!(error.message, "the key \"a\" is already set in this mapping");
    let (value, duplicates) = lenient(text).unwrap();
    assert_eq!(value["spec"]["a"], 3);
    assert_eq!(duplicates, [Duplicate { key: "a".into(), line: 4, column: 3 }]);
}

#[test]
fn broken_text_is_an_error_with_its_line() {
    for (text, line) in [
        ("a: 1\nb: c: d\n", 2),
        ("a:\n\tb: c\n", 2),
        ("a: [x\n", 2),
        ("a: \"x\n", 2),
        ("a: *nope\n", 1),
        ("a: @x\n", 1),
        ("a: {[x]: y}\n", 1),
        ("a: {~: y}\n", 1),
    ] {
        let error = documents(text).unwrap_err();
        assert!(error.line.abs_diff(line) <= 1, "{text:?}: {error}");
        assert!(!error.message.is_empty(), "{text:?}");
    }
}

#[test]
fn growth_and_depth_have_an_end() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
    }
    assert_eq!(documents(&bomb).unwrap_err().message, "document contains excessive aliasing");
    assert!(documents(&"[".repeat(5000)).is_err());
}
