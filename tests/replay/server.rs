//! The server under test: the sandbox's API server over loopback HTTPS with its controllers, and the
//! kubelet of the recordings in place of the node agent.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use http_body_util::{BodyExt, Full};
use k8s_tutor::sandbox::api::{Api, ApiConfig};
use k8s_tutor::sandbox::clock::Clock;
use k8s_tutor::sandbox::controllers::Controllers;
use k8s_tutor::sandbox::net::AddressPlan;
use k8s_tutor::sandbox::pki::Authority;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::fixtures::Exchange;
use crate::kubelet;
use crate::normal::Names;

pub(crate) struct Server {
    cancel: CancellationToken,
    client: kube::Client,
    http: https::Http,
}

pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) warning: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) body: Value,
}

/// A watch on its way, and what it has shown so far.
pub(crate) struct Watching {
    frames: Arc<Mutex<Vec<Value>>>,
    grown: Arc<Notify>,
}

impl Watching {
    pub(crate) fn shown(&self) -> Vec<Value> {
        self.frames.lock().expect("no panic while held").clone()
    }

    /// Resolves at the next frame; enlist before looking at what was shown.
    pub(crate) fn more(&self) -> impl Future<Output = ()> + '_ {
        self.grown.notified()
    }
}

const TOKEN: &str = "replay";

impl Server {
    pub(crate) async fn start() -> Self {
        let authority = Authority::generate().expect("a CA");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let clock = Clock::real();
        let config = ApiConfig {
            state: None,
            plan: AddressPlan::new(9).expect("a slot"),
            clock: clock.clone(),
            token: TOKEN.into(),
            ca_pem: authority.cert_pem.clone(),
            node_name: "node-1".into(),
            port,
        };
        let api = Api::open(config).await.expect("the API server opens");
        let leaf = authority.issue("kube-apiserver", &["localhost"], &[Ipv4Addr::LOCALHOST.into()]).expect("a leaf");
        let tls = Arc::new(leaf.server_config().expect("a server configuration"));
        let cancel = CancellationToken::new();
        tokio::spawn(Arc::clone(&api).serve(listener, tls, cancel.clone()));
        let client = api.client("system:kube-controller-manager", "kube-controller-manager");
        let controllers = Controllers { client, clock, ca_pem: authority.cert_pem.clone() };
        tokio::spawn(controllers.run(cancel.clone()));
        let client = api.client("kubernetes-admin", "replay");
        kubelet::start(api.client("system:node:node-1", "kubelet"), cancel.clone()).await;
        let http = https::Http::new(&authority, port);
        Self { cancel, client, http }
    }

    pub(crate) async fn stop(self) {
        self.cancel.cancel();
    }

    /// Sends a recorded request with our names in it.
    pub(crate) async fn send(&self, exchange: &Exchange, names: &Names) -> Reply {
        let (parts, body) = self.open(exchange, names).await.into_parts();
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned);
        let bytes = body.collect().await.expect("a body").to_bytes();
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| serde_json::json!({"text": String::from_utf8_lossy(&bytes)}));
        Reply {
            status: parts.status.as_u16(),
            content_type: header("content-type"),
            warning: header("warning"),
            etag: header("etag"),
            body,
        }
    }

    /// Opens a recorded watch; its frames are collected while the next requests are sent.
    pub(crate) async fn watch(&self, exchange: &Exchange, names: &Names) -> Watching {
        let mut body = self.open(exchange, names).await.into_body();
        let watching = Watching { frames: Arc::default(), grown: Arc::default() };
        let (frames, grown) = (Arc::clone(&watching.frames), Arc::clone(&watching.grown));
        tokio::spawn(async move {
            let mut text = Vec::new();
            while let Some(Ok(chunk)) = body.frame().await {
                text.extend_from_slice(chunk.data_ref().map_or(&[][..], |d| d.as_ref()));
                while let Some(end) = text.iter().position(|b| *b == b'\n') {
                    let line: Vec<u8> = text.drain(..=end).collect();
                    let frame = serde_json::from_slice(&line).expect("a frame is JSON");
                    frames.lock().expect("no panic while held").push(frame);
                    grown.notify_one();
                }
            }
        });
        watching
    }

    async fn open(&self, exchange: &Exchange, names: &Names) -> http::Response<hyper::body::Incoming> {
        let path = names.translate(&exchange.path);
        let query = names.translate(&exchange.query);
        let body = match String::from_utf8(exchange.body_bytes()) {
            Ok(text) if !text.starts_with("k8s\0") => names.translate(&text).into_bytes(),
            Ok(text) => names.translate_bytes(text.as_bytes()),
            Err(e) => names.translate_bytes(e.as_bytes()),
        };
        let mut request = http::Request::builder()
            .method(exchange.method.as_str())
            .uri(format!("{path}{}{query}", if query.is_empty() { "" } else { "?" }))
            .header("host", "localhost")
            .header("authorization", format!("Bearer {TOKEN}"));
        // kubectl had the answer in its cache.
        let cached = (exchange.answer.status == 304).then(|| names.etag(&exchange.path).map(str::to_owned)).flatten();
        let headers = [
            ("accept", &exchange.accept),
            ("content-type", &exchange.content_type),
            ("user-agent", &exchange.user_agent),
            ("if-none-match", &cached),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        self.http.send(request.body(Full::new(Bytes::from(body))).expect("a request")).await
    }

    /// Waits until something in the cluster changes, or the deadline passes.
    pub(crate) async fn changed(&self, deadline: Instant) {
        use k8s_openapi::api::core::v1::{Event, Pod};
        let short = deadline.min(Instant::now() + Duration::from_millis(250));
        let pods: kube::Api<Pod> = kube::Api::all(self.client.clone());
        let events: kube::Api<Event> = kube::Api::all(self.client.clone());
        let params = kube::api::WatchParams::default();
        let (Ok(pods), Ok(events)) = (pods.watch(&params, "").await, events.watch(&params, "").await) else { return };
        let mut any = futures::stream::select(pods.map(|_| ()).boxed(), events.map(|_| ()).boxed()).boxed();
        let _ = tokio::time::timeout_at(short.into(), any.next()).await;
    }

    /// Waits until the object at a path is there and as wanted.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let request = http::Request::get(path)
                .header("host", "localhost")
                .header("authorization", format!("Bearer {TOKEN}"))
                .body(Full::new(Bytes::new()))
                .expect("a request");
            let (parts, body) = self.http.send(request).await.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            if parts.status.is_success() && serde_json::from_slice(&body).is_ok_and(|value| wanted(&value)) {
                return;
            }
            assert!(Instant::now() < deadline, "{path} never came");
            self.changed(deadline).await;
        }
    }
}

/// A plain HTTPS client that sends just what it is told, on a connection of its own.
mod https {
    use bytes::Bytes;
    use http_body_util::Full;
    use hyper_util::rt::TokioIo;
    use k8s_tutor::sandbox::pki::Authority;
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;

    pub(crate) struct Http {
        connector: TlsConnector,
        port: u16,
    }

    impl Http {
        pub(crate) fn new(authority: &Authority, port: u16) -> Self {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(authority.cert_der().expect("the CA")).expect("a root");
            let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
            let tls = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
            Self { connector: std::sync::Arc::new(tls).into(), port }
        }

        pub(crate) async fn send(&self, request: http::Request<Full<Bytes>>) -> http::Response<hyper::body::Incoming> {
            let tcp = TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, self.port)).await.expect("a connection");
            let name = "localhost".try_into().expect("a name");
            let tls = self.connector.connect(name, tcp).await.expect("TLS");
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(tls)).await.expect("HTTP");
            tokio::spawn(connection);
            sender.send_request(request).await.expect("the server answers")
        }
    }
}
