//! An event that Kubernetes tells about an object. For people to read: rows are not made from events, since
//! servers fold and drop them.

use jiff::Timestamp;
use serde::Serialize;

use super::object::Uid;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRow {
    /// Its uid.
    pub uid: Uid,
    /// The object it is about: its kind, `Job`.
    pub object_kind: String,
    /// The object's name.
    pub object_name: String,
    /// The object's uid.
    pub object_uid: Uid,
    /// Who tells: `job-controller`, `kubelet`.
    pub source: String,
    /// When it first happened.
    pub first_at: Option<Timestamp>,
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
