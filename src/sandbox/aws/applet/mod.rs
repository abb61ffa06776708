//! `aws`, `awslocal`, `curl` for init scripts.

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs an applet by its name.
pub fn applet_main(_name: &str, _args: Vec<OsString>) -> ExitCode {
    ExitCode::from(252)
}
