//! Makes foreign text safe to print.
//!
//! Called wherever text from a cluster, a bucket, a table or a file reaches a terminal. Titles, event messages and
//! object keys come from strangers; an ESC in one could move the cursor, rename the window or write to the
//! clipboard, and a direction override could show a name backwards.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every control character (line feed and tab too), direction override and invisible separator as a
/// visible escape such as `\n` or `\u{1b}`. Text without any comes back as it is, unallocated.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Characters that act instead of showing. Joiners stay: emoji and several scripts are written with them.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::safe;
    use proptest::prelude::*;
    use std::borrow::Cow;

    #[test]
    fn escapes_show_and_japanese_stays() {
        assert!(matches!(safe("設計レビュー ☕ 👩‍💻"), Cow::Borrowed(_)));
        assert_eq!(
            safe("\u{1b}]0;x\u{7}a\r\nb\t\u{202e}gpj\u{9b}2J"),
            "\\u{1b}]0;x\\u{7}a\\r\\nb\\t\\u{202e}gpj\\u{9b}2J"
        );
    }

    proptest! {
        #[test]
        fn nothing_that_acts_is_left(text in any::<String>()) {
            let shown = safe(&text);
            prop_assert!(!shown.chars().any(super::hidden));
            let again = safe(&shown).into_owned();
            prop_assert_eq!(again, shown.into_owned());
        }
    }
}
