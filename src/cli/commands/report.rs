//! `k8s-tutor report …`.

use super::{Result, deleted};
use crate::cli::args::ReportVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Format};
use crate::cli::progress::Download;
use crate::domain::csv_table::{ChangedCell, ReportDiff, TaskCells};
use crate::domain::report::{Lineage, ReportTable};
use crate::lab::reports::{self, Which};
use crate::text;

pub(super) async fn run(context: &Context, verb: &ReportVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        ReportVerb::Ls => output::rows(context.format, &reports::list(&lab).await?)?,
        ReportVerb::Cat { key } => output::bytes(&reports::cat(&lab, key.as_deref()).await?)?,
        ReportVerb::Get { key, all, dir } => {
            let which = match (key, all) {
                (Some(key), _) => Which::Key(key.clone()),
                (None, true) => Which::All,
                (None, false) => Which::Newest,
            };
            let mut bar = Download::new();
            let saved = reports::save_watched(&lab, &which, dir, &mut |transfer| bar.show(&transfer)).await;
            drop(bar);
            let saved = saved?;
            if !lab.dry_run {
                output::rows(context.format, &saved)?;
            }
        }
        ReportVerb::Show { key } => show(context, &reports::read(&lab, key.as_deref()).await?)?,
        ReportVerb::Diff { from, to } => {
            let diff = reports::diff(&lab, from, to).await?;
            match context.format {
                Format::Name => output::names(names(&diff))?,
                format => output::one(format, &diff, "", || human_diff(&diff))?,
            }
        }
        ReportVerb::Rm { keys } => {
            let gone = reports::delete(&lab, keys).await?;
            if !lab.dry_run {
                deleted(context, &gone, |report| format!("report {}", report.key))?;
            }
        }
    }
    Ok(Code::Ok)
}

fn show(context: &Context, report: &ReportTable) -> std::result::Result<(), CliError> {
    output::one(context.format, report, &report.report.key, || human(report))
}

fn human(report: &ReportTable) -> String {
    let table = &report.table;
    let titles: Vec<&str> = table.header.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.clone()).collect();
    let mut out = if titles.is_empty() { "an empty file\n".to_owned() } else { output::laid_out(&titles, &rows) };
    if table.ragged() > 0 {
        out.push_str(&format!("\nrows with more or fewer cells than columns: {}\n", table.ragged()));
    }
    if table.truncated {
        out.push_str(&format!("\nthe first {} rows; all of it: k8s-tutor report get\n", rows.len()));
    }
    if let Some(lineage) = &report.report.lineage {
        out.push_str(&format!("\n{}\n", text::safe(&written_by(lineage))));
    }
    out
}

/// `written by pod test1-x7b2q of job test1, run 7e37…: 7 tasks of 2026-11-23`.
fn written_by(lineage: &Lineage) -> String {
    let part =
        |before: &str, value: &Option<String>| value.as_ref().map(|v| format!("{before}{v}")).unwrap_or_default();
    format!(
        "written by{}{}{}{}{}",
        part(" pod ", &lineage.pod),
        part(" of job ", &lineage.job),
        part(", run ", &lineage.run),
        lineage.rows.map(|rows| format!(": {rows} tasks")).unwrap_or_default(),
        part(" of ", &lineage.day)
    )
}

/// For `-o name`: the ids of all tasks that differ.
fn names(diff: &ReportDiff) -> impl Iterator<Item = &str> {
    let whole = diff.removed.iter().chain(&diff.added).map(|row| row.id.as_str());
    whole.chain(diff.changed.iter().map(|row| row.id.as_str()))
}

fn human_diff(diff: &ReportDiff) -> String {
    let whole = |sign: char, row: &TaskCells| format!("{sign} {}\n", text::safe(&row.cells.join("   ")));
    let side = |cell: &Option<String>| cell.as_ref().map_or_else(|| "nothing".to_owned(), |cell| format!("{cell:?}"));
    let cell = |cell: &ChangedCell| format!("{}: {} -> {}", cell.column, side(&cell.from), side(&cell.to));
    let mut out: String = diff.removed.iter().map(|row| whole('-', row)).collect();
    out.extend(diff.added.iter().map(|row| whole('+', row)));
    for row in &diff.changed {
        let cells: Vec<String> = row.cells.iter().map(cell).collect();
        out.push_str(&format!("~ {}   {}\n", text::safe(&row.id), text::safe(&cells.join(", "))));
    }
    let (added, removed) = (diff.added.len(), diff.removed.len());
    let (changed, unchanged) = (diff.changed.len(), diff.unchanged);
    out.push_str(&format!("{added} added, {removed} removed, {changed} changed, {unchanged} unchanged\n"));
    if diff.truncated {
        out.push_str("only the first rows of each were compared\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::csv_table::{CsvTable, diff};
    use crate::domain::report::ReportRow;

    fn table(lines: &[&str]) -> CsvTable {
        CsvTable::new(lines.iter().map(|line| line.split(',').map(str::to_owned).collect()), 100)
    }

    #[test]
    fn a_report_is_aligned_and_tells_its_pod() {
        let lineage = Lineage {
            pod: Some("test1-x7b2q".into()),
            job: Some("test1".into()),
            run: Some("r1".into()),
            rows: Some(2),
            day: Some("2026-11-23".into()),
        };
        let report = ReportRow { key: "k".into(), size: 1, modified_at: None, lineage: Some(lineage) };
        let shown =
            human(&ReportTable { report, table: table(&["taskId,title,user", "1,計画,a", "2,x\u{1b}[2J,b,c"]) });
        let wanted = "taskId   title        user\n1        計画         a\n2        x\\u{1b}[2J   b      c\n\n\
            rows with more or fewer cells than columns: 1\n\n\
            written by pod test1-x7b2q of job test1, run r1: 2 tasks of 2026-11-23\n";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn a_difference_is_told_line_by_line() {
        let a = table(&["taskId,title", "1,a", "2,b", "9,z"]);
        let b = table(&["taskId,title", "1,A", "3,c", "9,z"]);
        let diff = diff(&a, &b).unwrap();
        assert_eq!(
            human_diff(&diff),
            "- 2   b\n+ 3   c\n~ 1   title: \"a\" -> \"A\"\n1 added, 1 removed, 1 changed, 1 unchanged\n"
        );
        assert_eq!(names(&diff).collect::<Vec<_>>(), ["2", "3", "1"]);
    }
}
