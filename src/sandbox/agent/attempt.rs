//! One attempt of a container: its process from the start to the end, its log, its record.
//!
//! A task of its own per attempt. The pod's worker asks it to stop and hears of the end.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::launch::{Launch, StartError};
use super::logs::{self, Pumps, Writer};
use super::paths::ContainerPaths;
use super::pod::Message;
use super::shared::Shared;
use crate::process::{Child, Exit, table};

/// A termination message is cut here.
const LONGEST_MESSAGE: usize = 4096;

/// A handle to a running attempt. Dropping it kills the process group.
#[derive(Debug)]
pub(super) struct Attempt {
    stop: Stopper,
    /// How to run further commands in this container.
    pub(super) launch: Arc<Launch>,
}

/// Asks an attempt to end. While one is kept, the process is not killed for want of a handle.
#[derive(Clone, Debug)]
pub(super) struct Stopper(Arc<watch::Sender<Option<Timestamp>>>);

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// The exit code, 128 + n for signal n.
    pub(super) code: i32,
    /// When.
    pub(super) at: Timestamp,
    /// The termination message.
    pub(super) message: Option<String>,
}

/// What identifies a process over a restart of the agent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The process, leader of its group.
    pub(super) pid: u32,
    /// When it was started, in ticks since boot.
    pub(super) started: Option<u64>,
}

/// What an attempt is started with.
pub(super) struct Start {
    pub(super) shared: Arc<Shared>,
    pub(super) launch: Launch,
    pub(super) paths: ContainerPaths,
    pub(super) container: String,
    pub(super) number: u32,
    pub(super) fallback_to_logs: bool,
    pub(super) report: mpsc::UnboundedSender<Message>,
}

/// Why no process came to be.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotStarted {
    /// The program is not there.
    #[error(transparent)]
    Program(#[from] StartError),
    /// The system refused.
    #[error("{0}")]
    System(String),
}

impl Start {
    /// Starts the process. From here on the end is reported as [`Message::Ended`], once.
    pub(super) async fn start(self) -> Result<Attempt, NotStarted> {
        let system = |error: &dyn std::fmt::Display| NotStarted::System(error.to_string());
        let log_path = self.paths.log(self.number);
        let log = Writer::create(&log_path, &self.shared.logs, &self.shared.clock).map_err(|e| system(&e))?;
        let spec = self.launch.main_spec()?;
        let mut child = spec.spawn().await.map_err(|e| system(&e))?;
        write_record(&self.paths.record(), &child);
        let mut pumps = Pumps::default();
        if let Some(pipe) = child.take_stdout() {
            log.pump(&mut pumps, "stdout", pipe);
        }
        if let Some(pipe) = child.take_stderr() {
            log.pump(&mut pumps, "stderr", pipe);
        }
        let (stop, asked) = watch::channel(None);
        let launch = Arc::new(self.launch);
        let run = Run {
            shared: self.shared,
            launch: launch.clone(),
            record: self.paths.record(),
            inside: self.paths.root(),
            log_path,
            fallback_to_logs: self.fallback_to_logs,
            asked,
        };
        let (container, number, report) = (self.container, self.number, self.report);
        tokio::spawn(async move {
            let ended = run.until_it_ends(child, pumps, log).await;
            // The worker may be gone: then nobody needs to know.
            let _ = report.send(Message::Ended { container, number, ended });
        });
        Ok(Attempt { stop: Stopper(Arc::new(stop)), launch })
    }
}

impl Attempt {
    /// TERM now and KILL at `until` on the sandbox's clock. Asked again, an earlier time wins.
    pub(super) fn stop(&self, until: Timestamp) {
        self.stop.stop(until);
    }

    /// A handle that can only ask it to end.
    pub(super) fn stopper(&self) -> Stopper {
        self.stop.clone()
    }
}

impl Stopper {
    /// As [`Attempt::stop`].
    pub(super) fn stop(&self, until: Timestamp) {
        self.0.send_if_modified(|asked| {
            let sooner = asked.is_none_or(|before| until < before);
            if sooner {
                *asked = Some(until);
            }
            sooner
        });
    }
}

struct Run {
    shared: Arc<Shared>,
    launch: Arc<Launch>,
    record: PathBuf,
    inside: PathBuf,
    log_path: PathBuf,
    fallback_to_logs: bool,
    asked: watch::Receiver<Option<Timestamp>>,
}

impl Run {
    async fn until_it_ends(mut self, mut child: Child, pumps: Pumps, log: Writer) -> Ended {
        let exit = self.wait(&mut child).await;
        let at = self.shared.clock.now();
        // A container ends with its first process: whoever it left behind goes, too.
        child.signal(Signal::SIGKILL);
        let mark = self.launch.mark.clone();
        let _ = tokio::task::spawn_blocking(move || table::kill_marked(&mark, 100)).await;
        pumps.finish(Duration::from_secs(2)).await;
        drop(log);
        let _ = tokio::fs::remove_file(&self.record).await;
        let (file, root) = (self.launch.message_file.clone(), self.inside.clone());
        let fallback = (self.fallback_to_logs && exit.code != 0).then(|| self.log_path.clone());
        let message = tokio::task::spawn_blocking(move || message(file.as_deref(), &root, fallback.as_deref())).await;
        Ended { code: exit.code, at, message: message.unwrap_or_default() }
    }

    async fn wait(&mut self, child: &mut Child) -> Exit {
        let mut until: Option<Timestamp> = None;
        let clock = self.shared.clock.clone();
        loop {
            let late = async {
                match until {
                    Some(until) => clock.sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                exit = child.wait() => {
                    // Only fails if somebody else reaped the child: then its code is lost.
                    return exit.unwrap_or(Exit { code: 255, signal: None });
                }
                changed = self.asked.changed() => {
                    if changed.is_err() {
                        child.signal(Signal::SIGKILL);
                        return child.wait().await.unwrap_or(Exit { code: 137, signal: Some(9) });
                    }
                    if until.is_none() {
                        child.signal(Signal::SIGTERM);
                    }
                    until = *self.asked.borrow_and_update();
                }
                () = late => {
                    child.signal(Signal::SIGKILL);
                    until = None;
                }
            }
        }
    }
}

fn write_record(path: &Path, child: &Child) {
    let record = Record { pid: child.pid(), started: child.start_time() };
    // Without the record the process is still found by its mark.
    if let Ok(text) = serde_json::to_vec(&record) {
        let _ = std::fs::write(path, text);
    }
}

/// The termination message: the file's, or the log's last words.
fn message(file: Option<&Path>, root: &Path, fallback: Option<&Path>) -> Option<String> {
    let written = file.and_then(|file| read_inside(file, root)).unwrap_or_default();
    let message = match fallback {
        Some(log) if written.is_empty() => logs::last_words(log),
        _ => written,
    };
    (!message.is_empty()).then_some(message)
}

/// Reads a file that the process could have replaced by a link to somebody else's.
fn read_inside(file: &Path, root: &Path) -> Option<String> {
    use std::io::Read;
    let real = file.canonicalize().ok()?;
    let root = root.canonicalize().ok()?;
    // Volumes lie beside the container's root, in the same pod's folder.
    let pod = root.ancestors().nth(3)?;
    if !real.starts_with(pod) || !real.is_file() {
        return None;
    }
    let mut text = Vec::new();
    std::fs::File::open(real).ok()?.take(LONGEST_MESSAGE as u64).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}
