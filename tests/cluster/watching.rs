//! What a watch tells: the first list, changes, breaks of every kind, and objects that cannot be read.

use std::time::Duration;

use k8s_tutor::cluster::{Sink, WatchEnd};
use k8s_tutor::domain::object::Kind;
use k8s_tutor::domain::pod::PodFacts;
use k8s_tutor::domain::watch::{News, Row, WatchEvent};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::wire::{Cut, Wire};

const DEADLINE: Duration = Duration::from_secs(60);

struct Channel(mpsc::Sender<WatchEvent>);

impl Sink for Channel {
    async fn take(&mut self, event: WatchEvent) -> bool {
        self.0.send(event).await.is_ok()
    }
}

/// A running watch and what it tells.
pub(crate) struct Seen {
    news: mpsc::Receiver<WatchEvent>,
    pub(crate) task: JoinHandle<WatchEnd>,
    kind: Kind,
}

impl Seen {
    pub(crate) fn open(cluster: &k8s_tutor::cluster::Cluster, kind: Kind) -> Self {
        let (sender, news) = mpsc::channel(4096);
        let cluster = cluster.clone();
        let task = tokio::spawn(async move { cluster.watch(kind, Channel(sender)).await });
        Self { news, task, kind }
    }

    pub(crate) async fn next(&mut self) -> News {
        let event = tokio::time::timeout(DEADLINE, self.news.recv()).await.expect("in time").expect("still told");
        assert_eq!(event.kind, self.kind);
        event.news
    }

    /// One whole list, in the order that is promised; its rows, and how many messages brought them.
    pub(crate) async fn list(&mut self) -> (Vec<Row>, usize) {
        assert_eq!(self.next().await, News::Begin);
        self.rest_of_list().await
    }

    /// The list that comes when a break is over, however often its reason changed meanwhile.
    pub(crate) async fn list_again(&mut self) -> Vec<Row> {
        loop {
            match self.next().await {
                News::Stale { .. } => {}
                News::Begin => return self.rest_of_list().await.0,
                other => panic!("neither stale nor a list: {other:?}"),
            }
        }
    }

    async fn rest_of_list(&mut self) -> (Vec<Row>, usize) {
        let (mut rows, mut messages) = (Vec::new(), 0);
        loop {
            match self.next().await {
                News::Rows(more) => {
                    assert!(!more.is_empty());
                    rows.extend(more);
                    messages += 1;
                }
                News::Ready => return (rows, messages),
                other => panic!("inside of a list: {other:?}"),
            }
        }
    }

    pub(crate) async fn stale(&mut self) -> String {
        match self.next().await {
            News::Stale { why } => why,
            other => panic!("not stale: {other:?}"),
        }
    }

    async fn rows(&mut self) -> Vec<Row> {
        match self.next().await {
            News::Rows(rows) => rows,
            other => panic!("no rows: {other:?}"),
        }
    }
}

fn facts(row: &Row) -> &PodFacts {
    let Row::Pod(facts) = row else { panic!("no pod: {row:?}") };
    facts
}

pub(crate) fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| facts(row).row.name.as_str()).collect()
}

#[tokio::test]
async fn a_list_then_what_changes_and_goes() {
    let wire = Wire::open().await;
    wire.pod("a").await;
    let made = wire.pod("b").await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    let (rows, messages) = seen.list().await;
    assert_eq!((names(&rows), messages), (vec!["a", "b"], 1));
    assert_eq!(facts(&rows[1]).row.uid.as_str(), made["metadata"]["uid"].as_str().unwrap());
    assert_eq!(facts(&rows[0]).containers.iter().map(|c| &**c).collect::<Vec<_>>(), ["main"]);
    wire.label("a", "new").await;
    let changed = seen.rows().await;
    assert_eq!((names(&changed), &*facts(&changed[0]).labels), (vec!["a"], "l=new"));
    let path = "/api/v1/namespaces/default/pods/b";
    wire.request("DELETE", path, &json!({"gracePeriodSeconds": 0})).await;
    match seen.next().await {
        News::Gone(uid) => assert_eq!(uid.as_str(), made["metadata"]["uid"].as_str().unwrap()),
        other => panic!("not gone: {other:?}"),
    }
}

#[tokio::test]
async fn nobody_listens_so_the_watch_ends() {
    let wire = Wire::open().await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    seen.list().await;
    drop(seen.news);
    wire.pod("a").await;
    assert_eq!(tokio::time::timeout(DEADLINE, seen.task).await.unwrap().unwrap(), WatchEnd::Closed);
}

#[tokio::test]
async fn every_kind_has_its_rows() {
    let wire = Wire::open().await;
    let meta = json!({"name": "x", "labels": {"kubernetes.io/service-name": "web"}});
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never",
        "containers": [{"name": "main", "image": "busybox:1.36"}]}});
    let mut always = template.clone();
    always["spec"]["restartPolicy"] = json!("Always");
    let make = |group: &str, plural: &str, kind: &str, mut rest: Value| {
        let version = group.trim_start_matches("/apis/").trim_start_matches("/api/");
        rest["apiVersion"] = json!(version);
        rest["kind"] = json!(kind);
        rest["metadata"] = meta.clone();
        (format!("{group}/namespaces/default/{plural}"), rest)
    };
    let subject = json!({"kind": "Job", "name": "x", "namespace": "default"});
    let spec = json!({"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}});
    for (kind, (path, object)) in [
        (Kind::CronJob, make("/apis/batch/v1", "cronjobs", "CronJob", json!({"spec": spec}))),
        (Kind::Job, make("/apis/batch/v1", "jobs", "Job", json!({"spec": {"template": template, "backoffLimit": 3}}))),
        (Kind::Event, make("/api/v1", "events", "Event", json!({"involvedObject": subject, "reason": "R"}))),
        (
            Kind::Deployment,
            make(
                "/apis/apps/v1",
                "deployments",
                "Deployment",
                json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": always}}),
            ),
        ),
        (Kind::Service, make("/api/v1", "services", "Service", json!({"spec": {"ports": [{"port": 4566}]}}))),
        (
            Kind::EndpointSlice,
            make(
                "/apis/discovery.k8s.io/v1",
                "endpointslices",
                "EndpointSlice",
                json!({"addressType": "IPv4", "ports": [{"port": 4566}],
                    "endpoints": [{"addresses": ["127.64.3.1"]}, {"addresses": ["127.64.3.2"],
                        "conditions": {"ready": false}}]}),
            ),
        ),
    ] {
        let (code, answer) = wire.request("POST", &path, &object).await;
        assert_eq!(code, 201, "{answer}");
        let (rows, _) = Seen::open(&wire.cluster, kind).list().await;
        let row = rows.iter().find(|row| !format!("{row:?}").contains("\"kubernetes\"")).expect("a row");
        match row {
            Row::CronJob(row) => assert_eq!((row.schedule.as_str(), row.next.is_some()), ("@daily", true)),
            Row::Job(row) => assert_eq!((row.spec.backoff_limit, row.spec.restart_policy.as_str()), (3, "Never")),
            Row::Event(row) => assert_eq!((row.object_kind.as_str(), row.reason.as_str()), ("Job", "R")),
            Row::Deployment(row) => assert_eq!((row.wanted, row.ready, row.rolled_out), (1, 0, false)),
            Row::Service(row) => assert_eq!(row.ports[0].port, 4566),
            Row::Endpoints(row) => {
                assert_eq!((row.service.as_str(), row.ready.len(), row.not_ready), ("web", 1, 1));
                assert_eq!(row.ports, [4566]);
            }
            Row::Pod(_) => panic!("a pod"),
        }
    }
}

#[tokio::test]
async fn thousands_of_pods_are_few_messages() {
    const PODS: usize = 3000;
    let wire = Wire::open().await;
    for n in 0..PODS {
        wire.pod(&format!("p{n:04}")).await;
    }
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    let (rows, messages) = seen.list().await;
    assert_eq!(rows.len(), PODS);
    assert!(messages <= PODS / 100, "{messages} messages");
    assert!(messages >= PODS / 1000, "the first page does not wait for the last: {messages}");
}

#[tokio::test]
async fn a_bad_object_in_a_list_takes_no_other_with_it() {
    let wire = Wire::open().await;
    for name in ["a", "bad", "c"] {
        wire.pod(name).await;
    }
    wire.label("bad", "mangle-me").await;
    wire.mangle("\"mangle-me\"", "[1]");
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    assert_eq!(seen.next().await, News::Begin);
    assert_eq!(names(&seen.rows().await), ["a", "c"]);
    let News::Unreadable { why } = seen.next().await else { panic!("not told") };
    assert!(why.starts_with("pod/bad cannot be read: "), "{why}");
    assert_eq!(seen.next().await, News::Ready);
    wire.label("bad", "fine").await;
    assert_eq!(names(&seen.rows().await), ["bad"]);
    wire.label("bad", "mangle-me").await;
    assert!(matches!(seen.next().await, News::Unreadable { .. }));
    wire.label("c", "x").await;
    assert_eq!(names(&seen.rows().await), ["c"]);
}

#[tokio::test]
async fn compacted_history_is_listed_anew_and_nothing_is_stale() {
    let wire = Wire::open().await;
    wire.pod("a").await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    seen.list().await;
    streams(&wire, 1).await;
    wire.pod("b").await;
    assert_eq!(names(&seen.rows().await), ["b"]);
    wire.cut(Cut::Gone);
    assert_eq!(names(&seen.list().await.0), ["a", "b"]);
}

#[tokio::test]
async fn a_watch_that_ends_in_good_order_goes_on_without_a_list() {
    let wire = Wire::open().await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    seen.list().await;
    for name in ["a", "b", "c"] {
        streams(&wire, 1).await;
        wire.cut(Cut::Clean);
        wire.pod(name).await;
        assert_eq!(names(&seen.rows().await), [name]);
    }
    let lists = wire.asked().iter().filter(|asked| asked.contains("limit=")).count();
    assert_eq!(lists, 1);
}

#[tokio::test]
async fn a_broken_connection_is_told_at_once_and_mended() {
    let wire = Wire::open().await;
    wire.pod("a").await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    seen.list().await;
    streams(&wire, 1).await;
    wire.refuse(true);
    wire.cut(Cut::Broken);
    let why = tokio::time::timeout(Duration::from_secs(1), seen.stale()).await.expect("within a second");
    assert!(why.contains("does not answer"), "{why}");
    let asked = wire.asked().len();
    until(|| wire.asked().len() > asked + 3).await;
    wire.refuse(false);
    assert_eq!(names(&seen.list_again().await), ["a"]);
}

#[tokio::test]
async fn unknown_credentials_end_the_watch() {
    let wire = Wire::open().await;
    let mut seen = Seen::open(&wire.cluster, Kind::Pod);
    seen.list().await;
    streams(&wire, 1).await;
    wire.answer(Some(("pods", 401)));
    wire.cut(Cut::Broken);
    assert!(seen.stale().await.contains("does not answer"));
    assert!(seen.stale().await.contains("does not know these credentials"));
    assert_eq!(tokio::time::timeout(DEADLINE, seen.task).await.unwrap().unwrap(), WatchEnd::Unauthorized);
}

#[tokio::test]
async fn a_kind_that_may_not_be_read_is_told_and_holds_up_no_other() {
    let wire = Wire::open().await;
    wire.answer(Some(("events", 403)));
    let mut events = Seen::open(&wire.cluster, Kind::Event);
    assert_eq!(events.stale().await, "watch events: the answer is 403");
    Seen::open(&wire.cluster, Kind::Pod).list().await;
    wire.answer(None);
    events.list().await;
}

/// Waits until the watch's request can be cut.
async fn streams(wire: &Wire, number: usize) {
    until(|| {
        let watches = wire.asked().iter().filter(|asked| asked.contains("watch=true")).count();
        watches >= number && wire.open_streams() >= number
    })
    .await;
}

pub(crate) async fn until(fits: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    while !fits() {
        assert!(tokio::time::Instant::now() < deadline, "it never came");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
