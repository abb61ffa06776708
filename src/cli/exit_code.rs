//! The exit codes, documented in `--help` and docs/cli.md. Scripts rely on them: never renumber.

use std::process::ExitCode;

use crate::lab::Class;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Done, or there was nothing to do.
    Ok = 0,
    /// It was tried and did not work.
    Failed = 1,
    /// It makes no sense as asked.
    Usage = 2,
    /// The lab is not up, or its cluster does not answer.
    NotUp = 3,
    /// The object asked for is not there.
    NotFound = 4,
    /// It is there already, or someone else is at it.
    Conflict = 5,
    /// It was waited for in vain.
    Late = 6,
    /// The provider is not available.
    Provider = 7,
    /// A manifest or the settings file is broken.
    Input = 8,
    /// Ctrl-C or TERM.
    Interrupted = 130,
}

/// The table for `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0  done, or nothing to do          5  there already, or another k8s-tutor is at it
  1  tried, did not work             6  waited for in vain
  2  makes no sense as asked         7  the provider is not available
  3  the lab is not up               8  a manifest or the settings file is broken
  4  the object is not there       130  interrupted";

impl From<Class> for Code {
    fn from(class: Class) -> Self {
        match class {
            Class::Failed => Self::Failed,
            Class::Usage => Self::Usage,
            Class::NotUp => Self::NotUp,
            Class::NotFound => Self::NotFound,
            Class::Conflict => Self::Conflict,
            Class::Late => Self::Late,
            Class::Provider => Self::Provider,
            Class::Input => Self::Input,
        }
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}
