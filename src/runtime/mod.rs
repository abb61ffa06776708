//! Carries effects out: connects, watches, calls the use cases, and sends what comes of it into the one queue.
//!
//! ```text
//!   Effect --perform--> a task of its own --> lab, cluster, aws --> Message --> queue
//!                           |
//!                           +-- under the session's token: ends with the connection, or with the dashboard
//! ```
//!
//! Called by `entry`, which hands [`Runtime::perform`] to the loop. Never blocks the caller, knows no terminal.

mod actions;
mod connect;
mod data;
mod forward;
mod logs;
mod save;
mod settings;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::message::{Body, Deed, Done, Failure};
use crate::app::state::Options;
use crate::app::{Effect, Message};
use crate::lab::up::UpOptions;
use crate::lab::{Lab, LabError};
use crate::provider::Provider;

/// Messages that may wait. Watches wait for room: a slow screen slows the reading, never the memory.
pub const QUEUE: usize = 4096;
/// How long tasks may take to end when the dashboard does.
const GRACE: Duration = Duration::from_secs(3);

/// Reads the settings file: the choices in force and what is odd about the file, or why it cannot be read.
pub type ReadSettings = Arc<dyn Fn() -> Result<(Options, Vec<String>), String> + Send + Sync>;

/// What the dashboard works with.
pub struct Setup {
    /// Where the cluster comes from.
    pub provider: Arc<dyn Provider>,
    /// How `up` is wanted.
    pub up: UpOptions,
    /// Where downloads go.
    pub downloads: PathBuf,
    /// The settings file.
    pub settings: PathBuf,
    /// Reads the settings file.
    pub read_settings: ReadSettings,
}

/// Everything that runs beside the loop.
pub struct Runtime {
    shared: Arc<Shared>,
    session: CancellationToken,
}

/// The connection, and the epoch that it belongs to. Kept together: an answer of one namespace must never be told as
/// another's, and a connection that was made too late must not stand.
#[derive(Default)]
struct Link {
    epoch: u64,
    lab: Option<Arc<Lab>>,
}

/// What every task needs.
struct Shared {
    setup: Setup,
    queue: mpsc::Sender<Message>,
    /// The connection that stands.
    link: Mutex<Link>,
    /// What is to be asked for now and then.
    polls: watch::Sender<(bool, bool)>,
    logs: Mutex<std::collections::HashMap<String, tokio::task::AbortHandle>>,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Runtime {
    /// A runtime that sends into this queue; the settings file is watched from now on.
    pub fn new(setup: Setup, queue: mpsc::Sender<Message>) -> Self {
        let cancel = CancellationToken::new();
        let shared = Arc::new(Shared {
            setup,
            queue,
            link: Mutex::default(),
            polls: watch::Sender::new((false, false)),
            logs: Mutex::default(),
            tracker: TaskTracker::new(),
            cancel: cancel.clone(),
        });
        shared.start(settings::watch(shared.clone()));
        Self { shared, session: cancel.child_token() }
    }

    /// Starts an effect.
    pub fn perform(&mut self, effect: Effect) {
        let shared = self.shared.clone();
        match effect {
            Effect::Connect { epoch, namespace } => {
                self.session.cancel();
                self.session = shared.cancel.child_token();
                *shared.link() = Link { epoch, lab: None };
                let session = self.session.clone();
                shared.clone().start(connect::supervise(shared, session, epoch, namespace));
            }
            Effect::Poll { tasks, reports } => shared.polls.send_modify(|polls| *polls = (tasks, reports)),
            Effect::StopLog(pod) => logs::stop(&shared, &pod),
            Effect::FollowLog { pod, container, previous } => {
                logs::follow(&shared, &self.session, pod, container, previous)
            }
            Effect::SaveText { name, text } => shared.clone().start(save::text(shared, name, text)),
            Effect::Up => shared.clone().start(actions::up(shared)),
            // The terminal's affair: the loop keeps these to itself.
            Effect::OpenEditor { .. } | Effect::Copy(_) | Effect::Quit => {}
            effect if data::is_question(&effect) => shared.clone().start(data::ask(shared, effect)),
            effect => shared.clone().start(actions::act(shared, effect)),
        }
    }

    /// Ends everything; what has begun to write gets a moment to finish.
    pub async fn finish(self) {
        self.shared.tracker.close();
        // Deeds that have begun end by themselves; watches and logs never would.
        self.session.cancel();
        let _ = tokio::time::timeout(GRACE, async {
            tokio::select! {
                () = self.shared.tracker.wait() => {}
                () = tokio::time::sleep(Duration::from_millis(50)) => self.shared.cancel.cancel(),
            }
            self.shared.tracker.wait().await;
        })
        .await;
    }
}

impl Shared {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> tokio::task::AbortHandle {
        self.tracker.spawn(task).abort_handle()
    }

    fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(task);
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The epoch, and its connection, or what to say where there is none.
    fn attached(&self) -> (u64, Result<Arc<Lab>, Failure>) {
        let link = self.link();
        let (epoch, lab) = (link.epoch, link.lab.clone());
        drop(link);
        (epoch, lab.ok_or_else(|| failure(&LabError::NotUp { provider: self.setup.provider.name() })))
    }

    /// The connection, or what to say where there is none.
    fn lab(&self) -> Result<Arc<Lab>, Failure> {
        self.attached().1
    }

    /// The connection of an epoch came or went. False when another epoch has begun meanwhile.
    fn set_lab(&self, epoch: u64, lab: Option<Arc<Lab>>) -> bool {
        let mut link = self.link();
        let in_force = link.epoch == epoch;
        if in_force {
            link.lab = lab;
        }
        in_force
    }

    /// Sends a message. False when the dashboard has ended.
    async fn send(&self, body: Body) -> bool {
        self.queue.send(Message { at: Timestamp::now(), body }).await.is_ok()
    }

    async fn done(&self, deed: Deed, result: Result<String, LabError>) {
        let done = match result {
            Ok(words) => Done::Well(deed, words),
            Err(error) => Done::Badly(deed, failure(&error)),
        };
        self.send(Body::Done(done)).await;
    }
}

/// A use case's failure as a person reads it.
fn failure(error: &LabError) -> Failure {
    Failure::new(error.to_string(), error.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_of_another_epoch_does_not_stand() {
        let home = tempfile::tempdir().unwrap();
        let nowhere = crate::provider::Options { sandbox_dir: home.path().join("none"), ..Default::default() };
        let setup = Setup {
            provider: crate::provider::choose(&nowhere).unwrap(),
            up: UpOptions {
                stage: Default::default(),
                manifests: None,
                until: None,
                dry_run: true,
                data: home.path().to_owned(),
                record: crate::config::LabRecord::new("sandbox"),
                patience: GRACE,
            },
            downloads: home.path().to_owned(),
            settings: home.path().join("config.toml"),
            read_settings: Arc::new(|| Err(String::new())),
        };
        let (sender, _queue) = mpsc::channel(QUEUE);
        let mut runtime = Runtime::new(setup, sender);
        for epoch in [1, 2] {
            runtime.perform(Effect::Connect { epoch, namespace: None });
        }
        assert!(!runtime.shared.set_lab(1, None), "it was made for what is no longer asked for");
        assert!(runtime.shared.set_lab(2, None));
        assert_eq!(runtime.shared.attached().0, 2);
        runtime.finish().await;
    }
}
