//! Starting, finding and stopping the daemon from another process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::error::DaemonError;
use super::files::Files;
use super::state::Running;

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct StartOptions {
    /// The program that serves: this one.
    pub exe: PathBuf,
    /// The sandbox's folder.
    pub data_dir: PathBuf,
    /// The API server's port; `None` takes the one of the last life, or a free one.
    pub port: Option<u16>,
    /// The slot of loopback addresses; `None` takes the one of the last life, or a free one.
    pub slot: Option<u8>,
}

/// A sandbox that is up after [`start`].
#[derive(Clone, Debug)]
pub struct Started {
    /// Where it is.
    pub running: Running,
    /// False if it was up before.
    pub fresh: bool,
}

/// What the daemon says on its standard output, once: a line of JSON.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FirstWord {
    Ready,
    Failed(String),
}

impl FirstWord {
    /// Tells whoever started this daemon how it went, and then never writes there again: the reader
    /// may be gone.
    fn say(&self) {
        use std::io::Write;
        if let Ok(line) = serde_json::to_string(self) {
            let mut out = std::io::stdout();
            // Nobody listening is fine: the state file and the lock tell the same.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    }
}

/// Called by a detached daemon once it is ready.
pub fn say_ready() {
    FirstWord::Ready.say();
}

/// Called by a detached daemon that could not start.
pub fn say_failed(why: &DaemonError) {
    FirstWord::Failed(why.to_string()).say();
}

/// Brings the sandbox of a data directory up, or finds it up. Waits until it is ready.
pub async fn start(options: &StartOptions) -> Result<Started, DaemonError> {
    let files = Files::new(&options.data_dir);
    if let Some(running) = Running::load(&files)? {
        return Ok(Started { running, fresh: false });
    }
    files.create()?;
    let waiting = files.clone();
    let _turn = tokio::task::spawn_blocking(move || waiting.lock_start())
        .await
        .map_err(|e| DaemonError::Part { part: "start", why: e.to_string() })??;
    if let Some(running) = Running::load(&files)? {
        return Ok(Started { running, fresh: false });
    }
    let mut child = spawn(options, &files)?;
    first_word(&mut child, &files).await?;
    match Running::load(&files)? {
        Some(running) => Ok(Started { running, fresh: true }),
        None => Err(not_started(&files, "it ended at once")),
    }
}

/// The sandbox that serves this data directory now.
pub fn status(data_dir: &Path) -> Result<Option<Running>, DaemonError> {
    Running::load(&Files::new(data_dir))
}

/// Stops the sandbox; `false` if none was up. Its objects and data stay.
pub async fn stop(data_dir: &Path) -> Result<bool, DaemonError> {
    let files = Files::new(data_dir);
    let Some(running) = Running::load(&files)? else { return Ok(false) };
    terminate(running.pid);
    // The daemon is no child of ours: its lock tells when it is gone.
    let gone = async {
        while files.daemon_lives()? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(true)
    };
    tokio::time::timeout(Duration::from_secs(40), gone)
        .await
        .unwrap_or(Err(DaemonError::NotStopped { pid: running.pid }))
}

fn spawn(options: &StartOptions, files: &Files) -> Result<Child, DaemonError> {
    let log_path = files.log();
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log_path)
        .map_err(DaemonError::file("open", &log_path))?;
    let mut command = Command::new(&options.exe);
    command.args(["sandbox", "serve", "--detached", "--data-dir"]).arg(&options.data_dir);
    if let Some(port) = options.port {
        command.args(["--port", &port.to_string()]);
    }
    if let Some(slot) = options.slot {
        command.args(["--slot", &slot.to_string()]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(false);
    command.spawn().map_err(DaemonError::file("run", &options.exe))
}

async fn first_word(child: &mut Child, files: &Files) -> Result<(), DaemonError> {
    let Some(out) = child.stdout.take() else { return Err(not_started(files, "no output")) };
    let mut line = String::new();
    let mut out = BufReader::new(out);
    match tokio::time::timeout(Duration::from_secs(60), out.read_line(&mut line)).await {
        Ok(Ok(_)) => {}
        Ok(Err(e)) => return Err(not_started(files, &e.to_string())),
        Err(_) => return Err(not_started(files, "it is not ready after 60 s")),
    }
    match serde_json::from_str(&line) {
        Ok(FirstWord::Ready) => Ok(()),
        Ok(FirstWord::Failed(why)) => Err(not_started(files, &why)),
        Err(_) => Err(not_started(files, "it ended before it was ready")),
    }
}

fn not_started(files: &Files, why: &str) -> DaemonError {
    DaemonError::NotStarted { why: why.to_owned(), log: files.log() }
}

#[cfg(unix)]
fn terminate(pid: u32) {
    if let Ok(pid) = i32::try_from(pid) {
        // A daemon that ended between the look and the signal is what was wanted.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn terminate(_pid: u32) {}
