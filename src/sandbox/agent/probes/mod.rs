//! Probes: does the container still start, live, serve? One task per probe of an attempt.
//!
//! Periods run on the sandbox's clock, timeouts on the machine's, since the process answers in
//! real time. Only transitions are reported; each failure is told as an event, as a kubelet does.

pub(super) mod http;
mod target;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, ObjectReference, Probe};
use tokio::sync::mpsc;

pub(super) use target::Target;

use super::events::Kind as EventKind;
use super::exec;
use super::launch::Launch;
use super::pod::Message;
use super::shared::Shared;

/// A probe that is sped up with the clock still leaves the machine some rest.
const LEAST_PAUSE: Duration = Duration::from_millis(20);
/// For so long of real time a first refused connection is tried again before it counts: a kubelet
/// needs that long to come around to a new container, and a fast one would only see more failures.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);

/// The three probes of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Startup,
    Readiness,
    Liveness,
}

/// What a probe found out, for the pod's worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The threshold of successes is reached.
    Good,
    /// The threshold of failures is reached.
    Bad,
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It answered as it should.
    Success,
    /// It did not; a kubelet's words.
    Failure(String),
    /// Nobody listens (yet); a kubelet's words.
    Refused(String),
}

/// What a probe's task needs.
pub(super) struct Prober {
    pub(super) shared: Arc<Shared>,
    pub(super) launch: Arc<Launch>,
    pub(super) pod_ip: Ipv4Addr,
    pub(super) about: ObjectReference,
    pub(super) container: String,
    pub(super) attempt: u32,
    pub(super) report: mpsc::UnboundedSender<Message>,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Startup => "Startup",
            Self::Readiness => "Readiness",
            Self::Liveness => "Liveness",
        }
    }

    /// The probe of this kind, if the container has it.
    pub(super) fn of(self, container: &Container) -> Option<&Probe> {
        match self {
            Self::Startup => container.startup_probe.as_ref(),
            Self::Readiness => container.readiness_probe.as_ref(),
            Self::Liveness => container.liveness_probe.as_ref(),
        }
    }
}

/// Counts looks against the thresholds.
#[derive(Debug)]
struct Counter {
    success_threshold: i32,
    failure_threshold: i32,
    run: i32,
    last: Option<bool>,
    told: Option<Verdict>,
}

impl Counter {
    fn new(probe: &Probe) -> Self {
        Self {
            success_threshold: probe.success_threshold.unwrap_or(1).max(1),
            failure_threshold: probe.failure_threshold.unwrap_or(3).max(1),
            run: 0,
            last: None,
            told: None,
        }
    }

    /// The verdict, if this look changes it.
    fn count(&mut self, good: bool) -> Option<Verdict> {
        self.run = if self.last == Some(good) { self.run + 1 } else { 1 };
        self.last = Some(good);
        let threshold = if good { self.success_threshold } else { self.failure_threshold };
        let verdict = if good { Verdict::Good } else { Verdict::Bad };
        if self.run < threshold || self.told == Some(verdict) {
            return None;
        }
        self.told = Some(verdict);
        Some(verdict)
    }
}

impl Prober {
    /// Starts the probe's task; it ends when the worker drops the receiver or aborts it.
    pub(super) fn start(self, kind: Kind, probe: Probe, container: &Container) -> tokio::task::JoinHandle<()> {
        let target = Target::of(&probe, container, self.pod_ip);
        tokio::spawn(self.run(kind, probe, target))
    }

    async fn run(self, kind: Kind, probe: Probe, target: Target) {
        let seconds = |n: Option<i32>, default: u64| {
            Duration::from_secs(n.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0).unwrap_or(default))
        };
        let (period, timeout) = (seconds(probe.period_seconds, 10), seconds(probe.timeout_seconds, 1));
        if let Some(delay) = probe.initial_delay_seconds.and_then(|n| u64::try_from(n).ok()) {
            self.shared.clock.sleep(Duration::from_secs(delay)).await;
        }
        let mut counter = Counter::new(&probe);
        let mut first = true;
        loop {
            let next = tokio::time::Instant::now() + LEAST_PAUSE;
            let look = self.look(&target, timeout, std::mem::take(&mut first)).await;
            if let Look::Failure(text) | Look::Refused(text) = &look {
                let text = format!("{} probe failed: {text}", kind.word());
                self.shared.events.say(self.about.clone(), EventKind::Warning, "Unhealthy", text);
            }
            if let Some(verdict) = counter.count(look == Look::Success) {
                let (container, attempt) = (self.container.clone(), self.attempt);
                if self.report.send(Message::Probe { container, attempt, kind, verdict }).is_err() {
                    return;
                }
                if kind == Kind::Startup {
                    return;
                }
            }
            self.shared.clock.sleep(period).await;
            tokio::time::sleep_until(next).await;
        }
    }

    async fn look(&self, target: &Target, timeout: Duration, patient: bool) -> Look {
        let until = tokio::time::Instant::now() + FIRST_PATIENCE;
        loop {
            let look = self.look_once(target, timeout).await;
            if !(patient && matches!(look, Look::Refused(_)) && tokio::time::Instant::now() < until) {
                return look;
            }
            tokio::time::sleep(LEAST_PAUSE).await;
        }
    }

    async fn look_once(&self, target: &Target, timeout: Duration) -> Look {
        match target {
            Target::Http(request) => http::look(request, timeout).await,
            Target::Tcp(address) => http::connect(*address, timeout).await.map_or_else(|look| look, |_| Look::Success),
            Target::Exec(command) => match exec::run(&self.launch, command, timeout).await {
                exec::Ended::Code { code: 0, .. } => Look::Success,
                exec::Ended::Code { output, .. } => Look::Failure(output),
                exec::Ended::TimedOut => {
                    let seconds = timeout.as_secs();
                    Look::Failure(format!("command timed out: \"{}\" timed out after {seconds}s", command.join(" ")))
                }
                exec::Ended::NotStarted(why) => Look::Failure(why),
            },
            Target::None(why) => Look::Failure(why.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_counted_in_a_row() {
        let probe = Probe { success_threshold: Some(2), failure_threshold: Some(3), ..Probe::default() };
        let mut counter = Counter::new(&probe);
        let looks = [true, false, true, true, true, false, false, true, false, false, false, false];
        let verdicts: Vec<_> = looks.map(|good| counter.count(good)).into_iter().collect();
        let mut expected = vec![None; 12];
        expected[3] = Some(Verdict::Good);
        expected[10] = Some(Verdict::Bad);
        assert_eq!(verdicts, expected);
    }
}
