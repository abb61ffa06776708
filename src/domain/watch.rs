//! What a watch on the cluster tells: rows that came or changed, rows that went, and how fresh all of it is.
//!
//! Made by `cluster::watch`, one task a kind; taken in by `app`. The order on one kind is
//! `Begin Rows* Ready (Rows | Gone)*`, from the start again after each break; `Stale` may stand anywhere.

use super::cronjob::CronJobRow;
use super::event::EventRow;
use super::job::JobFacts;
use super::object::{Kind, Uid};
use super::pod::PodFacts;
use super::service::{DeploymentRow, EndpointsRow, ServiceRow};

/// One row of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A CronJob.
    CronJob(Box<CronJobRow>),
    /// A Job, without its pods.
    Job(Box<JobFacts>),
    /// A pod.
    Pod(Box<PodFacts>),
    /// An event.
    Event(Box<EventRow>),
    /// A Deployment.
    Deployment(Box<DeploymentRow>),
    /// A Service.
    Service(Box<ServiceRow>),
    /// An EndpointSlice.
    Endpoints(Box<EndpointsRow>),
}

/// News of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchEvent {
    /// The kind.
    pub kind: Kind,
    /// What is new.
    pub news: News,
}

/// What is new about a kind.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// A fresh list begins. What was known stays on the screen until it is whole.
    Begin,
    /// Rows of the list, or rows that came or changed since; never empty.
    Rows(Vec<Row>),
    /// An object is gone.
    Gone(Uid),
    /// The list is whole; what was not in it is gone.
    Ready,
    /// The watch is broken. What is known may be out of date until the next `Ready`.
    Stale {
        /// In words.
        why: String,
    },
    /// Objects that could not be read. The others are not affected.
    Unreadable {
        /// In words.
        why: String,
    },
}
