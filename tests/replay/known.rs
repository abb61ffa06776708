//! The list of exchanges that differ, with reasons: `tests/fixtures/replay/KNOWN.md`.

use std::path::{Path, PathBuf};

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/replay/KNOWN.md")
}

/// `- \`<exchange>\`: <reason>`, one a line; other lines are prose.
fn entries() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file()).expect("KNOWN.md");
    text.lines()
        .filter_map(|line| line.strip_prefix("- `")?.split_once("`: "))
        .map(|(id, reason)| (id.to_owned(), reason.to_owned()))
        .collect()
}

pub(crate) fn reason(id: &str) -> Option<String> {
    entries().into_iter().find(|(known, _)| known == id).map(|(_, reason)| reason)
}

/// What is wrong with the outcome; nothing where exactly the known ones differ.
pub(crate) fn judge(differing: &[(String, Vec<String>)]) -> Vec<String> {
    let known = entries();
    let mut verdict = Vec::new();
    for (id, found) in differing {
        match known.iter().find(|(k, _)| k == id) {
            None => verdict.push(format!("{id}\n    {}", found.join("\n    "))),
            Some((_, reason)) if reason.trim().is_empty() => verdict.push(format!("{id} is listed without a reason")),
            Some(_) => {}
        }
    }
    for (id, _) in known.iter().filter(|(k, _)| !differing.iter().any(|(id, _)| id == k)) {
        verdict.push(format!("{id} does not differ any more: take it off the list"));
    }
    if !verdict.is_empty() {
        verdict.insert(0, format!("{} exchanges differ, {} are known:", differing.len(), known.len()));
    }
    verdict
}
