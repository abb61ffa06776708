//! Where a pod's files lie. Every name that comes from an object is checked here before it
//! becomes part of a path.
//!
//! ```text
//!   <data_dir>/pods/<uid>/volumes/<volume>/            a volume's content
//!                        /etc/                         AWS_CONFIG_FILE and such: empty, never the user's own
//!                        /containers/<name>/root/…     mount paths, links to volumes
//!                                          /home /tmp /bin
//!                                          /<restartCount>.log, process.json
//! ```

use std::path::{Component, Path, PathBuf};

/// A pod's folder.
#[derive(Clone, Debug)]
pub(super) struct PodPaths {
    /// `<data_dir>/pods/<uid>`.
    pub(super) root: PathBuf,
}

/// A container's folder.
#[derive(Clone, Debug)]
pub(super) struct ContainerPaths {
    /// `<pod>/containers/<name>`.
    pub(super) base: PathBuf,
}

/// The folder of all pods.
pub(super) fn pods(data_dir: &Path) -> PathBuf {
    data_dir.join("pods")
}

impl PodPaths {
    /// The folder of the pod with this uid; `None` if the uid is not a plain name.
    pub(super) fn new(data_dir: &Path, uid: &str) -> Option<Self> {
        is_plain(uid).then(|| Self { root: pods(data_dir).join(uid) })
    }

    /// A container's folder; `None` if its name is not a plain name.
    pub(super) fn container(&self, name: &str) -> Option<ContainerPaths> {
        is_plain(name).then(|| ContainerPaths { base: self.root.join("containers").join(name) })
    }

    /// A volume's folder; `None` if its name is not a plain name.
    pub(super) fn volume(&self, name: &str) -> Option<PathBuf> {
        is_plain(name).then(|| self.root.join("volumes").join(name))
    }
}

impl ContainerPaths {
    /// What the container would see as `/`.
    pub(super) fn root(&self) -> PathBuf {
        self.base.join("root")
    }

    /// HOME.
    pub(super) fn home(&self) -> PathBuf {
        self.base.join("home")
    }

    /// TMPDIR.
    pub(super) fn tmp(&self) -> PathBuf {
        self.base.join("tmp")
    }

    /// The first folder of PATH.
    pub(super) fn bin(&self) -> PathBuf {
        self.base.join("bin")
    }

    /// The log of an attempt.
    pub(super) fn log(&self, attempt: u32) -> PathBuf {
        self.base.join(format!("{attempt}.log"))
    }

    /// The record of the running process.
    pub(super) fn record(&self) -> PathBuf {
        self.base.join("process.json")
    }

    /// An absolute path inside the container, as a path under its root; `None` if it climbs out.
    pub(super) fn inside(&self, path: &str) -> Option<PathBuf> {
        Some(self.root().join(relative(path)?))
    }
}

/// True for a name that can be one path component: no separator, not `.` or `..`, not empty.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= 253 && name != "." && name != ".." && !name.contains(['/', '\\', '\0'])
}

/// A path made relative and free of `.`; `None` if it has a `..`, which could climb out.
pub(super) fn relative(path: &str) -> Option<PathBuf> {
    let mut clean = PathBuf::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(part) => clean.push(part),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_climbs_out_is_refused() {
        assert_eq!(relative("/etc/./localstack/"), Some(PathBuf::from("etc/localstack")));
        assert_eq!(relative("a/../../b"), None);
        assert!(PodPaths::new(Path::new("/d"), "../x").is_none());
        let pod = PodPaths::new(Path::new("/d"), "u").expect("a plain uid");
        assert!(pod.container("a/b").is_none());
        assert!(pod.volume("..").is_none());
        assert_eq!(pod.container("c").and_then(|c| c.inside("/data/../../x")), None);
    }
}
