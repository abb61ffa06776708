//! What this program is inside a pod: one of the lab's workloads, or a client's stand-in.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// The client that the program is called as, by the name of the link that started it.
pub(super) fn applet(called: &Path) -> Option<&'static str> {
    let name = called.file_name()?.to_str()?;
    ["aws", "awslocal", "curl"].into_iter().find(|applet| *applet == name)
}

/// `__pod task-reporter|task-service|localstack`: what runs behind the image of that name.
pub(super) fn main(args: &[OsString]) -> ExitCode {
    match args.first().and_then(|a| a.to_str()) {
        Some("task-reporter") => crate::workload::reporter::main(),
        Some("task-service") => crate::workload::service::main(),
        Some("localstack") => crate::sandbox::aws::localstack_main(),
        other => {
            complain(other.unwrap_or(""));
            ExitCode::from(127)
        }
    }
}

#[expect(clippy::print_stderr, reason = "a pod's standard error is its log")]
fn complain(name: &str) {
    eprintln!("no workload is called {name:?}; there are task-reporter, task-service and localstack");
}
