//! An API server in process and the wire to it: a test refuses, cuts and mangles what goes over it.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::StreamExt;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use k8s_tutor::cluster::Cluster;
use k8s_tutor::sandbox::api::{Api, ApiConfig};
use k8s_tutor::sandbox::clock::Clock;
use k8s_tutor::sandbox::net::AddressPlan;
use k8s_tutor::sandbox::pki::Authority;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::sync::broadcast;

type Answer = UnsyncBoxBody<Bytes, io::Error>;

/// How running streams end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cut {
    /// In the middle, as a killed server does.
    Broken,
    /// In good order, as a server does at the end of `timeoutSeconds`.
    Clean,
    /// With an event that says 410: the history is compacted.
    Gone,
}

/// What becomes of requests.
#[derive(Clone, Debug, Default)]
struct Rules {
    refused: bool,
    /// The path's end, and the status that it is answered with.
    status: Option<(String, u16)>,
    mangled: Vec<(&'static str, &'static str)>,
    asked: Vec<String>,
    logs: VecDeque<Log>,
}

/// What a kubelet sends of a log: pieces, then its end, or silence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    pub(crate) pieces: Vec<Bytes>,
    pub(crate) ends: bool,
    /// Held by whoever waits for more of it.
    pub(crate) reader: Arc<()>,
}

pub(crate) struct Wire {
    pub(crate) cluster: Cluster,
    rules: Arc<Mutex<Rules>>,
    cuts: broadcast::Sender<Cut>,
}

pub(crate) async fn api(state: Option<std::path::PathBuf>, authority: &Authority) -> Arc<Api> {
    let config = ApiConfig {
        state,
        plan: AddressPlan::new(3).unwrap(),
        clock: Clock::real(),
        token: "t".to_owned(),
        ca_pem: authority.cert_pem.clone(),
        node_name: "node-1".to_owned(),
        port: 6443,
    };
    Api::open(config).await.unwrap()
}

impl Wire {
    pub(crate) async fn open() -> Self {
        let api = api(None, &Authority::generate().unwrap()).await;
        Self::over(api.client("kubernetes-admin", "test"))
    }

    pub(crate) fn over(client: Client) -> Self {
        let rules = Arc::new(Mutex::new(Rules::default()));
        let cuts = broadcast::Sender::new(16);
        let (shared, hangs) = (Arc::clone(&rules), cuts.clone());
        let service = tower::service_fn(move |request: Request<Body>| {
            let (client, rules, cut) = (client.clone(), Arc::clone(&shared), hangs.subscribe());
            async move { answer(client, request, &rules, cut).await }
        });
        let cluster = Cluster {
            client: Client::new(service, "default"),
            url: "https://127.0.0.1:1".to_owned(),
            version: "v1.36.2".to_owned(),
            context: "test".to_owned(),
            namespace: "default".to_owned(),
        };
        Self { cluster, rules, cuts }
    }

    /// Refuses connections from now on, or takes them again.
    pub(crate) fn refuse(&self, refused: bool) {
        self.rules.lock().unwrap().refused = refused;
    }

    /// Answers requests for this plural with an error, or `None`: as the server does.
    pub(crate) fn answer(&self, status: Option<(&str, u16)>) {
        self.rules.lock().unwrap().status = status.map(|(plural, code)| (plural.to_owned(), code));
    }

    /// Replaces a text in all that the server sends.
    pub(crate) fn mangle(&self, from: &'static str, to: &'static str) {
        self.rules.lock().unwrap().mangled.push((from, to));
    }

    /// Answers the next request for a log with this.
    pub(crate) fn log(&self, log: Log) {
        self.rules.lock().unwrap().logs.push_back(log);
    }

    pub(crate) fn cut(&self, how: Cut) {
        self.cuts.send(how).ok();
    }

    /// How many running requests can be cut.
    pub(crate) fn open_streams(&self) -> usize {
        self.cuts.receiver_count()
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.rules.lock().unwrap().asked.clone()
    }

    pub(crate) async fn request(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        request(&self.cluster.client, method, path, body).await
    }

    pub(crate) async fn pod(&self, name: &str) -> Value {
        let (code, answer) = self.request("POST", "/api/v1/namespaces/default/pods", &pod(name)).await;
        assert_eq!(code, 201, "{answer}");
        answer
    }

    pub(crate) async fn label(&self, name: &str, value: &str) {
        let path = format!("/api/v1/namespaces/default/pods/{name}");
        let (code, answer) = self.request("PATCH", &path, &json!({"metadata": {"labels": {"l": value}}})).await;
        assert_eq!(code, 200, "{answer}");
    }
}

pub(crate) fn pod(name: &str) -> Value {
    let containers = json!([{"name": "main", "image": "busybox:1.36"}]);
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers}})
}

pub(crate) async fn request(client: &Client, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let content = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    let request = Request::builder().method(method).uri(path).header("content-type", content);
    let answer = client.send(request.body(bytes.into()).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let bytes = answer.into_body().collect_bytes().await.unwrap();
    (code, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

async fn answer(
    client: Client,
    request: Request<Body>,
    rules: &Mutex<Rules>,
    cut: broadcast::Receiver<Cut>,
) -> Result<Response<Answer>, kube::Error> {
    let path = request.uri().path().to_owned();
    let (rules, log) = {
        let mut rules = rules.lock().unwrap();
        rules.asked.push(format!("{} {}", request.method(), request.uri()));
        let log = if path.ends_with("/log") { rules.logs.pop_front() } else { None };
        (rules.clone(), log)
    };
    if rules.refused {
        return Err(kube::Error::Service(io::Error::from(io::ErrorKind::ConnectionRefused).into()));
    }
    if let Some((_, code)) = rules.status.as_ref().filter(|(plural, _)| path.ends_with(plural.as_str())) {
        let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
            "message": format!("the answer is {code}"), "reason": "Test"});
        let response = Response::builder().status(*code);
        let body = Full::new(Bytes::from(status.to_string())).map_err(|never| match never {});
        return Ok(response.body(body.boxed_unsync()).unwrap());
    }
    if let Some(log) = log {
        return Ok(Response::new(StreamBody::new(log_frames(log)).boxed_unsync()));
    }
    let (parts, body) = client.send(request).await?.into_parts();
    if !parts.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return Ok(Response::from_parts(parts, body.map_err(io::Error::other).boxed_unsync()));
    }
    let frames = Some((http_body_util::BodyStream::new(body), cut));
    let data = futures::stream::unfold(frames, move |state| {
        let mangling = rules.mangled.clone();
        async move {
            let (mut frames, mut cut) = state?;
            tokio::select! {
                frame = frames.next() => {
                    let bytes = frame?.map_err(io::Error::other).map(|frame| frame.into_data().unwrap_or_default());
                    Some((bytes.map(|bytes| Frame::data(mangled(bytes, &mangling))), Some((frames, cut))))
                }
                Ok(cut) = cut.recv() => last(cut).map(|last| (last.map(Frame::data), None)),
            }
        }
    });
    Ok(Response::from_parts(parts, StreamBody::new(data).boxed_unsync()))
}

fn log_frames(log: Log) -> impl futures::Stream<Item = io::Result<Frame<Bytes>>> {
    let (reader, ends) = (log.reader, log.ends);
    let silence = futures::stream::once(async move {
        let _reader = reader;
        if !ends {
            std::future::pending::<()>().await;
        }
        Ok(Frame::data(Bytes::new()))
    });
    futures::stream::iter(log.pieces.into_iter().map(|piece| Ok(Frame::data(piece)))).chain(silence)
}

/// What a cut stream yields last.
fn last(cut: Cut) -> Option<io::Result<Bytes>> {
    match cut {
        Cut::Broken => Some(Err(io::Error::from(io::ErrorKind::ConnectionReset))),
        Cut::Gone => {
            let status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                "message": "too old resource version", "reason": "Expired", "code": 410});
            Some(Ok(format!("{}\n", json!({"type": "ERROR", "object": status})).into()))
        }
        Cut::Clean => None,
    }
}

fn mangled(bytes: Bytes, rules: &[(&str, &str)]) -> Bytes {
    if rules.is_empty() {
        return bytes;
    }
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    for (from, to) in rules {
        text = text.replace(from, to);
    }
    text.into()
}
