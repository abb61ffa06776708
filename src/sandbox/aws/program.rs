//! The program behind the image: environment in, exit code out.

use std::os::unix::fs::symlink;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::error::StandinError;
use super::gateway;
use super::log::{self, Level};
use super::options::Options;

/// The names under which the program itself stands on the scripts' PATH.
const APPLETS: [&str; 3] = ["aws", "awslocal", "curl"];

/// Runs the stand-in until TERM or INT: the process of the image `localstack/localstack`.
///
/// Exit codes: 0 after TERM, 1 when it could not start (the reason is the last line of the log).
pub fn localstack_main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            log::line(Level::Error, "MainThread", "localstack.runtime.main", &e.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), StandinError> {
    let mut options = Options::from_env()?;
    log::raw("");
    log::raw("LocalStack stand-in of k8s-tutor: S3 and DynamoDB");
    log::raw("");
    let own = if options.applets.is_none() { own_applets() } else { None };
    options.applets = options.applets.or_else(|| own.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(StandinError::Runtime)?;
    let result = runtime.block_on(async {
        let cancel = CancellationToken::new();
        let signals = stop_on_signals(cancel.clone())?;
        let served = gateway::serve(options, cancel).await?;
        served.finished().await;
        signals.abort();
        Ok(())
    });
    runtime.shutdown_background();
    if let Some(folder) = own {
        // Only our own links are in it.
        let _ = std::fs::remove_dir_all(folder);
    }
    result
}

fn stop_on_signals(cancel: CancellationToken) -> Result<tokio::task::JoinHandle<()>, StandinError> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = signal(SignalKind::terminate()).map_err(StandinError::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(StandinError::Runtime)?;
    Ok(tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
        cancel.cancel();
    }))
}

/// A folder of links to this very program, for a run by hand; the node agent makes its own.
fn own_applets() -> Option<std::path::PathBuf> {
    let exe = std::env::current_exe().ok()?;
    let folder = std::env::temp_dir().join(format!("k8s-tutor-applets-{}", uuid::Uuid::new_v4().simple()));
    std::fs::create_dir(&folder).ok()?;
    for name in APPLETS {
        symlink(&exe, folder.join(name)).ok()?;
    }
    Some(folder)
}
