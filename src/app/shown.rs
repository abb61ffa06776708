//! What the panel shows, said another way: the equivalent command, the logs that it merges.

use super::panel::PanelId;
use super::state::State;
use super::state::logs::{Source, key};
use super::subject::{Subject, subject};
use crate::domain::equivalent;

/// The lab's bucket.
pub const BUCKET: &str = "completed-task-report-bucket";

/// What a person would type to see, in their shell, what the panel shows.
pub fn command(state: &State) -> Option<String> {
    let (ns, endpoint) = (state.namespace(), state.endpoint());
    let command = match (state.here.panel, subject(state)) {
        (PanelId::Start, _) => return Some("k8s-tutor up".to_owned()),
        (PanelId::Faults, _) => return Some("k8s-tutor fault ls".to_owned()),
        (PanelId::Story, _) => equivalent::kubectl(ns, "get events --sort-by .lastTimestamp"),
        (PanelId::Logs, _) => match &state.logs.source {
            Source::Job(job) => equivalent::job_log(ns, job),
            Source::Pod(pod) => equivalent::pod_log(ns, pod, false),
            Source::Previous(pod) => equivalent::pod_log(ns, pod, true),
            Source::None => return None,
        },
        (PanelId::Object, _) => match &state.text.of {
            Some((object, true)) => equivalent::get_yaml(ns, object),
            Some((object, false)) => equivalent::describe(ns, object),
            None => return None,
        },
        (PanelId::Tasks, _) => equivalent::scan_tasks(endpoint),
        (_, Some(Subject::Report(report))) => equivalent::copy_report(endpoint, BUCKET, &report.row.key, "."),
        (PanelId::Reports | PanelId::Report, _) => equivalent::list_reports(endpoint, BUCKET),
        (PanelId::Messages, _) => {
            let toast = state.toasts.all().rev().nth(state.line)?;
            return Some(toast.text.strip_prefix("$ ").unwrap_or(&toast.text).to_owned());
        }
        (PanelId::Tree, None) => equivalent::kubectl(ns, "get cronjobs,jobs,pods"),
        (_, Some(subject)) => equivalent::describe(ns, &subject.object()?),
        (panel, None) => equivalent::kubectl(ns, "get").arg(panel.word()),
    };
    Some(command.to_string())
}

/// The keys of the logs that the panel shows, with the heading of each.
pub fn log_keys(state: &State) -> Vec<(String, Option<u32>)> {
    match &state.logs.source {
        Source::None => Vec::new(),
        Source::Pod(pod) => vec![(pod.clone(), None)],
        Source::Previous(pod) => vec![(key(pod, true), None)],
        Source::Job(job) => {
            let job = state.world.jobs.named(job);
            let attempts = job.into_iter().flat_map(|job| &job.row.attempts);
            attempts.map(|attempt| (attempt.pod.clone(), Some(attempt.number))).collect()
        }
    }
}
