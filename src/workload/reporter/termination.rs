//! The termination message: the last words of a container, which `kubectl describe pod` shows.
//!
//! Kubernetes' idea: what a container leaves in the file `terminationMessagePath` (by default
//! `/dev/termination-log`) becomes `state.terminated.message`, cut at 4,096 bytes.

use std::io::Write;
use std::path::Path;

/// Writes `message` where the kubelet reads it: `path` when given, else the default where a kubelet has put it.
/// On a machine without that file nothing is written; a failure to write changes nothing about the run.
pub(super) fn write(path: Option<&str>, message: &str) {
    let default = "/dev/termination-log";
    let path = Path::new(path.filter(|path| !path.is_empty()).unwrap_or(default));
    let made_by_kubelet = path.symlink_metadata().is_ok_and(|file| file.is_file());
    if !made_by_kubelet && path == Path::new(default) {
        return;
    }
    let written = std::fs::OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)
        .and_then(|mut file| file.write_all(message.as_bytes()));
    if let Err(error) = written {
        tracing::debug!("no termination message at {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_message_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("termination-log");
        super::write(file.to_str(), "a long first message");
        super::write(file.to_str(), "short");
        assert_eq!(std::fs::read_to_string(file).unwrap(), "short");
    }
}
