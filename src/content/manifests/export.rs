//! Writes the built-in manifests into a folder, for a learner to read and edit.
//!
//! Called by `k8s-tutor manifests export DIR`. Never overwrites a file that differs: it may be an afternoon's work.

use std::path::{Path, PathBuf};

use super::all;
use crate::content::ContentError;

/// One file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it is.
    pub path: PathBuf,
    /// False where the same file was there already.
    pub written: bool,
}

/// Writes both stages and LocalStack below `dir`, which is made where it is missing.
///
/// # Errors
/// A file that is there and differs (then nothing is written), or one that cannot be written.
pub fn export(dir: &Path) -> Result<Vec<Exported>, ContentError> {
    let mut planned = Vec::new();
    for file in all() {
        let path = dir.join(&file.path);
        let written = match std::fs::read(&path) {
            Ok(bytes) if bytes == file.text.as_bytes() => false,
            Ok(_) => return Err(ContentError::Exists { path }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
            Err(source) => return Err(ContentError::Unwritable { path, source }),
        };
        planned.push((Exported { path, written }, file.text));
    }
    let mut exported = Vec::new();
    for (file, text) in planned {
        if file.written {
            write(&file.path, &text).map_err(|source| ContentError::Unwritable { path: file.path.clone(), source })?;
        }
        exported.push(file);
    }
    Ok(exported)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    std::io::Write::write_all(&mut file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::export;
    use crate::content::ContentError;

    #[test]
    fn an_edited_file_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let first = export(folder.path()).unwrap();
        assert!(first.iter().all(|file| file.written));
        let again = export(folder.path()).unwrap();
        assert!(again.iter().all(|file| !file.written) && again.len() == first.len());
        let (edited, gone) = (folder.path().join("v2/task-reporter/cronjob.yaml"), folder.path().join("v1"));
        std::fs::write(&edited, "mine").unwrap();
        std::fs::remove_dir_all(&gone).unwrap();
        assert!(matches!(export(folder.path()), Err(ContentError::Exists { .. })));
        assert_eq!(std::fs::read_to_string(&edited).unwrap(), "mine");
        assert!(!gone.exists(), "half an export was written");
    }
}
