//! Reads a log back: tail, since, timestamps, a limit, follow; what `kubectl logs` asks for.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::Stream;
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncSeekExt, BufReader};
use tokio::sync::mpsc;

use super::{Hub, line, writer};

/// Which part of a log, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sandbox::agent) struct Options {
    /// Only the last n lines.
    pub(in crate::sandbox::agent) tail: Option<u64>,
    /// Only lines from this time on.
    pub(in crate::sandbox::agent) since: Option<Timestamp>,
    /// The time before each line.
    pub(in crate::sandbox::agent) timestamps: bool,
    /// No more than so many bytes.
    pub(in crate::sandbox::agent) limit: Option<u64>,
    /// Go on until the container has ended.
    pub(in crate::sandbox::agent) follow: bool,
    /// Only standard output (`true`) or standard error (`false`).
    pub(in crate::sandbox::agent) only_stdout: Option<bool>,
}

struct Sender {
    options: Options,
    to: mpsc::Sender<std::io::Result<Bytes>>,
    left: u64,
    at_line_start: bool,
}

/// The log at `path` as a stream of bytes. A missing file is an empty log.
pub(in crate::sandbox::agent) fn stream(
    path: PathBuf,
    options: Options,
    hub: Hub,
) -> impl Stream<Item = std::io::Result<Bytes>> {
    let (to, mut from) = mpsc::channel(16);
    let left = options.limit.unwrap_or(u64::MAX);
    let sender = Sender { options, to, left, at_line_start: true };
    tokio::spawn(sender.run(path, hub));
    futures::stream::poll_fn(move |context| from.poll_recv(context))
}

impl Sender {
    async fn run(mut self, path: PathBuf, hub: Hub) {
        // Subscribe before the first read: a line written in between wakes us.
        let mut progress = if self.options.follow { hub.follow(&path) } else { None };
        let tail = self.options.tail;
        let where_to_start = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || starts(&path, tail)).await.unwrap_or_default()
        };
        if let (Some(start), old) = (where_to_start.old, writer::rotated(&path))
            && self.copy(&old, start).await.is_none()
        {
            return;
        }
        let mut rotations = progress.as_mut().map_or(0, |p| p.borrow_and_update().rotations);
        let Some(mut at) = self.copy(&path, where_to_start.new).await else { return };
        while let Some(news) = &mut progress {
            let open = tokio::select! {
                open = news.changed() => open.is_ok(),
                // Whoever followed has gone away.
                () = self.to.closed() => return,
            };
            let now = news.borrow_and_update().rotations;
            if now != rotations {
                rotations = now;
                if self.copy(&writer::rotated(&path), at).await.is_none() {
                    return;
                }
                at = 0;
            }
            match self.copy(&path, at).await {
                Some(end) => at = end,
                None => return,
            }
            if !open {
                return;
            }
        }
    }

    /// Sends a file from `start` to its end and says where that is; `None` when to stop for good.
    async fn copy(&mut self, path: &Path, start: u64) -> Option<u64> {
        let Ok(mut file) = tokio::fs::File::open(path).await else { return Some(start) };
        file.seek(SeekFrom::Start(start)).await.ok()?;
        let mut file = BufReader::with_capacity(64 * 1024, file);
        let (mut at, mut raw, mut batch) = (start, Vec::new(), Vec::new());
        loop {
            raw.clear();
            let read = file.read_until(b'\n', &mut raw).await;
            let whole = matches!(read, Ok(1..)) && raw.last() == Some(&b'\n');
            if whole {
                at += raw.len() as u64;
                self.render(&raw, &mut batch);
            }
            if batch.len() >= 32 * 1024 || (!whole && !batch.is_empty()) {
                self.send(std::mem::take(&mut batch)).await?;
            }
            if !whole {
                return Some(at);
            }
        }
    }

    fn render(&mut self, raw: &[u8], batch: &mut Vec<u8>) {
        let Some(line) = line::parse(raw) else { return };
        if self.options.only_stdout.is_some_and(|only| only != line.stdout) {
            return;
        }
        if let Some(since) = self.options.since
            && line.time().is_none_or(|time| time < since)
        {
            return;
        }
        if self.options.timestamps && self.at_line_start {
            batch.extend_from_slice(line.stamp);
            batch.push(b' ');
        }
        batch.extend_from_slice(line.text);
        if line.full {
            batch.push(b'\n');
        }
        self.at_line_start = line.full;
    }

    async fn send(&mut self, mut bytes: Vec<u8>) -> Option<()> {
        bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= bytes.len() as u64;
        self.to.send(Ok(Bytes::from(bytes))).await.ok()?;
        (self.left > 0).then_some(())
    }
}

/// Where to start in the file and in the one rotated away before it.
#[derive(Default)]
struct Starts {
    old: Option<u64>,
    new: u64,
}

fn starts(path: &Path, tail: Option<u64>) -> Starts {
    let old = writer::rotated(path);
    let Some(tail) = tail else { return Starts { old: old.exists().then_some(0), new: 0 } };
    let (new, found) = tail_start(path, tail).unwrap_or((0, 0));
    if found >= tail {
        return Starts { old: None, new };
    }
    Starts { old: tail_start(&old, tail - found).ok().map(|(start, _)| start), new }
}

/// Where the last `wanted` lines of a file begin, and how many lines there are from there.
fn tail_start(path: &Path, wanted: u64) -> std::io::Result<(u64, u64)> {
    const STEP: u64 = 64 * 1024;
    let mut file = std::fs::File::open(path)?;
    let end = file.metadata()?.len();
    let (mut at, mut lines) = (end, 0);
    if wanted == 0 {
        return Ok((end, 0));
    }
    while at > 0 {
        let from = at.saturating_sub(STEP);
        let mut piece = vec![0; usize::try_from(at - from).unwrap_or(0)];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        for (i, byte) in piece.iter().enumerate().rev() {
            let place = from + i as u64 + 1;
            if *byte == b'\n' && place < end {
                lines += 1;
                if lines == wanted {
                    return Ok((place, wanted));
                }
            }
        }
        at = from;
    }
    Ok((0, lines + u64::from(end > 0)))
}

/// The end of a log, for a termination message: the last 80 lines, at most 2,048 bytes.
/// (Kubernetes' FallbackToLogsOnError.)
pub(in crate::sandbox::agent) fn last_words(path: &Path) -> String {
    const LINES: u64 = 80;
    const BYTES: usize = 2048;
    let words = || -> std::io::Result<Vec<u8>> {
        let (start, _) = tail_start(path, LINES)?;
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut raw = Vec::new();
        file.take(4 * 1024 * 1024).read_to_end(&mut raw)?;
        let mut text = Vec::new();
        for line in raw.split_inclusive(|b| *b == b'\n').filter_map(line::parse) {
            text.extend_from_slice(line.text);
            if line.full {
                text.push(b'\n');
            }
        }
        Ok(text.split_off(text.len().saturating_sub(BYTES)))
    };
    words().map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;

    use super::*;
    use crate::sandbox::clock::Clock;

    struct Log {
        _folder: tempfile::TempDir,
        path: PathBuf,
        hub: Hub,
        writer: writer::Writer,
    }

    fn log(lines: &[&str]) -> Log {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("0.log");
        let hub = Hub::default();
        let clock = Clock::starting_at("2026-11-23T15:00:00Z".parse().expect("a time"));
        let writer = writer::Writer::create(&path, &hub, &clock).expect("a log");
        for line in lines {
            writer.write("stdout", true, line.as_bytes());
        }
        Log { _folder: folder, path, hub, writer }
    }

    async fn read(log: &Log, options: Options) -> String {
        let pieces: Vec<_> = stream(log.path.clone(), options, log.hub.clone()).collect().await;
        pieces.into_iter().map(|p| String::from_utf8(p.expect("readable").to_vec()).expect("text")).collect()
    }

    #[tokio::test]
    async fn tail_limit_and_timestamps() {
        let log = log(&["one", "two", "three"]);
        assert_eq!(read(&log, Options::default()).await, "one\ntwo\nthree\n");
        let tail = |n| Options { tail: Some(n), ..Options::default() };
        assert_eq!(read(&log, tail(2)).await, "two\nthree\n");
        assert_eq!(read(&log, tail(0)).await, "");
        assert_eq!(read(&log, tail(9)).await, "one\ntwo\nthree\n");
        let limited = Options { limit: Some(5), ..Options::default() };
        assert_eq!(read(&log, limited).await, "one\nt");
        let stamped = read(&log, Options { timestamps: true, tail: Some(1), ..Options::default() }).await;
        assert!(stamped.starts_with("2026-11-23T15:00:0") && stamped.ends_with("Z three\n"), "{stamped}");
        let later = Some("2027-01-01T00:00:00Z".parse().expect("a time"));
        assert_eq!(read(&log, Options { since: later, ..Options::default() }).await, "");
    }

    #[tokio::test]
    async fn a_follower_gets_new_lines_and_ends_with_the_container() {
        let log = log(&["one"]);
        let options = Options { follow: true, ..Options::default() };
        let mut lines = Box::pin(stream(log.path.clone(), options, log.hub.clone()));
        assert_eq!(lines.next().await.expect("a piece").expect("readable"), "one\n");
        log.writer.write("stderr", true, b"two");
        assert_eq!(lines.next().await.expect("a piece").expect("readable"), "two\n");
        drop(log.writer);
        assert!(lines.next().await.is_none());
    }

    #[tokio::test]
    async fn last_words_are_the_end_of_the_log() {
        let log = log(&["one", "two"]);
        assert_eq!(last_words(&log.path), "one\ntwo\n");
    }

    #[tokio::test]
    async fn a_long_log_has_its_tail_found_across_pieces() {
        let many: Vec<String> = (0..5000).map(|n| format!("line {n} {}", "x".repeat(40))).collect();
        let log = log(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let got = read(&log, Options { tail: Some(3000), ..Options::default() }).await;
        assert_eq!(got.lines().count(), 3000);
        assert!(got.starts_with("line 2000 "));
    }
}
