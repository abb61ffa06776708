//! How each row type looks in a table.

use jiff::Timestamp;

use super::output::Row;
use crate::domain::attempt::Attempt;
use crate::domain::change::ObjectChange;
use crate::domain::check::Check;
use crate::domain::cronjob::{CronJobRow, NextRun};
use crate::domain::event::EventRow;
use crate::domain::fault::FaultRow;
use crate::domain::job::{JobRow, NextAttempt};
use crate::domain::pod::PodRow;
use crate::domain::report::ReportRow;
pub(super) use crate::domain::span::span;
use crate::domain::status::ComponentRow;
use crate::domain::task::TaskRow;
use crate::lab::reports::Saved;

impl Row for JobRow {
    const TITLES: &'static [&'static str] = &[
        "NAME",
        "STATUS",
        "COMPLETIONS",
        "ATTEMPTS",
        "RETRIES",
        "NEXT ATTEMPT",
        "DURATION",
        "AGE",
        "FAILED/LIMIT",
        "CRONJOB",
        "REASON",
    ];
    const NARROW: usize = 8;

    fn cells(&self) -> Vec<String> {
        let now = Timestamp::now();
        let wanted = self.spec.completions.map_or_else(|| format!("1 of {}", self.spec.parallelism), |n| n.to_string());
        vec![
            self.name.clone(),
            self.status.to_string(),
            format!("{}/{wanted}", self.succeeded),
            self.attempts.len().to_string(),
            self.retries.to_string(),
            self.next_attempt.as_ref().map_or_else(|| "-".into(), |next| next_words(next, now)),
            self.duration_seconds.map_or_else(|| "-".into(), span),
            age(self.started_at, now),
            format!("{}/{}", self.failed, self.spec.backoff_limit),
            match (&self.cronjob, self.manual) {
                (Some(cronjob), true) => format!("{cronjob} (manual)"),
                (Some(cronjob), false) => cronjob.clone(),
                (None, _) => "-".into(),
            },
            dash(self.reason.as_deref()),
        ]
    }

    fn name(&self) -> String {
        format!("job/{}", self.name)
    }
}

/// `#3 in 12s (backoff 20s)`.
pub(super) fn next_words(next: &NextAttempt, now: Timestamp) -> String {
    let left = next.at.as_second() - now.as_second();
    let due = if left > 0 { format!("in {}", span(left)) } else { "due".to_owned() };
    format!("#{} {due} (backoff {})", next.number, span(i64::try_from(next.backoff_seconds).unwrap_or(0)))
}

impl Row for Attempt {
    const TITLES: &'static [&'static str] =
        &["ATTEMPT", "POD", "STATE", "EXIT", "REASON", "STARTED", "TOOK", "RESTARTS", "INDEX", "MESSAGE"];
    const NARROW: usize = 7;

    fn cells(&self) -> Vec<String> {
        let took = match (self.started_at, self.finished_at) {
            (Some(start), Some(end)) => span(end.as_second() - start.as_second()),
            _ => "-".to_owned(),
        };
        vec![
            self.number.to_string(),
            self.pod.clone(),
            self.state.to_string(),
            self.exit_code.map_or_else(|| "-".into(), |code| code.to_string()),
            dash(self.reason.as_deref()),
            clock(self.started_at),
            took,
            self.restarts.to_string(),
            self.index.map_or_else(|| "-".into(), |index| index.to_string()),
            dash(self.message.as_deref()),
        ]
    }

    fn name(&self) -> String {
        format!("pod/{}", self.pod)
    }
}

impl Row for PodRow {
    const TITLES: &'static [&'static str] =
        &["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "JOB", "EXIT"];
    const NARROW: usize = 5;

    fn cells(&self) -> Vec<String> {
        vec![
            self.name.clone(),
            format!("{}/{}", self.ready, self.containers),
            self.status.clone(),
            self.restarts.to_string(),
            age(self.created_at, Timestamp::now()),
            dash(self.ip.as_deref()),
            dash(self.node.as_deref()),
            dash(self.job.as_deref()),
            self.exit_code.map_or_else(|| "-".into(), |code| code.to_string()),
        ]
    }

    fn name(&self) -> String {
        format!("pod/{}", self.name)
    }
}

impl Row for CronJobRow {
    const TITLES: &'static [&'static str] = &[
        "NAME",
        "STATUS",
        "SCHEDULE",
        "TIMEZONE",
        "SUSPEND",
        "ACTIVE",
        "LAST SCHEDULE",
        "NEXT",
        "CONCURRENCY",
        "HISTORY",
        "LAST SUCCESS",
    ];
    const NARROW: usize = 8;

    fn cells(&self) -> Vec<String> {
        let now = Timestamp::now();
        let next = match (&self.schedule_error, self.next) {
            (Some(error), _) => format!("? {error}"),
            (None, Some(at)) => format!("in {}", span(at.as_second() - now.as_second())),
            (None, None) => "-".to_owned(),
        };
        vec![
            self.name.clone(),
            self.status.to_string(),
            self.schedule.clone(),
            self.time_zone.clone().unwrap_or_else(|| "<none>".into()),
            if self.suspend { "True" } else { "False" }.to_owned(),
            self.active.len().to_string(),
            age(self.last_schedule, now),
            next,
            self.concurrency_policy.clone(),
            format!("{}/{}", self.successful_history, self.failed_history),
            age(self.last_successful, now),
        ]
    }

    fn name(&self) -> String {
        format!("cronjob/{}", self.name)
    }
}

impl Row for NextRun {
    const TITLES: &'static [&'static str] = &["RUN", "LOCAL", "IN", "JOB"];
    const NARROW: usize = 4;

    fn cells(&self) -> Vec<String> {
        vec![self.at.to_string(), self.local.clone(), span(self.in_seconds), self.job.clone()]
    }

    fn name(&self) -> String {
        format!("job/{}", self.job)
    }
}

impl Row for EventRow {
    const TITLES: &'static [&'static str] = &["LAST SEEN", "TYPE", "REASON", "MESSAGE", "COUNT"];
    const NARROW: usize = 4;

    fn cells(&self) -> Vec<String> {
        let seen = age(self.at, Timestamp::now());
        vec![seen, self.kind.clone(), self.reason.clone(), self.message.clone(), self.count.to_string()]
    }

    fn name(&self) -> String {
        self.reason.clone()
    }
}

impl Row for FaultRow {
    const TITLES: &'static [&'static str] = &["FAULT", "TARGET", "PORT", "NOW", "EFFECT", "BY", "ENDS", "SINCE"];
    const NARROW: usize = 7;

    fn cells(&self) -> Vec<String> {
        let now = Timestamp::now();
        let ends = match self.until {
            Some(until) if until > now => format!("in {}", span(until.as_second() - now.as_second())),
            Some(_) => "overdue".to_owned(),
            None => "never".to_owned(),
        };
        vec![
            self.fault.clone(),
            self.target.clone(),
            self.original.to_string(),
            self.current.to_string(),
            self.effect.as_ref().map_or_else(|| "-".into(), |effect| effect.words.clone()),
            self.by.to_string(),
            ends,
            clock(self.since),
        ]
    }

    fn name(&self) -> String {
        format!("{} {}", self.fault, self.target)
    }
}

impl Row for TaskRow {
    const TITLES: &'static [&'static str] = &["ID", "USER", "STATUS", "TITLE", "START", "UPDATED"];
    const NARROW: usize = 4;

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.clone(),
            self.user.clone(),
            if self.done { "DONE" } else { "UNDONE" }.to_owned(),
            self.title.clone(),
            clock(self.start_at),
            clock(self.updated_at),
        ]
    }

    fn name(&self) -> String {
        self.id.clone()
    }
}

impl Row for ReportRow {
    const TITLES: &'static [&'static str] = &["KEY", "SIZE", "MODIFIED"];
    const NARROW: usize = 3;

    fn cells(&self) -> Vec<String> {
        vec![self.key.clone(), self.size.to_string(), clock(self.modified_at)]
    }

    fn name(&self) -> String {
        self.key.clone()
    }
}

impl Row for Saved {
    const TITLES: &'static [&'static str] = &["KEY", "FILE", "SIZE"];
    const NARROW: usize = 3;

    fn cells(&self) -> Vec<String> {
        vec![self.key.clone(), self.path.display().to_string(), self.size.to_string()]
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

impl Row for ComponentRow {
    const TITLES: &'static [&'static str] = &["PART", "OBJECT", "STATE", "DETAIL"];
    const NARROW: usize = 4;

    fn cells(&self) -> Vec<String> {
        let state = if self.ready { "ready" } else { "not ready" };
        let object = format!("{}/{}", self.kind.to_lowercase(), self.name);
        vec![self.component.clone(), object, state.to_owned(), self.detail.clone()]
    }

    fn name(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

impl Row for Check {
    const TITLES: &'static [&'static str] = &["CHECK", "STATE", "FOUND", "FIX"];
    const NARROW: usize = 4;

    fn cells(&self) -> Vec<String> {
        vec![self.check.clone(), self.state.to_string(), self.found.clone(), dash(self.fix.as_deref())]
    }

    fn name(&self) -> String {
        self.check.clone()
    }
}

impl Row for ObjectChange {
    const TITLES: &'static [&'static str] = &["OBJECT", "OUTCOME", "DETAIL"];
    const NARROW: usize = 2;

    fn cells(&self) -> Vec<String> {
        vec![self.name(), self.outcome.to_string(), dash(self.detail.as_deref())]
    }

    fn name(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    since.map_or_else(|| "<none>".into(), |since| span(now.as_second() - since.as_second()))
}

fn clock(at: Option<Timestamp>) -> String {
    let seconds = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at).to_string();
    at.map_or_else(|| "-".into(), seconds)
}

fn dash(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_cell_a_title() {
        fn check<T: Row>(row: &T) {
            assert_eq!(row.cells().len(), T::TITLES.len(), "{:?}", T::TITLES);
            assert!(T::NARROW <= T::TITLES.len());
        }
        check(&Check::ok("a", "b"));
        check(&ReportRow { key: "k".into(), size: 1, modified_at: None, lineage: None });
        check(&TaskRow {
            id: "i".into(),
            user: "u".into(),
            title: "t".into(),
            done: true,
            start_at: None,
            updated_at: None,
        });
    }
}
