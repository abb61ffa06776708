//! The lab's manifests. (Thin: what ships comes with the workloads.)

use std::path::Path;

use serde_json::Value;

/// Which stage of the tutorial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The web part only.
    V1,
    /// With the batch.
    V2,
}

/// One object of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// Where it stands.
    pub file: String,
    /// On which line it begins, from 1.
    pub line: usize,
    /// The object.
    pub value: Value,
}

/// A manifest that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {why}")]
pub struct ManifestError {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

/// What ships for a stage.
pub fn embedded(_: Stage) -> Vec<Manifest> {
    Vec::new()
}

/// All manifests of a folder.
///
/// # Errors
/// One cannot be read.
pub fn load_dir(dir: &Path) -> Result<Vec<Manifest>, ManifestError> {
    Err(ManifestError { file: dir.display().to_string(), line: 1, why: "not in this build".into() })
}

/// The files that ship for a stage: path below `k8s/`, text.
pub fn files(_: Stage) -> Vec<(&'static str, &'static str)> {
    Vec::new()
}
