//! A Job whose pod has not started. Nothing of this counts as a failure: backoffLimit does not end it.

use crate::domain::diagnosis::catalogue::JobNoPodYet;
use crate::domain::diagnosis::{Finding, Surroundings, facts, object, pod};
use crate::domain::equivalent;
use crate::domain::job::JobRow;
use crate::domain::object::Kind;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    match super::alive(job).next() {
        Some(attempt) => pod::why_waiting(attempt, s),
        None => {
            let none = JobNoPodYet { job: job.name.clone(), age: facts::age(job.created_at, s.now) }.found();
            vec![none.shell(equivalent::describe(s.namespace, &object(Kind::Job, &job.name)))]
        }
    }
}
