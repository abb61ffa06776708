//! The applets' stdout and stderr.

use std::io::Write;

/// A line on stdout. A closed pipe is not our concern.
pub(super) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}

/// Bytes on stdout as they are.
pub(super) fn bytes(data: &[u8]) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(data);
}

/// What was written so far goes out.
pub(super) fn flush() {
    let _ = std::io::stdout().flush();
}

/// A line on stderr.
pub(super) fn complain(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{text}");
}
