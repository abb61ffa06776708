//! podFailurePolicy and successPolicy: which failures count, which end the Job, which successes are enough. Pure.

use std::collections::BTreeSet;

use k8s_openapi::api::batch::v1::{Job, PodFailurePolicyOnExitCodesRequirement, PodFailurePolicyRule, SuccessPolicy};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use super::{indexes, is_failed};
use crate::sandbox::controllers::objects::{name, namespace};

/// What the podFailurePolicy says about one failed pod.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Whether the failure counts against the backoff limit.
    pub(super) counts: bool,
    /// Why the whole Job fails with it.
    pub(super) fails_job: Option<String>,
    /// Whether the pod's index fails with it.
    pub(super) fails_index: bool,
}

const COUNTS: Verdict = Verdict { counts: true, fails_job: None, fails_index: false };

/// Judges a failed pod by the first rule that fits; without one it just counts.
pub(super) fn verdict(job: &Job, pod: &Pod) -> Verdict {
    let rules = job.spec.as_ref().and_then(|spec| spec.pod_failure_policy.as_ref()).map(|policy| &policy.rules);
    for (number, rule) in rules.into_iter().flatten().enumerate() {
        let Some(what) = fits(rule, pod) else { continue };
        return match rule.action.as_str() {
            "Ignore" => Verdict { counts: false, ..COUNTS },
            "FailIndex" => Verdict { fails_index: true, ..COUNTS },
            "FailJob" => {
                Verdict { fails_job: Some(format!("{what} matching FailJob rule at index {number}")), ..COUNTS }
            }
            _ => COUNTS,
        };
    }
    COUNTS
}

/// The message of the first failed pod that fails the whole Job.
pub(super) fn fails_job<'a>(job: &Job, mut pods: impl Iterator<Item = &'a Pod>) -> Option<String> {
    job.spec.as_ref()?.pod_failure_policy.as_ref()?;
    pods.find_map(|pod| is_failed(job, pod).then(|| verdict(job, pod).fails_job).flatten())
}

/// What of the pod fits the rule, in words.
fn fits(rule: &PodFailurePolicyRule, pod: &Pod) -> Option<String> {
    let pod_name = format!("{}/{}", namespace(pod), name(pod));
    let status = pod.status.as_ref()?;
    if let Some(codes) = &rule.on_exit_codes {
        let lists = [&status.container_statuses, &status.init_container_statuses];
        let (container, code) =
            lists.into_iter().flatten().flatten().find_map(|container| fitting_exit(codes, container))?;
        return Some(format!("Container {container} for pod {pod_name} failed with exit code {code}"));
    }
    let patterns = rule.on_pod_conditions.as_ref()?;
    let conditions = status.conditions.as_ref()?;
    let hit = conditions.iter().find(|condition| {
        patterns.iter().any(|pattern| {
            // A pattern without a status means True.
            let wanted = pattern.status.as_deref().filter(|status| !status.is_empty()).unwrap_or("True");
            pattern.type_ == condition.type_ && wanted == condition.status
        })
    })?;
    Some(format!("Pod {pod_name} has condition {}", hit.type_))
}

fn fitting_exit(codes: &PodFailurePolicyOnExitCodesRequirement, container: &ContainerStatus) -> Option<(String, i32)> {
    let code = container.state.as_ref()?.terminated.as_ref()?.exit_code;
    let right_one = codes.container_name.as_ref().is_none_or(|name| *name == container.name);
    let listed = codes.values.contains(&code);
    let fits = match codes.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        _ => false,
    };
    (code != 0 && right_one && fits).then(|| (container.name.clone(), code))
}

/// The message if the successPolicy is met by the indexes that have succeeded.
pub(super) fn success(policy: Option<&SuccessPolicy>, completions: u32, succeeded: &BTreeSet<u32>) -> Option<String> {
    policy?.rules.iter().enumerate().find_map(|(number, rule)| {
        let wanted = rule.succeeded_indexes.as_deref().map(|text| indexes::parse(text, completions));
        let hits = wanted.as_ref().map_or(succeeded.len(), |wanted| wanted.intersection(succeeded).count());
        let needed = rule.succeeded_count.and_then(|count| usize::try_from(count).ok());
        let needed = needed.unwrap_or_else(|| wanted.as_ref().map_or(usize::MAX, BTreeSet::len));
        (hits >= needed).then(|| format!("Matched rules at index {number}"))
    })
}
