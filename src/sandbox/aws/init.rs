//! Init scripts: found, run once each, their states told at `/_localstack/init`.
//!
//! LocalStack executes what it finds in `/etc/localstack/init/{boot,start,ready,shutdown}.d`; a script
//! needs its x bit and a shebang. A ConfigMap mounted as a folder holds each file twice (as a link and
//! behind `..data`); real LocalStack runs both, here each file runs once.

mod discover;
mod run;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::log::{self, Level};
use super::options::Options;
use crate::sandbox::clock::Clock;

/// The stages in their order.
pub(crate) const STAGES: [&str; 4] = ["boot", "start", "ready", "shutdown"];

/// What LocalStack calls a script's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not run yet.
    Unknown,
    /// Being run.
    Running,
    /// Ended with exit code 0.
    Successful,
    /// Could not be run, or ended with another code.
    Error,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Unknown => "UNKNOWN",
            State::Running => "RUNNING",
            State::Successful => "SUCCESSFUL",
            State::Error => "ERROR",
        }
    }
}

#[derive(Clone, Debug)]
struct Script {
    stage: usize,
    path: PathBuf,
    name: String,
    state: State,
}

#[derive(Debug, Default)]
struct Progress {
    scripts: Vec<Script>,
    completed: [bool; STAGES.len()],
}

/// All init scripts of one run of the stand-in.
#[derive(Debug)]
pub(crate) struct Init {
    progress: Mutex<Progress>,
    environment: run::Environment,
    clock: Clock,
    started: Instant,
    session: String,
}

impl Init {
    /// Looks for the scripts; runs none.
    pub(crate) fn new(options: &Options) -> Self {
        let mut scripts = Vec::new();
        for (stage, name) in STAGES.iter().enumerate() {
            for path in discover::scripts(&options.stage_folder(name)) {
                let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                scripts.push(Script { stage, path, name, state: State::Unknown });
            }
        }
        Self {
            progress: Mutex::new(Progress { scripts, completed: [false; STAGES.len()] }),
            environment: run::Environment { applets: options.applets.clone(), settings: settings(options) },
            clock: Clock::real(),
            started: Instant::now(),
            session: uuid::Uuid::new_v4().to_string(),
        }
    }

    /// Runs the scripts of a stage one after the other; a failing one does not stop the next.
    pub(crate) async fn run_stage(&self, stage: &str) {
        let Some(number) = STAGES.iter().position(|s| *s == stage) else { return };
        let count = self.with(|p| p.scripts.len());
        for at in 0..count {
            let script = self.with(|p| p.scripts[at].clone());
            if script.stage != number {
                continue;
            }
            self.with(|p| p.scripts[at].state = State::Running);
            let outcome = run::script(&script.path, &self.environment).await;
            let state = if outcome.is_ok() { State::Successful } else { State::Error };
            if let Err(reason) = outcome {
                let message = format!("Error while running script {}: {reason}", script.name);
                log::line(Level::Error, "MainThread", "localstack.runtime.init", &message);
            }
            self.with(|p| p.scripts[at].state = state);
        }
        self.with(|p| p.completed[number] = true);
    }

    /// `/_localstack/init`.
    pub(crate) fn report(&self) -> Value {
        self.with(|p| {
            let completed: serde_json::Map<String, Value> =
                STAGES.iter().zip(p.completed).map(|(name, done)| (name.to_uppercase(), json!(done))).collect();
            json!({ "completed": completed, "scripts": p.scripts.iter().map(describe).collect::<Vec<_>>() })
        })
    }

    /// `/_localstack/init/<stage>`; `None` for a stage that does not exist.
    pub(crate) fn stage_report(&self, stage: &str) -> Option<Value> {
        let number = STAGES.iter().position(|s| s.eq_ignore_ascii_case(stage))?;
        Some(self.with(|p| {
            let scripts: Vec<_> = p.scripts.iter().filter(|s| s.stage == number).map(describe).collect();
            json!({ "completed": p.completed[number], "scripts": scripts })
        }))
    }

    pub(crate) fn session(&self) -> &str {
        &self.session
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn clock(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    fn with<T>(&self, f: impl FnOnce(&mut Progress) -> T) -> T {
        f(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Beside the applets, where they are ours.
fn settings(options: &Options) -> Vec<(&'static str, PathBuf)> {
    let Some(folder) = &options.applets else { return Vec::new() };
    vec![
        ("AWS_CONFIG_FILE", folder.join("settings/config")),
        ("AWS_SHARED_CREDENTIALS_FILE", folder.join("settings/credentials")),
    ]
}

fn describe(script: &Script) -> Value {
    json!({ "stage": STAGES[script.stage].to_uppercase(), "name": script.name, "state": script.state.word() })
}
