//! The plan of `up` as it goes, for the Start panel.

use jiff::Timestamp;

use crate::app::message::Failure;
use crate::domain::step::{Event, Step, StepState};

/// The plan.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Its steps.
    pub steps: Vec<Step>,
    /// When the step at work began.
    pub began: Option<Timestamp>,
    /// What it waits for.
    pub waiting: Option<String>,
    /// It is at work.
    pub running: bool,
    /// Why it ended badly.
    pub failure: Option<Failure>,
    /// The step selected.
    pub selected: usize,
    /// The person moved the selection: it no longer follows the work.
    pub pinned: bool,
}

impl Start {
    /// It begins, again.
    pub fn begin(&mut self) {
        *self = Self { running: true, ..Self::default() };
    }

    /// It ended, well or not.
    pub fn end(&mut self, failure: Option<Failure>) {
        self.running = false;
        self.waiting = None;
        self.began = None;
        self.failure = failure;
    }

    /// Takes what the use case tells of its steps.
    pub fn take(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::Plan(steps) => self.steps.clone_from(steps),
            Event::Began { id } => {
                self.began = Some(at);
                self.waiting = None;
                if let Some(place) = self.place(id) {
                    self.steps[place].state = StepState::Running;
                    if !self.pinned {
                        self.selected = place;
                    }
                }
            }
            Event::Waiting { what, .. } => self.waiting = Some(what.clone()),
            Event::Ended { step } => {
                if let Some(place) = self.place(step.id) {
                    self.steps[place] = (**step).clone();
                }
                self.waiting = None;
            }
            Event::Command(_) | Event::Note(_) => {}
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// How long all steps took together, in milliseconds, and the longest of them.
    pub fn critical(&self) -> (u64, Option<&Step>) {
        let total = self.steps.iter().filter_map(|step| step.elapsed_ms).sum();
        (total, self.steps.iter().filter(|step| step.elapsed_ms > Some(0)).max_by_key(|step| step.elapsed_ms))
    }
}
