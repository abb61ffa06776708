//! How a pod ends: deletion, deadline, eviction, completion, and the agent's own end.

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::ContainerStateTerminated;

use super::container::{Role, State, in_spec};
use super::plan::initialized;
use super::{Goal, Worker};
use crate::sandbox::agent::events::Kind as EventKind;
use crate::sandbox::agent::{hooks, volumes};

/// What processes get between TERM and KILL when the agent itself ends, of real time.
const LEAVING_GRACE: Duration = Duration::from_secs(3);

const DEADLINE: &str = "Pod was active on the node longer than the specified deadline";

impl Worker {
    /// When activeDeadlineSeconds is over.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let seconds = self.pod.spec.as_ref()?.active_deadline_seconds?;
        self.facts.start_time?.checked_add(SignedDuration::from_secs(seconds)).ok()
    }

    pub(super) fn end_at_deadline(&mut self) {
        self.say(None, EventKind::Normal, "DeadlineExceeded", DEADLINE);
        self.facts.ended_by_agent = Some(("DeadlineExceeded".into(), DEADLINE.into()));
        self.show();
        self.begin_end(Goal::EndedByAgent);
    }

    pub(super) fn evict(&mut self, message: String) {
        self.say(None, EventKind::Warning, "Evicted", message.clone());
        self.facts.ended_by_agent = Some(("Evicted".into(), message));
        self.show();
        self.begin_end(Goal::EndedByAgent);
    }

    /// Asks every process to end.
    pub(super) fn begin_end(&mut self, goal: Goal) {
        let grace = match &goal {
            Goal::Deleted => self.pod.metadata.deletion_grace_period_seconds.unwrap_or_else(|| self.spec_grace()),
            // The object is gone already: nobody waits for a graceful end.
            Goal::Gone => 1,
            // Eviction does not wait either (a kubelet's immediate eviction).
            Goal::EndedByAgent if self.facts.ended_by_agent.as_ref().is_some_and(|(why, _)| why == "Evicted") => 1,
            _ => self.spec_grace(),
        };
        self.goal = goal;
        for i in self.living() {
            let text = format!("Stopping container {}", self.runs[i].name);
            self.say(Some(i), EventKind::Normal, "Killing", text);
            self.stop(i, grace);
        }
    }

    /// Ends one container's process: its preStop hook, TERM, and KILL after `grace` seconds.
    pub(super) fn stop(&mut self, i: usize, grace: i64) {
        let until = self.shared.clock.now().checked_add(SignedDuration::from_secs(grace.max(0)));
        let until = until.unwrap_or(Timestamp::MAX);
        let about = self.about(Some(i));
        let run = &mut self.runs[i];
        let first = !std::mem::replace(&mut run.stopping, true);
        let Some(attempt) = &run.attempt else { return };
        let container = in_spec(&self.pod, &run.name);
        let ip = self.ip.unwrap_or(Ipv4Addr::UNSPECIFIED);
        let hook = container
            .and_then(|c| c.lifecycle.as_ref()?.pre_stop.as_ref().and_then(|h| hooks::hook(h, c, ip)))
            .filter(|_| first && grace > 0);
        let Some(hook) = hook else { return attempt.stop(until) };
        let (launch, shared, stopper) = (attempt.launch.clone(), self.shared.clone(), attempt.stopper());
        run.tasks.push(tokio::spawn(async move {
            let result = tokio::select! {
                result = hooks::run(&hook, &launch, &shared.clock) => result,
                () = shared.clock.sleep_until(until) => Err("the grace period is over".into()),
            };
            if result.is_err() {
                shared.events.say(about, EventKind::Warning, "FailedPreStopHook", "PreStopHook failed");
            }
            stopper.stop(until);
        }));
    }

    /// All processes are gone: the terminal status, then, for a deleted pod, the object's end.
    pub(super) fn finish(&mut self) {
        let was_initialized = initialized(&self.runs);
        for run in &mut self.runs {
            let never_ran = matches!(run.state, State::Waiting { .. });
            if !never_ran || !(was_initialized || run.role != Role::Main) || self.goal == Goal::Completed {
                continue;
            }
            run.keep_last();
            run.state = State::Terminated(ContainerStateTerminated {
                exit_code: 137,
                reason: Some("ContainerStatusUnknown".into()),
                message: Some("The container could not be located when the pod was terminated".into()),
                ..ContainerStateTerminated::default()
            });
        }
        self.facts.finished = true;
        self.stop_watching();
        volumes::tear_down(&self.paths);
        self.show();
    }

    /// The object is gone: so are the folders and the address.
    pub(super) async fn clean_up(mut self) {
        self.stop_watching();
        let (name, namespace, uid) = self.identity();
        self.shared.show(&namespace, &name, None);
        self.shared.addresses.give_back(&uid);
        let root = self.paths.root.clone();
        let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(root)).await;
        if let Ok(Err(error)) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(pod = name, %error, "pod folder not removed");
        }
    }

    /// The agent ends: processes end with it, the status stays. The next life finds them gone.
    pub(super) async fn leave(mut self) {
        self.stop_watching();
        let deadline = tokio::time::Instant::now() + LEAVING_GRACE;
        for run in &mut self.runs {
            run.end_tasks();
            if let Some(attempt) = &run.attempt {
                attempt.stop(Timestamp::MAX);
            }
        }
        while !self.nothing_runs() {
            match tokio::time::timeout_at(deadline, self.inbox.recv()).await {
                Ok(Some(super::Message::Ended { container, .. })) => {
                    self.runs.iter_mut().filter(|run| run.name == container).for_each(|run| run.attempt = None);
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => self.kill_the_rest().await,
            }
        }
        self.writer.finish(Duration::from_secs(1)).await;
    }

    async fn kill_the_rest(&mut self) {
        // Dropping the handles kills the groups; the tasks report once more.
        let left = self.living().len();
        for run in &mut self.runs {
            run.attempt = None;
        }
        let all = async {
            for _ in 0..left {
                while !matches!(self.inbox.recv().await, None | Some(super::Message::Ended { .. })) {}
            }
        };
        let _ = tokio::time::timeout(LEAVING_GRACE, all).await;
    }

    fn stop_watching(&mut self) {
        if let Some(watching) = self.watching.take() {
            watching.abort();
        }
    }
}
