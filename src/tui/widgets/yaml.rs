//! A light colouring of YAML and of kubectl's descriptions, line by line: keys, texts, comments. It knows no blocks.

use std::ops::Range;

use ratatui::style::Style;

use super::paint::Painted;
use crate::tui::theme::Theme;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A key with its colon.
    Key,
    /// A text in quotes.
    Text,
    /// A number, true, false, null.
    Value,
    /// A comment.
    Comment,
}

/// A line with its colours; a description has keys only.
pub(crate) fn painted(line: &str, yaml: bool, theme: &Theme) -> Painted {
    let mut painted = Painted::new(line, theme.text);
    for (range, part) in parts(painted.text(), yaml) {
        painted.lay(range, style(part, theme));
    }
    painted
}

fn style(part: Part, theme: &Theme) -> Style {
    match part {
        Part::Key => theme.accent,
        Part::Text => theme.good,
        Part::Value => theme.expected,
        Part::Comment => theme.dim,
    }
}

fn parts(line: &str, yaml: bool) -> Vec<(Range<usize>, Part)> {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = &line[start..];
    if yaml && rest.starts_with('#') {
        return vec![(start..line.len(), Part::Comment)];
    }
    let mut parts = Vec::new();
    let mut value = start;
    if let Some(colon) = key_end(rest) {
        parts.push((start..start + colon + 1, Part::Key));
        value = start + colon + 1;
    }
    if yaml && (value > start || line[..start].contains('-')) {
        parts.extend(of_value(line, value));
    }
    parts
}

/// Where a key's colon stands: `name:`, `"a b": x`, and in a description `Start Time:  …`.
fn key_end(text: &str) -> Option<usize> {
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let end = text[1..].find(quote)? + 1;
        return text[end + 1..].starts_with(':').then_some(end + 1);
    }
    let colon = text.match_indices(':').map(|(at, _)| at).find(|at| {
        let after = text[at + 1..].chars().next();
        after.is_none_or(|c| c == ' ')
    })?;
    (colon > 0 && !text[..colon].contains(['"', '\'', '{', '['])).then_some(colon)
}

fn of_value(line: &str, from: usize) -> Option<(Range<usize>, Part)> {
    let text = line[from..].trim_start();
    let start = line.len() - text.len();
    let bare = text.split(" #").next().unwrap_or(text).trim_end();
    let number = bare.parse::<f64>().is_ok() && bare.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let part = match bare {
        "" => return None,
        "true" | "false" | "null" | "~" | "{}" | "[]" => Part::Value,
        _ if number => Part::Value,
        _ if bare.starts_with(['"', '\'']) => Part::Text,
        _ if bare.starts_with('#') => Part::Comment,
        _ => return None,
    };
    Some((start..start + bare.len(), part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, yaml: bool) -> Vec<(&str, Part)> {
        parts(line, yaml).into_iter().map(|(range, part)| (&line[range], part)).collect()
    }

    #[test]
    fn yaml_lines() {
        for (line, wanted) in [
            ("kind: CronJob", vec![("kind:", Part::Key)]),
            ("  - name: TZ", vec![("name:", Part::Key)]),
            ("      value: \"0\"", vec![("value:", Part::Key), ("\"0\"", Part::Text)]),
            ("  backoffLimit: 10", vec![("backoffLimit:", Part::Key), ("10", Part::Value)]),
            ("suspend: false # for now", vec![("suspend:", Part::Key), ("false", Part::Value)]),
            ("# note: this", vec![("# note: this", Part::Comment)]),
            ("  - \"exit 1\"", vec![("\"exit 1\"", Part::Text)]),
            ("  image: localhost:5000/task:1", vec![("image:", Part::Key)]),
            ("  'a b': x", vec![("'a b':", Part::Key)]),
            ("  2026-11-23T13:00:00Z something", vec![]),
            ("", vec![]),
            ("設計: レビュー", vec![("設計:", Part::Key)]),
        ] {
            assert_eq!(read(line, true), wanted, "{line:?}");
        }
    }

    #[test]
    fn descriptions_have_keys_only() {
        assert_eq!(read("Start Time:  Mon, 23 Nov", false), [("Start Time:", Part::Key)]);
        assert_eq!(read("Parallelism:    1", false), [("Parallelism:", Part::Key)]);
    }

    proptest::proptest! {
        #[test]
        fn parts_lie_on_characters(line in "[-a:#\"' 設{}0.]{0,24}", yaml: bool) {
            for (range, _) in parts(&line, yaml) {
                proptest::prop_assert!(line.get(range).is_some());
            }
        }
    }
}
