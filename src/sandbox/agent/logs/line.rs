//! One line of a log file in the CRI format.

use jiff::Timestamp;

/// The longest piece of text in one line, in bytes; what is longer is cut into partial lines.
pub(super) const LONGEST: usize = 16 * 1024;

/// A parsed line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// When it was written, as text and as a time.
    pub(super) stamp: &'a [u8],
    /// True for a whole line or the last piece of one.
    pub(super) full: bool,
    /// True for standard output.
    pub(super) stdout: bool,
    /// What the process wrote.
    pub(super) text: &'a [u8],
}

impl Line<'_> {
    /// The time; `None` if the line is damaged.
    pub(super) fn time(&self) -> Option<Timestamp> {
        std::str::from_utf8(self.stamp).ok()?.parse().ok()
    }
}

/// Writes a line in the CRI format.
pub(super) fn format(at: Timestamp, stream: &str, full: bool, text: &[u8]) -> Vec<u8> {
    let tag = if full { 'F' } else { 'P' };
    let mut line = format!("{at:.9} {stream} {tag} ").into_bytes();
    line.extend_from_slice(text);
    line.push(b'\n');
    line
}

/// Reads a line (with or without its newline); `None` if it is not in the CRI format, as the
/// torn last line of a killed agent may be.
pub(super) fn parse(line: &[u8]) -> Option<Line<'_>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let mut parts = line.splitn(4, |b| *b == b' ');
    let (stamp, stream, tag, text) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let full = match tag {
        b"F" => true,
        b"P" => false,
        _ => return None,
    };
    Some(Line { stamp, full, stdout: stream == b"stdout", text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let at: Timestamp = "2026-11-23T15:00:00.5Z".parse().expect("a time");
        let line = format(at, "stderr", false, b"two words");
        assert_eq!(line, b"2026-11-23T15:00:00.500000000Z stderr P two words\n");
        let parsed = parse(&line).expect("a line");
        assert_eq!(
            (parsed.time(), parsed.full, parsed.stdout, parsed.text),
            (Some(at), false, false, &b"two words"[..])
        );
        assert_eq!(parse(b"torn"), None);
    }
}
