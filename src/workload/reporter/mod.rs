//! The batch: a day of finished tasks from DynamoDB to a CSV in S3.
//!
//! Called by `src/bin/task-reporter.rs` and by `k8s-tutor __pod task-reporter`. One run is one attempt of a Job:
//! it may be killed at any moment and run again, so it is idempotent (the same day gives the same key) and it
//! leaves no file behind. Memory does not grow with the number of rows.

mod config;
mod csv;
mod day;
mod run;
mod source;
mod spool;
mod termination;
mod upload;

use std::process::ExitCode;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::env::{Vars, of_process};
use super::failure::Failure;
use super::{logging, signals};
use config::Config;

/// Runs the task-reporter with this process's environment.
///
/// Exit codes: 0 the report is in the bucket, 1 unexpected, 2 configuration, 3 AWS unreachable, 4 no bucket,
/// 5 no table or index, 6 disk, 7 access denied, 143 ended by SIGTERM. On failure the reason is the last log line
/// and the container's termination message.
#[must_use]
pub fn main() -> ExitCode {
    let vars = of_process();
    let get = |name: &str| vars.get(name).map(String::as_str);
    logging::init(get("LOG_FORMAT"), get("LOG_LEVEL"));
    match attempt(&vars) {
        Ok(()) => {
            tracing::info!("completed!!");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let code = failure.exit_code();
            tracing::error!(exit_code = code, "error: {}", failure.line());
            termination::write(get("TERMINATION_MESSAGE_PATH"), &failure.line());
            ExitCode::from(code)
        }
    }
}

fn attempt(vars: &Vars) -> Result<(), Failure> {
    let config = Config::read(vars).map_err(Failure::Config)?;
    // Two threads: one page is decoded while another is written.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unexpected { operation: "start", message: error.to_string() })?;
    let outcome = runtime.block_on(async {
        let cancel = CancellationToken::new();
        let signalled = cancel.clone();
        tokio::spawn(async move {
            signals::terminated().await;
            signalled.cancel();
        });
        Box::pin(run::run(&config, Timestamp::now(), &cancel)).await
    });
    // A DNS look-up that hangs must not hold the pod's end.
    runtime.shutdown_background();
    outcome.map(drop)
}
