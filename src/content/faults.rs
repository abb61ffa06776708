//! The faults a learner can inject, as data: `assets/faults/*.yaml`.
//!
//! Called by `lab::faults`, which carries the verbs out, and by the CLI, which shows the words. A new fault of a known
//! verb is a new file and a line in `FILES`; what is wrong with one is found when it is loaded.

use serde::Deserialize;

use super::ContentError;
use super::both::Both;
use crate::text::{Lang, yaml};

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../assets/faults/", $name)))),+] };
}

const FILES: &[(&str, &str)] = files!["localstack-port.yaml"];

/// One fault: what is broken, how, and what there is to learn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The word on the command line: `inject-port`.
    pub id: String,
    /// The object that is changed.
    pub target: Target,
    /// How it is changed.
    pub verb: Verb,
    words: Both<Words>,
}

/// A fault in words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Words {
    /// A heading.
    pub title: String,
    /// What a learner will see, where.
    pub you_will_see: String,
    /// Why that is so.
    pub why: String,
    /// How it is put right, and what stays.
    pub undo: String,
}

impl Words {
    fn are_whole(&self) -> bool {
        [&self.title, &self.you_will_see, &self.why, &self.undo].iter().all(|text| !text.trim().is_empty())
    }
}

impl Fault {
    /// Its words in a language.
    pub fn words(&self, lang: Lang) -> &Words {
        self.words.of(lang)
    }
}

/// An object in the lab's namespace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// `Service`.
    pub kind: String,
    /// `localstack`.
    pub name: String,
}

/// The closed set of what a fault can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Sets `spec.ports[].port` of a Service from one number to another.
    PatchServicePort {
        /// The port that is right.
        from: u16,
        /// The port that is not.
        to: u16,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    id: String,
    target: Target,
    verb: VerbName,
    patch: PortPatch,
    en: Words,
    ja: Words,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum VerbName {
    PatchServicePort,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PortPatch {
    from: u16,
    to: u16,
}

/// Every built-in fault.
///
/// # Errors
/// The first file that is not usable; a test keeps that from being shipped.
pub fn all() -> Result<Vec<Fault>, ContentError> {
    FILES.iter().map(|(name, text)| parse(name, text)).collect()
}

/// The fault called `id`.
///
/// # Errors
/// As [`all`]; an unknown id is `Ok(None)`.
pub fn find(id: &str) -> Result<Option<Fault>, ContentError> {
    Ok(all()?.into_iter().find(|fault| fault.id == id))
}

fn parse(file: &str, text: &str) -> Result<Fault, ContentError> {
    let wrong = |message: String| ContentError::Fault { file: file.to_owned(), message };
    let mut documents = yaml::documents(text).map_err(|error| wrong(error.to_string()))?;
    let document = documents.pop().filter(|_| documents.is_empty());
    let document = document.ok_or_else(|| wrong("one document is wanted".to_owned()))?;
    let read: File = serde_json::from_value(document.value).map_err(|error| wrong(error.to_string()))?;
    let VerbName::PatchServicePort = read.verb;
    let checks = [
        (read.target.kind == "Service", "patch-service-port works on a Service"),
        (read.patch.from != 0 && read.patch.to != 0, "a port is a number from 1"),
        (read.patch.from != read.patch.to, "the patch changes nothing"),
        (
            !read.id.is_empty() && read.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "id is lower case with -",
        ),
        (read.en.are_whole() && read.ja.are_whole(), "a text is empty"),
    ];
    if let Some((_, problem)) = checks.iter().find(|(holds, _)| !holds) {
        return Err(wrong((*problem).to_owned()));
    }
    Ok(Fault {
        id: read.id,
        target: read.target,
        verb: Verb::PatchServicePort { from: read.patch.from, to: read.patch.to },
        words: Both { en: read.en, ja: read.ja },
    })
}

#[cfg(test)]
mod tests {
    use super::{FILES, Verb, all, find, parse};
    use std::collections::BTreeSet;

    #[test]
    fn the_list_is_the_folder_and_each_file_is_usable() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/faults");
        let on_disk: BTreeSet<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(on_disk, FILES.iter().map(|(name, _)| (*name).to_owned()).collect());
        let ids: BTreeSet<String> = all().unwrap().into_iter().map(|fault| fault.id).collect();
        assert_eq!(ids.len(), FILES.len(), "two faults share an id");
    }

    #[test]
    fn the_port_fault_breaks_what_the_manifests_set() {
        let fault = find("inject-port").unwrap().unwrap();
        assert_eq!(fault.verb, Verb::PatchServicePort { from: 4566, to: 4567 });
        let service = crate::content::manifests::embedded(crate::content::manifests::Stage::V2);
        let service = service.iter().find(|file| file.path == "localstack/service.yaml").unwrap();
        assert!(service.text.contains("port: 4566"));
        assert_eq!(find("no-such").unwrap(), None);
    }

    #[test]
    fn a_wrong_file_says_what_is_wrong() {
        let good = FILES[0].1;
        for (from, to, wanted) in [
            ("verb: patch-service-port", "verb: delete-everything", "unknown variant"),
            ("to: 4567", "to: 4566", "changes nothing"),
            ("to: 4567", "to: 4567\n  extra: 1", "unknown field `extra`"),
            ("kind: Service", "kind: Pod", "works on a Service"),
            ("id: inject-port", "id: Inject Port", "lower case"),
            ("title: LocalStack の Service のポートが違う", "title: ''", "a text is empty"),
            ("to: 4567", "to: 70000", "70000"),
        ] {
            let error = parse("x.yaml", &good.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
