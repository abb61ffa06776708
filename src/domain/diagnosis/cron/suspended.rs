//! A suspended CronJob: how many runs it has missed, and what resuming it will do.
//!
//! Kubernetes' rule: on resume the latest start that was missed begins at once, all older ones are skipped. With
//! `startingDeadlineSeconds` it begins only if it is not later than that; otherwise it is skipped without a word.

use jiff::Timestamp;

use super::Readable;
use crate::domain::diagnosis::catalogue::{
    CronResumeNothing, CronResumeStarts, CronResumeTooLate, CronSuspended, CronTooManyMissed,
};
use crate::domain::diagnosis::{Deed, Finding, facts};

/// Above this the controller warns.
const MANY: usize = 100;

pub(super) fn found(cron: &Readable<'_>, next: Timestamp) -> Vec<Finding> {
    let missed = count(cron);
    let shown = if missed > MANY { format!("{MANY}+") } else { missed.to_string() };
    let held = CronSuspended { missed: shown.clone() }.found().act(Deed::CronResume, cron.object());
    let resume = match cron.missed() {
        None => CronResumeNothing { at: facts::clock(next) }.found(),
        Some(at) if cron.too_late(at) => CronResumeTooLate { at: facts::clock(at), deadline: cron.deadline() }.found(),
        Some(at) => CronResumeStarts { at: facts::clock(at), missed: shown }.found(),
    };
    let warned = missed > MANY && cron.row.starting_deadline_seconds.is_none();
    [held, resume].into_iter().chain(warned.then(|| CronTooManyMissed {}.found())).collect()
}

/// Starts that have passed since the last one, no further than it matters.
fn count(cron: &Readable<'_>) -> usize {
    let Some(earliest) = cron.earliest() else { return 0 };
    let passed = cron.schedule.runs(earliest, &cron.zone).take_while(|run| *run <= cron.now);
    passed.take(MANY + 1).count()
}
