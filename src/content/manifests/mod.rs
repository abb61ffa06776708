//! The manifests: those of the tutorial, part of the program, and a learner's own.
//!
//! Called by `lab::up` (what to apply) and by `k8s-tutor manifests`. Paths are relative to `k8s/` and use `/`.

mod diff;
mod embedded;
mod export;
mod folder;
mod parse;

use std::borrow::Cow;

pub use diff::{DiffLine, FileDiff, diff, unified};
pub use embedded::{all, embedded};
pub use export::{Exported, export};
pub use folder::{load_dir, load_stage};
pub use parse::{Manifest, parse};

use super::ContentError;

/// What `lab` and `cli` call the error of this module.
pub type ManifestError = ContentError;

/// How far the tutorial has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Stage {
    /// The web part only.
    V1,
    /// The web part and the batch.
    #[default]
    V2,
}

impl Stage {
    /// `v1` or `v2`: the folder's name and the word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

impl std::str::FromStr for Stage {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "v1" => Ok(Self::V1),
            "v2" => Ok(Self::V2),
            _ => Err(format!("there is no stage {name:?}; the stages are v1 and v2")),
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A file of manifests, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFile {
    /// Relative to `k8s/` or to the user's folder, with `/`: `v2/task-service/service.yaml`.
    pub path: String,
    /// YAML or JSON, one document or several.
    pub text: Cow<'static, str>,
}
