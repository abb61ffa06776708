//! Adding the lab's context to the user's own kubeconfig, and taking it out again: only the entries of that name are
//! touched, and only those that are still as they were put there are taken out.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_yaml::{Mapping, Value};

use super::LabError;

/// What merging did.
#[derive(Clone, Debug, Serialize)]
pub struct Merged {
    /// The context that is there now.
    pub context: String,
    /// False when it was there already, equal.
    pub changed: bool,
    /// The file as it was before.
    pub backup: Option<PathBuf>,
}

/// Adds the current context of `ours` to the file `own`, which is made if it is not there.
///
/// # Errors
/// A file cannot be read, understood or written; then nothing is changed.
pub fn merge_files(own: &Path, ours: &Path) -> Result<Merged, LabError> {
    let text = match fs::read_to_string(own) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(LabError::Files { operation: "read", path: own.to_owned(), source }),
    };
    let addition = fs::read_to_string(ours);
    let addition = addition.map_err(|source| LabError::Files { operation: "read", path: ours.to_owned(), source })?;
    let old = parse(own, text.as_deref().unwrap_or_default())?;
    let addition = parse(ours, &addition)?;
    let (new, context) = merge(old.clone(), &addition).map_err(|why| unreadable(own, &why))?;
    if new == old {
        return Ok(Merged { context, changed: false, backup: None });
    }
    let backup = match text {
        Some(text) => {
            let backup = own.with_extension("before-k8s-tutor");
            write_private(&backup, text.as_bytes())?;
            Some(backup)
        }
        None => None,
    };
    let text = serde_yaml::to_string(&new).map_err(|error| unreadable(own, &error.to_string()))?;
    write_private(own, text.as_bytes())?;
    Ok(Merged { context, changed: true, backup })
}

/// What taking our context out did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmerged {
    /// It was not there.
    Absent,
    /// It is gone; its name.
    Removed(String),
    /// It is there, but not as we would have written it, and stays; its name.
    Foreign(String),
}

/// Takes what [`merge_files`] added out of the file `own`, if it is still exactly that. On a dry run the file stays.
///
/// # Errors
/// A file cannot be read, understood or written; then nothing is changed.
pub fn unmerge_files(own: &Path, ours: &Path, dry_run: bool) -> Result<Unmerged, LabError> {
    let unread = |path: &Path| {
        let path = path.to_owned();
        move |source| LabError::Files { operation: "read", path, source }
    };
    let text = match fs::read_to_string(own) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Unmerged::Absent),
        Err(error) => return Err(unread(own)(error)),
    };
    let ours = parse(ours, &fs::read_to_string(ours).map_err(unread(ours))?)?;
    let (new, outcome) = unmerge(parse(own, &text)?, &ours);
    if !dry_run && matches!(outcome, Unmerged::Removed(_)) {
        let text = serde_yaml::to_string(&new).map_err(|error| unreadable(own, &error.to_string()))?;
        write_private(own, text.as_bytes())?;
    }
    Ok(outcome)
}

const LISTS: [&str; 3] = ["clusters", "users", "contexts"];

fn unmerge(mut own: Mapping, ours: &Mapping) -> (Mapping, Unmerged) {
    let name = ours.get("current-context").and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |of: &Mapping, key: &str| of.get(key).and_then(Value::as_sequence).cloned().unwrap_or_default();
    let named = |entry: &Value| entry.get("name").and_then(Value::as_str) == Some(name.as_str());
    if !list(&own, "contexts").iter().any(named) {
        return (own, Unmerged::Absent);
    }
    let kept = |key: &str| {
        let mine = list(ours, key);
        let theirs = list(&own, key);
        let whole = mine.iter().all(|entry| theirs.contains(entry));
        whole.then(|| theirs.into_iter().filter(|entry| !mine.contains(entry)).collect::<Vec<_>>())
    };
    let Some(kept) = LISTS.iter().map(|key| kept(key)).collect::<Option<Vec<_>>>() else {
        return (own, Unmerged::Foreign(name));
    };
    for (key, entries) in LISTS.iter().zip(kept) {
        own.insert((*key).into(), Value::Sequence(entries));
    }
    if own.get("current-context").and_then(Value::as_str) == Some(name.as_str()) {
        own.insert("current-context".into(), "".into());
    }
    (own, Unmerged::Removed(name))
}

fn parse(path: &Path, text: &str) -> Result<Mapping, LabError> {
    let value: Value = serde_yaml::from_str(text).map_err(|error| unreadable(path, &error.to_string()))?;
    match value {
        Value::Null => Ok(Mapping::new()),
        Value::Mapping(mapping) => Ok(mapping),
        _ => Err(unreadable(path, "it is not a kubeconfig")),
    }
}

fn unreadable(path: &Path, why: &str) -> LabError {
    LabError::Value(format!("{}: {why}", path.display()))
}

/// Puts the addition's clusters, users and contexts in place of those of the same name.
fn merge(mut own: Mapping, addition: &Mapping) -> Result<(Mapping, String), String> {
    let current = addition.get("current-context").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (key, value) in [("apiVersion", "v1"), ("kind", "Config")] {
        if !own.contains_key(key) {
            own.insert(key.into(), value.into());
        }
    }
    for key in LISTS {
        let entries = addition.get(key).and_then(Value::as_sequence).cloned().unwrap_or_default();
        let slot = own.entry(key.into()).or_insert(Value::Null);
        if slot.is_null() {
            *slot = Value::Sequence(Vec::new());
        }
        let list = slot.as_sequence_mut().ok_or_else(|| format!("{key} is not a list"))?;
        for entry in entries {
            match list.iter_mut().find(|old| old.get("name") == entry.get("name")) {
                Some(old) => *old = entry,
                None => list.push(entry),
            }
        }
    }
    if own.get("current-context").and_then(Value::as_str).is_none_or(str::is_empty) {
        own.insert("current-context".into(), current.clone().into());
    }
    Ok((own, current))
}

/// Writes a file that holds credentials: mode 0600, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    let failed = |source| LabError::Files { operation: "write", path: path.to_owned(), source };
    // A kubeconfig that is a link stays one.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = folder.join(format!(".{name}.{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&fresh).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&fresh, path));
    if moved.is_err() {
        // Best effort: the error below is what counts.
        let _ = fs::remove_file(&fresh);
    }
    moved.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "apiVersion: v1\nkind: Config\ncurrent-context: k8s-tutor-sandbox\n\
        clusters: [{name: k8s-tutor-sandbox, cluster: {server: 'https://127.0.0.1:2'}}]\n\
        users: [{name: k8s-tutor-sandbox, user: {token: new}}]\n\
        contexts: [{name: k8s-tutor-sandbox, context: {cluster: k8s-tutor-sandbox, user: k8s-tutor-sandbox}}]\n";
    const OWN: &str = "apiVersion: v1\nkind: Config\ncurrent-context: work\npreferences: {colors: true}\n\
        clusters: [{name: work, cluster: {server: 'https://x'}}, {name: k8s-tutor-sandbox, cluster: {server: 'https://old'}}]\n\
        users: [{name: work, user: {token: t}}]\ncontexts: [{name: work, context: {cluster: work, user: work}}]\n";

    #[test]
    fn other_entries_and_the_current_context_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (own, ours) = (dir.path().join("config"), dir.path().join("ours"));
        fs::write(&own, OWN).unwrap();
        fs::write(&ours, OURS).unwrap();
        let merged = merge_files(&own, &ours).unwrap();
        assert!(merged.changed);
        let text = fs::read_to_string(&own).unwrap();
        let value: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(value["current-context"], Value::from("work"));
        assert_eq!(value["preferences"]["colors"], Value::from(true));
        assert_eq!(value["clusters"].as_sequence().unwrap().len(), 2);
        assert_eq!(value["clusters"][1]["cluster"]["server"], Value::from("https://127.0.0.1:2"));
        assert_eq!(fs::read_to_string(merged.backup.unwrap()).unwrap(), OWN);
        assert!(!merge_files(&own, &ours).unwrap().changed);
    }

    #[test]
    fn what_was_added_is_taken_out_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (own, ours) = (dir.path().join("config"), dir.path().join("ours"));
        fs::write(&ours, OURS).unwrap();
        assert_eq!(unmerge_files(&own, &ours, false).unwrap(), Unmerged::Absent, "there is no file");
        merge_files(&own, &ours).unwrap();
        assert_eq!(unmerge_files(&own, &ours, false).unwrap(), Unmerged::Removed("k8s-tutor-sandbox".into()));
        let value: Value = serde_yaml::from_str(&fs::read_to_string(&own).unwrap()).unwrap();
        assert_eq!(value["current-context"], Value::from(""), "a context that is gone is not the current one");
        assert_eq!(unmerge_files(&own, &ours, false).unwrap(), Unmerged::Absent);

        fs::write(&own, OWN).unwrap();
        merge_files(&own, &ours).unwrap();
        let merged = fs::read_to_string(&own).unwrap();
        unmerge_files(&own, &ours, true).unwrap();
        assert_eq!(fs::read_to_string(&own).unwrap(), merged, "a dry run");
        unmerge_files(&own, &ours, false).unwrap();
        let value: Value = serde_yaml::from_str(&fs::read_to_string(&own).unwrap()).unwrap();
        assert_eq!(value["current-context"], Value::from("work"));
        assert_eq!(value["preferences"]["colors"], Value::from(true));
        for key in LISTS {
            assert_eq!(value[key].as_sequence().unwrap().len(), 1, "{key}");
            assert_eq!(value[key][0]["name"], Value::from("work"));
        }
    }

    #[test]
    fn a_context_that_somebody_changed_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (own, ours) = (dir.path().join("config"), dir.path().join("ours"));
        fs::write(&ours, OURS).unwrap();
        merge_files(&own, &ours).unwrap();
        let changed = fs::read_to_string(&own).unwrap().replace("127.0.0.1:2", "127.0.0.1:3");
        fs::write(&own, &changed).unwrap();
        assert_eq!(unmerge_files(&own, &ours, false).unwrap(), Unmerged::Foreign("k8s-tutor-sandbox".into()));
        assert_eq!(fs::read_to_string(&own).unwrap(), changed);
    }

    #[test]
    fn a_missing_file_is_made_private() {
        let dir = tempfile::tempdir().unwrap();
        let (own, ours) = (dir.path().join("kube/config"), dir.path().join("ours"));
        fs::write(&ours, OURS).unwrap();
        assert_eq!(merge_files(&own, &ours).unwrap().context, "k8s-tutor-sandbox");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&own).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_no_kubeconfig_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let (own, ours) = (dir.path().join("config"), dir.path().join("ours"));
        fs::write(&own, "- just\n- a list\n").unwrap();
        fs::write(&ours, OURS).unwrap();
        assert!(merge_files(&own, &ours).is_err());
        assert_eq!(fs::read_to_string(&own).unwrap(), "- just\n- a list\n");
    }
}
