//! A learner's own manifests: every YAML and JSON file below a folder.
//!
//! Called for `up --manifests DIR`. Symbolic links are not followed, so that a folder from the net cannot make us
//! read (and apply, and thereby show) a file elsewhere.

use std::borrow::Cow;
use std::path::Path;

use super::embedded::belongs;
use super::{ManifestFile, Stage};
use crate::content::ContentError;

/// An API server takes no object over 3 MiB.
const MAX_BYTES: u64 = 3 * 1024 * 1024;
const MAX_DEPTH: usize = 8;
/// Files of other tools that lie beside manifests and are none.
const NOT_MANIFESTS: [&str; 3] = ["skaffold.yaml", "kustomization.yaml", "kustomization.yml"];

/// The files below `dir`, by path. Of a folder with both stages, as `manifests export` writes it, v2 is taken.
///
/// # Errors
/// A folder or file that cannot be read, or no manifest at all.
pub fn load_dir(dir: &Path) -> Result<Vec<ManifestFile>, ContentError> {
    load_stage(dir, Stage::V2)
}

/// The files below `dir` that belong to `stage`, by path; a folder without `v1/` and `v2/` is taken whole.
///
/// # Errors
/// A folder or file that cannot be read, or no manifest at all.
pub fn load_stage(dir: &Path, stage: Stage) -> Result<Vec<ManifestFile>, ContentError> {
    let mut files = Vec::new();
    collect(dir, "", 0, &mut files)?;
    files.retain(|file| belongs(&file.path, stage));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    if files.is_empty() { Err(ContentError::NoManifests { path: dir.to_owned() }) } else { Ok(files) }
}

fn collect(dir: &Path, prefix: &str, depth: usize, files: &mut Vec<ManifestFile>) -> Result<(), ContentError> {
    let unreadable = |path: &Path, source| ContentError::Unreadable { path: path.to_owned(), source };
    for entry in std::fs::read_dir(dir).map_err(|error| unreadable(dir, error))? {
        let entry = entry.map_err(|error| unreadable(dir, error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| unreadable(&path, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let relative = format!("{prefix}{name}");
        if kind.is_dir() && depth < MAX_DEPTH {
            collect(&path, &format!("{relative}/"), depth + 1, files)?;
        } else if kind.is_file() && is_manifest(&name) {
            files.push(read(&path, relative)?);
        }
    }
    Ok(())
}

fn is_manifest(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    matches!(extension, "yaml" | "yml" | "json") && !NOT_MANIFESTS.contains(&name)
}

fn read(path: &Path, relative: String) -> Result<ManifestFile, ContentError> {
    let unreadable = |source| ContentError::Unreadable { path: path.to_owned(), source };
    if path.metadata().map_err(unreadable)?.len() > MAX_BYTES {
        return Err(ContentError::NotAManifest {
            file: relative,
            what: "is over 3 MiB, more than an API server takes",
        });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(ManifestFile { path: relative, text: Cow::Owned(text) }),
        Err(_) => Err(ContentError::NotAManifest { file: relative, what: "is not UTF-8 text" }),
    }
}

#[cfg(test)]
mod tests {
    use super::{load_dir, load_stage};
    use crate::content::ContentError;
    use crate::content::manifests::{Stage, embedded, export};

    fn paths(files: &[super::ManifestFile]) -> Vec<&str> {
        files.iter().map(|file| file.path.as_str()).collect()
    }

    #[test]
    fn an_exported_tree_loads_as_the_stage_that_was_built_in() {
        let folder = tempfile::tempdir().unwrap();
        export(folder.path()).unwrap();
        for stage in [Stage::V1, Stage::V2] {
            let mut wanted = embedded(stage);
            wanted.sort_by(|a, b| a.path.cmp(&b.path));
            assert_eq!(load_stage(folder.path(), stage).unwrap(), wanted);
        }
    }

    #[test]
    fn what_is_no_manifest_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).unwrap();
        for name in ["a.yaml", "sub/b.yml", "c.json", "README.md", ".hidden.yaml", "skaffold.yaml"] {
            std::fs::write(at(name), "kind: X").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", at("link.yaml")).unwrap();
        assert_eq!(paths(&load_dir(folder.path()).unwrap()), ["a.yaml", "c.json", "sub/b.yml"]);
    }

    #[test]
    fn an_empty_and_a_missing_folder_say_what_to_type() {
        let folder = tempfile::tempdir().unwrap();
        let error = load_dir(folder.path()).unwrap_err();
        assert!(error.to_string().contains("k8s-tutor manifests export"), "{error}");
        assert!(matches!(load_dir(&folder.path().join("no")), Err(ContentError::Unreadable { .. })));
        std::fs::write(folder.path().join("x.yaml"), b"\xff\xfe").unwrap();
        assert!(matches!(load_dir(folder.path()), Err(ContentError::NotAManifest { .. })));
    }
}
