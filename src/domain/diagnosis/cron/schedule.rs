//! A schedule or a time zone that cannot be read, or that never comes.

use crate::domain::cronjob::CronJobRow;
use crate::domain::diagnosis::catalogue::{CronNever, CronUnreadable, CronZoneUnknown};
use crate::domain::diagnosis::{Finding, Surroundings, object};
use crate::domain::equivalent;
use crate::domain::object::Kind;
use crate::domain::schedule::Schedule;

pub(super) fn unreadable(cronjob: &CronJobRow, error: String, s: &Surroundings<'_>) -> Finding {
    let schedule = cronjob.schedule.clone();
    let found = match &cronjob.time_zone {
        Some(zone) if Schedule::parse(&schedule).is_ok() => CronZoneUnknown { zone: zone.clone(), error }.found(),
        _ => CronUnreadable { schedule, error }.found(),
    };
    edited(found, cronjob, s)
}

pub(super) fn never(cronjob: &CronJobRow, s: &Surroundings<'_>) -> Finding {
    edited(CronNever { schedule: cronjob.schedule.clone() }.found(), cronjob, s)
}

fn edited(found: Finding, cronjob: &CronJobRow, s: &Surroundings<'_>) -> Finding {
    found.shell(equivalent::edit(s.namespace, &object(Kind::CronJob, &cronjob.name)))
}
