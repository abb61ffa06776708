//! The view on one or several logs: their lines one after the other, looked up by number. Nothing is copied, and
//! nothing is proportional to the lines: a frame asks for those in its window only.

use super::logs::{Line, Logs, PodLog};

/// The lines of several logs, one attempt after the other. A heading stands above each where there are several, or
/// where something is to be said of one; a last line below says why a log could not be read on.
#[derive(Clone, Debug)]
pub struct View<'a> {
    parts: Vec<Part<'a>>,
    total: usize,
}

/// The lines of one log.
#[derive(Clone, Debug)]
struct Part<'a> {
    key: &'a str,
    attempt: Option<u32>,
    log: Option<&'a PodLog>,
    heading: bool,
    begin: usize,
}

/// One line of the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewLine<'a> {
    /// Where another attempt begins.
    Heading {
        /// The pod.
        pod: &'a str,
        /// The attempt's number.
        attempt: Option<u32>,
        /// The pod is gone.
        gone: bool,
        /// Lines that were dropped.
        dropped: usize,
        /// Something is known of the log; a pod that was gone too soon has none.
        known: bool,
    },
    /// A line, and the attempt that wrote it.
    Text(&'a Line, Option<u32>),
    /// Why a log could not be read on.
    End(&'a str),
}

/// A line's own name, which it keeps while others come and go around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    key: String,
    /// Counted from the log's very first line, dropped or not; `None`: the heading.
    line: Option<usize>,
}

/// How serious a line calls itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
}

impl<'a> ViewLine<'a> {
    /// The text that a search looks through.
    pub fn text(&self) -> &'a str {
        match self {
            Self::Heading { pod, .. } => pod,
            Self::Text(line, _) => &line.text,
            Self::End(why) => why,
        }
    }
}

impl<'a> View<'a> {
    /// The view on the logs of these keys.
    pub fn new(logs: &'a Logs, keys: &'a [(String, Option<u32>)]) -> Self {
        let mut view = Self { parts: Vec::new(), total: 0 };
        for (key, attempt) in keys {
            let log = logs.pod(key);
            let told = log.is_some_and(|log| log.gone || log.dropped > 0);
            let heading = attempt.is_some() || keys.len() > 1 || told;
            let part = Part { key, attempt: *attempt, log, heading, begin: view.total };
            view.total += part.len();
            view.parts.push(part);
        }
        view
    }

    /// How many lines there are, headings counted.
    pub fn len(&self) -> usize {
        self.total
    }

    /// True without any line.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// True while somebody reads one of the logs.
    pub fn is_read(&self) -> bool {
        self.parts.iter().any(|part| part.log.is_some_and(|log| log.following))
    }

    fn part(&self, line: usize) -> Option<&Part<'a>> {
        let after = self.parts.partition_point(|part| part.begin <= line);
        self.parts[..after].iter().rev().find(|part| line < part.begin + part.len())
    }

    /// A line by its number.
    pub fn get(&self, line: usize) -> Option<ViewLine<'a>> {
        let part = self.part(line)?;
        let below = match (line - part.begin).checked_sub(usize::from(part.heading)) {
            Some(below) => below,
            None => return Some(part.head()),
        };
        let log = part.log?;
        match log.lines.get(below) {
            Some(line) => Some(ViewLine::Text(line, part.attempt)),
            None => log.why.as_deref().map(ViewLine::End),
        }
    }

    /// The name of a line.
    pub fn anchor(&self, line: usize) -> Option<Anchor> {
        let part = self.part(line)?;
        let below = (line - part.begin).checked_sub(usize::from(part.heading));
        let dropped = part.log.map_or(0, |log| log.dropped);
        Some(Anchor { key: part.key.to_owned(), line: below.map(|below| below + dropped) })
    }

    /// Where a line is now; where it was dropped, the one after it.
    pub fn place(&self, anchor: &Anchor) -> usize {
        let Some(part) = self.parts.iter().find(|part| part.key == anchor.key) else { return 0 };
        let dropped = part.log.map_or(0, |log| log.dropped);
        let below = anchor.line.map_or(0, |line| usize::from(part.heading) + line.saturating_sub(dropped));
        part.begin + below
    }
}

impl<'a> Part<'a> {
    fn len(&self) -> usize {
        usize::from(self.heading) + self.log.map_or(0, |log| log.lines.len() + usize::from(log.why.is_some()))
    }

    fn head(&self) -> ViewLine<'a> {
        ViewLine::Heading {
            pod: self.key,
            attempt: self.attempt,
            gone: self.log.is_some_and(|log| log.gone),
            dropped: self.log.map_or(0, |log| log.dropped),
            known: self.log.is_some(),
        }
    }
}

/// What a logger of any house would call the line: the first word near its beginning that names a level.
pub fn level(text: &str) -> Option<Level> {
    let head: String = text.chars().take(120).collect::<String>().to_lowercase();
    head.split(|c: char| !c.is_alphanumeric()).find_map(|word| match word {
        "error" | "fatal" | "panic" | "exception" => Some(Level::Error),
        "warn" | "warning" => Some(Level::Warning),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(from: usize, to: usize) -> impl Iterator<Item = Line> {
        (from..to).map(|n| Line { at: None, text: n.to_string().into() })
    }

    fn keys(names: &[&str]) -> Vec<(String, Option<u32>)> {
        (1..).zip(names).map(|(n, name)| ((*name).to_owned(), Some(n))).collect()
    }

    #[test]
    fn attempts_stand_one_after_the_other_below_their_headings() {
        let mut logs = Logs::default();
        logs.ring("a").push(lines(0, 2));
        logs.ring("c").push(lines(0, 1));
        logs.ring("c").why = Some("cut".into());
        logs.lose("a");
        let keys = keys(&["a", "b", "c"]);
        let view = View::new(&logs, &keys);
        let all: Vec<String> = (0..view.len())
            .map(|n| match view.get(n).unwrap() {
                ViewLine::Heading { pod, gone, known, .. } => format!("{pod} {gone} {known}"),
                ViewLine::Text(line, attempt) => format!("{} {}", attempt.unwrap(), line.text),
                ViewLine::End(why) => why.to_owned(),
            })
            .collect();
        assert_eq!(all, ["a true true", "1 0", "1 1", "b false false", "c false true", "3 0", "cut"]);
        assert_eq!(view.get(7), None);
        let one = [("c".to_owned(), None)];
        assert_eq!(View::new(&Logs::default(), &one).len(), 0, "one log that is whole needs no heading");
    }

    #[test]
    fn a_line_keeps_its_name_while_lines_come_and_go() {
        let mut logs = Logs::default();
        logs.ring("a").push(lines(0, 9_990));
        logs.ring("b").push(lines(0, 5));
        let keys = keys(&["a", "b"]);
        let anchors = [2, 9_993].map(|line| View::new(&logs, &keys).anchor(line).unwrap());
        logs.ring("a").push(lines(9_990, 10_020));
        let view = View::new(&logs, &keys);
        let text = |anchor| view.get(view.place(anchor)).unwrap().text();
        assert_eq!(text(&anchors[0]), "20", "line 1 was dropped: the first one that is there");
        assert_eq!(text(&anchors[1]), "1", "the second line of b, wherever it is");
        assert_eq!(
            view.get(0),
            Some(ViewLine::Heading { pod: "a", attempt: Some(1), gone: false, dropped: 20, known: true })
        );
    }

    #[test]
    fn levels_of_several_loggers() {
        assert_eq!(level("2026-11-23T13:00:00Z ERROR cannot reach http://localstack:4566"), Some(Level::Error));
        assert_eq!(level(r#"{"level":"error","message":"no"}"#), Some(Level::Error));
        assert_eq!(level("Error: connect ECONNREFUSED"), Some(Level::Error));
        assert_eq!(level("WARN error_count=0"), Some(Level::Warning));
        assert_eq!(level("terror is no such word; 0 errors is good"), None);
    }
}
