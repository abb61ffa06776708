//! What a child writes: as lines, or captured whole.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::mpsc;

use super::{Exit, ProcessError, Spec};

/// Longest line handed on in one piece, in bytes; what goes on without a newline is cut here.
const LONGEST_LINE: u64 = 64 * 1024;

/// Which stream a piece of output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// All that a short command wrote, and how it ended.
#[derive(Clone, Debug)]
pub struct Captured {
    /// `None` when it was killed because its time was up.
    pub exit: Option<Exit>,
    /// Standard output and error in the order in which they arrived, at most the limit asked for.
    pub both: Vec<u8>,
    /// Standard output alone, at most the limit asked for.
    pub stdout: Vec<u8>,
    /// Standard error alone, at most the limit asked for.
    pub stderr: Vec<u8>,
}

/// The lines of a stream, without their ends, invalid UTF-8 replaced. The channel ends with the stream.
pub fn lines(stream: impl AsyncRead + Unpin + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = (&mut stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
            if !matches!(read, Ok(n) if n > 0) {
                return;
            }
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end_matches(['\n', '\r']).to_owned()).await.is_err() {
                return;
            }
        }
    });
    receiver
}

/// Runs a short command to its end, or kills its group after `timeout`. Each output is kept up to
/// `limit` bytes; what comes beyond is read and dropped, so that the command does not block.
pub async fn capture(spec: Spec, timeout: Duration, limit: usize) -> Result<Captured, ProcessError> {
    let mut child = spec.spawn().await?;
    let (sender, mut pieces) = mpsc::channel(16);
    if let Some(stdout) = child.take_stdout() {
        tokio::spawn(forward(stdout, Source::Stdout, sender.clone()));
    }
    if let Some(stderr) = child.take_stderr() {
        tokio::spawn(forward(stderr, Source::Stderr, sender.clone()));
    }
    drop(sender);
    let mut captured = Captured { exit: None, both: Vec::new(), stdout: Vec::new(), stderr: Vec::new() };
    let deadline = tokio::time::sleep(timeout);
    tokio::pin!(deadline);
    loop {
        tokio::select! {
            () = &mut deadline => {
                child.stop(Duration::ZERO).await?;
                captured.exit = None;
                return Ok(captured);
            }
            exit = child.wait(), if captured.exit.is_none() => {
                captured.exit = Some(exit?);
                // Whoever it left behind would hold the pipes open.
                child.signal(nix::sys::signal::Signal::SIGKILL);
            }
            piece = pieces.recv() => match piece {
                Some((source, bytes)) => captured.keep(source, &bytes, limit),
                None if captured.exit.is_some() => return Ok(captured),
                // Both pipes are closed, the process still runs: wait for it or for the deadline.
                None => {
                    tokio::select! {
                        () = &mut deadline => { child.stop(Duration::ZERO).await?; }
                        exit = child.wait() => captured.exit = Some(exit?),
                    }
                    return Ok(captured);
                }
            },
        }
    }
}

impl Captured {
    fn keep(&mut self, source: Source, bytes: &[u8], limit: usize) {
        let own = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        };
        own.extend_from_slice(&bytes[..bytes.len().min(limit.saturating_sub(own.len()))]);
        let room = limit.saturating_sub(self.both.len());
        self.both.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

async fn forward(mut from: impl AsyncRead + Unpin, source: Source, to: mpsc::Sender<(Source, Vec<u8>)>) {
    let mut buffer = vec![0; 8192];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if to.send((source, buffer[..n].to_vec())).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Spec {
        Spec::new("/bin/sh", ["-c", script])
    }

    #[tokio::test]
    async fn a_command_is_captured_with_its_code() {
        let got = capture(sh("echo out; echo err >&2; exit 3"), Duration::from_secs(30), 1024).await.expect("runs");
        assert_eq!(got.exit.map(|e| e.code), Some(3));
        assert_eq!((got.stdout.as_slice(), got.stderr.as_slice()), (&b"out\n"[..], &b"err\n"[..]));
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_killed() {
        let got = capture(sh("echo out; sleep 600"), Duration::from_millis(300), 1024).await.expect("runs");
        assert_eq!(got.exit, None);
    }

    #[tokio::test]
    async fn a_child_left_behind_does_not_hold_the_answer() {
        let got = capture(sh("sleep 600 & echo out"), Duration::from_secs(30), 1024).await.expect("runs");
        assert_eq!(got.exit.map(|e| e.code), Some(0));
        assert_eq!(got.stdout, b"out\n");
    }

    #[tokio::test]
    async fn output_beyond_the_limit_is_dropped() {
        let got = capture(sh("yes | head -c 100000; exit 0"), Duration::from_secs(30), 10).await.expect("runs");
        assert_eq!(got.stdout, b"y\ny\ny\ny\ny\n");
        assert_eq!(got.exit.map(|e| e.code), Some(0));
    }
}
