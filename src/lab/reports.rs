//! Reports: what the reporter put into the bucket. A key that is not there is an error before anything is announced.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;
use tokio::io::AsyncWriteExt;

use super::{Lab, LabError};
use crate::aws::{BUCKET, Endpoint, Report, Reports};
use crate::domain::csv_table::{self, ReportDiff};
use crate::domain::equivalent;
use crate::domain::report::{ReportRow, ReportTable, Transfer};

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
    Ok(bucket(lab).await?.0.list().await?.into_iter().map(row).collect())
}

/// Saves reports into a folder, each file whole or not at all.
///
/// # Errors
/// There is no such report, its key is no file's name, or the file cannot be written.
pub async fn save(lab: &Lab, which: &Which, dir: &Path) -> Result<Vec<Saved>, LabError> {
    save_watched(lab, which, dir, &mut |_| {}).await
}

/// As [`save`]; `each` is told how far it has come: at every chunk, and when a file is whole.
///
/// # Errors
/// As [`save`].
pub async fn save_watched(
    lab: &Lab,
    which: &Which,
    dir: &Path,
    each: &mut (dyn FnMut(Transfer) + Send),
) -> Result<Vec<Saved>, LabError> {
    let (bucket, endpoint) = bucket(lab).await?;
    let wanted = find(&bucket, which).await?;
    let paths = wanted.iter().map(|report| path_of(dir, &report.key)).collect::<Result<Vec<_>, _>>()?;
    let (reports, total) = (wanted.len(), wanted.iter().map(|report| report.size).sum());
    let (mut saved, mut before) = (Vec::new(), 0);
    for (number, (Report { key, .. }, path)) in (1..).zip(wanted.into_iter().zip(paths)) {
        let command = equivalent::copy_report(&endpoint, BUCKET, &key, &path.display().to_string());
        if !lab.announce(command) {
            continue;
        }
        let old = fs::read(&path).ok();
        let at = |done, saved| Transfer { key: key.clone(), number, reports, done, total, saved };
        let size = copy(&bucket, &key, &path, |size| each(at(before + size, false))).await?;
        before += size;
        each(at(before, true));
        // The same day's report is written anew by each run: replacing it is meant, and told.
        let replaced = old.is_some_and(|old| fs::read(&path).is_ok_and(|new| new != old));
        if replaced {
            lab.note(format!("{} had other content and is replaced", path.display()));
        }
        saved.push(Saved { key, path, size, replaced });
    }
    Ok(saved)
}

/// A report's content as a table, with who wrote it. `None`: the newest.
///
/// # Errors
/// There is no such report.
pub async fn read(lab: &Lab, key: Option<&str>) -> Result<ReportTable, LabError> {
    let (bucket, _) = bucket(lab).await?;
    let key = match key {
        Some(key) => key.to_owned(),
        None => newest(&bucket).await?.key,
    };
    let (report, lineage) = bucket.head(&key).await?;
    let table = bucket.table(&key).await?;
    Ok(ReportTable { report: ReportRow { lineage, ..row(report) }, table })
}

/// What report `b` has that report `a` has not, task by task.
///
/// # Errors
/// One is not there, or is no report of tasks.
pub async fn diff(lab: &Lab, a: &str, b: &str) -> Result<ReportDiff, LabError> {
    let (bucket, _) = bucket(lab).await?;
    let (old, new) = tokio::try_join!(bucket.table(a), bucket.table(b))?;
    csv_table::diff(&old, &new).map_err(|error| LabError::Value(format!("{a} and {b} cannot be compared: {error}")))
}

/// Deletes reports, and returns what they were; all are looked up before the first is deleted. Empty on a dry run.
///
/// # Errors
/// One of them is not there, or the bucket does not answer.
pub async fn delete(lab: &Lab, keys: &[String]) -> Result<Vec<ReportRow>, LabError> {
    let (bucket, endpoint) = bucket(lab).await?;
    let mut found: Vec<ReportRow> = Vec::new();
    for key in keys {
        let report = row(bucket.head(key).await?.0);
        if !found.contains(&report) {
            found.push(report);
        }
    }
    let mut deleted = Vec::new();
    for report in found {
        if lab.announce(equivalent::delete_report(&endpoint, BUCKET, &report.key)) {
            bucket.delete(&report.key).await?;
            deleted.push(report);
        }
    }
    Ok(deleted)
}

/// A report's bytes.
///
/// # Errors
/// There is no such report.
pub async fn cat(lab: &Lab, key: Option<&str>) -> Result<Vec<u8>, LabError> {
    let (bucket, _) = bucket(lab).await?;
    let key = match key {
        Some(key) => key.to_owned(),
        None => newest(&bucket).await?.key,
    };
    let mut bytes = Vec::new();
    bucket.copy(&key, &mut bytes, |_| {}).await?;
    Ok(bytes)
}

async fn find(bucket: &Reports, which: &Which) -> Result<Vec<Report>, LabError> {
    Ok(match which {
        Which::Key(key) => vec![bucket.head(key).await?.0],
        Which::All => bucket.list().await?,
        Which::Newest => vec![newest(bucket).await?],
    })
}

async fn newest(bucket: &Reports) -> Result<Report, LabError> {
    bucket.newest().await?.ok_or_else(|| LabError::NoReport { key: "newest".to_owned() })
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
async fn copy(bucket: &Reports, key: &str, path: &Path, each: impl FnMut(u64) + Send) -> Result<u64, LabError> {
    let failed = |source| LabError::Files { operation: "write", path: path.to_owned(), source };
    let part = part_of(path);
    if let Some(folder) = part.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = tokio::fs::File::create(&part).await.map_err(failed)?;
    let copied = match bucket.copy(key, &mut file, each).await {
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

async fn bucket(lab: &Lab) -> Result<(Reports, String), LabError> {
    let endpoint = lab.aws_endpoint().await?;
    Ok((Reports::new(&Endpoint::new(endpoint.clone())), endpoint))
}

fn row(report: Report) -> ReportRow {
    ReportRow { key: report.key, size: report.size, modified_at: report.modified, lineage: None }
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
