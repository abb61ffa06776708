//! How the rows of each kind are found, ordered and named in their lists.

use std::cmp::{Ordering, Reverse};

use super::table::Item;
use crate::domain::cronjob::CronJobRow;
use crate::domain::event::EventRow;
use crate::domain::job::{JobFacts, JobRow};
use crate::domain::object::Uid;
use crate::domain::pod::PodRow;
use crate::domain::report::ReportRow;
use crate::domain::task::TaskRow;

impl Item for CronJobRow {
    fn uid(&self) -> &Uid {
        &self.uid
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn labels(&self) -> &str {
        &self.labels
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.name);
        each(&self.schedule);
    }
    /// Name; last schedule, newest first.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => Ordering::Equal,
            _ => other.last_schedule.cmp(&self.last_schedule),
        }
    }
    const SORTS: usize = 2;
}

/// A Job: what the cluster says of it, and its row with the attempts seen so far.
#[derive(Clone, Debug, PartialEq)]
pub struct JobItem {
    /// The Job alone.
    pub facts: JobFacts,
    /// Joined with its attempts.
    pub row: JobRow,
}

impl Item for JobItem {
    fn uid(&self) -> &Uid {
        &self.facts.uid
    }
    fn name(&self) -> &str {
        &self.facts.name
    }
    fn labels(&self) -> &str {
        &self.facts.labels
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.facts.name);
        each(self.row.status.word());
        self.row.reason.iter().for_each(|reason| each(reason));
        self.facts.cronjob.iter().for_each(|cronjob| each(cronjob));
    }
    /// Newest first; name; status, what needs attention first; failures, most first.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => other.facts.created_at.cmp(&self.facts.created_at),
            1 => Ordering::Equal,
            2 => self.row.status.urgency().cmp(&other.row.status.urgency()),
            _ => other.row.failed.cmp(&self.row.failed),
        }
    }
    const SORTS: usize = 4;
    /// Its CronJob.
    fn group(&self) -> Option<&Uid> {
        self.facts.cronjob_uid.as_ref()
    }
    /// Its phase.
    fn class(&self) -> usize {
        self.row.status as usize
    }
}

/// A pod, and the Job whose attempt it is.
#[derive(Clone, Debug, PartialEq)]
pub struct PodItem {
    /// The pod.
    pub row: PodRow,
    /// Its labels, as `k=v,k=v`.
    pub labels: Box<str>,
    /// The names of its containers.
    pub containers: Box<[Box<str>]>,
    /// The Job's uid.
    pub job: Option<Uid>,
}

impl Item for PodItem {
    fn uid(&self) -> &Uid {
        &self.row.uid
    }
    fn name(&self) -> &str {
        &self.row.name
    }
    fn labels(&self) -> &str {
        &self.labels
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.row.name);
        each(&self.row.status);
        self.row.job.iter().for_each(|job| each(job));
        self.row.node.iter().for_each(|node| each(node));
        self.row.ip.iter().for_each(|ip| each(ip));
    }
    /// Newest first; name; status; restarts, most first; node.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => other.row.created_at.cmp(&self.row.created_at),
            1 => Ordering::Equal,
            2 => self.row.status.cmp(&other.row.status),
            3 => other.row.restarts.cmp(&self.row.restarts),
            _ => self.row.node.cmp(&other.row.node),
        }
    }
    const SORTS: usize = 5;
    /// Its Job.
    fn group(&self) -> Option<&Uid> {
        self.job.as_ref()
    }
}

impl Item for EventRow {
    fn uid(&self) -> &Uid {
        &self.uid
    }
    fn name(&self) -> &str {
        &self.object_name
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.reason);
        each(&self.message);
        each(&self.object_name);
        each(&self.object_kind);
        each(&self.kind);
    }
    /// Warnings first, then the newest; newest; object.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => (self.kind != "Warning", Reverse(self.at)).cmp(&(other.kind != "Warning", Reverse(other.at))),
            1 => other.at.cmp(&self.at),
            _ => Ordering::Equal,
        }
    }
    const SORTS: usize = 3;
    /// The object that it is about.
    fn group(&self) -> Option<&Uid> {
        Some(&self.object_uid)
    }
    const GROUP_SORT: usize = 1;
}

/// A task with its id as uid.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskItem {
    uid: Uid,
    /// The task.
    pub row: TaskRow,
}

impl From<TaskRow> for TaskItem {
    fn from(row: TaskRow) -> Self {
        Self { uid: Uid::new(&row.id), row }
    }
}

impl Item for TaskItem {
    fn uid(&self) -> &Uid {
        &self.uid
    }
    fn name(&self) -> &str {
        &self.row.title
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.row.title);
        each(&self.row.user);
        each(&self.row.id);
        each(if self.row.done { "DONE" } else { "UNDONE" });
    }
    /// Newest first; user; what is open first; title.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => other.row.start_at.cmp(&self.row.start_at),
            1 => self.row.user.cmp(&other.row.user),
            2 => self.row.done.cmp(&other.row.done),
            _ => Ordering::Equal,
        }
    }
    const SORTS: usize = 4;
}

/// A report with its key as uid.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportItem {
    uid: Uid,
    /// The report.
    pub row: ReportRow,
}

impl From<ReportRow> for ReportItem {
    fn from(row: ReportRow) -> Self {
        Self { uid: Uid::new(&row.key), row }
    }
}

impl Item for ReportItem {
    fn uid(&self) -> &Uid {
        &self.uid
    }
    fn name(&self) -> &str {
        &self.row.key
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.row.key);
    }
    /// Newest first; key; largest first.
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        match sort {
            0 => other.row.modified_at.cmp(&self.row.modified_at),
            1 => Ordering::Equal,
            _ => other.row.size.cmp(&self.row.size),
        }
    }
    const SORTS: usize = 3;
}
