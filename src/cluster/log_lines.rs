//! A log's bytes into lines: cut where they are endless, readable where they are no text, their time taken off.
//!
//! Called by `log_stream` with bytes as they come, in pieces of any size.

use jiff::Timestamp;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// When it was written, where the server was asked for it.
    pub(crate) at: Option<Timestamp>,
    pub(crate) text: String,
    /// True where more followed on the same line.
    pub(crate) cut: bool,
}

/// Puts lines together.
pub(crate) struct Lines {
    partial: Vec<u8>,
    cut: bool,
    longest: usize,
    stamped: bool,
}

impl Lines {
    /// Lines of up to `longest` bytes; `stamped` ones begin with their time.
    pub(crate) fn new(longest: usize, stamped: bool) -> Self {
        Self { partial: Vec::new(), cut: false, longest, stamped }
    }

    /// Takes bytes in and hands out the lines that are whole now.
    pub(crate) fn take(&mut self, bytes: &[u8], whole: &mut Vec<Line>) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.append(&rest[..end]);
            whole.push(self.finish());
            rest = &rest[end + 1..];
        }
        self.append(rest);
    }

    /// What is left when the log ends without a line feed.
    pub(crate) fn end(&mut self) -> Option<Line> {
        (!self.partial.is_empty() || self.cut).then(|| self.finish())
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = self.longest - self.partial.len();
        self.cut |= bytes.len() > room;
        self.partial.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn finish(&mut self) -> Line {
        let mut text = String::from_utf8_lossy(&self.partial).into_owned();
        self.partial.clear();
        let cut = std::mem::take(&mut self.cut);
        if cut {
            // The cut may go through the middle of a character.
            text.truncate(text.trim_end_matches('\u{fffd}').len());
        }
        let stamp = if self.stamped { text.split_once(' ').unwrap_or((&text, "")) } else { ("", "") };
        match stamp.0.parse().ok() {
            Some(at) => Line { at: Some(at), text: stamp.1.to_owned(), cut },
            None => Line { at: None, text, cut },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(longest: usize, stamped: bool, pieces: &[&[u8]]) -> Vec<Line> {
        let (mut lines, mut all) = (Lines::new(longest, stamped), Vec::new());
        for piece in pieces {
            lines.take(piece, &mut all);
        }
        all.extend(lines.end());
        all
    }

    fn line(text: &str) -> Line {
        Line { at: None, text: text.to_owned(), cut: false }
    }

    #[test]
    fn lines_are_put_together_from_pieces_of_any_size() {
        let pieces: [&[u8]; 4] = [b"one\ntw", b"o\n", b"\nthr", b"ee"];
        assert_eq!(read(100, false, &pieces), [line("one"), line("two"), line(""), line("three")]);
        assert_eq!(read(100, false, &[b"end\n"]), [line("end")]);
    }

    #[test]
    fn the_time_is_taken_off_where_there_is_one() {
        let text = b"2026-11-23T14:03:46.357277000Z line 4\n2026-11-23T14:03:47Z \n2026-11-23T14:03:48Z\nno time\n";
        let lines = read(100, true, &[text]);
        assert_eq!(lines[0].at, Some("2026-11-23T14:03:46.357277Z".parse().unwrap()));
        assert_eq!(lines[0].text, "line 4");
        assert_eq!((lines[1].text.as_str(), lines[1].at.is_some()), ("", true));
        assert_eq!((lines[2].text.as_str(), lines[2].at.is_some()), ("", true));
        assert_eq!(lines[3], line("no time"));
        assert_eq!(read(100, false, &[b"2026-11-23T14:03:47Z x"]), [line("2026-11-23T14:03:47Z x")]);
    }

    #[test]
    fn an_endless_line_is_cut_and_marked_and_garbage_is_readable() {
        let lines = read(6, false, &["aaaaä".as_bytes(), "ääää\nb\n".as_bytes()]);
        assert_eq!(lines, [Line { at: None, text: "aaaaä".into(), cut: true }, line("b")]);
        let lines = read(5, false, &["aaaaä\n".as_bytes()]);
        assert_eq!(lines[0], Line { at: None, text: "aaaa".into(), cut: true });
        assert_eq!(read(9, false, &[b"\xff\x00x\n"]), [line("\u{fffd}\0x")]);
    }
}
