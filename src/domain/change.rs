//! What applying or deleting did to an object. Made by `cluster`, shown by `cli`.

use std::fmt;

use serde::Serialize;

/// One object and what happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectChange {
    /// The kind, as in a manifest (`ConfigMap`).
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// What happened.
    pub outcome: Outcome,
    /// Why, where that is not plain: the fields that changed, the fault that was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What happened to an object, in kubectl's words where kubectl has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It was there and differed.
    Configured,
    /// It was there as wanted: not even its resourceVersion moved.
    Unchanged,
    /// An immutable field differed, so it was deleted and made anew.
    Recreated,
    /// Left alone on purpose: an active fault lives on it.
    Kept,
    /// It is gone.
    Deleted,
}

impl Outcome {
    /// True when the cluster is as it was before.
    pub fn is_quiet(self) -> bool {
        matches!(self, Self::Unchanged | Self::Kept)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Configured => "configured",
            Self::Unchanged => "unchanged",
            Self::Recreated => "recreated",
            Self::Kept => "kept",
            Self::Deleted => "deleted",
        })
    }
}

/// Sums changes up in a few words: `3 created, 9 unchanged`.
pub fn summary(changes: &[ObjectChange]) -> String {
    let all = [
        Outcome::Created,
        Outcome::Configured,
        Outcome::Recreated,
        Outcome::Deleted,
        Outcome::Kept,
        Outcome::Unchanged,
    ];
    let counted = all.into_iter().filter_map(|outcome| {
        let n = changes.iter().filter(|c| c.outcome == outcome).count();
        (n > 0).then(|| format!("{n} {outcome}"))
    });
    counted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_counts_each_outcome() {
        let change = |outcome| ObjectChange { kind: "ConfigMap".into(), name: "x".into(), outcome, detail: None };
        let changes = [change(Outcome::Unchanged), change(Outcome::Created), change(Outcome::Unchanged)];
        assert_eq!(summary(&changes), "1 created, 2 unchanged");
        assert_eq!(summary(&[]), "");
    }
}
