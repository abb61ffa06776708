//! Test support: a tiny API server in memory, behind a real `kube::Client`, so that tests drive the
//! whole agent. It knows get, list, watch, create, patch (merge) and delete with grace; no
//! validation, no defaults.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{AgentConfig, Image, Images, ServiceMode};
use crate::sandbox::clock::Clock;
use crate::sandbox::net::AddressPlan;
use crate::sandbox::pki::Authority;

type Objects = BTreeMap<String, Value>;

/// The fake API server.
#[derive(Clone)]
pub(super) struct Fake {
    state: Arc<Mutex<State>>,
    changes: broadcast::Sender<(String, Value)>,
}

#[derive(Default)]
struct State {
    /// By path: `/api/v1/namespaces/default/pods/p`.
    objects: Objects,
    revision: u64,
    /// Every status that a pod was given, in order.
    steps: Vec<(String, Value)>,
}

/// Splits `/api/v1/namespaces/n/pods/p/status` into the collection, the name, the subresource.
fn parse(path: &str) -> (String, Option<String>, Option<String>) {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let group = if parts[0] == "api" { 2 } else { 3 };
    let namespaced = parts.get(group) == Some(&"namespaces") && parts.len() > group + 2;
    let kind = if namespaced { group + 2 } else { group };
    let text = |i: usize| parts.get(i).map(|p| (*p).to_owned());
    (format!("/{}", parts[..=kind].join("/")), text(kind + 1), text(kind + 2))
}

fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            into.as_object_mut().expect("an object").remove(key);
        } else {
            merge(&mut into[key], value);
        }
    }
}

impl Fake {
    pub(super) fn new() -> Self {
        Self { state: Arc::default(), changes: broadcast::channel(1024).0 }
    }

    pub(super) fn client(&self) -> kube::Client {
        let fake = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let fake = fake.clone();
            async move { Ok::<_, Infallible>(fake.answer(request).await) }
        });
        kube::Client::new(service, "default")
    }

    /// Creates or replaces an object, as a client would.
    pub(super) fn put(&self, collection: &str, mut object: Value) -> Value {
        let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
        if let Some(namespace) = collection.split("/namespaces/").nth(1).and_then(|rest| rest.split('/').next()) {
            object["metadata"]["namespace"] = namespace.into();
        }
        if object["metadata"]["uid"].is_null() {
            object["metadata"]["uid"] = uuid::Uuid::new_v4().to_string().into();
        }
        self.store(&format!("{collection}/{name}"), object, "ADDED")
    }

    fn store(&self, path: &str, mut object: Value, event: &str) -> Value {
        let mut state = self.state.lock().expect("no panic");
        state.revision += 1;
        object["metadata"]["resourceVersion"] = state.revision.to_string().into();
        let known = state.objects.insert(path.to_owned(), object.clone()).is_some();
        let event = if known { "MODIFIED" } else { event };
        let _ = self.changes.send((path.to_owned(), json!({"type": event, "object": object})));
        object
    }

    fn remove(&self, path: &str) -> Option<Value> {
        let mut state = self.state.lock().expect("no panic");
        state.revision += 1;
        let mut object = state.objects.remove(path)?;
        object["metadata"]["resourceVersion"] = state.revision.to_string().into();
        let _ = self.changes.send((path.to_owned(), json!({"type": "DELETED", "object": object})));
        Some(object)
    }

    pub(super) fn get(&self, path: &str) -> Option<Value> {
        self.state.lock().expect("no panic").objects.get(path).cloned()
    }

    /// A graceful delete, as kubectl does it.
    pub(super) fn delete(&self, path: &str, grace: i64) {
        let mut object = self.get(path).expect("there");
        object["metadata"]["deletionTimestamp"] = "2026-11-23T15:00:00Z".into();
        object["metadata"]["deletionGracePeriodSeconds"] = grace.into();
        self.store(path, object, "MODIFIED");
    }

    /// The reasons and messages of all events so far.
    pub(super) fn events(&self) -> Vec<String> {
        let state = self.state.lock().expect("no panic");
        let mut events: Vec<&Value> =
            state.objects.iter().filter(|(path, _)| path.contains("/events/")).map(|(_, e)| e).collect();
        events.sort_by_key(|e| e["metadata"]["name"].as_str().map(|n| n.rsplit('.').next().map(str::to_owned)));
        let text = |e: &Value, key: &str| e[key].as_str().unwrap_or_default().to_owned();
        events.iter().map(|e| format!("{} {}: {}", text(e, "type"), text(e, "reason"), text(e, "message"))).collect()
    }

    /// All statuses that this pod was given, in order.
    pub(super) fn steps(&self, path: &str) -> Vec<Value> {
        let state = self.state.lock().expect("no panic");
        state.steps.iter().filter(|(p, _)| p == path).map(|(_, status)| status.clone()).collect()
    }

    /// Waits until the object (or its absence) is as asked.
    pub(super) async fn until(&self, path: &str, what: &str, good: impl Fn(Option<&Value>) -> bool) -> Option<Value> {
        let mut changes = self.changes.subscribe();
        let wait = async {
            loop {
                let object = self.get(path);
                if good(object.as_ref()) {
                    return object;
                }
                // A lagging receiver just looks again.
                let _ = changes.recv().await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), wait).await {
            Ok(object) => object,
            Err(_) => {
                panic!("{path} never {what}: {:#}\nevents: {:#?}", self.get(path).unwrap_or_default(), self.events())
            }
        }
    }

    async fn answer(&self, request: Request<Body>) -> Response<BoxBody<Bytes, Infallible>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let (collection, name, sub) = parse(parts.uri.path());
        let path = name.as_ref().map(|n| format!("{collection}/{n}")).unwrap_or_default();
        let found = match parts.method {
            Method::GET if name.is_some() => self.get(&path),
            Method::GET if query.contains("watch=true") => return self.watch(&collection, &query),
            Method::GET => Some(self.list(&collection, &query)),
            Method::POST => Some(self.put(&collection, body)),
            Method::PATCH => self.patch(&path, sub.as_deref(), &body),
            Method::DELETE => self.remove(&path),
            _ => None,
        };
        match found {
            Some(object) => json_response(StatusCode::OK, &object),
            None => {
                let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404,
                    "reason": "NotFound", "message": "not found"});
                json_response(StatusCode::NOT_FOUND, &status)
            }
        }
    }

    fn patch(&self, path: &str, sub: Option<&str>, patch: &Value) -> Option<Value> {
        let mut object = self.get(path)?;
        if sub == Some("status") {
            merge(&mut object["status"], &patch["status"]);
            self.state.lock().expect("no panic").steps.push((path.to_owned(), object["status"].clone()));
        } else {
            merge(&mut object, patch);
        }
        Some(self.store(path, object, "MODIFIED"))
    }

    fn list(&self, collection: &str, query: &str) -> Value {
        let state = self.state.lock().expect("no panic");
        let items: Vec<_> = state
            .objects
            .iter()
            .filter(|(p, o)| belongs(p, collection) && selected(o, query))
            .map(|(_, o)| o)
            .collect();
        json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": state.revision.to_string()}, "items": items})
    }

    fn watch(&self, collection: &str, query: &str) -> Response<BoxBody<Bytes, Infallible>> {
        let changes = self.changes.subscribe();
        let from = query.split('&').find_map(|p| p.strip_prefix("resourceVersion=")?.parse::<u64>().ok()).unwrap_or(0);
        let missed = {
            let state = self.state.lock().expect("no panic");
            // Good enough for tests: what came between list and watch is told as modified.
            let newer =
                |o: &&Value| o["metadata"]["resourceVersion"].as_str().and_then(|r| r.parse::<u64>().ok()) > Some(from);
            let all = state.objects.iter().filter(|(p, o)| belongs(p, collection) && newer(o));
            all.map(|(p, o)| (p.clone(), json!({"type": "MODIFIED", "object": o}))).collect::<Vec<_>>()
        };
        let (collection, query) = (collection.to_owned(), query.to_owned());
        let live = futures::stream::unfold(changes, |mut changes| async {
            loop {
                match changes.recv().await {
                    Ok(change) => return Some((change, changes)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        });
        let lines = futures::stream::iter(missed).chain(live).filter_map(move |(path, event)| {
            let good = belongs(&path, &collection) && selected(&event["object"], &query);
            let line = format!("{event}\n");
            async move { good.then(|| Ok::<_, Infallible>(http_body::Frame::data(Bytes::from(line)))) }
        });
        Response::new(BodyExt::boxed(StreamBody::new(SyncStream(Mutex::new(Box::pin(lines))))))
    }
}

/// A body has to be Sync; a stream of boxed futures is not.
struct SyncStream<S>(Mutex<std::pin::Pin<Box<S>>>);

impl<S: futures::Stream> futures::Stream for SyncStream<S> {
    type Item = S::Item;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.lock().expect("no panic").as_mut().poll_next(context)
    }
}

fn json_response(status: StatusCode, value: &Value) -> Response<BoxBody<Bytes, Infallible>> {
    let body = Full::new(Bytes::from(value.to_string()));
    Response::builder().status(status).body(BodyExt::boxed(body)).expect("a response")
}

/// True for an object's path in a collection, `/api/v1/pods` meaning all namespaces.
fn belongs(path: &str, collection: &str) -> bool {
    let (own, name, _) = parse(path);
    let (root, kind) = collection.rsplit_once('/').expect("a collection");
    name.is_some()
        && (own == collection
            || (own.starts_with(&format!("{root}/namespaces/")) && own.ends_with(&format!("/{kind}"))))
}

fn selected(object: &Value, query: &str) -> bool {
    let Some(selector) = query.split('&').find_map(|p| p.strip_prefix("fieldSelector=")) else { return true };
    let selector = selector.replace("%3D", "=");
    let (field, wanted) = selector.split_once('=').expect("a selector");
    let pointer = format!("/{}", field.replace('.', "/"));
    object.pointer(&pointer).and_then(Value::as_str) == Some(wanted)
}

/// A running agent on a fake API server.
pub(super) struct Lab {
    pub(super) fake: Fake,
    pub(super) clock: Clock,
    pub(super) plan: AddressPlan,
    pub(super) folder: Arc<tempfile::TempDir>,
    pub(super) ca_pem: String,
    cancel: CancellationToken,
    task: Option<tokio::task::JoinHandle<Result<(), super::AgentError>>>,
}

pub(super) const PODS: &str = "/api/v1/namespaces/default/pods";
pub(super) const TOKEN: &str = "a-token-for-tests";

impl Lab {
    /// A lab of its own slot, so that tests that run at once do not meet.
    pub(super) fn new(slot: u8) -> Self {
        Self::over(Fake::new(), Arc::new(tempfile::tempdir().expect("a folder")), slot, ServiceMode::Refuse)
    }

    pub(super) fn over(fake: Fake, folder: Arc<tempfile::TempDir>, slot: u8, services: ServiceMode) -> Self {
        let clock = Clock::real();
        let plan = AddressPlan::new(slot).expect("a slot");
        let ca = Authority::generate().expect("a CA");
        let leaf = ca.issue("sandbox", &["sandbox"], &[plan.node_ip().into()]).expect("a leaf");
        let cancel = CancellationToken::new();
        let mut images = Images::default().with_busybox();
        let hello =
            Image { entrypoint: vec!["echo".into(), "hello".into()], cmd: vec!["world".into()], ..Image::default() };
        images.register("hello", hello);
        let config = AgentConfig {
            client: fake.client(),
            clock: clock.clone(),
            plan,
            node_name: "sandbox".into(),
            data_dir: folder.path().join("data"),
            images,
            kubelet_tls: Arc::new(leaf.server_config().expect("a server")),
            kubelet_token: TOKEN.into(),
            services,
            exe: shim(folder.path()),
        };
        let task = Some(tokio::spawn(super::run(config, cancel.clone())));
        Self { fake, clock, plan, folder, ca_pem: ca.cert_pem, cancel, task }
    }

    /// Creates a pod that is bound to the node already.
    pub(super) fn pod(&self, name: &str, mut spec: Value) -> String {
        spec["nodeName"] = "sandbox".into();
        for container in spec["containers"].as_array_mut().into_iter().flatten() {
            if container["image"].is_null() {
                container["image"] = "busybox:1.35".into();
            }
        }
        self.fake.put(PODS, json!({"metadata": {"name": name}, "spec": spec, "status": {"phase": "Pending"}}));
        format!("{PODS}/{name}")
    }

    /// Waits for a phase.
    pub(super) async fn phase(&self, path: &str, phase: &str) -> Value {
        let good = |pod: Option<&Value>| pod.is_some_and(|p| p["status"]["phase"] == phase);
        self.fake.until(path, &format!("got to {phase}"), good).await.expect("there")
    }

    /// Waits until the first container is as asked.
    pub(super) async fn container(&self, path: &str, what: &str, good: impl Fn(&Value) -> bool) -> Value {
        let good = |pod: Option<&Value>| pod.is_some_and(|p| good(&p["status"]["containerStatuses"][0]));
        self.fake.until(path, what, good).await.expect("there")
    }

    /// Waits until such an event was told.
    pub(super) async fn event(&self, text: &str) {
        let mut changes = self.fake.changes.subscribe();
        let wait = async {
            while !self.fake.events().iter().any(|e| e.contains(text)) {
                let _ = changes.recv().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(60), wait).await.is_err() {
            panic!("no event {text:?}: {:#?}", self.fake.events());
        }
    }

    /// Makes the clock show that so much more time has passed.
    pub(super) fn pass(&self, seconds: i64) {
        let later = self.clock.now().checked_add(jiff::SignedDuration::from_secs(seconds)).expect("a time");
        self.clock.jump(later).expect("forwards");
    }

    /// Where a pod's folder is.
    pub(super) fn pod_folder(&self, path: &str) -> PathBuf {
        let uid = self.fake.get(path).expect("there")["metadata"]["uid"].as_str().expect("a uid").to_owned();
        self.folder.path().join("data/pods").join(uid)
    }

    /// The text of an attempt's log, without times.
    pub(super) fn log(&self, path: &str, container: &str, attempt: u32) -> String {
        let file = self.pod_folder(path).join("containers").join(container).join(format!("{attempt}.log"));
        let raw = std::fs::read_to_string(file).unwrap_or_default();
        raw.lines().filter_map(|line| Some(line.splitn(4, ' ').nth(3)?.to_owned() + "\n")).collect()
    }

    /// Waits until an attempt has written just this.
    pub(super) async fn wait_for_log(&self, path: &str, container: &str, attempt: u32, text: &str) {
        let wait = async {
            while self.log(path, container, attempt) != text {
                tokio::task::yield_now().await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(60), wait).await.is_err() {
            panic!("the log never was {text:?}: {:?}", self.log(path, container, attempt));
        }
    }

    /// Ends the agent as `sandbox stop` does.
    pub(super) async fn stop(mut self) -> (Fake, Arc<tempfile::TempDir>) {
        self.cancel.cancel();
        if let Some(task) = self.task.take() {
            let ended = tokio::time::timeout(Duration::from_secs(60), task).await;
            ended.expect("ends in time").expect("no panic").expect("no error");
        }
        (self.fake.clone(), self.folder.clone())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Stands for this program's confinement shim, which a test binary does not have: runs the program
/// unconfined. The real one is tested in `confine`.
fn shim(folder: &std::path::Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("shim");
    std::fs::write(&path, "#!/bin/sh\nprogram=$3\nshift 4\nexec \"$program\" \"$@\"\n").expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made executable");
    path
}
