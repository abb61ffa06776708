//! The tree CronJob > Job > Pod: made anew out of the rows whenever it is asked for, folded as the person left it.

use std::collections::HashSet;

use super::world::World;
use crate::domain::object::{Kind, ObjectRef, Uid};

/// Jobs shown below each CronJob, and attempts below each Job: the newest.
const JOBS: usize = 20;
const ATTEMPTS: usize = 20;

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
    /// How many older ones this line stands for; 0: it stands for itself.
    pub hidden: usize,
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

    /// The lines of the tree: CronJobs with their newest Jobs, then Jobs without a CronJob, each with its newest
    /// attempts. Older ones are told of in one line, so that the tree costs the same however many there are.
    pub fn nodes(&self, world: &World) -> Vec<Node> {
        let mut nodes = Vec::new();
        for cronjob in world.cronjobs.from(0) {
            let below = world.jobs.group_len(Some(&cronjob.uid));
            let object = ObjectRef::new(Kind::CronJob, &cronjob.name);
            let own = Node::new(cronjob.uid.as_str(), 0, object, &cronjob.uid);
            let folded = self.folded.contains(cronjob.uid.as_str());
            nodes.push(Node { below, folded, ..own.clone() });
            if folded {
                continue;
            }
            for (n, job) in world.jobs_of(&cronjob.uid).take(JOBS).enumerate() {
                self.job(job, 1, n + 1 == below, &mut nodes);
            }
            nodes.extend(own.older(below.saturating_sub(JOBS)));
        }
        let is_cronjob = |uid: &Uid| world.cronjobs.get(uid.as_str()).is_some();
        for of in world.jobs.groups().filter(|of| !of.is_some_and(is_cronjob)) {
            for job in world.jobs.group(of).take(JOBS) {
                self.job(job, 0, false, &mut nodes);
            }
        }
        nodes
    }

    fn job(&self, job: &super::items::JobItem, depth: u8, last: bool, nodes: &mut Vec<Node>) {
        let attempts = &job.row.attempts;
        let uid = &job.facts.uid;
        let folded = self.folded.contains(uid.as_str());
        let own = Node::new(uid.as_str(), depth, ObjectRef::new(Kind::Job, &job.facts.name), uid);
        nodes.push(Node { last, below: attempts.len(), folded, ..own.clone() });
        if folded {
            return;
        }
        let older = attempts.len().saturating_sub(ATTEMPTS);
        nodes.extend(own.older(older).map(|node| Node { last: false, ..node }));
        for attempt in attempts.iter().skip(older) {
            let key = format!("{}/{}", uid.as_str(), attempt.pod);
            nodes.push(Node {
                last: attempt.number as usize == attempts.len(),
                attempt: Some(attempt.number),
                ..Node::new(&key, depth + 1, ObjectRef::new(Kind::Pod, &attempt.pod), uid)
            });
        }
    }
}

impl Node {
    fn new(key: &str, depth: u8, object: ObjectRef, uid: &Uid) -> Self {
        let key = key.to_owned();
        let uid = Some(uid.clone());
        Self { key, depth, last: false, object, uid, below: 0, folded: false, attempt: None, hidden: 0 }
    }

    /// The line that stands for what is not shown below this node. It leads to the node itself, which shows all.
    fn older(self, hidden: usize) -> Option<Self> {
        let key = format!("{}/+", self.key);
        (hidden > 0).then(|| Self { key, depth: self.depth + 1, last: true, below: 0, folded: false, hidden, ..self })
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::domain::job::JobFacts;

    fn world(jobs: u32) -> World {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let mut world = World::default();
        world.cronjobs.put(crate::app::testing::cronjob());
        for n in 0..jobs {
            let facts = JobFacts {
                uid: Uid::new(&format!("job-{n}")),
                name: format!("job-{n}"),
                cronjob_uid: Some(crate::app::testing::cronjob().uid),
                created_at: Some(start + SignedDuration::from_secs(n.into())),
                ..JobFacts::default()
            };
            world.put_job(facts, start);
        }
        world
    }

    #[test]
    fn the_newest_jobs_are_shown_and_the_rest_is_told_of() {
        let nodes = TreeState::default().nodes(&world(1_000));
        assert_eq!(nodes.len(), 1 + JOBS + 1);
        assert_eq!((nodes[0].below, nodes[1].object.name.as_str()), (1_000, "job-999"));
        let more = nodes.last().unwrap();
        assert_eq!((more.hidden, more.object.kind, more.last), (1_000 - JOBS, Kind::CronJob, true));
    }

    #[test]
    fn the_last_of_a_branch_knows_it() {
        let nodes = TreeState::default().nodes(&world(2));
        assert_eq!(nodes.iter().map(|node| node.last).collect::<Vec<_>>(), [false, false, true]);
        let mut folded = TreeState::default();
        folded.fold(&nodes[0].key, true);
        assert_eq!(folded.nodes(&world(2)).len(), 1);
    }
}
