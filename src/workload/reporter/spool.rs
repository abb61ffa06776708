//! The report on its way: a file in `TEMP_DIR` that nobody else writes and that never outlives the run.
//!
//! Called by `run.rs`. The name carries a random run id, so that two pods which share a volume do not write into
//! one file, and the guard removes the file on every way out, failure and SIGTERM included.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::workload::failure::Failure;

/// A file being written.
pub(super) struct Spool {
    file: BufWriter<File>,
    written: u64,
    guard: Guard,
}

/// A file written to its end.
pub(super) struct Spooled {
    pub(super) size: u64,
    guard: Guard,
}

struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        // Gone already is as good as removed; anything else is told, since a Job may not fail for it.
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("could not remove {}: {error}", self.0.display());
        }
    }
}

impl Spool {
    /// Makes the file for `key` in `directory`, readable by this user alone.
    pub(super) fn create(directory: &Path, key: &str) -> Result<Self, Failure> {
        let path = directory.join(format!(".{key}.{}.tmp", uuid::Uuid::new_v4().simple()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file =
            options.open(&path).map_err(|source| Failure::Disk { what: "create", path: path.clone(), source })?;
        Ok(Self { file: BufWriter::with_capacity(64 * 1024, file), written: 0, guard: Guard(path) })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.written += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|source| self.guard.failed("write", source))
    }

    /// Flushes, and checks that the file has the size that was written: the upload reads it from the disk.
    pub(super) fn finish(mut self) -> Result<Spooled, Failure> {
        self.file.flush().map_err(|source| self.guard.failed("write", source))?;
        let size = self.file.get_ref().metadata().map_err(|source| self.guard.failed("read", source))?.len();
        if size != self.written {
            let message = format!("{} has {size} bytes, {} were written", self.guard.0.display(), self.written);
            return Err(Failure::Unexpected { operation: "spool", message });
        }
        Ok(Spooled { size, guard: self.guard })
    }
}

impl Spooled {
    pub(super) fn path(&self) -> &Path {
        &self.guard.0
    }

    /// A failure to read the file.
    pub(super) fn failed(&self, source: std::io::Error) -> Failure {
        self.guard.failed("read", source)
    }
}

impl Guard {
    fn failed(&self, what: &'static str, source: std::io::Error) -> Failure {
        Failure::Disk { what, path: self.0.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;

    #[test]
    fn the_file_is_gone_when_the_spool_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path(), "r.csv").unwrap();
        let other = Spool::create(folder.path(), "r.csv").unwrap();
        spool.write("設計\n".as_bytes()).unwrap();
        let spooled = spool.finish().unwrap();
        assert_eq!(std::fs::read(spooled.path()).unwrap(), "設計\n".as_bytes());
        assert_eq!(spooled.size, 7);
        drop((spooled, other));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_missing_folder_is_a_disk_failure() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Spool::create(&folder.path().join("no"), "r.csv").err().unwrap();
        assert_eq!(failure.exit_code(), 6);
    }
}
