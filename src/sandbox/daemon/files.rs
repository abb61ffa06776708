//! The data directory of a sandbox: where each file lies, how it is written, who may read it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::DaemonError;

/// The files of one sandbox, all below one folder of mode 0700.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// The files of the sandbox in `data_dir`. Touches nothing.
    pub fn new(data_dir: &Path) -> Self {
        Self { root: data_dir.to_owned() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the API server keeps its objects.
    pub fn store(&self) -> PathBuf {
        self.root.join("store.redb")
    }

    /// What a client needs: address, CA, token. Mode 0600.
    pub fn kubeconfig(&self) -> PathBuf {
        self.root.join("kubeconfig")
    }

    /// The daemon's log.
    pub fn log(&self) -> PathBuf {
        self.root.join("sandbox.log")
    }

    pub(super) fn state(&self) -> PathBuf {
        self.root.join("state.json")
    }

    pub(super) fn identity(&self) -> PathBuf {
        self.root.join("identity.json")
    }

    fn lock_file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Makes the folder, readable by its owner only.
    pub(super) fn create(&self) -> Result<(), DaemonError> {
        let fail = |e| DaemonError::file("create the folder", &self.root)(e);
        fs::create_dir_all(&self.root).map_err(fail)?;
        restrict(&self.root, 0o700).map_err(fail)
    }

    /// Takes the daemon's lock, which the kernel gives back when the process ends, however it ends.
    ///
    /// A `status` elsewhere holds it for a moment; so a refusal counts only when it lasts.
    pub(super) fn lock_daemon(&self) -> Result<File, DaemonError> {
        let path = self.lock_file("daemon.lock");
        let file = open_lock(&path)?;
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Err(DaemonError::Locked(self.root.clone())),
                Err(TryLockError::Error(e)) => return Err(DaemonError::file("lock", path)(e)),
            }
        }
    }

    /// True while a daemon holds its lock.
    pub(super) fn daemon_lives(&self) -> Result<bool, DaemonError> {
        let path = self.lock_file("daemon.lock");
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(DaemonError::file("open", path)(e)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(e)) => Err(DaemonError::file("lock", path)(e)),
        }
    }

    /// Waits for its turn to start a daemon: of two `up` at once one starts, the other finds it running.
    pub(super) fn lock_start(&self) -> Result<File, DaemonError> {
        let path = self.lock_file("start.lock");
        let file = open_lock(&path)?;
        file.lock().map_err(DaemonError::file("lock", path))?;
        Ok(file)
    }
}

fn open_lock(path: &Path) -> Result<File, DaemonError> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(DaemonError::file("open", path))
}

/// Writes a file whole or not at all, mode 0600: a crash leaves the old one.
pub(super) fn write_private(path: &Path, content: &[u8]) -> Result<(), DaemonError> {
    let fail = |e| DaemonError::file("write", path)(e);
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part).map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    fs::rename(&part, path).map_err(fail)
}

#[cfg(unix)]
fn restrict(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _mode: u32) -> std::io::Result<()> {
    Ok(())
}
