//! Printing: results to standard output in one of five forms, all else to standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;

use super::exit_code::Code;
use super::table;
use crate::lab::LabError;
use crate::text;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Table,
    /// With more columns
    Wide,
    /// JSON; the fields are documented in docs/cli.md
    Json,
    /// The same as YAML
    Yaml,
    /// Only names, one a line
    Name,
}

/// Something that is listed.
pub(super) trait Row: Serialize {
    /// Column titles; those from `WIDE` on are shown by `-o wide` only.
    const TITLES: &'static [&'static str];
    /// How many columns the plain table has.
    const NARROW: usize;
    /// One cell a title.
    fn cells(&self) -> Vec<String>;
    /// For `-o name`, as `job/test1`.
    fn name(&self) -> String;
}

/// A failure as the person sees it.
#[derive(Debug)]
pub(super) struct CliError {
    pub(super) what: String,
    pub(super) next: Option<String>,
    pub(super) code: Code,
}

impl CliError {
    pub(super) fn new(code: Code, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), next: Some(next.into()), code }
    }

    /// Prints the failure.
    pub(super) fn report(&self) -> Code {
        complain(&self.what, self.next.as_deref());
        self.code
    }
}

impl<E: Into<LabError>> From<E> for CliError {
    fn from(error: E) -> Self {
        let error = error.into();
        Self { what: error.to_string(), next: error.next(), code: error.class().into() }
    }
}

/// A list of rows.
pub(super) fn rows<T: Row>(format: Format, rows: &[T]) -> Result<(), CliError> {
    match format {
        Format::Table | Format::Wide if rows.is_empty() => line_err("nothing there"),
        Format::Table => out(&rendered(rows, T::NARROW)),
        Format::Wide => out(&rendered(rows, T::TITLES.len())),
        Format::Json => json_out(&json!({ "items": rows })),
        Format::Yaml => yaml_out(&json!({ "items": rows })),
        Format::Name => names(rows.iter().map(Row::name)),
    }
}

/// Names, one a line.
pub(super) fn names(names: impl IntoIterator<Item: AsRef<str>>) -> Result<(), CliError> {
    out(&names.into_iter().map(|name| safe_line(name.as_ref())).collect::<String>())
}

/// One thing: `human` is what people see of it.
pub(super) fn one<T: Serialize>(
    format: Format,
    value: &T,
    name: &str,
    human: impl FnOnce() -> String,
) -> Result<(), CliError> {
    match format {
        Format::Table | Format::Wide => out(&human()),
        Format::Json => json_out(value),
        Format::Yaml => yaml_out(value),
        Format::Name => out(&safe_line(name)),
    }
}

/// The table of a list, whatever the format: for parts of a bigger text.
pub(super) fn rendered<T: Row>(rows: &[T], columns: usize) -> String {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| row.cells().into_iter().take(columns).collect()).collect();
    laid_out(&T::TITLES[..columns], &cells)
}

/// A table whose columns are known at run time only. On a terminal its lines fit; elsewhere nothing is cut.
pub(super) fn laid_out(titles: &[&str], rows: &[Vec<String>]) -> String {
    let terminal = io::stdout().is_terminal().then(|| crossterm::terminal::size().ok()).flatten();
    table::render(titles, rows, terminal.map(|(columns, _)| usize::from(columns)))
}

fn safe_line(text: &str) -> String {
    format!("{}\n", text::safe(text))
}

fn json_out<T: Serialize>(value: &T) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|e| failed(&e.to_string()))?;
    out(&format!("{text}\n"))
}

fn yaml_out<T: Serialize>(value: &T) -> Result<(), CliError> {
    // Over JSON, so that both forms have the very same fields.
    let value = serde_json::to_value(value).map_err(|e| failed(&e.to_string()))?;
    out(&serde_yaml::to_string(&value).map_err(|e| failed(&e.to_string()))?)
}

/// Text to standard output. A closed pipe is how `| head` says enough.
pub(super) fn out(text: &str) -> Result<(), CliError> {
    bytes(text.as_bytes())
}

/// Bytes to standard output, as they are.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    let shown: Vec<u8>;
    // A file or a pipe gets the bytes as they are; a terminal would act on what is in them.
    let bytes = if stdout.is_terminal() {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<_> = text.split('\n').map(text::safe).collect();
        shown = lines.join("\n").into_bytes();
        &shown
    } else {
        bytes
    };
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failed(&format!("cannot write: {error}"))),
        _ => Ok(()),
    }
}

/// One line to standard output; false when nobody reads any more.
pub(super) fn line(text: &str) -> bool {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}").and_then(|()| stdout.flush()).is_ok()
}

/// One line to standard error.
pub(super) fn line_err(text: &str) -> Result<(), CliError> {
    err(text);
    Ok(())
}

/// One line to standard error; where that is closed there is nobody to tell.
pub(super) fn err(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn failed(what: &str) -> CliError {
    CliError { what: what.to_owned(), next: None, code: Code::Failed }
}

/// The one shape of errors: what and why on the first line, then the next command.
pub(super) fn complain(what: &str, next: Option<&str>) {
    let mut lines = what.lines();
    err(&format!("error: {}", text::safe(lines.next().unwrap_or_default())));
    for more in lines {
        err(&format!("       {}", text::safe(more)));
    }
    if let Some(next) = next.filter(|next| !next.is_empty()) {
        err(&format!("next:  {}", text::safe(next)));
    }
}

/// Complains, and gives the exit code.
pub(super) fn fail(what: &str, next: Option<&str>, code: Code) -> ExitCode {
    complain(what, next);
    code.into()
}
