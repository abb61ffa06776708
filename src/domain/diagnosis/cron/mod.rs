//! Why a CronJob is as it is. Called by `diagnose`; one file a question.

mod last_run;
mod late;
mod overlap;
mod schedule;
mod suspended;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::catalogue::{CronRunning, CronWaiting};
use super::{Deed, Finding, Surroundings, facts, object};
use crate::domain::cronjob::CronJobRow;
use crate::domain::object::Kind;
use crate::domain::schedule::Schedule;

/// A CronJob whose schedule can be read, at a time.
struct Readable<'a> {
    row: &'a CronJobRow,
    schedule: Schedule,
    zone: TimeZone,
    now: Timestamp,
}

impl Readable<'_> {
    /// The next start, suspended or not.
    fn next(&self) -> Option<Timestamp> {
        self.schedule.next_after(self.now, &self.zone)
    }

    /// From when on the controller looks for starts that were missed.
    fn earliest(&self) -> Option<Timestamp> {
        self.row.last_schedule.or(self.row.created_at)
    }

    /// The newest start time that has passed since the last start.
    fn missed(&self) -> Option<Timestamp> {
        self.schedule.missed(self.earliest()?, self.now, &self.zone).ok()?.most_recent
    }

    /// Whether a start at this time would come too late for `startingDeadlineSeconds`.
    fn too_late(&self, at: Timestamp) -> bool {
        self.row.starting_deadline_seconds.is_some_and(|deadline| self.now.as_second() - at.as_second() > deadline)
    }

    fn deadline(&self) -> String {
        self.row.starting_deadline_seconds.map_or_else(|| facts::UNKNOWN.to_owned(), crate::domain::span::span)
    }

    fn object(&self) -> crate::domain::object::ObjectRef {
        object(Kind::CronJob, &self.row.name)
    }
}

pub(super) fn diagnose(cronjob: &CronJobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    match cronjob.parsed() {
        Err(error) => found.push(schedule::unreadable(cronjob, error, s)),
        Ok((schedule, zone)) => {
            let cron = Readable { row: cronjob, schedule, zone, now: s.now };
            match cron.next() {
                None => found.push(schedule::never(cronjob, s)),
                Some(next) => found.extend(by_schedule(&cron, next)),
            }
        }
    }
    if !cronjob.active.is_empty() {
        found.push(running(cronjob));
    }
    found.extend(last_run::found(cronjob, s));
    found
}

/// What depends on when it runs.
fn by_schedule(cron: &Readable<'_>, next: Timestamp) -> Vec<Finding> {
    if cron.row.suspend {
        return suspended::found(cron, next);
    }
    let mut found = Vec::new();
    if cron.row.active.is_empty() {
        let waiting = CronWaiting {
            schedule: cron.row.schedule.clone(),
            at: facts::clock(next),
            wait: facts::between(cron.now, next),
        };
        found.push(waiting.found().act(Deed::CronNext, cron.object()));
    }
    found.extend(overlap::found(cron, next));
    found.extend(late::found(cron));
    found
}

fn running(cronjob: &CronJobRow) -> Finding {
    let jobs = facts::names(cronjob.active.iter().map(String::as_str));
    let found = CronRunning { jobs, count: cronjob.active.len().to_string() }.found();
    cronjob.active.iter().take(1).fold(found, |found, job| found.act(Deed::JobShow, object(Kind::Job, job)))
}
