//! Writes what a process says into its log file, rotated at ten mebibytes as a kubelet does.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::task::JoinHandle;

use super::{Hub, line};
use crate::sandbox::clock::Clock;

/// A kubelet's containerLogMaxSize.
const ROTATE_AT: u64 = 10 * 1024 * 1024;

/// The log of one attempt while it is being written.
#[derive(Clone, Debug)]
pub(in crate::sandbox::agent) struct Writer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    hub: Hub,
    clock: Clock,
    rotate_at: u64,
    file: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    size: u64,
}

/// The tasks that copy a process's two pipes into its log.
#[derive(Debug, Default)]
pub(in crate::sandbox::agent) struct Pumps(Vec<JoinHandle<()>>);

/// Where the file before a rotation goes.
pub(super) fn rotated(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}

impl Writer {
    /// Creates the log file.
    pub(in crate::sandbox::agent) fn create(path: &Path, hub: &Hub, clock: &Clock) -> std::io::Result<Self> {
        Self::rotating(path, hub, clock, ROTATE_AT)
    }

    fn rotating(path: &Path, hub: &Hub, clock: &Clock, rotate_at: u64) -> std::io::Result<Self> {
        let file = Mutex::new(Open { file: File::create(path)?, size: 0 });
        hub.opened(path);
        let inner = Inner { path: path.to_owned(), hub: hub.clone(), clock: clock.clone(), rotate_at, file };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Copies a pipe into the log until it ends.
    pub(in crate::sandbox::agent) fn pump(
        &self,
        pumps: &mut Pumps,
        stream: &'static str,
        pipe: impl AsyncRead + Unpin + Send + 'static,
    ) {
        let writer = self.clone();
        pumps.0.push(tokio::spawn(async move {
            let mut pipe = BufReader::with_capacity(line::LONGEST, pipe);
            let mut text = Vec::new();
            loop {
                text.clear();
                let read = (&mut pipe).take(line::LONGEST as u64).read_until(b'\n', &mut text).await;
                if !matches!(read, Ok(1..)) {
                    return;
                }
                let full = text.last() == Some(&b'\n') || text.len() < line::LONGEST;
                writer.write(stream, full, text.strip_suffix(b"\n").unwrap_or(&text));
            }
        }));
    }

    /// Writes one line. A full disk loses the line, not the process.
    pub(super) fn write(&self, stream: &str, full: bool, text: &[u8]) {
        let line = line::format(self.inner.clock.now(), stream, full, text);
        let rotated = match self.inner.append(&line) {
            Ok(rotated) => rotated,
            Err(error) => {
                tracing::debug!(path = %self.inner.path.display(), %error, "log line lost");
                false
            }
        };
        self.inner.hub.wrote(&self.inner.path, rotated);
    }
}

impl Pumps {
    /// Waits until both pipes have ended, at most `patience`: a process that left its group may
    /// hold a pipe open for ever.
    pub(in crate::sandbox::agent) async fn finish(self, patience: Duration) {
        let deadline = tokio::time::Instant::now() + patience;
        for mut pump in self.0 {
            if tokio::time::timeout_at(deadline, &mut pump).await.is_err() {
                pump.abort();
            }
        }
    }
}

impl Inner {
    fn append(&self, line: &[u8]) -> std::io::Result<bool> {
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let full = open.size > 0 && open.size + line.len() as u64 > self.rotate_at;
        if full {
            std::fs::rename(&self.path, rotated(&self.path))?;
            *open = Open { file: File::create(&self.path)?, size: 0 };
        }
        open.file.write_all(line)?;
        open.size += line.len() as u64;
        Ok(full)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.hub.closed(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_log_is_rotated_once_full() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.log");
        let writer = Writer::rotating(&path, &Hub::default(), &Clock::real(), 200).expect("a log");
        let mut pumps = Pumps::default();
        let many = "a line that is not short at all\n".repeat(6);
        writer.pump(&mut pumps, "stdout", std::io::Cursor::new(many.into_bytes()));
        pumps.finish(Duration::from_secs(30)).await;
        let size = |path: &Path| std::fs::metadata(path).expect("a file").len();
        assert!(size(&path) > 0 && size(&path) <= 200);
        assert!(size(&rotated(&path)) > 0 && size(&rotated(&path)) <= 200);
    }
}
