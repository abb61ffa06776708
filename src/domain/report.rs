//! A report in the bucket. Made by `lab` out of S3's listing.

use jiff::Timestamp;
use serde::Serialize;

/// One object of the report bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// The object's key: `completed-tasks-2026-11-23.csv`.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub modified_at: Option<Timestamp>,
}
