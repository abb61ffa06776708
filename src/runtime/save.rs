//! Files that the dashboard writes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Shared;
use crate::app::message::Deed;
use crate::lab::LabError;

/// Files of one name that are told apart by a number.
const MOST: u32 = 1000;

pub(super) async fn text(shared: Arc<Shared>, name: String, text: String) {
    let dir = shared.setup.downloads.clone();
    let written = tokio::task::spawn_blocking(move || write(&dir, &name, &text)).await;
    let result = match written {
        Ok(Ok(path)) => Ok(path.display().to_string()),
        Ok(Err(error)) => Err(error),
        Err(error) => Err(LabError::Value(error.to_string())),
    };
    shared.done(Deed::File, result).await;
}

/// Writes a new file; one that is there is never written over.
fn write(dir: &Path, name: &str, text: &str) -> Result<PathBuf, LabError> {
    // The name is made of an object's: it must not lead out of the folder.
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '_' }).collect();
    let plain = plain.trim_start_matches('.');
    for n in 0..MOST {
        let path = dir.join(if n == 0 { plain.to_owned() } else { format!("{n}-{plain}") });
        let failed = |source| LabError::Files { operation: "write", path: path.clone(), source };
        match std::fs::File::options().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).map_err(failed)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(LabError::Value(format!("there are {MOST} files called {plain} in {}", dir.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_and_nothing_leaves_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let first = write(dir.path(), "test1.log", "a").unwrap();
        let second = write(dir.path(), "test1.log", "b").unwrap();
        assert_ne!(first, second);
        assert_eq!(std::fs::read_to_string(first).unwrap(), "a");
        let evil = write(dir.path(), "../../evil", "c").unwrap();
        assert_eq!(evil.parent(), Some(dir.path()));
        assert!(write(Path::new("/nowhere/at/all"), "x", "y").unwrap_err().to_string().contains("/nowhere"));
    }
}
