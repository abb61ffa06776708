//! Which files of a stage's folder are scripts: `*.sh`, sorted, each file once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Folders within folders are looked through, as LocalStack does, but not without end.
const DEPTH: usize = 4;

/// The scripts of a folder in the order they run; none when the folder is missing.
pub(super) fn scripts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, DEPTH, &mut found);
    found.sort();
    let mut seen = HashSet::new();
    // Links of a ConfigMap volume lead to one file: the real path tells.
    found.retain(|path| path.canonicalize().is_ok_and(|real| seen.insert(real)));
    found
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        // `..data` and `..2026_11_23…` are the kubelet's own: what they hold is linked beside them.
        if entry.file_name().to_string_lossy().starts_with("..") {
            continue;
        }
        if path.is_dir() {
            if depth > 0 {
                collect(&path, depth - 1, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "sh") {
            found.push(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_map_volume_gives_each_script_once_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("..2026_11_23_21_00_00.1");
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink("..2026_11_23_21_00_00.1", folder.path().join("..data")).unwrap();
        for name in ["02-b.sh", "01-a.sh", "table.json"] {
            std::fs::write(real.join(name), "").unwrap();
            std::os::unix::fs::symlink(Path::new("..data").join(name), folder.path().join(name)).unwrap();
        }
        let names: Vec<_> =
            scripts(folder.path()).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["01-a.sh", "02-b.sh"]);
    }

    #[test]
    fn a_missing_folder_has_no_scripts() {
        assert!(scripts(Path::new("/nonexistent/ready.d")).is_empty());
    }
}
