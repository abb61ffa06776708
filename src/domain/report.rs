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

/// A report as a table. Made by `lab` out of a CSV.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportTable {
    /// The first line.
    pub header: Vec<String>,
    /// The others.
    pub rows: Vec<Vec<String>>,
    /// There are more rows than are shown.
    pub truncated: bool,
}
