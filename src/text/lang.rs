//! The languages that the lab speaks. Chosen by `--lang` or the locale; the words themselves lie in `assets/`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of the lab's explanations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

/// A word that names none of the languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no language of the lab: en and ja are")]
pub struct UnknownLang(String);

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Ja];

    /// The language of a POSIX locale: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set and not empty
    /// decides, as in `ja_JP.UTF-8`. Anything that is not Japanese is English.
    pub fn of_locale(lc_all: Option<&str>, lc_messages: Option<&str>, lang: Option<&str>) -> Self {
        let decides = [lc_all, lc_messages, lang].into_iter().flatten().find(|value| !value.is_empty());
        let language = decides.unwrap_or_default().split(['_', '.', '@', '-']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("ja") { Self::Ja } else { Self::En }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::En => "en",
            Self::Ja => "ja",
        })
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        Self::ALL.into_iter().find(|lang| lang.to_string() == text).ok_or_else(|| UnknownLang(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        let all = [
            (None, None, None, Lang::En),
            (None, None, Some("ja_JP.UTF-8"), Lang::Ja),
            (None, None, Some("ja"), Lang::Ja),
            (Some("C.UTF-8"), Some("ja_JP.UTF-8"), Some("ja_JP.UTF-8"), Lang::En),
            (Some(""), Some("ja_JP"), Some("en_GB.UTF-8"), Lang::Ja),
            (None, None, Some("jam_JM.UTF-8"), Lang::En),
            (Some("ja-JP@x"), None, None, Lang::Ja),
        ];
        for (lc_all, lc_messages, lang, wanted) in all {
            assert_eq!(Lang::of_locale(lc_all, lc_messages, lang), wanted, "{lc_all:?} {lc_messages:?} {lang:?}");
        }
    }

    #[test]
    fn a_language_is_read_as_it_is_written() {
        for lang in Lang::ALL {
            assert_eq!(lang.to_string().parse(), Ok(lang));
            assert_eq!(serde_json::to_value(lang).unwrap(), lang.to_string());
        }
        assert!("fr".parse::<Lang>().is_err());
    }
}
