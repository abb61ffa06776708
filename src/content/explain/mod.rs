//! What things mean, in English and Japanese: `assets/explain/*.yaml`, embedded, checked and served.
//!
//! The words of findings (`domain::diagnosis`), of the fields of Jobs and CronJobs, and of reasons and STATUS words.
//! Called by the CLI and the dashboard; draws and prints nothing.

mod check;
mod fill;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ContentError;
use super::both::Both;
use crate::domain::diagnosis::{Finding, UNKNOWN};
use crate::text::{Lang, yaml};

const DIAGNOSIS: &str = include_str!("../../../assets/explain/diagnosis.yaml");
const FIELDS: &str = include_str!("../../../assets/explain/fields.yaml");
const REASONS: &str = include_str!("../../../assets/explain/reasons.yaml");

/// All explanations.
#[derive(Clone, Debug)]
pub struct Explain {
    findings: Vec<(String, Both<Words>)>,
    fields: Vec<Field>,
    reasons: Vec<(String, Both<String>)>,
}

/// The words of a finding, with or without its facts in their places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What it is, at most 60 columns without the facts.
    pub title: String,
    /// Why it is so, one to three sentences.
    pub why: String,
    /// What to do, one sentence.
    pub next: String,
}

/// What is known about a field of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `Job` or `CronJob`.
    pub kind: String,
    /// The field's own name.
    pub name: String,
    /// Where it lies in the object.
    pub path: String,
    /// Kubernetes' default; `None`: it has none.
    pub default: Option<String>,
    /// The type in which Kubernetes defines it.
    pub source: String,
    #[serde(flatten)]
    words: Both<String>,
}

impl Explain {
    /// Reads and checks what ships with the program.
    ///
    /// # Errors
    /// The first file that is not usable; a test keeps that from being shipped.
    pub fn load() -> Result<Self, ContentError> {
        Self::read(DIAGNOSIS, FIELDS, REASONS)
    }

    /// What ships with the program, read once. `None` where it is not usable, which a test keeps from being shipped.
    pub fn shipped() -> Option<&'static Self> {
        static SHIPPED: OnceLock<Option<Explain>> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::load().ok()).as_ref()
    }

    fn read(diagnosis: &str, fields: &str, reasons: &str) -> Result<Self, ContentError> {
        let read = Self {
            findings: keyed("diagnosis.yaml", diagnosis)?,
            fields: parse("fields.yaml", fields)?,
            reasons: keyed("reasons.yaml", reasons)?,
        };
        check::findings(&read.findings)?;
        check::fields(&read.fields)?;
        check::reasons(&read.reasons)?;
        Ok(read)
    }

    /// The words of a finding by its id, with placeholders.
    pub fn finding(&self, id: &str, lang: Lang) -> Option<&Words> {
        self.findings.iter().find(|(known, _)| known == id).map(|(_, words)| words.of(lang))
    }

    /// The words of a finding with its facts in their places; foreign text in them is made safe.
    pub fn tell(&self, finding: &Finding, lang: Lang) -> Words {
        let unknown = match lang {
            Lang::En => "(none)",
            Lang::Ja => "(なし)",
        };
        let fact = |name: &str| finding.fact(name).map(|value| if value == UNKNOWN { unknown } else { value });
        let filled = |text: &str| fill::fill(text, fact);
        match self.finding(finding.id, lang) {
            Some(words) => Words { title: filled(&words.title), why: filled(&words.why), next: filled(&words.next) },
            // Only a finding that did not come from the catalogue can lack words.
            None => Words { title: finding.id.to_owned(), why: String::new(), next: String::new() },
        }
    }

    /// What a field means, in one line; without a value, for Kubernetes' default.
    pub fn field(&self, kind: &str, name: &str, lang: Lang, value: Option<&str>) -> Option<String> {
        let found = self.fields.iter().find(|field| field.kind == kind && field.name == name)?;
        Some(found.meaning(lang, value))
    }

    /// All fields that are explained, in the order of the file.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields that a person may mean: `job.spec.backoffLimit`, `job.backoffLimit` or `backoffLimit`, in any case.
    pub fn fields_called(&self, text: &str) -> Vec<&Field> {
        let asked = text.to_ascii_lowercase();
        self.fields.iter().filter(|field| field.names().any(|name| name.eq_ignore_ascii_case(&asked))).collect()
    }

    /// What the reason of an event or condition, or a STATUS word, means.
    pub fn reason(&self, word: &str, lang: Lang) -> Option<&str> {
        let exact = self.reasons.iter().find(|(known, _)| known == word);
        let found = exact.or_else(|| self.reasons.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)))?;
        Some(found.1.of(lang))
    }

    /// All words that [`Self::reason`] knows, in the order of the file.
    pub fn reasons(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().map(|(word, _)| word.as_str())
    }
}

impl Field {
    /// What it means, in one line; without a value, for Kubernetes' default.
    pub fn meaning(&self, lang: Lang, value: Option<&str>) -> String {
        let none = match lang {
            Lang::En => "not set",
            Lang::Ja => "未設定",
        };
        let value = value.or(self.default.as_deref()).unwrap_or(none);
        fill::fill(self.words.of(lang), |name| (name == "value").then_some(value))
    }

    /// Its full name on the command line: `job.spec.backoffLimit`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.kind.to_lowercase(), self.path)
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let kind = self.kind.to_lowercase();
        [self.full_name(), self.path.clone(), format!("{kind}.{}", self.name), self.name.clone()].into_iter()
    }
}

/// A file that maps words to things, in its order.
fn keyed<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<(String, T)>, ContentError> {
    let map: Map<String, Value> = parse(file, text)?;
    let read = |(key, value)| match serde_json::from_value(value) {
        Ok(read) => Ok((key, read)),
        Err(error) => Err(wrong(file, format!("{key}: {error}"))),
    };
    map.into_iter().map(read).collect()
}

fn parse<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, ContentError> {
    let mut documents = yaml::documents(text).map_err(|error| wrong(file, error.to_string()))?;
    let document = documents.pop().filter(|_| documents.is_empty());
    let document = document.ok_or_else(|| wrong(file, "one document is wanted".to_owned()))?;
    serde_json::from_value(document.value).map_err(|error| wrong(file, error.to_string()))
}

fn wrong(file: &'static str, message: String) -> ContentError {
    ContentError::Explain { file, message }
}
