//! One thing in English and in Japanese, as the files below `assets/` hold it. Used inside `content` only.

use serde::Deserialize;

use crate::text::Lang;

/// One thing in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Both<T> {
    pub(super) en: T,
    pub(super) ja: T,
}

impl<T> Both<T> {
    pub(super) fn of(&self, lang: Lang) -> &T {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}
