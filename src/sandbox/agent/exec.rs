//! Runs a command inside a container: exec probes and hooks (and, later, `kubectl exec`).

use std::time::Duration;

use super::launch::Launch;
use crate::process::capture;

/// A kubelet keeps so much of a probe's output.
const OUTPUT: usize = 10 * 1024;

/// How a command inside a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With an exit code.
    Code {
        /// The code.
        code: i32,
        /// What it wrote.
        output: String,
    },
    /// It was killed after its time.
    TimedOut,
    /// It could not be started.
    NotStarted(String),
}

/// Runs `command` in a container, for at most `timeout` of real time.
pub(super) async fn run(launch: &Launch, command: &[String], timeout: Duration) -> Ended {
    let spec = match launch.command_spec(command) {
        Ok(spec) => spec,
        Err(error) => return Ended::NotStarted(error.to_string()),
    };
    match capture(spec, timeout, OUTPUT).await {
        Err(error) => Ended::NotStarted(error.to_string()),
        Ok(captured) => match captured.exit {
            None => Ended::TimedOut,
            Some(exit) => Ended::Code { code: exit.code, output: String::from_utf8_lossy(&captured.both).into_owned() },
        },
    }
}
