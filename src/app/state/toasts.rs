//! What was said to the person: shown for a while, then kept in the messages panel.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// Messages kept.
const MOST: usize = 500;

/// The weight of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked, or is worth knowing.
    Info,
    /// An equivalent command.
    Command,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// When it was said.
    pub at: Timestamp,
    /// Its weight.
    pub tone: Tone,
    /// The text; may hold foreign text.
    pub text: String,
    /// What to type or press next.
    pub next: Option<String>,
}

/// All messages, newest last.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    all: VecDeque<Toast>,
    /// Those up to here were waved away.
    seen: Option<Timestamp>,
}

impl Toast {
    /// How long it stays on the screen.
    pub fn stays(&self) -> Duration {
        Duration::from_secs(match self.tone {
            Tone::Info | Tone::Command => 5,
            Tone::Warning => 8,
            Tone::Error => 15,
        })
    }

    /// When it leaves the screen.
    pub fn ends(&self) -> Timestamp {
        self.at + self.stays()
    }
}

impl Toasts {
    /// Says something.
    pub fn say(&mut self, at: Timestamp, tone: Tone, text: impl Into<String>, next: Option<String>) {
        self.all.push_back(Toast { at, tone, text: text.into(), next });
        if self.all.len() > MOST {
            self.all.pop_front();
        }
    }

    /// What is on the screen at a time, newest last.
    pub fn shown(&self, now: Timestamp) -> impl Iterator<Item = &Toast> {
        let seen = self.seen;
        self.all.iter().filter(move |toast| toast.ends() > now && seen.is_none_or(|seen| toast.at > seen))
    }

    /// Waves away what is on the screen. True when something was.
    pub fn dismiss(&mut self, now: Timestamp) -> bool {
        let any = self.shown(now).next().is_some();
        self.seen = Some(now);
        any
    }

    /// Everything that was said, newest last.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Toast> + ExactSizeIterator {
        self.all.iter()
    }
}
