//! An event that Kubernetes tells about an object. For people to read: rows are not made from events, since
//! servers fold and drop them.

use jiff::Timestamp;
use serde::Serialize;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// When it last happened.
    pub at: Option<Timestamp>,
    /// `Normal` or `Warning`.
    pub kind: String,
    /// One word: `SuccessfulCreate`.
    pub reason: String,
    /// The sentence. Foreign text.
    pub message: String,
    /// How often it happened.
    pub count: i32,
}
