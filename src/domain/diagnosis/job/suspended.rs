//! A Job with `spec.suspend`: it starts no pod and its deadline does not count.

use crate::domain::diagnosis::catalogue::JobSuspended;
use crate::domain::diagnosis::{Finding, Surroundings};
use crate::domain::equivalent;
use crate::domain::job::JobRow;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Finding {
    let patch = equivalent::suspend_patch(false).to_string();
    let resume = equivalent::kubectl(s.namespace, "patch job").arg(&job.name).arg("--patch").arg(patch);
    JobSuspended { job: job.name.clone() }.found().shell(resume)
}
