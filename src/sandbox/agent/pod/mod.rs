//! One pod's worker: a task that takes the pod from its first sight to its end.
//!
//! It owns all state of the pod. Everything that happens (a new spec, an exit, a probe's verdict)
//! comes in as a [`Message`]; after each the worker plans, acts and shows the new status.

mod backoff;
mod container;
mod finish;
mod image;
mod plan;
mod react;
mod restore;
mod start;
mod status;
mod writer;

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ObjectReference, Pod, PodStatus};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::container::{Run, State};
use self::plan::Policy;
use self::status::Facts;
use super::attempt;
use super::events::Kind as EventKind;
use super::paths::PodPaths;
use super::probes;
use super::shared::{Shared, Shown};
use super::volumes::{self, Limit, Mounts};

/// How often the use of limited emptyDirs is measured, on the sandbox's clock.
const MEASURE: Duration = Duration::from_secs(10);

/// What a worker hears.
#[derive(Debug)]
pub(super) enum Message {
    /// The pod object as it is now.
    Spec(Box<Pod>),
    /// The pod object is gone.
    Gone,
    /// An attempt has ended.
    Ended { container: String, number: u32, ended: attempt::Ended },
    /// A probe has reached a threshold.
    Probe { container: String, attempt: u32, kind: probes::Kind, verdict: probes::Verdict },
    /// A postStart hook has ended.
    PostStart { container: String, attempt: u32, result: Result<(), String> },
    /// An object that a volume comes from has changed.
    SourceChanged,
}

/// Why a pod's processes are being ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Goal {
    /// They are not: the pod runs.
    Run,
    /// All main containers have ended: only sidecars are left.
    Completed,
    /// The object has a deletionTimestamp.
    Deleted,
    /// The object is gone already.
    Gone,
    /// The agent ends the pod: the reason and message are in the facts.
    EndedByAgent,
}

/// The worker of one pod.
pub(super) struct Worker {
    shared: Arc<Shared>,
    pod: Pod,
    paths: PodPaths,
    policy: Policy,
    runs: Vec<Run>,
    facts: Facts,
    ip: Option<Ipv4Addr>,
    mounts: Mounts,
    limits: Limits,
    mount_tries: u32,
    retry_mount_at: Option<Timestamp>,
    goal: Goal,
    deletion_asked: bool,
    before: PodStatus,
    writer: writer::Writer,
    inbox: mpsc::UnboundedReceiver<Message>,
    /// For whoever reports to this worker.
    report: mpsc::UnboundedSender<Message>,
    watching: Option<tokio::task::JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Limits {
    all: Vec<Limit>,
    next: Option<Timestamp>,
}

impl Worker {
    /// A worker for a pod that was just seen; `None` if its uid could not be a folder's name.
    pub(super) fn new(
        shared: Arc<Shared>,
        pod: Pod,
        report: mpsc::UnboundedSender<Message>,
        inbox: mpsc::UnboundedReceiver<Message>,
    ) -> Option<Self> {
        let paths = PodPaths::new(&shared.data_dir, pod.metadata.uid.as_deref()?)?;
        let policy = Policy::parse(pod.spec.as_ref().and_then(|s| s.restart_policy.as_deref()));
        let before = pod.status.clone().unwrap_or_default();
        let runs = container::fresh(&pod);
        let host_ip = shared.plan.node_ip().to_string();
        let writer = writer::Writer::start(&shared.client, &pod);
        let limits = Limits { all: volumes::limits(&pod, &paths), next: None };
        let facts = Facts { host_ip, ..Facts::default() };
        Some(Self {
            shared,
            pod,
            paths,
            policy,
            runs,
            facts,
            ip: None,
            mounts: Mounts::default(),
            limits,
            mount_tries: 0,
            retry_mount_at: None,
            goal: Goal::Run,
            deletion_asked: false,
            before,
            writer,
            inbox,
            report,
            watching: None,
        })
    }

    /// Runs the pod until its object is gone, or until `cancel` ends the agent.
    pub(super) async fn run(mut self, cancel: CancellationToken) {
        self.take_up();
        loop {
            let wake = self.sync().await;
            self.show();
            if self.goal == Goal::Gone && self.nothing_runs() {
                break;
            }
            let clock = self.shared.clock.clone();
            let sleep = async move {
                match wake {
                    Some(at) => clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                message = self.inbox.recv() => match message {
                    Some(message) => self.react(message).await,
                    None => break,
                },
                () = sleep => {}
                () = cancel.cancelled() => {
                    self.leave().await;
                    return;
                }
            }
        }
        self.clean_up().await;
    }

    /// Takes up what a former life of the agent has shown of this pod.
    fn take_up(&mut self) {
        let now = whole_seconds(self.shared.clock.now());
        let status = self.pod.status.clone().unwrap_or_default();
        self.facts.start_time = Some(status.start_time.as_ref().map_or(now, |t| t.0));
        self.facts.pod_ip = status.pod_ip.clone().filter(|ip| !ip.is_empty());
        if restore::is_terminal(&status) {
            restore::restore(&mut self.runs, &status, now);
            self.facts.finished = true;
            self.facts.ended_by_agent =
                status.reason.clone().map(|reason| (reason, status.message.unwrap_or_default()));
            return;
        }
        if status.start_time.is_some() && restore::restore(&mut self.runs, &status, now) {
            let text = "Pod sandbox changed, it will be killed and re-created.";
            self.say(None, EventKind::Normal, "SandboxChanged", text);
        }
    }

    /// Does what is to be done now and says when to look again.
    async fn sync(&mut self) -> Option<Timestamp> {
        let now = self.shared.clock.now();
        if self.facts.finished {
            if self.pod.metadata.deletion_timestamp.is_some() && !self.deletion_asked {
                self.deletion_asked = true;
                self.show();
                self.writer.delete();
            }
            return None;
        }
        if self.pod.metadata.deletion_timestamp.is_some() && matches!(self.goal, Goal::Run | Goal::Completed) {
            self.begin_end(Goal::Deleted);
        }
        let deadline = self.deadline();
        if self.goal == Goal::Run && deadline.is_some_and(|at| at <= now) {
            self.end_at_deadline();
        }
        let measure = self.measure(now).await;
        if self.goal != Goal::Run {
            if self.nothing_runs() && self.goal != Goal::Gone {
                self.finish();
                return Box::pin(self.sync()).await;
            }
            return None;
        }
        let next = self.drive(now).await;
        [next, deadline, measure].into_iter().flatten().min()
    }

    /// Prepares the pod, then starts what is to be started.
    async fn drive(&mut self, now: Timestamp) -> Option<Timestamp> {
        if !self.facts.prepared {
            self.show();
            if let Some(retry) = self.prepare(now).await {
                return Some(retry);
            }
            self.show();
        }
        loop {
            let now = self.shared.clock.now();
            let plan = plan::plan(&self.runs, self.policy, now);
            if let Some(outcome) = plan.outcome {
                tracing::debug!(pod = self.name(), ?outcome, "pod is over");
                // One status with the containers' ends while the phase is still Running, as on a
                // real node, then the terminal one.
                self.show();
                self.begin_end(Goal::Completed);
                return Some(now);
            }
            if plan.steps.is_empty() {
                return plan.wake;
            }
            for step in plan.steps {
                match step {
                    plan::Step::Start(i) => self.start(i).await,
                    plan::Step::BackOff { container, pause, .. } => self.back_off(container, pause),
                }
            }
            self.show();
        }
    }

    fn back_off(&mut self, i: usize, pause: Duration) {
        let (name, namespace, uid) = self.identity();
        let container = self.runs[i].name.clone();
        let whole = format!("{name}_{namespace}({uid})");
        let text = format!("Back-off restarting failed container {container} in pod {whole}");
        self.say(Some(i), EventKind::Warning, "BackOff", text);
        let pause = backoff::go_duration(pause);
        let message = format!("back-off {pause} restarting failed container={container} pod={whole}");
        let run = &mut self.runs[i];
        if let State::Terminated(ended) = &run.state {
            run.last = Some(ended.clone());
        }
        run.state = State::waiting_because("CrashLoopBackOff", message);
    }

    /// Evicts a pod whose emptyDir is over its limit; says when to measure again.
    async fn measure(&mut self, now: Timestamp) -> Option<Timestamp> {
        if self.limits.all.is_empty() || !self.facts.prepared || self.goal != Goal::Run {
            return None;
        }
        match self.limits.next {
            Some(next) if now < next => return Some(next),
            None => {}
            Some(_) => {
                let limits = self.limits.all.clone();
                let over = tokio::task::spawn_blocking(move || volumes::over_limit(&limits)).await;
                if let Ok(Some(message)) = over {
                    self.evict(message);
                    return None;
                }
            }
        }
        self.limits.next = now.checked_add(jiff::SignedDuration::try_from(MEASURE).ok()?).ok();
        self.limits.next
    }

    /// Shows the status as it is now, if it has changed.
    fn show(&mut self) {
        // Statuses have whole seconds: what comes back from the API server has to look the same.
        let now = whole_seconds(self.shared.clock.now());
        let status = status::build(&self.pod, &self.runs, &self.facts, &self.before, now);
        if status == self.before {
            return;
        }
        self.before = status.clone();
        let attempts: HashMap<_, _> =
            self.runs.iter().filter_map(|run| Some((run.name.clone(), run.number?))).collect();
        let pod = Arc::new(Pod { status: Some(status.clone()), ..self.pod.clone() });
        let (name, namespace, _) = self.identity();
        self.shared.show(&namespace, &name, Some(Shown { pod, attempts }));
        self.writer.status(status);
    }

    fn nothing_runs(&self) -> bool {
        self.runs.iter().all(|run| run.attempt.is_none())
    }

    fn name(&self) -> &str {
        self.pod.metadata.name.as_deref().unwrap_or_default()
    }

    /// Name, namespace, uid.
    fn identity(&self) -> (String, String, String) {
        let meta = &self.pod.metadata;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        (text(&meta.name), text(&meta.namespace), text(&meta.uid))
    }

    /// Says something about the pod, or about one of its containers.
    fn say(&self, container: Option<usize>, kind: EventKind, reason: &'static str, message: impl Into<String>) {
        self.shared.events.say(self.about(container), kind, reason, message);
    }

    fn about(&self, container: Option<usize>) -> ObjectReference {
        let meta = &self.pod.metadata;
        let field = container.map(|i| {
            let run = &self.runs[i];
            let list = if run.role == container::Role::Main { "containers" } else { "initContainers" };
            format!("spec.{list}{{{}}}", run.name)
        });
        ObjectReference {
            api_version: Some("v1".into()),
            kind: Some("Pod".into()),
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            uid: meta.uid.clone(),
            resource_version: meta.resource_version.clone(),
            field_path: field,
        }
    }
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
