//! One report row, from a DynamoDB item to bytes.
//!
//! Called by `run.rs`. The format is RFC 4180 with LF: a title is always quoted, other fields where they must be,
//! and a `"` inside quotes is doubled, so that no title can break out of its cell or forge a row.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a task's title comes from
//! anyone who can reach the web page. Such a field gets a leading `'` (what OWASP advises) unless
//! `CSV_FORMULAS=keep`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The first line of every report, the empty day's included.
pub(super) const HEADER: &str = "taskId,userName,completedTime,title\n";

/// A finished task as the report sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) task_id: String,
    pub(super) user: String,
    /// Unix seconds.
    pub(super) completed: i64,
    /// Empty where the item has none.
    pub(super) title: String,
}

impl Row {
    /// Reads an item of the tasks table; the error names the attribute that is not usable.
    pub(super) fn from_item(item: &HashMap<String, AttributeValue>) -> Result<Self, String> {
        let task_id = text(item, "task_id");
        let Some(AttributeValue::N(number)) = item.get("updated_at") else {
            return Err(format!("task {task_id:?} has no number updated_at"));
        };
        let completed = seconds(number).ok_or_else(|| format!("task {task_id:?} has updated_at {number:?}"))?;
        Ok(Self { task_id, user: text(item, "user_name"), completed, title: text(item, "title") })
    }

    /// Appends the row with its line feed. `zone` decides what the clock showed.
    pub(super) fn write(&self, zone: &TimeZone, keep_formulas: bool, out: &mut Vec<u8>) {
        field(&self.task_id, keep_formulas, false, out);
        out.push(b',');
        field(&self.user, keep_formulas, false, out);
        out.push(b',');
        out.extend_from_slice(clock(self.completed, zone).as_bytes());
        out.push(b',');
        field(&self.title, keep_formulas, true, out);
        out.push(b'\n');
    }
}

fn text(item: &HashMap<String, AttributeValue>, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text.clone(),
        _ => String::new(),
    }
}

/// DynamoDB numbers are decimals: `1.7e9` and `1700000000.5` are as good as whole ones.
fn seconds(number: &str) -> Option<i64> {
    let whole = number.parse::<i64>().ok();
    // Rounding down to the second is what the conversion is for; the range is checked first.
    let seconds = whole.or_else(|| {
        let value = number.parse::<f64>().ok()?.floor();
        (value.abs() < 1e12).then(|| format!("{value:.0}").parse().ok()).flatten()
    })?;
    Timestamp::from_second(seconds).ok().map(|_| seconds)
}

/// `HH:mm` in `zone`.
fn clock(second: i64, zone: &TimeZone) -> String {
    let at = zone.to_datetime(Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH));
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn field(text: &str, keep_formulas: bool, always_quoted: bool, out: &mut Vec<u8>) {
    let guard = !keep_formulas && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = always_quoted || text.contains([',', '"', '\n', '\r']);
    if quoted {
        out.push(b'"');
    }
    if guard {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if quoted && byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    if quoted {
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, Row, seconds};
    use aws_sdk_dynamodb::types::AttributeValue;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn line(row: &Row, keep: bool) -> String {
        let mut out = Vec::new();
        row.write(&TimeZone::get("Asia/Tokyo").unwrap(), keep, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn row(user: &str, title: &str) -> Row {
        Row { task_id: "7e3790d5".into(), user: user.into(), completed: 1_700_010_120, title: title.into() }
    }

    #[test]
    fn a_row_is_the_tutorials() {
        assert_eq!(
            line(&row("kudoh", "スプリントプランニング"), false),
            "7e3790d5,kudoh,10:02,\"スプリントプランニング\"\n"
        );
    }

    #[test]
    fn nasty_fields_stay_in_their_cells() {
        assert_eq!(line(&row("kudoh", "say \"hi\""), false), "7e3790d5,kudoh,10:02,\"say \"\"hi\"\"\"\n");
        assert_eq!(line(&row("a,b", ""), false), "7e3790d5,\"a,b\",10:02,\"\"\n");
        assert_eq!(line(&row("k", "=1+1"), false), "7e3790d5,k,10:02,\"'=1+1\"\n");
        assert_eq!(line(&row("k", "=1+1"), true), "7e3790d5,k,10:02,\"=1+1\"\n");
        assert_eq!(
            line(&row("k", "a\"\nx,mallory,00:00,\"forged"), false),
            "7e3790d5,k,10:02,\"a\"\"\nx,mallory,00:00,\"\"forged\"\n"
        );
    }

    #[test]
    fn an_item_without_a_title_has_an_empty_one() {
        let mut item = HashMap::from([
            ("task_id".to_owned(), AttributeValue::S("x".into())),
            ("user_name".to_owned(), AttributeValue::S("u".into())),
            ("updated_at".to_owned(), AttributeValue::N("1700010120".into())),
        ]);
        assert_eq!(Row::from_item(&item).unwrap().title, "");
        item.insert("updated_at".to_owned(), AttributeValue::S("soon".into()));
        assert!(Row::from_item(&item).unwrap_err().contains("updated_at"));
    }

    #[test]
    fn numbers_are_decimals() {
        assert_eq!(seconds("1700000000"), Some(1_700_000_000));
        assert_eq!(seconds("1.7E9"), Some(1_700_000_000));
        assert_eq!(seconds("1700000000.9"), Some(1_700_000_000));
        assert_eq!(seconds("1e300"), None);
        assert_eq!(seconds("NaN"), None);
    }

    proptest! {
        /// What we write, an independent reader reads back, field by field.
        #[test]
        fn a_csv_reader_reads_back_what_was_written(
            rows in prop::collection::vec(("\\PC*|[\",\n\r=@+\t a-c-]*", "\\PC*|[\",\n\r=@+\t a-c-]*", 0i64..4_000_000_000), 0..8),
        ) {
            let rows: Vec<Row> = rows.into_iter().enumerate()
                .map(|(i, (user, title, completed))| Row { task_id: format!("id-{i}"), user, completed, title }).collect();
            let mut bytes = HEADER.as_bytes().to_vec();
            for row in &rows {
                row.write(&TimeZone::UTC, true, &mut bytes);
            }
            let mut reader = csv::ReaderBuilder::new().has_headers(true).terminator(csv::Terminator::Any(b'\n')).from_reader(bytes.as_slice());
            let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), rows.len());
            for (record, row) in read.iter().zip(&rows) {
                prop_assert_eq!(record.len(), 4);
                prop_assert_eq!(&record[0], &row.task_id);
                prop_assert_eq!(&record[1], &row.user);
                prop_assert_eq!(&record[3], &row.title);
            }
        }

        /// No cell that a spreadsheet sees begins like a formula.
        #[test]
        fn no_cell_begins_like_a_formula(user in "[=+@\t\r-]?.*", title in "[=+@\t\r-]?.*") {
            let mut bytes = Vec::new();
            Row { task_id: "id".into(), user, completed: 0, title }.write(&TimeZone::UTC, false, &mut bytes);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).terminator(csv::Terminator::Any(b'\n')).from_reader(bytes.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            for cell in &record {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            }
        }
    }
}
