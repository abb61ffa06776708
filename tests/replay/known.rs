//! The list of exchanges that differ, with reasons: `tests/fixtures/replay/KNOWN.md`.

use std::path::{Path, PathBuf};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/replay/KNOWN.md")
}

/// One line: ``- `<exchange>`: <reason>; only `<text>`, `<text>` ``. With `only`, each difference must
/// contain one of the texts; without, the answers may differ in everything. `at times only`: a
/// moment of a rollout, which another run may meet just as it was recorded.
struct Entry {
    id: String,
    reason: String,
    at_times: bool,
    only: Vec<String>,
}

impl Entry {
    fn parse(line: &str) -> Option<Self> {
        let (id, rest) = line.strip_prefix("- `")?.split_once("`: ")?;
        let at_times = rest.contains("; at times only ");
        let (reason, only) =
            rest.split_once("; at times only ").or_else(|| rest.split_once("; only ")).unwrap_or((rest, ""));
        let only = only.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some(Self { id: id.to_owned(), reason: reason.trim().to_owned(), at_times, only })
    }

    fn covers(&self, difference: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|text| difference.contains(text))
    }
}

/// The list, read once.
pub(crate) struct Known(Vec<Entry>);

impl Known {
    pub(crate) fn load() -> Self {
        let text = std::fs::read_to_string(file()).expect("KNOWN.md");
        Self(text.lines().filter_map(Entry::parse).collect())
    }

    /// The differences that no entry explains.
    pub(crate) fn unexplained<'a>(&self, id: &str, found: &'a [String]) -> Vec<&'a str> {
        let entry = self.0.iter().find(|entry| entry.id == id);
        found.iter().map(String::as_str).filter(|one| !entry.is_some_and(|entry| entry.covers(one))).collect()
    }

    /// What is wrong with the outcome; nothing where exactly the known ones differ.
    pub(crate) fn judge(&self, differing: &[(String, Vec<String>)]) -> Vec<String> {
        let mut verdict = Vec::new();
        for (id, found) in differing {
            let rest = self.unexplained(id, found);
            if !rest.is_empty() {
                verdict.push(format!("{id}\n    {}", rest.join("\n    ")));
            }
        }
        for entry in &self.0 {
            let id = &entry.id;
            if entry.reason.is_empty() {
                verdict.push(format!("{id} is listed without a reason"));
            }
            if !entry.at_times && !differing.iter().any(|(other, _)| other == id) {
                verdict.push(format!("{id} does not differ any more: take it off the list"));
            }
        }
        if !verdict.is_empty() {
            verdict.insert(0, format!("{} exchanges differ, {} are known:", differing.len(), self.0.len()));
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_what_it_says() {
        let known = Known(vec![Entry::parse("- `01/001 GET /x`: why; only `.a`, `.b`").expect("an entry")]);
        let found = vec![".a: 1 | 2".to_owned(), ".c: 1 | 2".to_owned()];
        assert_eq!(known.unexplained("01/001 GET /x", &found), [".c: 1 | 2"]);
        assert_eq!(known.unexplained("02/001 GET /x", &found).len(), 2);
        assert_eq!(known.judge(&[]).len(), 2);
    }
}
