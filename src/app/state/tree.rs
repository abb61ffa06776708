//! The tree CronJob > Job > Pod: made anew out of the rows whenever it is asked for, folded as the person left it.

use std::collections::HashSet;

use super::world::World;
use crate::domain::object::{Kind, ObjectRef, Uid};

/// What is folded, and where the cursor is.
#[derive(Clone, Debug, Default)]
pub struct TreeState {
    folded: HashSet<String>,
    /// The selected node's key.
    pub selected: Option<String>,
}

/// One line of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its own name for ever: a uid, or a pod's name.
    pub key: String,
    /// How deep it stands.
    pub depth: u8,
    /// The last of its branch.
    pub last: bool,
    /// The object.
    pub object: ObjectRef,
    /// Its uid, where it has a row.
    pub uid: Option<Uid>,
    /// How many stand below it.
    pub below: usize,
    /// Those are not shown.
    pub folded: bool,
    /// The number of the attempt, for a pod of a Job.
    pub attempt: Option<u32>,
}

impl TreeState {
    /// Folds or unfolds.
    pub fn fold(&mut self, key: &str, fold: bool) {
        if fold {
            self.folded.insert(key.to_owned());
        } else {
            self.folded.remove(key);
        }
    }

    /// The place of the cursor among the nodes.
    pub fn cursor(&self, nodes: &[Node]) -> usize {
        let held = self.selected.as_ref().and_then(|key| nodes.iter().position(|node| node.key == *key));
        held.unwrap_or(0)
    }

    /// The lines of the tree: CronJobs with their Jobs, then Jobs without a CronJob, each with its attempts.
    pub fn nodes(&self, world: &World) -> Vec<Node> {
        let mut nodes = Vec::new();
        for cronjob in world.cronjobs.from(0) {
            let jobs = world.jobs_of(&cronjob.uid);
            let folded = self.folded.contains(cronjob.uid.as_str());
            nodes.push(Node {
                key: cronjob.uid.as_str().to_owned(),
                depth: 0,
                last: false,
                object: ObjectRef::new(Kind::CronJob, &cronjob.name),
                uid: Some(cronjob.uid.clone()),
                below: jobs.len(),
                folded,
                attempt: None,
            });
            let most = jobs.len();
            for (n, job) in jobs.into_iter().enumerate().filter(|_| !folded) {
                self.job(job, 1, n + 1 == most, &mut nodes);
            }
        }
        for job in world.jobs.from(0).filter(|job| !Self::is_owned(world, job)) {
            self.job(job, 0, false, &mut nodes);
        }
        nodes
    }

    fn is_owned(world: &World, job: &super::items::JobItem) -> bool {
        job.facts.cronjob_uid.as_ref().is_some_and(|uid| world.cronjobs.get(uid.as_str()).is_some())
    }

    fn job(&self, job: &super::items::JobItem, depth: u8, last: bool, nodes: &mut Vec<Node>) {
        let attempts = &job.row.attempts;
        let folded = self.folded.contains(job.facts.uid.as_str());
        nodes.push(Node {
            key: job.facts.uid.as_str().to_owned(),
            depth,
            last,
            object: ObjectRef::new(Kind::Job, &job.facts.name),
            uid: Some(job.facts.uid.clone()),
            below: attempts.len(),
            folded,
            attempt: None,
        });
        for attempt in attempts.iter().filter(|_| !folded) {
            nodes.push(Node {
                key: format!("{}/{}", job.facts.uid.as_str(), attempt.pod),
                depth: depth + 1,
                last: attempt.number as usize == attempts.len(),
                object: ObjectRef::new(Kind::Pod, &attempt.pod),
                uid: Some(job.facts.uid.clone()),
                below: 0,
                folded: false,
                attempt: Some(attempt.number),
            });
        }
    }
}
