//! `concurrencyPolicy`: what comes of the next start while a Job still runs.

use jiff::Timestamp;

use super::Readable;
use crate::domain::diagnosis::catalogue::{CronAllow, CronForbid, CronForbidBlocked, CronReplace};
use crate::domain::diagnosis::{Deed, Finding, facts, object};
use crate::domain::object::Kind;

pub(super) fn found(cron: &Readable<'_>, next: Timestamp) -> Option<Finding> {
    let running = cron.row.active.first()?;
    let job = running.clone();
    let at = facts::clock(next);
    let found = match (cron.row.concurrency_policy.as_str(), cron.missed()) {
        ("Forbid", Some(missed)) => CronForbidBlocked { job, at: facts::clock(missed) }.found(),
        ("Forbid", None) => CronForbid { job, at }.found(),
        ("Replace", _) => CronReplace { job, at }.found(),
        _ => CronAllow { job, at }.found(),
    };
    Some(found.act(Deed::JobShow, object(Kind::Job, running)))
}
