//! A task of the task app, as the lab lists it. Made by `lab` out of DynamoDB items.

use jiff::Timestamp;
use serde::Serialize;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskRow {
    /// Its id, a UUID.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What is to be done. Foreign text.
    pub title: String,
    /// True when it is finished.
    pub done: bool,
    /// When it starts.
    pub start_at: Option<Timestamp>,
    /// When it was last changed; for a finished task: when it was finished.
    pub updated_at: Option<Timestamp>,
}
