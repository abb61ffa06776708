//! Paths of `aws s3`: `s3://bucket/key`, local ones, and how the real CLI shows them.

use std::path::{Component, Path, PathBuf};

/// A bucket and a key, which may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct S3Path {
    pub(super) bucket: String,
    pub(super) key: String,
}

impl S3Path {
    /// `None` for a local path.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("s3://")?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// As printed.
    pub(super) fn shown(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

/// A local file as printed: relative to the working folder, `./a` for one in it.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let absolute = normal(&here.join(path));
    let (folder, name) = (absolute.parent().unwrap_or(&absolute).to_owned(), absolute.file_name());
    let folder = relative(&folder, &normal(&here));
    let name = name.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{folder}/{name}")
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// One folder seen from another; `.` for itself.
fn relative(folder: &Path, from: &Path) -> String {
    let (a, b): (Vec<_>, Vec<_>) = (folder.components().collect(), from.components().collect());
    let shared = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let up = std::iter::repeat_n("..".to_owned(), b.len() - shared);
    let down = a[shared..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        assert_eq!(S3Path::parse("s3://b"), Some(S3Path { bucket: "b".to_owned(), key: String::new() }));
        assert_eq!(S3Path::parse("s3://b/a/c").map(|p| p.key).as_deref(), Some("a/c"));
        assert_eq!(S3Path::parse("b/a"), None);
    }

    #[test]
    fn files_are_shown_from_the_working_folder() {
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a/b")), ".");
        assert_eq!(relative(Path::new("/a/b/c/d"), Path::new("/a/b")), "c/d");
        assert_eq!(relative(Path::new("/tmp"), Path::new("/work/x")), "../../tmp");
        assert_eq!(shown(Path::new("a.csv")), "./a.csv");
        assert_eq!(shown(Path::new("d/sub/2")), "d/sub/2");
    }
}
