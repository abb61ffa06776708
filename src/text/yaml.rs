//! YAML to JSON values, as kubectl and an API server read it: the one place where YAML is read; [`write`] is the
//! way back.
//!
//! Kubernetes reads YAML with a 1.1 reader (`yes` is true, `0777` is octal, `<<` merges). People's files come through
//! [`documents`], which refuses duplicate keys; bodies of requests through [`lenient`], which reports them, as an
//! API server does. Called by `content`, `cli` and the API server; knows nothing of Kubernetes' kinds.

mod build;
mod scalar;
#[cfg(test)]
mod tests;
mod write;

use granit_parser::{Event, Parser, ScanError};
use serde_json::Value;

use self::build::Builder;
pub use self::write::write;

/// One document of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it holds.
    pub value: Value,
    /// The line of its first node, from 1.
    pub line: usize,
}

/// A key that a mapping has twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// The line of the second one, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
}

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl YamlError {
    /// The error as Go's reader words it, without the column.
    pub fn as_go(&self) -> String {
        format!("yaml: line {}: {}", self.line, self.message)
    }
}

/// Every document that holds something.
///
/// # Errors
/// Broken syntax, a key that is there twice, a value that JSON cannot hold.
pub fn documents(text: &str) -> Result<Vec<Document>, YamlError> {
    let (documents, duplicates) = read(text)?;
    match duplicates.into_iter().next() {
        None => Ok(documents),
        Some(Duplicate { key, line, column }) => {
            Err(YamlError { line, column, message: format!("the key {key:?} is already set in this mapping") })
        }
    }
}

/// The first document (null where there is none), and the keys that are there twice, of which the last counts.
///
/// # Errors
/// Broken syntax, a value that JSON cannot hold.
pub fn lenient(text: &str) -> Result<(Value, Vec<Duplicate>), YamlError> {
    let (documents, duplicates) = read(text)?;
    Ok((documents.into_iter().next().map_or(Value::Null, |d| d.value), duplicates))
}

fn read(text: &str) -> Result<(Vec<Document>, Vec<Duplicate>), YamlError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(step) = parser.next_event() {
        let (event, span) = step.map_err(|error| from_scan(&error))?;
        let (line, column) = (span.start.line(), span.start.col() + 1);
        if matches!(event, Event::StreamEnd) {
            break;
        }
        builder.take(event, line, column)?;
    }
    Ok(builder.finish())
}

fn from_scan(error: &ScanError) -> YamlError {
    let marker = error.marker();
    YamlError { line: marker.line().max(1), column: marker.col() + 1, message: error.info() }
}
