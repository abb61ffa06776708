//! Makes foreign text safe for a log line: titles and error messages come from strangers.
//!
//! Called by the log lines of both workloads. Must not change what is stored, only what is shown.

use std::fmt::Write as _;

/// `text` with control characters and direction overrides as visible escapes (`\n`, `\u{1b}`).
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
        if hidden {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn control_characters_become_visible_and_japanese_stays() {
        assert_eq!(printable("a\n\u{1b}[31m\u{202e}b 設計"), "a\\n\\u{1b}[31m\\u{202e}b 設計");
    }
}
