//! One line of `doctor`: what was looked at, what was found, what to do about it.

use std::fmt;

use serde::Serialize;

/// A check and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, in a few words.
    pub check: String,
    /// The verdict.
    pub state: CheckState,
    /// What was found.
    pub found: String,
    /// The next command or step, where the verdict is not `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// The verdict of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// The lab works, but something is not as good as it could be.
    Warn,
    /// The lab does not work like this.
    Fail,
}

impl Check {
    /// A check that found all well.
    pub fn ok(check: &str, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), state: CheckState::Ok, found: found.into(), fix: None }
    }

    /// A check whose finding does not stop the lab.
    pub fn warn(check: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check: check.to_owned(), state: CheckState::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    /// A check whose finding stops the lab.
    pub fn fail(check: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { check: check.to_owned(), state: CheckState::Fail, found: found.into(), fix: Some(fix.into()) }
    }
}

impl fmt::Display for CheckState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        })
    }
}
