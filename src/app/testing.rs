//! A lab for the tests of `app` and `tui`: a CronJob, Jobs that completed and one that a fault hits, their pods.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::app::message::Connected;
use crate::app::state::world::Freshness;
use crate::app::state::{LinkState, State};
use crate::app::update;
use crate::app::{Message, message};
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::{CronJobPhase, CronJobRow};
use crate::domain::event::EventRow;
use crate::domain::fault::{Effect, FAULT, PORTS, Probe};
use crate::domain::job::{Ended, JobFacts, JobSpec};
use crate::domain::object::{Kind, Uid};
use crate::domain::pod::{PodFacts, PodRow};
use crate::domain::report::ReportRow;
use crate::domain::service::{DeploymentRow, EndpointsRow, ServicePort, ServiceRow};
use crate::domain::task::TaskRow;
use crate::domain::watch::{News, Row, WatchEvent};

pub(crate) fn time(clock: &str) -> Timestamp {
    format!("2026-11-23T{clock}Z").parse().expect("a time of day")
}

/// When the tests look at the lab.
pub(crate) fn now() -> Timestamp {
    time("13:49:00")
}

pub(crate) fn cronjob() -> CronJobRow {
    CronJobRow {
        uid: Uid::new("cron-1"),
        name: "task-reporter".into(),
        labels: "app=task-reporter".into(),
        created_at: Some(time("10:00:00")),
        status: CronJobPhase::Waiting,
        schedule: "0 15 * * *".into(),
        time_zone: None,
        suspend: false,
        active: Vec::new(),
        last_schedule: None,
        last_successful: Some(time("13:40:12")),
        concurrency_policy: "Allow".into(),
        starting_deadline_seconds: None,
        successful_history: 3,
        failed_history: 3,
        next: Some(time("15:00:00")),
        schedule_error: None,
    }
}

/// A Job of the CronJob that somebody ran by hand.
pub(crate) fn job(name: &str, created: &str) -> JobFacts {
    JobFacts {
        uid: Uid::new(&format!("job-{name}")),
        name: name.into(),
        labels: "app=task-reporter".into(),
        created_at: Some(time(created)),
        cronjob: Some("task-reporter".into()),
        cronjob_uid: Some(Uid::new("cron-1")),
        manual: true,
        spec: JobSpec {
            completions: Some(1),
            parallelism: 1,
            backoff_limit: 10,
            completion_mode: "NonIndexed".into(),
            active_deadline_seconds: Some(3600),
            restart_policy: "Never".into(),
            ..JobSpec::default()
        },
        started_at: Some(time(created)),
        ..JobFacts::default()
    }
}

/// An attempt that ran from one time to another.
pub(crate) fn attempt(pod: &str, start: &str, end: Option<&str>, exit_code: Option<i32>) -> Attempt {
    let state = match exit_code {
        Some(0) => AttemptState::Succeeded,
        Some(_) => AttemptState::Failed,
        None => AttemptState::Running,
    };
    Attempt {
        number: 0,
        pod: pod.into(),
        state,
        index: None,
        started_at: Some(time(start)),
        finished_at: end.map(time),
        exit_code,
        reason: exit_code.map(|code| if code == 0 { "Completed" } else { "Error" }.into()),
        message: exit_code.filter(|code| *code > 0).map(|_| "cannot reach http://localstack:4566".into()),
        created_at: Some(time(start)),
        gone: false,
        restarts: 0,
    }
}

pub(crate) fn pod(attempt: Attempt, job: &JobFacts) -> PodFacts {
    let (status, phase) = match attempt.state {
        AttemptState::Succeeded => ("Completed", "Succeeded"),
        AttemptState::Failed => ("Error", "Failed"),
        _ => ("Running", "Running"),
    };
    let row = PodRow {
        uid: Uid::new(&format!("pod-{}", attempt.pod)),
        name: attempt.pod.clone(),
        ready: 0,
        containers: 1,
        status: status.into(),
        restarts: 0,
        created_at: attempt.created_at,
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        exit_code: attempt.exit_code,
        ip: None,
        node: Some("sandbox".into()),
        job: Some(job.name.clone()),
        phase: phase.into(),
        message: attempt.message.clone(),
    };
    let attempt = Some(Box::new((job.uid.clone(), attempt)));
    PodFacts { row, labels: "".into(), containers: ["main".into()].into(), attempt }
}

pub(crate) fn event(of: &JobFacts, at: &str, reason: &str, message: &str) -> EventRow {
    EventRow {
        uid: Uid::new(&format!("event-{at}-{reason}")),
        object_kind: "Job".into(),
        object_name: of.name.clone(),
        object_uid: of.uid.clone(),
        source: "job-controller".into(),
        first_at: Some(time(at)),
        at: Some(time(at)),
        kind: "Normal".into(),
        reason: reason.into(),
        message: message.into(),
        count: 1,
    }
}

fn service(port: u16, since: Option<&str>) -> ServiceRow {
    let mut annotations = BTreeMap::from([(PORTS.to_owned(), r#"{"edge":4566}"#.to_owned())]);
    if let Some(since) = since {
        let since = time(since);
        let note = format!(
            r#"{{"fault":"inject-port","port_name":"edge","original":4566,"injected":4567,"since":"{since}"}}"#
        );
        annotations.insert(FAULT.to_owned(), note);
    }
    let port = ServicePort { index: 0, name: "edge".into(), port, target: Some(4566), node_port: Some(30000) };
    let (uid, name) = (Uid::new("service-1"), "localstack".to_owned());
    ServiceRow { uid, name, cluster_ip: Some("10.96.0.20".into()), ports: vec![port], annotations }
}

/// What a watch tells.
pub(crate) fn watched(state: &mut State, kind: Kind, rows: Vec<Row>, at: Timestamp) {
    for news in [News::Begin, News::Rows(rows), News::Ready] {
        tell(state, kind, news, at);
    }
}

fn tell(state: &mut State, kind: Kind, news: News, at: Timestamp) {
    let body = message::Body::Watch(state.epoch, WatchEvent { kind, news });
    update(state, Message { at, body });
}

/// A lab that is up, with a CronJob and nothing else.
pub(crate) fn fresh() -> State {
    let mut state = State { link: LinkState::Up, size: (80, 24), ..State::default() };
    state.session = Some(Connected {
        provider: "sandbox".into(),
        context: "k8s-tutor".into(),
        namespace: "default".into(),
        version: "v1.36.2".into(),
        server: "https://127.0.0.1:6443".into(),
        kubeconfig: None,
    });
    let at = time("13:30:00");
    let deployment = |name: &str, wanted| {
        let (uid, name) = (Uid::new(name), name.to_owned());
        Row::Deployment(Box::new(DeploymentRow { uid, name, wanted, ready: wanted, rolled_out: true, waiting: None }))
    };
    let endpoints = EndpointsRow {
        uid: Uid::new("slice-1"),
        name: "localstack-x7k".into(),
        service: "localstack".into(),
        ports: vec![4566],
        ready: vec!["10.244.0.5".into()],
        not_ready: 0,
    };
    watched(&mut state, Kind::CronJob, vec![Row::CronJob(Box::new(cronjob()))], at);
    watched(&mut state, Kind::Deployment, vec![deployment("localstack", 1), deployment("task-service", 2)], at);
    watched(&mut state, Kind::Service, vec![Row::Service(Box::new(service(4566, None)))], at);
    watched(&mut state, Kind::EndpointSlice, vec![Row::Endpoints(Box::new(endpoints))], at);
    for kind in [Kind::Job, Kind::Pod, Kind::Event] {
        watched(&mut state, kind, Vec::new(), at);
        state.world.freshness.insert(kind, Freshness::Live);
    }
    state
}

/// The same with tasks, two Jobs that completed and a report.
pub(crate) fn worked() -> State {
    let mut state = fresh();
    for (name, start, end) in [("test1", "13:35:00", "13:35:09"), ("test2", "13:40:00", "13:40:12")] {
        let ended = Some(Ended { complete: true, reason: Some("CompletionsReached".into()), message: None });
        let facts = JobFacts { ended, succeeded: 1, finished_at: Some(time(end)), ..job(name, start) };
        let pod = pod(attempt(&format!("{name}-q8z7d"), start, Some(end), Some(0)), &facts);
        tell(&mut state, Kind::Job, News::Rows(vec![Row::Job(Box::new(facts))]), time(end));
        tell(&mut state, Kind::Pod, News::Rows(vec![Row::Pod(Box::new(pod))]), time(end));
    }
    let task = |n: i64| TaskRow {
        id: format!("task-{n}"),
        user: "kudoh".into(),
        title: "設計レビュー".into(),
        done: n % 2 == 0,
        start_at: Some(time("09:00:00") + SignedDuration::from_mins(n)),
        updated_at: Some(time("13:00:00")),
    };
    state.world.tasks.replace((0..9).map(|n| task(n).into()).collect());
    let (key, modified_at) = ("completed-tasks-2026-11-23.csv".to_owned(), Some(time("13:40:12")));
    state.world.reports.replace(vec![ReportRow { key, size: 412, modified_at, lineage: None }.into()]);
    state
}

/// The same while the port fault is in place: test3 has failed three times and waits for its fourth attempt.
pub(crate) fn broken() -> State {
    let mut state = worked();
    let at = time("13:48:00");
    tell(&mut state, Kind::Service, News::Rows(vec![Row::Service(Box::new(service(4567, Some("13:48:00"))))]), at);
    let effect = Effect::of(vec![Probe::Refused; 3]);
    state.world.faults.iter_mut().for_each(|fault| fault.effect = Some(effect.clone()));
    let facts = JobFacts { failed: 3, ..job("test3", "13:48:05") };
    let mut rows = Vec::new();
    for (pod_name, start, end) in [
        ("test3-4kq2m", "13:48:05", "13:48:08"),
        ("test3-9xv7c", "13:48:18", "13:48:21"),
        ("test3-jw5tr", "13:48:41", "13:48:44"),
    ] {
        rows.push(Row::Pod(Box::new(pod(attempt(pod_name, start, Some(end), Some(3)), &facts))));
    }
    let event = event(&facts, "13:48:41", "SuccessfulCreate", "Created pod: test3-jw5tr");
    tell(&mut state, Kind::Job, News::Rows(vec![Row::Job(Box::new(facts))]), time("13:48:05"));
    tell(&mut state, Kind::Pod, News::Rows(rows), time("13:48:44"));
    tell(&mut state, Kind::Event, News::Rows(vec![Row::Event(Box::new(event))]), time("13:48:44"));
    state
}

/// The same after the fault was cleared: the fourth attempt completed the Job.
pub(crate) fn repaired() -> State {
    let mut state = broken();
    let at = time("13:49:10");
    tell(&mut state, Kind::Service, News::Rows(vec![Row::Service(Box::new(service(4566, None)))]), at);
    let ended = Some(Ended { complete: true, reason: Some("CompletionsReached".into()), message: None });
    let end = "13:49:30";
    let facts = JobFacts { ended, failed: 3, succeeded: 1, finished_at: Some(time(end)), ..job("test3", "13:48:05") };
    let pod = pod(attempt("test3-zz8pl", "13:49:24", Some(end), Some(0)), &facts);
    tell(&mut state, Kind::Job, News::Rows(vec![Row::Job(Box::new(facts))]), time(end));
    tell(&mut state, Kind::Pod, News::Rows(vec![Row::Pod(Box::new(pod))]), time(end));
    state
}
