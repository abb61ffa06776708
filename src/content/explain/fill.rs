//! Placeholders such as `{exit_code}` in explanations: finding them, filling them in.

use crate::text;

/// A piece of a text: words, or the name of a placeholder.
enum Piece<'a> {
    Words(&'a str),
    Name(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        found.extend([Piece::Words(before), Piece::Name(name)]);
        rest = tail;
    }
    found.push(Piece::Words(rest));
    found
}

/// The names of the placeholders in a text.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name),
        Piece::Words(_) => None,
    })
}

/// The text with values in the places of their names. Values are foreign text and made safe; they are not looked
/// through for placeholders themselves.
pub(super) fn fill<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let fill = |piece: Piece<'_>| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Name(name) => match value(name) {
            Some(value) => text::safe(value).into_owned(),
            None => format!("{{{name}}}"),
        },
    };
    pieces(text).into_iter().map(fill).collect()
}
