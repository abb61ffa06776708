//! A CronJob as the lab shows it: its schedule and when it runs next.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::object::Uid;
use super::schedule::Schedule;

/// The CronJob of the lab.
pub const REPORTER: &str = "task-reporter";

/// One CronJob. Made by `cluster::rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CronJobRow {
    /// Its uid.
    pub uid: Uid,
    /// The CronJob's name.
    pub name: String,
    /// Its labels, as `k=v,k=v`.
    #[serde(skip)]
    pub labels: Box<str>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// What it does now.
    pub status: CronJobPhase,
    /// The schedule as written.
    pub schedule: String,
    /// The zone the schedule is read in; `None`: the controller's, which is UTC on all common clusters.
    pub time_zone: Option<String>,
    /// `spec.suspend`.
    pub suspend: bool,
    /// Names of the Jobs that run now. Manual Jobs are never in this list.
    pub active: Vec<String>,
    /// The scheduled time of the newest Job.
    pub last_schedule: Option<Timestamp>,
    /// When a Job last completed.
    pub last_successful: Option<Timestamp>,
    /// `Allow`, `Forbid` or `Replace`.
    pub concurrency_policy: String,
    /// How late a start may be, in seconds.
    pub starting_deadline_seconds: Option<i64>,
    /// How many completed Jobs are kept.
    pub successful_history: i32,
    /// How many failed Jobs are kept.
    pub failed_history: i32,
    /// The next run; `None` while suspended, and where the schedule never matches or cannot be read.
    pub next: Option<Timestamp>,
    /// Why the schedule cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_error: Option<String>,
}

/// What a CronJob does. Waiting for its time, held back and running are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CronJobPhase {
    /// Waiting for its schedule.
    Waiting,
    /// One of its Jobs runs.
    Running,
    /// `spec.suspend` is true.
    Suspended,
}

impl fmt::Display for CronJobPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Suspended => "Suspended",
        })
    }
}

/// One run to come, as `cron next` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextRun {
    /// The CronJob.
    pub cronjob: String,
    /// When.
    pub at: Timestamp,
    /// The same time in the CronJob's zone, with its offset.
    pub local: String,
    /// Seconds from now.
    pub in_seconds: i64,
    /// The Job's name: the CronJob's, then the minutes since 1970 of the scheduled time.
    pub job: String,
}

impl CronJobRow {
    /// The schedule, and the zone that it is read in.
    ///
    /// # Errors
    /// One of them cannot be read, in words.
    pub fn parsed(&self) -> Result<(Schedule, TimeZone), String> {
        let schedule = Schedule::parse(&self.schedule).map_err(|error| error.to_string())?;
        let zone = match self.time_zone.as_deref() {
            None => TimeZone::UTC,
            Some(zone) => TimeZone::get(zone).map_err(|error| error.to_string())?,
        };
        Ok((schedule, zone))
    }

    /// The next `n` runs after `now`, whether it is suspended or not.
    ///
    /// # Errors
    /// A schedule or a time zone that cannot be read, in words.
    pub fn next_runs(&self, now: Timestamp, n: usize) -> Result<Vec<NextRun>, String> {
        let (schedule, zone) = self.parsed()?;
        let runs = schedule.runs(now, &zone).take(n).map(|at| NextRun {
            cronjob: self.name.clone(),
            at,
            local: at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            in_seconds: at.as_second() - now.as_second(),
            job: format!("{}-{}", self.name, at.as_second().div_euclid(60)),
        });
        Ok(runs.collect())
    }

    /// The run that was missed and that the controller makes up for at once: a CronJob that was suspended, or that
    /// gets a denser schedule, has start times behind it since its last one, and the latest of them still counts.
    ///
    /// Source: the CronJob controller's `mostRecentScheduleTime`, which looks back to `lastScheduleTime` or to the
    /// creation, but not beyond `startingDeadlineSeconds`.
    pub fn catch_up(&self, now: Timestamp) -> Option<Timestamp> {
        let held_back = self.concurrency_policy == "Forbid" && !self.active.is_empty();
        if self.suspend || held_back {
            return None;
        }
        let (schedule, zone) = self.parsed().ok()?;
        let since = self.last_schedule.or(self.created_at)?;
        let deadline = self.starting_deadline_seconds.map(SignedDuration::from_secs);
        let horizon = deadline.and_then(|deadline| now.checked_sub(deadline).ok());
        let earliest = horizon.map_or(since, |horizon| since.max(horizon));
        schedule.missed(earliest, now, &zone).ok()?.most_recent
    }

    /// The next run after `now`; `None` while suspended, and where the schedule never matches or cannot be read.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        if self.suspend {
            return None;
        }
        let (schedule, zone) = self.parsed().ok()?;
        schedule.next_after(now, &zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cronjob() -> CronJobRow {
        CronJobRow {
            uid: Uid::default(),
            name: "task-reporter".into(),
            labels: "".into(),
            created_at: "2026-11-20T08:00:00Z".parse().ok(),
            status: CronJobPhase::Waiting,
            schedule: "0 15 * * *".into(),
            time_zone: None,
            suspend: false,
            active: Vec::new(),
            last_schedule: None,
            last_successful: None,
            concurrency_policy: "Allow".into(),
            starting_deadline_seconds: None,
            successful_history: 3,
            failed_history: 3,
            next: None,
            schedule_error: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_latest_missed_run_is_made_up_for() {
        let now = at("2026-11-23T10:00:00Z");
        let fresh = cronjob();
        assert_eq!(fresh.catch_up(now), Some(at("2026-11-22T15:00:00Z")), "counted from the creation");
        assert_eq!(fresh.catch_up(at("2026-11-20T14:59:59Z")), None, "nothing was due yet");
        let ran = CronJobRow { last_schedule: Some(at("2026-11-22T15:00:00Z")), ..cronjob() };
        assert_eq!(ran.catch_up(now), None, "the last one ran");
        let strict = CronJobRow { starting_deadline_seconds: Some(3600), ..cronjob() };
        assert_eq!(strict.catch_up(now), None, "too late for its deadline");
        assert_eq!(strict.catch_up(at("2026-11-22T15:30:00Z")), Some(at("2026-11-22T15:00:00Z")));
    }

    #[test]
    fn a_cronjob_that_may_not_start_makes_up_for_nothing() {
        let now = at("2026-11-23T10:00:00Z");
        assert_eq!(CronJobRow { suspend: true, ..cronjob() }.catch_up(now), None);
        let busy = CronJobRow { concurrency_policy: "Forbid".into(), active: vec!["j".into()], ..cronjob() };
        assert_eq!(busy.catch_up(now), None);
        assert_eq!(CronJobRow { schedule: "never".into(), ..cronjob() }.catch_up(now), None);
    }
}
