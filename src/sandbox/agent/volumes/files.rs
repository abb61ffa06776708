//! Writes a volume's files so that a reader sees either all old or all new ones: a dated folder,
//! and the link `..data` switched to it, as a kubelet's atomic writer does.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A file's bytes and mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileContent {
    pub(super) bytes: Vec<u8>,
    pub(super) mode: u32,
}

/// The files of a volume by their relative path, which was checked before.
pub(super) type Content = BTreeMap<PathBuf, FileContent>;

const DATA: &str = "..data";
const NEW_DATA: &str = "..data_tmp";

/// Brings `folder` to `content`; does nothing if it holds just that.
pub(super) fn write_atomically(folder: &Path, content: &Content) -> std::io::Result<()> {
    let before = std::fs::read_link(folder.join(DATA)).ok();
    if before.is_some() && is_current(folder, content) {
        return Ok(());
    }
    let stamp = jiff::Timestamp::now();
    let fresh = format!("..{}.{:09}", stamp.strftime("%Y_%m_%d_%H_%M_%S"), stamp.subsec_nanosecond());
    let target = folder.join(&fresh);
    std::fs::create_dir(&target)?;
    for (path, file) in content {
        let path = target.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut open = std::fs::OpenOptions::new().write(true).create_new(true).mode(file.mode).open(&path)?;
        open.write_all(&file.bytes)?;
        // The umask may have taken bits away.
        open.set_permissions(std::fs::Permissions::from_mode(file.mode))?;
    }
    let _ = std::fs::remove_file(folder.join(NEW_DATA));
    symlink(&fresh, folder.join(NEW_DATA))?;
    std::fs::rename(folder.join(NEW_DATA), folder.join(DATA))?;
    link_names(folder, content)?;
    if let Some(before) = before.filter(|b| b.to_str().is_some_and(|b| b.starts_with("..") && !b.contains('/'))) {
        std::fs::remove_dir_all(folder.join(before))?;
    }
    Ok(())
}

/// The visible names are links into `..data`; names that are no more are removed.
fn link_names(folder: &Path, content: &Content) -> std::io::Result<()> {
    let names: std::collections::BTreeSet<_> = content.keys().filter_map(|p| p.iter().next()).collect();
    for name in &names {
        let link = folder.join(name);
        if std::fs::symlink_metadata(&link).is_err() {
            symlink(Path::new(DATA).join(name), link)?;
        }
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = !name.as_encoded_bytes().starts_with(b"..") && entry.file_type()?.is_symlink();
        if ours && !names.contains(name.as_os_str()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn is_current(folder: &Path, content: &Content) -> bool {
    let data = folder.join(DATA);
    let same = |path: &PathBuf, file: &FileContent| {
        let path = data.join(path);
        let mode = std::fs::metadata(&path).map(|m| m.permissions().mode() & 0o777);
        mode.is_ok_and(|mode| mode == file.mode) && std::fs::read(&path).is_ok_and(|bytes| bytes == file.bytes)
    };
    content.iter().all(|(path, file)| same(path, file)) && count(&data) == content.len()
}

fn count(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| if e.path().is_dir() { count(&e.path()) } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(files: &[(&str, &str, u32)]) -> Content {
        let file = |text: &str, mode| FileContent { bytes: text.as_bytes().to_vec(), mode };
        files.iter().map(|(path, text, mode)| (PathBuf::from(path), file(text, *mode))).collect()
    }

    #[test]
    fn files_are_linked_through_data_and_replaced_whole() {
        let temp = tempfile::tempdir().expect("a folder");
        let folder = temp.path();
        write_atomically(folder, &content(&[("init.sh", "v1", 0o755), ("a/b", "x", 0o600)])).expect("written");
        let mode = |p: &str| std::fs::metadata(folder.join(p)).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode("init.sh"), mode("a/b")), (0o755, 0o600));
        assert_eq!(std::fs::read_link(folder.join("init.sh")).expect("a link"), Path::new("..data/init.sh"));
        let first = std::fs::read_link(folder.join(DATA)).expect("a link");

        write_atomically(folder, &content(&[("init.sh", "v1", 0o755), ("a/b", "x", 0o600)])).expect("written");
        assert_eq!(std::fs::read_link(folder.join(DATA)).expect("a link"), first);

        write_atomically(folder, &content(&[("init.sh", "v2", 0o755), ("new", "n", 0o644)])).expect("written");
        assert_eq!(std::fs::read_to_string(folder.join("init.sh")).expect("text"), "v2");
        assert!(!folder.join(first).exists());
        assert!(std::fs::symlink_metadata(folder.join("a")).is_err());
    }
}
