//! `status`: the lab at a glance. Asks everything at once and never starts anything.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::ListParams;

use super::{LOCALSTACK, Lab, LabError, REPORTER, SERVICE, faults};
use crate::cluster::{ClusterError, Rollout, rollout_of};
use crate::domain::cronjob::CronJobRow;
use crate::domain::fault::FaultRow;
use crate::domain::job::{JobPhase, JobRow};
use crate::domain::status::{ComponentRow, JobCounts, LabState, LabStatus};
use crate::domain::step::Progress;
use crate::provider::Provider;

/// How the detail of a missing part begins.
const ABSENT: &str = "not there";

/// The lab's status. A cluster that is not there is a status too, not an error.
///
/// # Errors
/// The cluster answers, but refuses to tell.
pub async fn status(provider: Arc<dyn Provider>, progress: Arc<dyn Progress>) -> Result<LabStatus, LabError> {
    match Lab::attach(provider.clone(), progress, false).await {
        Ok(lab) => of_lab(&lab).await,
        Err(LabError::NotUp { .. }) => Ok(down(provider.name(), Vec::new())),
        Err(error @ LabError::Cluster(ClusterError::Unreachable { .. })) => {
            Ok(down(provider.name(), vec![error.to_string()]))
        }
        Err(error) => Err(error),
    }
}

fn down(provider: &str, why: Vec<String>) -> LabStatus {
    let components = why.into_iter().map(|detail| ComponentRow {
        component: "cluster".to_owned(),
        kind: "cluster".to_owned(),
        name: provider.to_owned(),
        ready: false,
        detail,
    });
    LabStatus {
        state: LabState::Down,
        provider: provider.to_owned(),
        context: None,
        kubeconfig: None,
        namespace: "default".to_owned(),
        server: None,
        version: None,
        aws_endpoint: None,
        components: components.collect(),
        cronjobs: Vec::new(),
        jobs: JobCounts::default(),
        faults: Vec::new(),
        next: vec!["k8s-tutor up".to_owned()],
    }
}

async fn of_lab(lab: &Lab) -> Result<LabStatus, LabError> {
    for cleared in faults::clear_overdue(lab, Timestamp::now()).await? {
        lab.note(format!("fault {} on {} was overdue and is cleared", cleared.fault.fault, cleared.fault.target));
    }
    let cluster = &lab.cluster;
    let deployments = async {
        let list = cluster.api::<Deployment>().list(&ListParams::default()).await;
        list.map_err(|e| ClusterError::Exchange { operation: "list", object: "deployments".into(), why: e.to_string() })
    };
    let (deployments, cronjobs, jobs) = tokio::try_join!(deployments, cluster.cronjobs(), cluster.jobs(""))?;
    let (faults, endpoint) = tokio::join!(faults::list(lab, true), lab.aws_endpoint());
    let faults = faults?;
    let components = vec![
        deployment_row("aws", LOCALSTACK, &deployments.items),
        deployment_row("api", SERVICE, &deployments.items),
        cronjob_component(&cronjobs),
    ];
    let state = state(&components);
    Ok(LabStatus {
        state,
        provider: lab.provider.name().to_owned(),
        context: Some(cluster.context.clone()),
        kubeconfig: lab.place.target.kubeconfig.as_ref().map(|path| path.display().to_string()),
        namespace: cluster.namespace.clone(),
        server: Some(cluster.url.clone()),
        version: Some(cluster.version.clone()),
        aws_endpoint: endpoint.ok(),
        next: next(state, &faults, &jobs),
        jobs: counts(&jobs),
        components,
        cronjobs,
        faults,
    })
}

fn deployment_row(component: &str, name: &str, all: &[Deployment]) -> ComponentRow {
    let found = all.iter().find(|d| d.metadata.name.as_deref() == Some(name));
    let (ready, detail) = match found {
        None => (false, ABSENT.to_owned()),
        Some(deployment) => {
            let wanted = deployment.spec.replicas.unwrap_or(1);
            let ready = deployment.status.as_ref().and_then(|s| s.ready_replicas).unwrap_or(0);
            match rollout_of(deployment) {
                Rollout::Done => (true, format!("{ready}/{wanted} ready")),
                Rollout::Waiting(words) | Rollout::Failed(words) => (false, format!("{ready}/{wanted} ready: {words}")),
            }
        }
    };
    ComponentRow {
        component: component.to_owned(),
        kind: "Deployment".to_owned(),
        name: name.to_owned(),
        ready,
        detail,
    }
}

fn cronjob_component(cronjobs: &[CronJobRow]) -> ComponentRow {
    let found = cronjobs.iter().find(|c| c.name == REPORTER);
    ComponentRow {
        component: "batch".to_owned(),
        kind: "CronJob".to_owned(),
        name: REPORTER.to_owned(),
        ready: found.is_some(),
        detail: match found {
            None => format!("{ABSENT} (k8s-tutor up --stage v1 leaves it out)"),
            Some(cronjob) => format!("{}, schedule {}", cronjob.status, cronjob.schedule),
        },
    }
}

fn state(components: &[ComponentRow]) -> LabState {
    // Stage v1 is a whole lab without the batch.
    let wanted = |c: &&ComponentRow| c.component != "batch" || !c.detail.starts_with(ABSENT);
    if components.iter().filter(wanted).all(|c| c.ready) {
        return LabState::Up;
    }
    if components.iter().all(|c| c.detail.starts_with(ABSENT)) { LabState::Down } else { LabState::Partial }
}

fn counts(jobs: &[JobRow]) -> JobCounts {
    let of = |wanted: &dyn Fn(JobPhase) -> bool| {
        u32::try_from(jobs.iter().filter(|job| wanted(job.status)).count()).unwrap_or(u32::MAX)
    };
    JobCounts {
        total: of(&|_| true),
        active: of(&|phase| !phase.is_finished()),
        complete: of(&|phase| phase == JobPhase::Complete),
        failed: of(&|phase| phase == JobPhase::Failed),
    }
}

fn next(state: LabState, faults: &[FaultRow], jobs: &[JobRow]) -> Vec<String> {
    let command = match state {
        LabState::Down | LabState::Partial => "k8s-tutor up",
        LabState::Up if !faults.is_empty() && jobs.iter().any(|j| j.status == JobPhase::Retrying) => {
            "k8s-tutor fault clear"
        }
        LabState::Up if !faults.is_empty() => "k8s-tutor job run test3",
        LabState::Up if jobs.is_empty() => "k8s-tutor task seed 9 && k8s-tutor job run test1 --wait",
        LabState::Up => "k8s-tutor report ls",
    };
    vec![command.to_owned()]
}
