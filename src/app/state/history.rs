//! What happened, on one time axis: the causal strip's moments. Some were seen as they happened (a port that moved,
//! a log line); those of Jobs and reports are read off their rows whenever they are asked for.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::items::JobItem;
use super::world::World;
use crate::domain::attempt::AttemptState;
use crate::domain::job::JobPhase;
use crate::domain::object::{Kind, ObjectRef};

/// Moments kept that cannot be read off rows.
const MOST: usize = 1_000;
/// Jobs and reports whose moments the story tells.
const JOBS: usize = 20;
const REPORTS: usize = 50;

/// The rows of the strip, from cause to consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// A fault was injected or cleared.
    Fault,
    /// A Service's port moved.
    Service,
    /// Somebody answers behind the Service, or nobody.
    Endpoints,
    /// An error in a pod's log.
    Log,
    /// An attempt began or ended.
    Attempt,
    /// A Job changed its phase.
    Job,
    /// A report was written.
    Report,
}

/// How a moment looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Something began.
    Neutral,
    /// Something went well.
    Good,
    /// Something went wrong.
    Bad,
    /// Something is expected.
    Expected,
}

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// On which lane.
    pub lane: Lane,
    /// How it looks.
    pub mood: Mood,
    /// In words; may hold foreign text.
    pub text: String,
    /// Where it can be seen.
    pub evidence: Evidence,
}

/// Where a moment can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The faults.
    Faults,
    /// An object's description.
    Object(ObjectRef),
    /// A Job.
    Job(String),
    /// A pod's log.
    Log(String),
    /// A report.
    Report(String),
}

/// Moments that were seen.
#[derive(Clone, Debug, Default)]
pub struct History {
    seen: VecDeque<Moment>,
    /// The moment selected on the strip.
    pub selected: Option<usize>,
}

impl Lane {
    /// All of them, from cause to consequence.
    pub const ALL: [Self; 7] =
        [Self::Fault, Self::Service, Self::Endpoints, Self::Log, Self::Attempt, Self::Job, Self::Report];
}

impl History {
    /// Remembers a moment. The same again is not a second one.
    pub fn remember(&mut self, moment: Moment) {
        if self.seen.iter().any(|old| old.lane == moment.lane && old.at == moment.at && old.text == moment.text) {
            return;
        }
        self.seen.push_back(moment);
        if self.seen.len() > MOST {
            self.seen.pop_front();
        }
    }

    /// Forgets everything: another cluster or namespace.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether something of a mood was seen on a lane.
    pub fn has(&self, lane: Lane, mood: Mood) -> bool {
        self.seen.iter().any(|moment| moment.lane == lane && moment.mood == mood)
    }

    /// The moments of the newest Jobs and of everything around them, oldest first.
    pub fn moments(&self, world: &World, only: Option<&JobItem>) -> Vec<Moment> {
        let mut moments: Vec<Moment> = self.seen.iter().cloned().collect();
        match only {
            Some(job) => {
                moments.retain(|moment| concerns(moment, job));
                moments.extend(of_job(job));
            }
            None => world.newest_jobs(JOBS).into_iter().for_each(|job| moments.extend(of_job(job))),
        }
        for fault in &world.faults {
            if let Some(at) = fault.since {
                moments.push(Moment {
                    at,
                    lane: Lane::Fault,
                    mood: Mood::Bad,
                    text: fault.begun(),
                    evidence: Evidence::Faults,
                });
            }
        }
        for report in world.reports.from(0).take(REPORTS) {
            if let Some(at) = report.row.modified_at {
                moments.push(Moment {
                    at,
                    lane: Lane::Report,
                    mood: Mood::Good,
                    text: report.row.key.clone(),
                    evidence: Evidence::Report(report.row.key.clone()),
                });
            }
        }
        moments.sort_by_key(|moment| (moment.at, moment.lane));
        moments.dedup_by(|a, b| a.lane == b.lane && a.at == b.at && a.text == b.text);
        moments
    }
}

/// A log line of another Job's pod is not part of this Job's story.
fn concerns(moment: &Moment, job: &JobItem) -> bool {
    match &moment.evidence {
        Evidence::Log(pod) => job.row.attempts.iter().any(|attempt| attempt.pod == *pod),
        _ => true,
    }
}

/// The moments that a Job's row tells of.
fn of_job(job: &JobItem) -> Vec<Moment> {
    let row = &job.row;
    let mut moments = Vec::new();
    let mut add = |at: Option<Timestamp>, lane, mood, text: String, evidence| {
        if let Some(at) = at {
            moments.push(Moment { at, lane, mood, text, evidence });
        }
    };
    let of_job = || Evidence::Job(row.name.clone());
    add(row.created_at, Lane::Job, Mood::Neutral, format!("{} created", row.name), of_job());
    for attempt in &row.attempts {
        let evidence = || Evidence::Log(attempt.pod.clone());
        let number = attempt.number;
        let begun = format!("{} #{number} started", row.name);
        add(attempt.started_at, Lane::Attempt, Mood::Neutral, begun, evidence());
        let (mood, text) = match attempt.state {
            AttemptState::Succeeded => (Mood::Good, format!("{} #{number} exit 0", row.name)),
            _ => {
                let code = attempt.exit_code.map(|code| format!(" exit {code}")).unwrap_or_default();
                let reason = attempt.reason.as_deref().unwrap_or("Failed");
                (Mood::Bad, format!("{} #{number}{code} {reason}", row.name))
            }
        };
        add(attempt.finished_at, Lane::Attempt, mood, text, evidence());
    }
    if let Some(next) = &row.next_attempt {
        add(Some(next.at), Lane::Attempt, Mood::Expected, format!("{} #{} expected", row.name, next.number), of_job());
    }
    let mood = if row.status == JobPhase::Complete { Mood::Good } else { Mood::Bad };
    let text = format!("{} {} {}", row.name, row.status, row.reason.as_deref().unwrap_or_default());
    add(row.finished_at, Lane::Job, mood, text.trim_end().to_owned(), of_job());
    moments
}

/// The evidence of a Service.
pub fn service(name: &str) -> Evidence {
    Evidence::Object(ObjectRef::new(Kind::Service, name))
}
