//! The dashboard as lines: what changed, one line a change, for screen readers and CI (`--plain`).
//!
//! Called by `entry` with the state before and after each message has been taken in. Must not print.

use std::collections::HashMap;

use jiff::Timestamp;

use super::state::{LinkState, State};
use crate::domain::job::{JobPhase, JobRow};
use crate::domain::object::Uid;

/// What was last told.
#[derive(Debug, Default)]
pub struct Teller {
    link: Option<String>,
    jobs: HashMap<Uid, (JobPhase, u32, usize)>,
    cronjobs: HashMap<Uid, (bool, usize)>,
    faults: Vec<String>,
    reports: HashMap<String, Option<Timestamp>>,
    tasks: Option<usize>,
    stale: Option<String>,
    steps: HashMap<&'static str, String>,
    toasts: usize,
    parts: HashMap<String, String>,
}

impl Teller {
    /// What is to be told after a message was taken in: lines without their time.
    pub fn tell(&mut self, state: &State) -> Vec<String> {
        let mut lines = Vec::new();
        self.link(state, &mut lines);
        self.steps(state, &mut lines);
        self.parts(state, &mut lines);
        self.jobs(state, &mut lines);
        self.cronjobs(state, &mut lines);
        self.faults(state, &mut lines);
        self.data(state, &mut lines);
        let all = state.toasts.all();
        let fresh = all.len().saturating_sub(self.toasts);
        self.toasts = all.len();
        lines.extend(state.toasts.all().rev().take(fresh).map(|toast| match &toast.next {
            Some(next) => format!("{}; next: {next}", toast.text),
            None => toast.text.clone(),
        }));
        lines
    }

    fn link(&mut self, state: &State, lines: &mut Vec<String>) {
        let words = match &state.link {
            LinkState::Idle => return,
            LinkState::Connecting => "connecting".to_owned(),
            LinkState::Up => match &state.session {
                Some(s) => format!(
                    "connected: {}, context {}, namespace {}, Kubernetes {}",
                    s.provider, s.context, s.namespace, s.version
                ),
                None => "connected".to_owned(),
            },
            LinkState::Down { failure, .. } => format!("not connected: {}", failure.what),
        };
        if self.link.as_ref() != Some(&words) {
            lines.push(words.clone());
            self.link = Some(words);
        }
        let stale: Vec<String> = state.world.stale().map(|(kind, _, why)| format!("{kind} ({why})")).collect();
        let stale = (!stale.is_empty()).then(|| format!("out of date: {}", stale.join(", ")));
        if self.stale != stale {
            lines.push(stale.clone().unwrap_or_else(|| "up to date again".to_owned()));
            self.stale = stale;
        }
    }

    fn steps(&mut self, state: &State, lines: &mut Vec<String>) {
        for step in &state.start.steps {
            let took = step.elapsed_ms.map(|ms| format!(" after {ms} ms")).unwrap_or_default();
            let detail = step.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
            let words = format!("step {} {}{took}{detail}", step.id, step.state);
            if step.state != crate::domain::step::StepState::Pending && self.steps.get(step.id) != Some(&words) {
                lines.push(words.clone());
                self.steps.insert(step.id, words);
            }
        }
    }

    fn parts(&mut self, state: &State, lines: &mut Vec<String>) {
        for row in state.world.deployments.all() {
            let words = format!("deployment/{} {}/{} ready", row.name, row.ready, row.wanted);
            if self.parts.get(&row.name) != Some(&words) {
                lines.push(words.clone());
                self.parts.insert(row.name.clone(), words);
            }
        }
    }

    fn jobs(&mut self, state: &State, lines: &mut Vec<String>) {
        for job in state.world.jobs.all() {
            let row = &job.row;
            let now = (row.status, row.failed, row.attempts.len());
            if self.jobs.insert(row.uid.clone(), now) != Some(now) {
                lines.push(job_line(row));
            }
        }
        if self.jobs.len() > state.world.jobs.len() {
            self.jobs.retain(|uid, _| state.world.jobs.get(uid.as_str()).is_some());
        }
    }

    fn cronjobs(&mut self, state: &State, lines: &mut Vec<String>) {
        for row in state.world.cronjobs.all() {
            let now = (row.suspend, row.active.len());
            if self.cronjobs.insert(row.uid.clone(), now) != Some(now) {
                lines.push(format!("cronjob/{} {}: schedule {}", row.name, row.status, row.schedule));
            }
        }
    }

    fn faults(&mut self, state: &State, lines: &mut Vec<String>) {
        let now: Vec<String> = state
            .world
            .faults
            .iter()
            .map(|row| {
                let effect = row.effect.as_ref().map(|effect| format!(", {}", effect.words)).unwrap_or_default();
                format!("fault {} on {}: port {} is {}{effect}", row.fault, row.target, row.original, row.current)
            })
            .collect();
        if now != self.faults {
            lines.extend(now.iter().filter(|line| !self.faults.contains(line)).cloned());
            if now.is_empty() {
                lines.push("no fault is active".to_owned());
            }
            self.faults = now;
        }
    }

    fn data(&mut self, state: &State, lines: &mut Vec<String>) {
        for report in state.world.reports.all() {
            let row = &report.row;
            if self.reports.insert(row.key.clone(), row.modified_at) != Some(row.modified_at) {
                lines.push(format!("report {} has {} bytes", row.key, row.size));
            }
        }
        let tasks = state.world.tasks.is_known().then(|| state.world.tasks.len());
        if tasks.is_some() && tasks != self.tasks {
            let done = state.world.tasks.all().filter(|task| task.row.done).count();
            lines.push(format!("{} tasks, {done} done", state.world.tasks.len()));
            self.tasks = tasks;
        }
    }
}

fn job_line(row: &JobRow) -> String {
    let failed = format!("{} of {} failures", row.failed, row.spec.backoff_limit + 1);
    let last = row.attempts.last().map(|attempt| {
        let code = attempt.exit_code.map(|code| format!(" exit {code}")).unwrap_or_default();
        format!(", attempt {} {}{code}", attempt.number, attempt.state)
    });
    let next = row.next_attempt.as_ref().map(|next| format!(", attempt {} at {}", next.number, next.at));
    let why = row.reason.as_deref().map(|reason| format!(", {reason}"));
    format!(
        "job/{} {}: {failed}{}{}{}",
        row.name,
        row.status,
        last.unwrap_or_default(),
        next.unwrap_or_default(),
        why.unwrap_or_default()
    )
}
