//! What a worker does with what it hears.

use k8s_openapi::api::core::v1::ContainerStateTerminated;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::container::{Run, State, in_spec};
use super::{Goal, Message, Worker};
use crate::sandbox::agent::attempt::Ended;
use crate::sandbox::agent::events::Kind as EventKind;
use crate::sandbox::agent::probes::{Kind, Verdict};

impl Worker {
    pub(super) async fn react(&mut self, message: Message) {
        match message {
            Message::Spec(pod) => self.pod = *pod,
            Message::Gone => self.object_gone(),
            Message::Ended { container, number, ended } => {
                if let Some(i) = self.find(&container, number) {
                    self.ended(i, ended);
                }
            }
            Message::Probe { container, attempt, kind, verdict } => {
                if let Some(i) = self.find(&container, attempt) {
                    self.probed(i, kind, verdict);
                }
            }
            Message::PostStart { container, attempt, result } => {
                if let Some(i) = self.find(&container, attempt) {
                    self.post_started(i, result);
                }
            }
            Message::SourceChanged => self.refresh_volumes().await,
        }
    }

    /// The container whose living attempt this is.
    fn find(&self, name: &str, number: u32) -> Option<usize> {
        self.runs.iter().position(|run| run.name == name && run.number == Some(number) && run.attempt.is_some())
    }

    fn object_gone(&mut self) {
        if self.facts.finished || self.nothing_runs() {
            self.goal = Goal::Gone;
        } else {
            self.begin_end(Goal::Gone);
        }
    }

    fn ended(&mut self, i: usize, ended: Ended) {
        let run = &mut self.runs[i];
        run.end_tasks();
        let started_at = match &run.state {
            State::Running { since } => Some(Time(*since)),
            _ => Some(Time(ended.at)),
        };
        run.attempt = None;
        (run.started, run.ready, run.stopping) = (false, false, false);
        run.ended_at = Some(ended.at);
        run.state = State::Terminated(ContainerStateTerminated {
            exit_code: ended.code,
            reason: Some(if ended.code == 0 { "Completed" } else { "Error" }.to_owned()),
            message: ended.message,
            started_at,
            finished_at: Some(Time(ended.at)),
            container_id: run.id.clone(),
            ..ContainerStateTerminated::default()
        });
    }

    fn probed(&mut self, i: usize, kind: Kind, verdict: Verdict) {
        match (kind, verdict) {
            (Kind::Startup, Verdict::Good) => self.started_up(i),
            (Kind::Readiness, _) => self.runs[i].ready = verdict == Verdict::Good,
            (Kind::Liveness, Verdict::Good) => {}
            (Kind::Startup, Verdict::Bad) => self.kill_unhealthy(i, kind, "startup"),
            (Kind::Liveness, Verdict::Bad) => self.kill_unhealthy(i, kind, "liveness"),
        }
    }

    fn kill_unhealthy(&mut self, i: usize, kind: Kind, word: &str) {
        if self.runs[i].stopping {
            return;
        }
        let name = &self.runs[i].name;
        let text = format!("Container {name} failed {word} probe, will be restarted");
        self.say(Some(i), EventKind::Normal, "Killing", text);
        let container = in_spec(&self.pod, name);
        let own = container.and_then(|c| kind.of(c)).and_then(|p| p.termination_grace_period_seconds);
        let grace = own.unwrap_or_else(|| self.spec_grace());
        self.stop(i, grace);
    }

    fn post_started(&mut self, i: usize, result: Result<(), String>) {
        match result {
            Ok(()) => self.running(i),
            Err(why) => {
                tracing::debug!(pod = self.name(), %why, "postStart hook failed");
                self.say(Some(i), EventKind::Warning, "FailedPostStartHook", "PostStartHook failed");
                self.runs[i].state = State::waiting_because("PostStartHookError", "PostStartHook failed");
                self.say(Some(i), EventKind::Normal, "Killing", "FailedPostStartHook");
                let grace = self.spec_grace();
                self.stop(i, grace);
            }
        }
    }

    /// Files of ConfigMap and Secret volumes follow their objects; a missing one keeps its files.
    async fn refresh_volumes(&mut self) {
        if !self.facts.prepared {
            // It may be what the pod waits for.
            self.retry_mount_at = None;
            return;
        }
        if let Err(error) = self.set_up_volumes().await {
            tracing::debug!(pod = self.name(), %error, "volumes not refreshed");
        }
    }

    pub(super) fn spec_grace(&self) -> i64 {
        self.pod.spec.as_ref().and_then(|s| s.termination_grace_period_seconds).unwrap_or(30)
    }

    /// All containers that have a process.
    pub(super) fn living(&self) -> Vec<usize> {
        let alive = |(i, run): (usize, &Run)| run.attempt.is_some().then_some(i);
        self.runs.iter().enumerate().filter_map(alive).collect()
    }
}
