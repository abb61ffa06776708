//! Text for people: making foreign text safe to print. A leaf.

use std::borrow::Cow;

/// Foreign text without what a terminal would act on.
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        return Cow::Owned(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect());
    }
    Cow::Borrowed(text)
}
