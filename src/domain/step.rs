//! The explained plan of `up` and `down`: steps, their states, and the events that tell of them.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::change::ObjectChange;
use super::command::ShellCommand;

/// One step of a plan. Each is idempotent: run again, it finds its work done and says so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The word for `--until`.
    pub id: &'static str,
    /// What it does, in a few words.
    pub title: String,
    /// Why the lab needs it.
    pub why: &'static str,
    /// What a person would type instead.
    pub commands: Vec<ShellCommand>,
    /// How far it got.
    pub state: StepState,
    /// What it found or did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The objects it looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ObjectChange>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: Option<u64>,
}

/// How far a step got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// At work.
    Running,
    /// It changed something.
    Done,
    /// It found its work done.
    Unchanged,
    /// It failed; the steps after it were not tried.
    Failed,
    /// Not wanted here (`--until`, or the provider does not need it).
    Skipped,
}

/// What a running use case tells the person who waits for it.
#[derive(Clone, Debug)]
pub enum Event {
    /// The whole plan, before its first step.
    Plan(Vec<Step>),
    /// A step begins.
    Began {
        /// The step's id.
        id: &'static str,
    },
    /// A step is still at it: what it waits for.
    Waiting {
        /// The step's id.
        id: &'static str,
        /// What it waits for.
        what: String,
    },
    /// A step ended, well or not.
    Ended {
        /// The step as it ended.
        step: Box<Step>,
    },
    /// The kubectl or aws command that would do what is done now.
    Command(ShellCommand),
    /// Something worth knowing that is no error.
    Note(String),
}

/// Where events go. Called from the task that works: it must not block for long.
pub trait Progress: Send + Sync {
    /// Takes one event.
    fn event(&self, event: Event);
}

/// Progress that nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _: Event) {}
}

impl Step {
    /// A step that has not begun.
    pub fn new(id: &'static str, title: impl Into<String>, why: &'static str, commands: Vec<ShellCommand>) -> Self {
        Self {
            id,
            title: title.into(),
            why,
            commands,
            state: StepState::Pending,
            detail: None,
            changes: Vec::new(),
            elapsed_ms: None,
        }
    }

    /// Writes down how the step ended.
    pub fn end(&mut self, state: StepState, detail: Option<String>, elapsed: Duration) {
        self.state = state;
        self.detail = detail;
        self.elapsed_ms = Some(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        })
    }
}
