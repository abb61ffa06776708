//! Prepares a pod (address, volumes) and starts its containers.

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Container, ContainerStateTerminated};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::container::{State, in_spec};
use super::{Message, Worker};
use crate::sandbox::agent::attempt::{NotStarted, Start};
use crate::sandbox::agent::events::Kind as EventKind;
use crate::sandbox::agent::hooks;
use crate::sandbox::agent::images::Image;
use crate::sandbox::agent::launch::{Launch, LaunchError, Parts};
use crate::sandbox::agent::probes::{Kind as ProbeKind, Prober};
use crate::sandbox::agent::volumes;

/// A kubelet waits at most so long between two tries to set a volume up.
const LONGEST_MOUNT_PAUSE: Duration = Duration::from_secs(122);

impl Worker {
    /// Gives the pod its address and its volumes; a time to try again if that failed.
    pub(super) async fn prepare(&mut self, now: Timestamp) -> Option<Timestamp> {
        if let Some(at) = self.retry_mount_at.filter(|at| now < *at) {
            return Some(at);
        }
        let Some(ip) = self.address() else {
            let text = "no address is free in the node's pod range";
            self.say(None, EventKind::Warning, "FailedCreatePodSandBox", text);
            return Some(self.retry_mount(now));
        };
        self.ip = Some(ip);
        self.facts.pod_ip = Some(ip.to_string());
        match self.set_up_volumes().await {
            Ok(mounts) => self.mounts = mounts,
            Err(error) => {
                self.say(None, EventKind::Warning, "FailedMount", error.to_string());
                return Some(self.retry_mount(now));
            }
        }
        if self.watching.is_none() {
            self.watching = volumes::watch_sources(&self.shared.client, &self.pod, self.report.clone());
        }
        self.facts.prepared = true;
        None
    }

    /// Sets the volumes up, or brings them up to date.
    pub(super) async fn set_up_volumes(&self) -> Result<volumes::Mounts, volumes::MountError> {
        let ip = self.ip.unwrap_or(Ipv4Addr::UNSPECIFIED).to_string();
        let context = volumes::Context {
            pod: &self.pod,
            paths: &self.paths,
            data_dir: &self.shared.data_dir,
            sources: &self.shared.sources,
            pod_ip: &ip,
            host_ip: &self.facts.host_ip,
        };
        volumes::set_up(&context).await
    }

    fn retry_mount(&mut self, now: Timestamp) -> Timestamp {
        // .5, 1, 2, 4, 8, 16 s …
        let pause =
            (Duration::from_millis(500) * 2u32.saturating_pow(self.mount_tries.min(8))).min(LONGEST_MOUNT_PAUSE);
        self.mount_tries += 1;
        let pause = SignedDuration::try_from(pause).unwrap_or(SignedDuration::from_secs(1));
        let at = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        self.retry_mount_at = Some(at);
        at
    }

    fn address(&self) -> Option<Ipv4Addr> {
        if self.pod.spec.as_ref().and_then(|s| s.host_network) == Some(true) {
            return Some(self.shared.plan.node_ip());
        }
        let uid = self.pod.metadata.uid.as_deref().unwrap_or_default();
        let had = self.facts.pod_ip.as_ref().and_then(|ip| ip.parse().ok());
        had.filter(|ip| self.shared.addresses.keep(*ip, uid)).or_else(|| self.shared.addresses.take(uid))
    }

    /// Starts a container, or shows why it cannot be started.
    pub(super) async fn start(&mut self, i: usize) {
        let Some(container) = in_spec(&self.pod, &self.runs[i].name).cloned() else { return };
        let Some((image, name, image_id)) = self.image(i) else { return };
        let id = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let launch = match self.launch(&container, &image, &id).await {
            Ok(launch) => launch,
            Err(error @ LaunchError::Files { .. }) => {
                return self.wait_with_error(i, "CreateContainerError", error.to_string());
            }
            Err(error) => return self.wait_with_error(i, "CreateContainerConfigError", error.to_string()),
        };
        self.say(Some(i), EventKind::Normal, "Created", "Container created");
        let ended = self.runs[i].ended();
        let run = &mut self.runs[i];
        if let Some(ended) = ended {
            run.crashes.step(ended);
        }
        if run.number.is_some() {
            run.restart_count += 1;
        }
        run.keep_last();
        let number = u32::try_from(run.restart_count).unwrap_or(0);
        run.number = Some(number);
        run.id = Some(format!("k8s-tutor://{id}"));
        (run.image, run.image_id) = (name, image_id);
        (run.retry_at, run.ended_at, run.started, run.ready, run.stopping) = (None, None, false, false, false);
        let Some(paths) = self.paths.container(&container.name) else { return };
        let start = Start {
            shared: self.shared.clone(),
            launch,
            paths,
            container: container.name.clone(),
            number,
            fallback_to_logs: container.termination_message_policy.as_deref() == Some("FallbackToLogsOnError"),
            report: self.report.clone(),
        };
        match start.start().await {
            Ok(attempt) => {
                self.runs[i].attempt = Some(attempt);
                self.say(Some(i), EventKind::Normal, "Started", "Container started");
                self.started(i, &container);
            }
            Err(error) => self.not_started(i, &error),
        }
    }

    async fn launch(&self, container: &Container, image: &Image, id: &str) -> Result<Launch, LaunchError> {
        let refused = || LaunchError::Refused("the container's name is not a plain name".into());
        let paths = self.paths.container(&container.name).ok_or_else(refused)?;
        let services = self.shared.sources.services().await.map_err(|source| {
            crate::sandbox::agent::env::EnvError::Api { what: "Services".into(), source: Box::new(source) }
        })?;
        let parts = Parts {
            shared: &self.shared,
            pod: &self.pod,
            container,
            image,
            pod_paths: &self.paths,
            paths: &paths,
            mounts: &self.mounts,
            services: &services,
            pod_ip: self.ip.unwrap_or_else(|| self.shared.plan.node_ip()),
            id,
        };
        Launch::prepare(&parts).await
    }

    /// The process runs: first its postStart hook, then it counts as running.
    fn started(&mut self, i: usize, container: &Container) {
        let hook = container.lifecycle.as_ref().and_then(|l| l.post_start.as_ref());
        let ip = self.ip.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let Some(hook) = hook.and_then(|h| hooks::hook(h, container, ip)) else { return self.running(i) };
        let run = &mut self.runs[i];
        let Some(attempt) = &run.attempt else { return };
        let (launch, clock, report) = (attempt.launch.clone(), self.shared.clock.clone(), self.report.clone());
        let (name, number) = (run.name.clone(), run.number.unwrap_or(0));
        run.state = State::waiting("ContainerCreating");
        run.tasks.push(tokio::spawn(async move {
            let result = hooks::run(&hook, &launch, &clock).await;
            let _ = report.send(Message::PostStart { container: name, attempt: number, result });
        }));
    }

    /// The container counts as running: its probes begin.
    pub(super) fn running(&mut self, i: usize) {
        let now = self.shared.clock.now();
        let Some(container) = in_spec(&self.pod, &self.runs[i].name).cloned() else { return };
        self.runs[i].state = State::Running { since: now };
        if ProbeKind::Startup.of(&container).is_some() {
            self.probe(i, &container, ProbeKind::Startup);
        } else {
            self.started_up(i);
        }
    }

    /// The startup probe has succeeded, or there is none.
    pub(super) fn started_up(&mut self, i: usize) {
        let Some(container) = in_spec(&self.pod, &self.runs[i].name).cloned() else { return };
        self.runs[i].started = true;
        self.runs[i].ready = ProbeKind::Readiness.of(&container).is_none();
        self.probe(i, &container, ProbeKind::Readiness);
        self.probe(i, &container, ProbeKind::Liveness);
    }

    fn probe(&mut self, i: usize, container: &Container, kind: ProbeKind) {
        let Some(probe) = kind.of(container).cloned() else { return };
        let about = self.about(Some(i));
        let run = &mut self.runs[i];
        let Some(attempt) = &run.attempt else { return };
        let prober = Prober {
            shared: self.shared.clone(),
            launch: attempt.launch.clone(),
            pod_ip: self.ip.unwrap_or(Ipv4Addr::UNSPECIFIED),
            about,
            container: run.name.clone(),
            attempt: run.number.unwrap_or(0),
            report: self.report.clone(),
        };
        run.tasks.push(prober.start(kind, probe, container));
    }

    /// No process came to be: StartError, exit code 128.
    fn not_started(&mut self, i: usize, error: &NotStarted) {
        self.say(Some(i), EventKind::Warning, "Failed", format!("Error: {error}"));
        let now = self.shared.clock.now();
        let run = &mut self.runs[i];
        let ended = ContainerStateTerminated {
            exit_code: 128,
            reason: Some("StartError".into()),
            message: Some(error.to_string()),
            started_at: Some(Time(Timestamp::UNIX_EPOCH)),
            finished_at: Some(Time(now)),
            container_id: run.id.clone(),
            ..ContainerStateTerminated::default()
        };
        run.ended_at = Some(now);
        if self.policy.restarts(run.role, 128) {
            run.last = Some(ended);
            run.state = State::waiting_because("RunContainerError", error.to_string());
        } else {
            run.state = State::Terminated(ended);
        }
    }
}
