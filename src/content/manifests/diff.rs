//! What differs between two sets of manifests, line by line.
//!
//! Called by `k8s-tutor manifests diff v1 v2`. Files are matched by their path without the stage's folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::ManifestFile;

/// Unchanged lines shown around a change.
const CONTEXT: usize = 3;

/// A line of the difference. As JSON: `{"same": "…"}`, `{"removed": "…"}`, `{"added": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DiffLine {
    /// In both.
    Same(String),
    /// In the first only.
    Removed(String),
    /// In the second only.
    Added(String),
}

/// The difference of one file; a file that only one side has is all removed or all added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// The path in the first set, or None where it is new.
    pub old: Option<String>,
    /// The path in the second set, or None where it is gone.
    pub new: Option<String>,
    /// Every line of both, in order.
    pub lines: Vec<DiffLine>,
}

/// The files that differ between `old` and `new`, by path.
#[must_use]
pub fn diff(old: &[ManifestFile], new: &[ManifestFile]) -> Vec<FileDiff> {
    let mut pairs: BTreeMap<&str, (Option<&ManifestFile>, Option<&ManifestFile>)> = BTreeMap::new();
    for file in old {
        pairs.entry(key(&file.path)).or_default().0 = Some(file);
    }
    for file in new {
        pairs.entry(key(&file.path)).or_default().1 = Some(file);
    }
    let text = |file: Option<&ManifestFile>| file.map_or(String::new(), |file| file.text.to_string());
    let path = |file: Option<&ManifestFile>| file.map(|file| file.path.clone());
    pairs
        .into_values()
        .map(|(old, new)| (old, new, text(old), text(new)))
        .filter(|(_, _, before, after)| before != after)
        .map(|(old, new, before, after)| FileDiff { old: path(old), new: path(new), lines: lines(&before, &after) })
        .collect()
}

/// The difference as `diff -u` writes it, ready for `patch`.
#[must_use]
pub fn unified(files: &[FileDiff]) -> String {
    let mut out = String::new();
    for file in files {
        let name = |path: &Option<String>| path.clone().unwrap_or_else(|| "/dev/null".to_owned());
        // Writing to a String cannot fail.
        let _ = write!(out, "--- {}\n+++ {}\n", name(&file.old), name(&file.new));
        for hunk in hunks(&file.lines) {
            out.push_str(&hunk);
        }
    }
    out
}

fn key(path: &str) -> &str {
    path.strip_prefix("v1/").or_else(|| path.strip_prefix("v2/")).unwrap_or(path)
}

/// The longest common subsequence, by table: manifests have a few hundred lines at most.
fn lines(old: &str, new: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            out.push(DiffLine::Same(old[i].to_owned()));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            out.push(DiffLine::Removed(old[i].to_owned()));
            i += 1;
        } else {
            out.push(DiffLine::Added(new[j].to_owned()));
            j += 1;
        }
    }
    out
}

fn hunks(lines: &[DiffLine]) -> Vec<String> {
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| !matches!(line, DiffLine::Same(_))).map(|(i, _)| i).collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in changed {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(lines.len()));
        match ranges.last_mut() {
            Some(last) if from <= last.1 => last.1 = to,
            _ => ranges.push((from, to)),
        }
    }
    ranges.into_iter().map(|(from, to)| hunk(lines, from, to)).collect()
}

fn hunk(lines: &[DiffLine], from: usize, to: usize) -> String {
    let count = |range: &[DiffLine], old: bool| {
        let counted = |line: &&DiffLine| match line {
            DiffLine::Same(_) => true,
            DiffLine::Removed(_) => old,
            DiffLine::Added(_) => !old,
        };
        range.iter().filter(counted).count()
    };
    let header = |old: bool| {
        let (before, here) = (count(&lines[..from], old), count(&lines[from..to], old));
        format!("{},{here}", if here == 0 { before } else { before + 1 })
    };
    let mut out = format!("@@ -{} +{} @@\n", header(true), header(false));
    for line in &lines[from..to] {
        let (sign, text) = match line {
            DiffLine::Same(text) => (' ', text),
            DiffLine::Removed(text) => ('-', text),
            DiffLine::Added(text) => ('+', text),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{sign}{text}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{DiffLine, diff, lines, unified};
    use crate::content::manifests::{ManifestFile, Stage, embedded};
    use proptest::prelude::*;

    fn file(path: &str, text: &str) -> ManifestFile {
        ManifestFile { path: path.into(), text: text.to_owned().into() }
    }

    #[test]
    fn v2_adds_the_reporter_and_the_bucket() {
        let found = diff(&embedded(Stage::V1), &embedded(Stage::V2));
        let names: Vec<_> = found.iter().map(|file| file.new.clone().unwrap()).collect();
        assert_eq!(
            names,
            [
                "v2/localstack/localstack-init-scripts-config.yaml",
                "v2/task-reporter/configmap.yaml",
                "v2/task-reporter/cronjob.yaml"
            ]
        );
        let text = unified(&found);
        assert!(text.contains("+  03-create-bucket.sh: |"), "{text}");
        assert!(text.contains("--- /dev/null\n+++ v2/task-reporter/configmap.yaml\n@@ -0,0 +1,"), "{text}");
    }

    #[test]
    fn a_hunk_is_what_diff_u_writes() {
        let old = file("v1/a.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
        let new = file("v2/a.yaml", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
        assert_eq!(
            unified(&diff(&[old], &[new])),
            "--- v1/a.yaml\n+++ v2/a.yaml\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
    }

    proptest! {
        /// Without what was added it is the old text, without what was removed the new one.
        #[test]
        fn both_texts_are_in_the_difference(old in prop::collection::vec("[abc]", 0..12), new in prop::collection::vec("[abc]", 0..12)) {
            let found = lines(&old.join("\n"), &new.join("\n"));
            let side = |keep_removed: bool| -> Vec<String> {
                found.iter().filter_map(|line| match line {
                    DiffLine::Same(text) => Some(text.clone()),
                    DiffLine::Removed(text) => keep_removed.then(|| text.clone()),
                    DiffLine::Added(text) => (!keep_removed).then(|| text.clone()),
                }).collect()
            };
            prop_assert_eq!(side(true), old);
            prop_assert_eq!(side(false), new);
        }
    }
}
