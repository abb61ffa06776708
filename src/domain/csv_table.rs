//! The content of a report as a table, and what two of them have that the other has not.
//!
//! Made by `aws` (which parses the CSV), shown by `cli` and the dashboard. Pure: knows no CSV reader and no bucket.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde::Serialize;

/// The column by which rows of two reports are matched.
pub const KEY: &str = "taskId";

/// A header and rows. Every cell is foreign text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CsvTable {
    /// The names of the columns; empty for an empty file.
    pub header: Vec<String>,
    /// The rows, in the file's order.
    pub rows: Vec<CsvRow>,
    /// True where the file goes on after the last of `rows`.
    pub truncated: bool,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CsvRow {
    /// The cells as they stand there, however many.
    pub cells: Vec<String>,
    /// True where there are more or fewer of them than columns.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ragged: bool,
}

/// What changed from one report to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportDiff {
    /// Rows of tasks that only the second has.
    pub added: Vec<TaskCells>,
    /// Rows of tasks that only the first has.
    pub removed: Vec<TaskCells>,
    /// Tasks whose rows differ.
    pub changed: Vec<ChangedRow>,
    /// How many rows are the same in both.
    pub unchanged: usize,
    /// True where one of the two was not read to its end, so that this is not all.
    pub truncated: bool,
}

/// One task's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskCells {
    /// The task's id.
    pub id: String,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A row that is in both and not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRow {
    /// The task's id.
    pub id: String,
    /// The cells that differ, by column.
    pub cells: Vec<ChangedCell>,
}

/// One cell that differs. `None`: that side has no such cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedCell {
    /// The column's name; of a cell beyond the header: `column 5`.
    pub column: String,
    /// In the first report.
    pub from: Option<String>,
    /// In the second report.
    pub to: Option<String>,
}

/// A report without the column that tells which task a row is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {which} report has no column {KEY}: its columns are {columns:?}")]
pub struct NoKeyColumn {
    /// `first` or `second`.
    pub which: &'static str,
    /// The columns that it has.
    pub columns: Vec<String>,
}

impl CsvTable {
    /// A table out of records, the header first. Takes at most `most` rows and says whether there were more.
    pub fn new(records: impl IntoIterator<Item = Vec<String>>, most: usize) -> Self {
        let mut records = records.into_iter();
        let header = records.next().unwrap_or_default();
        let columns = header.len();
        let rows = records.by_ref().take(most).map(|cells| CsvRow { ragged: cells.len() != columns, cells }).collect();
        Self { header, rows, truncated: records.next().is_some() }
    }

    /// How many rows have more or fewer cells than there are columns.
    pub fn ragged(&self) -> usize {
        self.rows.iter().filter(|row| row.ragged).count()
    }

    /// What a person calls the column at `index`.
    fn column(&self, index: usize) -> String {
        self.header.get(index).cloned().unwrap_or_else(|| format!("column {}", index + 1))
    }
}

/// Compares two reports task by task; the order of rows and of columns does not matter. Of a task that stands
/// more than once in a report, the first rows are compared, then the second ones, and so on.
///
/// # Errors
/// One of them has rows, but no column [`KEY`].
pub fn diff(a: &CsvTable, b: &CsvTable) -> Result<ReportDiff, NoKeyColumn> {
    let (key_a, key_b) = (key_of(a, "first")?, key_of(b, "second")?);
    let id = |row: &CsvRow, key: usize| row.cells.get(key).cloned().unwrap_or_default();
    let mut old: HashMap<String, VecDeque<(usize, &CsvRow)>> = HashMap::new();
    for (at, row) in a.rows.iter().enumerate() {
        old.entry(id(row, key_a)).or_default().push_back((at, row));
    }
    let mut diff = ReportDiff { truncated: a.truncated || b.truncated, ..ReportDiff::default() };
    for row in &b.rows {
        let id = id(row, key_b);
        match old.get_mut(&id).and_then(VecDeque::pop_front) {
            None => diff.added.push(TaskCells { id, cells: row.cells.clone() }),
            Some((_, before)) => match changed_cells((a, before), (b, row)) {
                cells if cells.is_empty() => diff.unchanged += 1,
                cells => diff.changed.push(ChangedRow { id, cells }),
            },
        }
    }
    let mut left: Vec<(usize, String, &CsvRow)> =
        old.into_iter().flat_map(|(id, rows)| rows.into_iter().map(move |(at, row)| (at, id.clone(), row))).collect();
    left.sort_by_key(|(at, _, _)| *at);
    diff.removed = left.into_iter().map(|(_, id, row)| TaskCells { id, cells: row.cells.clone() }).collect();
    Ok(diff)
}

/// An empty file has no rows to match, so that it needs no column for it.
fn key_of(table: &CsvTable, which: &'static str) -> Result<usize, NoKeyColumn> {
    if table.rows.is_empty() {
        return Ok(0);
    }
    let found = table.header.iter().position(|name| name == KEY);
    found.ok_or_else(|| NoKeyColumn { which, columns: table.header.clone() })
}

fn changed_cells(a: (&CsvTable, &CsvRow), b: (&CsvTable, &CsvRow)) -> Vec<ChangedCell> {
    fn named<'r>((table, row): (&CsvTable, &'r CsvRow)) -> Vec<(String, &'r str)> {
        row.cells.iter().enumerate().map(|(at, cell)| (table.column(at), cell.as_str())).collect()
    }
    let (old, new) = (named(a), named(b));
    let find = |cells: &[(String, &str)], column: &str| {
        cells.iter().find(|(name, _)| name == column).map(|(_, cell)| (*cell).to_owned())
    };
    let mut seen = BTreeSet::new();
    let columns = old.iter().chain(&new).map(|(name, _)| name.clone()).filter(|name| seen.insert(name.clone()));
    columns
        .map(|column| ChangedCell { from: find(&old, &column), to: find(&new, &column), column })
        .filter(|cell| cell.from != cell.to)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(lines: &[&str]) -> CsvTable {
        CsvTable::new(lines.iter().map(|line| line.split(',').map(str::to_owned).collect()), 100)
    }

    #[test]
    fn ragged_rows_are_kept_and_marked_and_the_rest_is_told() {
        let lines = ["taskId,title", "1,a", "2", "3,b,c"].map(|line| line.split(',').map(str::to_owned).collect());
        let whole = CsvTable::new(lines.clone(), 3);
        assert_eq!(whole.rows.iter().map(|row| row.ragged).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!((whole.truncated, whole.ragged(), whole.rows[2].cells.len()), (false, 2, 3));
        let cut = CsvTable::new(lines, 2);
        assert_eq!((cut.truncated, cut.rows.len()), (true, 2));
        assert_eq!(CsvTable::new(Vec::<Vec<String>>::new(), 2), CsvTable::default());
    }

    #[test]
    fn rows_are_matched_by_task_whatever_their_order() {
        let a = table(&["taskId,user,title", "1,k,a", "2,k,b", "3,k,c"]);
        let b = table(&["taskId,title,user", "4,d,k", "3,C,m", "1,a,k"]);
        let diff = diff(&a, &b).unwrap();
        assert_eq!(diff.added, [TaskCells { id: "4".into(), cells: vec!["4".into(), "d".into(), "k".into()] }]);
        assert_eq!(diff.removed.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["2"]);
        let cell = |column: &str, from: &str, to: &str| ChangedCell {
            column: column.into(),
            from: Some(from.into()),
            to: Some(to.into()),
        };
        let cells = vec![cell("user", "k", "m"), cell("title", "c", "C")];
        assert_eq!(diff.changed, [ChangedRow { id: "3".into(), cells }]);
        assert_eq!((diff.unchanged, diff.truncated), (1, false));
    }

    #[test]
    fn a_task_that_stands_twice_is_compared_row_by_row() {
        let a = table(&["taskId,title", "1,a", "1,b", "1,c"]);
        let b = table(&["taskId,title", "1,a", "1,B"]);
        let diff = diff(&a, &b).unwrap();
        assert_eq!((diff.unchanged, diff.changed.len(), diff.removed.len(), diff.added.len()), (1, 1, 1, 0));
        assert_eq!(diff.removed[0].cells, ["1", "c"]);
    }

    #[test]
    fn a_cell_more_or_less_is_a_change() {
        let a = table(&["taskId,title", "1,a", "2,b"]);
        let b = table(&["taskId,title", "1,a,x", "2"]);
        let diff = diff(&a, &b).unwrap();
        let more = ChangedCell { column: "column 3".into(), from: None, to: Some("x".into()) };
        let less = ChangedCell { column: "title".into(), from: Some("b".into()), to: None };
        assert_eq!(diff.changed.iter().map(|row| &row.cells[0]).collect::<Vec<_>>(), [&more, &less]);
    }

    #[test]
    fn a_report_without_task_ids_is_refused_and_an_empty_one_is_not() {
        let a = table(&["taskId,title", "1,a"]);
        let error = diff(&a, &table(&["id,title", "1,a"])).unwrap_err();
        assert!(error.to_string().contains("second report has no column taskId"), "{error}");
        assert_eq!(diff(&a, &CsvTable::default()).unwrap().removed.len(), 1);
        assert_eq!(diff(&table(&["taskId,title"]), &a).unwrap().added.len(), 1);
    }
}
