//! Lines of a container's log, and what part of a log is wanted.

use jiff::Timestamp;
use serde::Serialize;

/// What part of a log is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogOptions {
    /// Go on until the container ends.
    pub follow: bool,
    /// Only the last lines.
    pub tail: Option<i64>,
    /// Each line with the time it was written.
    pub timestamps: bool,
    /// The container before the last restart.
    pub previous: bool,
    /// The container; `None`: the only one.
    pub container: Option<String>,
}

/// One line of a log, still foreign text: make it safe before it reaches a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// The pod.
    pub pod: String,
    /// The attempt's number, for pods of a Job.
    pub attempt: Option<u32>,
    /// When it was written; known where it was followed for a screen. A reader that asked for `timestamps` has
    /// them in the text, as kubectl prints them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The line, without its line feed; bytes that are no UTF-8 are replaced.
    pub text: String,
    /// True where the line was longer and is cut.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}
