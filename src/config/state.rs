//! Which lab was brought up last, so that the other verbs find it without being told.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ConfigError;

const FILE: &str = "lab.json";
const SCHEMA_VERSION: u32 = 1;

/// The lab that `up` worked on last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabRecord {
    /// The version of the file's shape.
    pub schema_version: u32,
    /// The provider's name.
    pub provider: String,
    /// The kubeconfig, for the `context` provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubeconfig: Option<PathBuf>,
    /// The context, for the `context` provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The user agreed to an API server that is not on this machine.
    #[serde(default)]
    pub allow_remote: bool,
}

impl LabRecord {
    /// A record of the current shape.
    pub fn new(provider: &str) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            provider: provider.to_owned(),
            kubeconfig: None,
            context: None,
            namespace: None,
            allow_remote: false,
        }
    }

    /// Reads the record of a data folder, `None` where no lab was ever brought up.
    ///
    /// # Errors
    /// The file is there and cannot be read, or is of a newer shape.
    pub fn read(data: &Path) -> Result<Option<Self>, ConfigError> {
        let path = data.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        let record: Self = serde_json::from_slice(&text)
            .map_err(|e| ConfigError::Content { path: path.clone(), why: e.to_string() })?;
        if record.schema_version > SCHEMA_VERSION {
            let why = format!("schema_version {} is newer than this program knows", record.schema_version);
            return Err(ConfigError::Content { path, why });
        }
        Ok(Some(record))
    }

    /// Writes the record, whole or not at all. An equal one is left alone.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn write(&self, data: &Path) -> Result<(), ConfigError> {
        if Self::read(data).ok().flatten().as_ref() == Some(self) {
            return Ok(());
        }
        let path = data.join(FILE);
        let failed = |source| ConfigError::Write { path: path.clone(), source };
        std::fs::create_dir_all(data).map_err(failed)?;
        let fresh = data.join(format!("{FILE}.{}.new", std::process::id()));
        let text = serde_json::to_vec_pretty(self).map_err(|e| failed(e.into()))?;
        let mut file = std::fs::File::create(&fresh).map_err(failed)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&fresh, &path).map_err(failed)
    }

    /// Forgets the lab of a data folder.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn forget(data: &Path) -> Result<(), ConfigError> {
        let path = data.join(FILE);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ConfigError::Write { path, source }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(LabRecord::read(dir.path()).unwrap(), None);
        let record = LabRecord { context: Some("kind-x".into()), ..LabRecord::new("context") };
        record.write(dir.path()).unwrap();
        assert_eq!(LabRecord::read(dir.path()).unwrap(), Some(record));
        LabRecord::forget(dir.path()).unwrap();
        LabRecord::forget(dir.path()).unwrap();
        assert_eq!(LabRecord::read(dir.path()).unwrap(), None);
    }

    #[test]
    fn a_newer_shape_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), r#"{"schema_version": 9, "provider": "sandbox"}"#).unwrap();
        assert!(LabRecord::read(dir.path()).unwrap_err().to_string().contains("newer"));
    }
}
