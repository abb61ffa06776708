//! The settings and where files lie. A leaf: `cli`, `entry`, `provider` and the sandbox's daemon read it.
//!
//! Must not print, and must not look at the environment except through [`Folders::find`].

mod folders;
mod settings;
mod state;

pub use folders::Folders;
pub use settings::{DashboardSettings, ImageSettings, SandboxSettings, ServicesMode, Settings};
pub use state::LabRecord;

use std::path::PathBuf;

/// Every failure of this room.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No home directory, so no place for files.
    #[error("cannot tell where files belong: there is no home directory")]
    NoHome,
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not say what it should.
    #[error("{}: {why}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

impl ConfigError {
    /// The next command or step.
    pub fn next(&self) -> String {
        match self {
            Self::NoHome => "set K8S_TUTOR_DATA_DIR to a folder that you may write to".into(),
            Self::Read { path, .. } | Self::Write { path, .. } => {
                format!("ls -ld {} tells who may; or choose another folder with K8S_TUTOR_DATA_DIR", path.display())
            }
            Self::Content { path, .. } => format!("mend or remove {}; docs/cli.md describes it", path.display()),
        }
    }
}
