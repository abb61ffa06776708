//! Reports: what the reporter put into the bucket.

use std::fs;
use std::io::Write;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::{Lab, LabError};
use crate::aws::{Endpoint, Report, Reports};
use crate::domain::report::ReportRow;

/// Which reports are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest.
    Newest,
    /// One by its key.
    Key(String),
    /// All of them.
    All,
}

/// A report that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// Its key.
    pub key: String,
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// The bucket's reports, by key.
///
/// # Errors
/// The bucket does not answer.
pub async fn list(lab: &Lab) -> Result<Vec<ReportRow>, LabError> {
    Ok(bucket(lab).await?.list().await?.into_iter().map(row).collect())
}

/// Saves reports into a folder, each file whole or not at all.
///
/// # Errors
/// There is no such report, its key is no file's name, or the file cannot be written.
pub async fn save(lab: &Lab, which: &Which, dir: &Path) -> Result<Vec<Saved>, LabError> {
    let bucket = bucket(lab).await?;
    let mut saved = Vec::new();
    for key in keys(&bucket, which).await? {
        let path = path_of(dir, &key)?;
        let bytes = read(&bucket, &key).await?;
        write(&path, &bytes)?;
        saved.push(Saved { key, path, size: bytes.len() as u64 });
    }
    Ok(saved)
}

/// A report's bytes.
///
/// # Errors
/// There is no such report.
pub async fn cat(lab: &Lab, key: Option<&str>) -> Result<Vec<u8>, LabError> {
    let bucket = bucket(lab).await?;
    let which = key.map_or(Which::Newest, |key| Which::Key(key.to_owned()));
    match keys(&bucket, &which).await?.first() {
        Some(key) => read(&bucket, key).await,
        None => Err(LabError::NoReport { key: "newest".to_owned() }),
    }
}

async fn keys(bucket: &Reports, which: &Which) -> Result<Vec<String>, LabError> {
    Ok(match which {
        Which::Key(key) => vec![key.clone()],
        Which::All => bucket.list().await?.into_iter().map(|report| report.key).collect(),
        Which::Newest => {
            let newest = bucket.newest().await?.ok_or_else(|| LabError::NoReport { key: "newest".to_owned() })?;
            vec![newest.key]
        }
    })
}

async fn read(bucket: &Reports, key: &str) -> Result<Vec<u8>, LabError> {
    let stream = bucket.get(key).await?;
    let bytes = stream.collect().await.map_err(|e| LabError::Value(format!("report {key}: {e}")))?;
    Ok(bytes.to_vec())
}

/// A key is foreign text: only plain path parts may become a path under the folder.
fn path_of(dir: &Path, key: &str) -> Result<PathBuf, LabError> {
    let refused = || LabError::Key { key: key.to_owned() };
    let relative = Path::new(key);
    let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
    if key.is_empty() || !plain || key.contains('\\') || key.chars().any(char::is_control) {
        return Err(refused());
    }
    Ok(dir.join(relative))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    let failed = |source| LabError::Files { operation: "write", path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&fresh).and_then(|mut file| file.write_all(bytes));
    let moved = written.and_then(|()| fs::rename(&fresh, path));
    if moved.is_err() {
        // Best effort: the error below is what the person needs to know.
        let _ = fs::remove_file(&fresh);
    }
    moved.map_err(failed)
}

async fn bucket(lab: &Lab) -> Result<Reports, LabError> {
    Ok(Reports::new(&Endpoint::new(lab.aws_endpoint().await?)))
}

fn row(report: Report) -> ReportRow {
    ReportRow { key: report.key, size: report.size, modified_at: report.modified }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_leave_the_folder_are_refused() {
        let dir = Path::new("out");
        assert_eq!(path_of(dir, "a/b.csv").unwrap(), PathBuf::from("out/a/b.csv"));
        for key in ["../x", "/etc/passwd", "a/../../x", "", "a\nb", "..\\x"] {
            assert!(path_of(dir, key).is_err(), "{key:?}");
        }
    }

    #[test]
    fn a_report_is_written_whole_and_leaves_no_part_behind() {
        let dir = tempfile::tempdir().unwrap();
        write(&dir.path().join("a.csv"), b"x\n").unwrap();
        assert_eq!(fs::read(dir.path().join("a.csv")).unwrap(), b"x\n");
        fs::create_dir(dir.path().join("taken")).unwrap();
        assert!(write(&dir.path().join("taken"), b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
