//! A start time that has passed without a Job, and a deadline that is too short to be met.

use super::Readable;
use crate::domain::diagnosis::catalogue::{CronDeadlineShort, CronOverdue, CronStartMissed};
use crate::domain::diagnosis::{Deed, Finding, Next, facts};

/// The controller starts a Job within a second; this is more than any sync takes.
const GRACE: i64 = 30;
/// The controller looks at each CronJob at least this often, in seconds.
const SYNC: i64 = 10;

pub(super) fn found(cron: &Readable<'_>) -> Vec<Finding> {
    short_deadline(cron).into_iter().chain(overdue(cron)).collect()
}

fn short_deadline(cron: &Readable<'_>) -> Option<Finding> {
    let deadline = cron.row.starting_deadline_seconds?;
    (deadline < SYNC).then(|| CronDeadlineShort { deadline: cron.deadline() }.found())
}

fn overdue(cron: &Readable<'_>) -> Option<Finding> {
    let forbidden = cron.row.concurrency_policy == "Forbid" && !cron.row.active.is_empty();
    let at = cron.missed().filter(|_| !forbidden)?;
    let late = cron.now.as_second() - at.as_second();
    if cron.too_late(at) {
        let missed = CronStartMissed { at: facts::clock(at), deadline: cron.deadline() };
        return Some(missed.found().act(Deed::CronNext, cron.object()));
    }
    let overdue = CronOverdue { at: facts::clock(at), late: crate::domain::span::span(late) };
    (late > GRACE).then(|| overdue.found().then(Next::Action(Deed::Doctor, None)))
}
