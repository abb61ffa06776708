//! Reports: what the reporter put into the bucket.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use tokio::io::AsyncWriteExt;

use super::{Lab, LabError};
use crate::aws::{BUCKET, Endpoint, Report, Reports};
use crate::domain::command::ShellCommand;
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
    /// A file of that name with other content was there.
    pub replaced: bool,
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
        let command = ShellCommand::new(["aws", "--endpoint-url", &lab.aws_endpoint().await?, "s3", "cp"]);
        let command = command.arg(format!("s3://{BUCKET}/{key}")).arg(path.display().to_string());
        if !lab.announce(command) {
            continue;
        }
        let before = fs::read(&path).ok();
        let size = copy(&bucket, &key, &path).await?;
        // The same day's report is written anew by each run: replacing it is meant, and told.
        let replaced = before.is_some_and(|old| fs::read(&path).is_ok_and(|new| new != old));
        if replaced {
            lab.note(format!("{} had other content and is replaced", path.display()));
        }
        saved.push(Saved { key, path, size, replaced });
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
        Some(key) => {
            let mut bytes = Vec::new();
            bucket.copy(key, &mut bytes).await?;
            Ok(bytes)
        }
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

/// Copies a report chunk by chunk beside its place, then moves it there: nobody sees half a file.
async fn copy(bucket: &Reports, key: &str, path: &Path) -> Result<u64, LabError> {
    let failed = |source| LabError::Files { operation: "write", path: path.to_owned(), source };
    let part = part_of(path);
    if let Some(folder) = part.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = tokio::fs::File::create(&part).await.map_err(failed)?;
    let copied = match bucket.copy(key, &mut file).await {
        Ok(size) => file.flush().await.and_then(|()| fs::rename(&part, path)).map_err(failed).map(|()| size),
        Err(error) => Err(error.into()),
    };
    if copied.is_err() {
        // Best effort: the error is what the person needs to know.
        let _ = fs::remove_file(&part);
    }
    copied
}

/// Where a file lies until it is whole.
fn part_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.part", std::process::id()))
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
    fn a_part_lies_beside_its_file() {
        let part = part_of(Path::new("out/a.csv"));
        assert_eq!(part.parent(), Some(Path::new("out")));
        assert!(part.file_name().unwrap().to_string_lossy().starts_with(".a.csv."));
        assert_eq!(part_of(Path::new("a.csv")).parent(), Some(Path::new("")));
    }
}
