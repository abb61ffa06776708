//! A report in the bucket. Made by `lab` out of S3's listing and its objects' metadata.

use jiff::Timestamp;
use serde::Serialize;

use super::csv_table::CsvTable;

/// One object of the report bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// The object's key: `completed-tasks-2026-11-23.csv`.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub modified_at: Option<Timestamp>,
    /// Who wrote it, where that was asked for: a listing does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Lineage>,
}

/// Which run wrote a report: the user metadata that the task-reporter leaves on its object. Foreign text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lineage {
    /// The pod.
    pub pod: Option<String>,
    /// The Job that the pod belongs to.
    pub job: Option<String>,
    /// The run's own id: a container that was restarted in its pod has another one.
    pub run: Option<String>,
    /// How many tasks it wrote.
    pub rows: Option<u64>,
    /// The day that it reported on: `2026-11-23`.
    pub day: Option<String>,
}

/// A report that was read: what the bucket says of it, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportTable {
    /// The object, with its lineage where the task-reporter wrote it.
    #[serde(flatten)]
    pub report: ReportRow,
    /// Its content.
    #[serde(flatten)]
    pub table: CsvTable,
}

/// How far saving reports has come. Bytes are counted over all that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The report on its way, or just saved.
    pub key: String,
    /// Which one of all it is, from 1.
    pub number: usize,
    /// How many were asked for.
    pub reports: usize,
    /// Bytes saved.
    pub done: u64,
    /// Bytes to save, as the bucket said before the first; a report that is written anew meanwhile makes it a guess.
    pub total: u64,
    /// True once a report, when its file is whole.
    pub saved: bool,
}

impl Lineage {
    /// Out of an object's user metadata; `None` where the task-reporter did not write it.
    pub fn read<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let text = |name: &str| get(name).map(str::to_owned);
        let rows = get("rows").and_then(|rows| rows.parse().ok());
        let lineage = Self { pod: text("pod"), job: text("job"), run: text("run"), rows, day: text("day") };
        (lineage != Self::default()).then_some(lineage)
    }
}

#[cfg(test)]
mod tests {
    use super::Lineage;

    #[test]
    fn lineage_is_what_the_reporter_left_and_none_of_others() {
        let metadata = [("pod", "test1-abcde"), ("rows", "7"), ("run", "r")];
        let read = Lineage::read(|name| metadata.iter().find(|(key, _)| *key == name).map(|(_, value)| *value));
        let wanted =
            Lineage { pod: Some("test1-abcde".into()), rows: Some(7), run: Some("r".into()), ..Lineage::default() };
        assert_eq!(read, Some(wanted));
        assert_eq!(Lineage::read(|_| None), None);
        assert_eq!(Lineage::read(|name| (name == "rows").then_some("many")), None);
    }
}
