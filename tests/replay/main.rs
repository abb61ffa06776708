//! Replays what kubectl 1.37 and a real Kubernetes 1.36 said to each other against the sandbox's API
//! server and controllers, exchange by exchange, and compares every answer.
//!
//! Only names, uids, times, resourceVersions, addresses and managedFields are replaced (`normal.rs`).
//! Exchanges that still differ stand in `tests/fixtures/replay/KNOWN.md` with the reason. The test
//! fails when another one differs, and when one in the list does not differ any more.

mod fixtures;
mod known;
mod kubelet;
mod normal;
mod server;

use std::time::{Duration, Instant};

use fixtures::{Command, Exchange};
use known::Known;
use normal::{Names, differences, normal};
use serde_json::Value;
use server::{Reply, Server, Watching};

/// How long a read is asked again until it shows what the real cluster showed.
const PATIENCE: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_recorded_exchanges_are_answered_alike() {
    let server = Server::start().await;
    let mut run = Run { names: Names::default(), known: Known::load(), differing: Vec::new() };
    let commands = fixtures::load();
    for command in &commands {
        run.command(&server, command).await;
    }
    let verdict = run.known.judge(&run.differing);
    assert!(verdict.is_empty(), "{}", verdict.join("\n"));
    server.stop().await;
}

struct Run {
    names: Names,
    known: Known,
    differing: Vec<(String, Vec<String>)>,
}

impl Run {
    async fn command(&mut self, server: &Server, command: &Command) {
        let mut watches = Vec::new();
        for (n, exchange) in command.exchanges.iter().enumerate() {
            let id = format!("{}/{:03} {} {}", command.name, n + 1, exchange.method, exchange.path);
            before(server, &id).await;
            if exchange.is_watch() {
                // What it shows is caused by the exchanges that follow.
                watches.push((id, exchange, server.watch(exchange, &self.names).await));
            } else {
                let found = self.replay(server, &id, exchange).await;
                self.note(id, found);
            }
        }
        for (id, exchange, watch) in watches {
            let found = self.settle(&id, exchange, &watch).await;
            self.note(id, found);
        }
        after(server, command).await;
    }

    fn note(&mut self, id: String, found: Vec<String>) {
        if !found.is_empty() {
            self.differing.push((id, found));
        }
    }

    /// Sends one exchange; a read is sent again until it matches or the patience ends.
    async fn replay(&mut self, server: &Server, id: &str, exchange: &Exchange) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let reply = server.send(exchange, &self.names).await;
            let found = compare(exchange, &reply);
            let again = exchange.method == "GET" && Instant::now() < deadline;
            if self.known.unexplained(id, &found).is_empty() || !again {
                learn(&mut self.names, exchange, &reply);
                return found;
            }
            server.changed(deadline).await;
        }
    }

    /// Waits until a watch has shown what was recorded, or the patience ends.
    async fn settle(&self, id: &str, exchange: &Exchange, watch: &Watching) -> Vec<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let more = watch.more();
            let found = compare_watch(exchange, &watch.shown());
            if self.known.unexplained(id, &found).is_empty() || Instant::now() >= deadline {
                return found;
            }
            let _ = tokio::time::timeout_at(deadline.into(), more).await;
        }
    }
}

/// The recording waited here and there; the next request must meet the same state.
async fn before(server: &Server, id: &str) {
    if id.starts_with("54-") && id.contains("DELETE") {
        let path = "/apis/batch/v1/namespaces/demo/jobs/test2";
        let complete = |condition: &Value| condition["type"] == "Complete";
        let done = |job: &Value| job["status"]["conditions"].as_array().is_some_and(|list| list.iter().any(complete));
        server.until(path, done).await;
    }
    if id.starts_with("14-") && id.contains("PATCH") && id.contains("deployments") {
        let path = "/apis/apps/v1/namespaces/demo/deployments/ssa-web";
        server.until(path, |deployment| deployment["status"]["availableReplicas"] == 1).await;
    }
}

async fn after(server: &Server, command: &Command) {
    if command.name.starts_with("05-") {
        server.until("/api/v1/namespaces/demo/serviceaccounts/default", |_| true).await;
    }
}

fn learn(names: &mut Names, exchange: &Exchange, reply: &Reply) {
    names.learn_etag(&exchange.path, reply.etag.clone());
    if let Some(recorded) = recorded_body(exchange) {
        names.learn(&recorded, &reply.body);
    }
}

fn recorded_body(exchange: &Exchange) -> Option<Value> {
    let body = exchange.answer.body.as_ref()?;
    let raw = fixtures::raw(body);
    if raw.starts_with(b"k8s\0") {
        // What the real server answered in protobuf, ours answers in JSON: the same object.
        return k8s_tutor::sandbox::api::protobuf::decode(&raw).ok();
    }
    Some(body.clone())
}

fn compare(exchange: &Exchange, reply: &Reply) -> Vec<String> {
    let answer = &exchange.answer;
    let mut found = Vec::new();
    if answer.status != reply.status {
        let why = reply.body.get("message").and_then(Value::as_str).unwrap_or("");
        found.push(format!("status: {} | {} {why}", answer.status, reply.status));
        return found;
    }
    let protobuf = answer.content_type.as_deref().is_some_and(|t| t.contains("protobuf"));
    if !protobuf && answer.content_type != reply.content_type && reply.status != 304 {
        found.push(format!("content-type: {:?} | {:?}", answer.content_type, reply.content_type));
    }
    if answer.warning != reply.warning {
        found.push(format!("warning: {:?} | {:?}", answer.warning, reply.warning));
    }
    if answer.omitted {
        return found;
    }
    if let Some(recorded) = recorded_body(exchange) {
        found.extend(differences(&normal(&recorded), &normal(&reply.body)));
    }
    found
}

/// Two clusters batch their writes differently; what a client relies on is how a watch begins and
/// which state it ends in.
fn compare_watch(exchange: &Exchange, ours: &[Value]) -> Vec<String> {
    let recorded = exchange.answer.frames.as_deref().unwrap_or_default();
    let (Some(first), Some(last)) = (recorded.first(), recorded.last()) else { return Vec::new() };
    let Some(our_first) = ours.first() else { return vec!["the watch said nothing".into()] };
    let mut found = Vec::new();
    if first["type"] != our_first["type"] {
        found.push(format!("first frame: {} | {}", first["type"], our_first["type"]));
    }
    let wanted = normal(last);
    // Of all our frames the one most like it; nothing is left where one is just like it.
    let nearest = ours.iter().map(|frame| differences(&wanted, &normal(frame))).min_by_key(Vec::len);
    found.extend(nearest.unwrap_or_default().into_iter().map(|one| format!("the last frame: {one}")));
    found
}
