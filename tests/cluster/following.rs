//! Following a container's log: waiting for it, its lines with their times, its end, being dropped.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use k8s_tutor::cluster::{ClusterError, LogEnd, LogSink};
use k8s_tutor::domain::log::{LogLine, LogOptions};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::watching::until;
use crate::wire::{Log, Wire};

const DEADLINE: Duration = Duration::from_secs(60);

struct Channel(mpsc::Sender<Vec<LogLine>>);

impl LogSink for Channel {
    async fn take(&mut self, lines: Vec<LogLine>) -> bool {
        self.0.send(lines).await.is_ok()
    }
}

struct Followed {
    lines: mpsc::Receiver<Vec<LogLine>>,
    task: JoinHandle<Result<LogEnd, ClusterError>>,
}

fn follow(wire: &Wire, pod: &'static str, follow: bool) -> Followed {
    let (sender, lines) = mpsc::channel(64);
    let (cluster, options) = (wire.cluster.clone(), LogOptions { follow, ..LogOptions::default() });
    let task = tokio::spawn(async move { cluster.follow_log(pod, Some("main"), &options, Channel(sender)).await });
    Followed { lines, task }
}

impl Followed {
    async fn batch(&mut self) -> Vec<LogLine> {
        tokio::time::timeout(DEADLINE, self.lines.recv()).await.expect("in time").expect("a batch")
    }

    async fn end(self) -> Result<LogEnd, ClusterError> {
        tokio::time::timeout(DEADLINE, self.task).await.expect("in time").expect("no panic")
    }
}

async fn state(wire: &Wire, pod: &str, state: Value) {
    let container =
        json!({"name": "main", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": state});
    let status = json!({"status": {"phase": "Running", "containerStatuses": [container]}});
    let (code, answer) = wire.request("PATCH", &format!("/api/v1/namespaces/default/pods/{pod}/status"), &status).await;
    assert_eq!(code, 200, "{answer}");
}

fn running() -> Value {
    json!({"running": {"startedAt": "2026-11-23T14:00:00Z"}})
}

fn over() -> Value {
    json!({"terminated": {"exitCode": 0, "startedAt": "2026-11-23T14:00:00Z", "finishedAt": "2026-11-23T14:00:09Z"}})
}

fn log(lines: &'static str, ends: bool) -> Log {
    Log { pieces: vec![Bytes::from_static(lines.as_bytes())], ends, reader: Arc::default() }
}

fn asked_logs(wire: &Wire) -> Vec<String> {
    wire.asked().into_iter().filter(|asked| asked.contains("/log?")).collect()
}

#[tokio::test]
async fn a_pod_that_has_not_started_is_waited_for_and_its_log_ends_with_it() {
    let wire = Wire::open().await;
    wire.pod("p").await;
    wire.log(log("2026-11-23T14:00:01.5Z one\n2026-11-23T14:00:02Z two\n", true));
    let mut followed = follow(&wire, "p", true);
    until(|| wire.asked().iter().any(|asked| asked.contains("watch=true"))).await;
    assert!(asked_logs(&wire).is_empty() && !followed.task.is_finished(), "not before it has started");
    state(&wire, "p", over()).await;
    let batch = followed.batch().await;
    assert_eq!(batch.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(batch[0].at, Some("2026-11-23T14:00:01.5Z".parse().unwrap()));
    assert_eq!(followed.end().await.unwrap(), LogEnd::Ended);
    assert!(asked_logs(&wire)[0].contains("timestamps=true"));
}

#[tokio::test]
async fn a_stream_that_ends_before_its_container_is_taken_up_again() {
    let wire = Wire::open().await;
    wire.pod("p").await;
    state(&wire, "p", running()).await;
    wire.log(log("2026-11-23T14:00:01Z one\n2026-11-23T14:00:02Z two\n", true));
    wire.log(log("2026-11-23T14:00:02Z two\n2026-11-23T14:00:03Z three\n", false));
    let mut followed = follow(&wire, "p", true);
    assert_eq!(followed.batch().await.len(), 2);
    let batch = followed.batch().await;
    assert_eq!(batch.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["three"], "nothing twice");
    assert!(asked_logs(&wire)[1].contains("sinceTime=2026-11-23T14%3A00%3A02Z"), "{:?}", asked_logs(&wire));
}

#[tokio::test]
async fn dropping_it_ends_the_request() {
    let wire = Wire::open().await;
    wire.pod("p").await;
    state(&wire, "p", running()).await;
    let endless = log("2026-11-23T14:00:01Z one\n", false);
    let reader = Arc::downgrade(&endless.reader);
    wire.log(endless);
    let mut followed = follow(&wire, "p", true);
    followed.batch().await;
    assert!(reader.upgrade().is_some());
    followed.task.abort();
    until(|| reader.upgrade().is_none()).await;
}

#[tokio::test]
async fn garbage_and_endless_lines_are_readable() {
    let wire = Wire::open().await;
    wire.pod("p").await;
    let long = Bytes::from(format!("2026-11-23T14:00:02Z {}\n", "x".repeat(40_000)));
    let pieces = vec![Bytes::from_static(b"2026-11-23T14:00:01Z \xff\xfe\n"), long, Bytes::from_static(b"no time")];
    wire.log(Log { pieces, ends: true, reader: Arc::default() });
    let mut followed = follow(&wire, "p", false);
    let batch = followed.batch().await;
    assert_eq!((batch[0].text.as_str(), batch[0].cut), ("\u{fffd}\u{fffd}", false));
    assert!(batch[1].cut && batch[1].text.len() <= 16 << 10 && batch[1].text.len() > 16_000);
    assert_eq!((batch[2].text.as_str(), batch[2].at), ("no time", None));
    assert_eq!(followed.end().await.unwrap(), LogEnd::Ended);
}

#[tokio::test]
async fn a_pod_that_is_gone_is_told() {
    let wire = Wire::open().await;
    let error = follow(&wire, "nowhere", true).end().await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    wire.pod("p").await;
    let followed = follow(&wire, "p", true);
    until(|| wire.asked().iter().any(|asked| asked.contains("watch=true"))).await;
    wire.request("DELETE", "/api/v1/namespaces/default/pods/p", &json!({"gracePeriodSeconds": 0})).await;
    assert!(followed.end().await.unwrap_err().is_not_found());
}
