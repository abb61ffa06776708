//! The listener: TLS, both HTTP versions, the kubelet's log, the end.

use std::sync::Arc;

use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::super::{Api, ApiConfig};
use super::harness::{TOKEN, ask};
use crate::sandbox::clock::Clock;
use crate::sandbox::net::AddressPlan;
use crate::sandbox::pki::Authority;

struct Served {
    api: Arc<Api>,
    port: u16,
    authority: Authority,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

async fn served() -> Served {
    let authority = Authority::generate().expect("a CA");
    let leaf = authority.issue("kube-apiserver", &["localhost"], &["127.0.0.1".parse().expect("an address")]);
    let tls = Arc::new(leaf.expect("a leaf").server_config().expect("a configuration"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let config = ApiConfig {
        state: None,
        plan: AddressPlan::new(3).expect("a slot"),
        clock: Clock::real(),
        token: TOKEN.into(),
        ca_pem: authority.cert_pem.clone(),
        node_name: "sandbox".into(),
        port,
    };
    let api = Api::open(config).await.expect("opens");
    let cancel = CancellationToken::new();
    let task = tokio::spawn(Arc::clone(&api).serve(listener, tls, cancel.clone()));
    Served { api, port, authority, cancel, task }
}

async fn connect(served: &Served, protocol: &[u8]) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(served.authority.cert_der().expect("a certificate")).expect("a root");
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect(("127.0.0.1", served.port)).await.expect("connects");
    let name = "localhost".try_into().expect("a name");
    tokio_rustls::TlsConnector::from(Arc::new(tls)).connect(name, socket).await.expect("shakes hands")
}

#[tokio::test]
async fn both_http_versions_are_spoken() {
    let served = served().await;
    let mut old = connect(&served, b"http/1.1").await;
    old.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.expect("sent");
    let mut text = String::new();
    old.read_to_string(&mut text).await.expect("read");
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("ok"), "{text}");

    let stream = connect(&served, b"h2").await;
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await.expect("HTTP/2");
    tokio::spawn(connection);
    let request = http::Request::get("https://localhost/version").body(String::new()).expect("a request");
    assert_eq!(sender.send_request(request).await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn serving_ends_with_watches_open() {
    let served = served().await;
    let mut watch = connect(&served, b"http/1.1").await;
    let request =
        format!("GET /api/v1/namespaces?watch=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\r\n");
    watch.write_all(request.as_bytes()).await.expect("sent");
    let mut first = [0; 64];
    watch.read_exact(&mut first).await.expect("an answer");
    served.cancel.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(60), served.task).await.expect("ends").expect("no panic");
    let mut rest = Vec::new();
    tokio::time::timeout(std::time::Duration::from_secs(60), watch.read_to_end(&mut rest)).await.expect("ends").ok();
    let text = String::from_utf8_lossy(&rest);
    assert!(text.contains("kube-system") && text.ends_with("0\r\n\r\n"), "cleanly: {text}");
}

/// A kubelet that answers one request with these bytes, and what it was asked.
async fn kubelet(served: &Served, answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let leaf = served.authority.issue("sandbox", &[], &["127.0.0.1".parse().expect("an address")]);
    let tls = Arc::new(leaf.expect("a leaf").server_config().expect("a configuration"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("accepted");
        let mut stream = tokio_rustls::TlsAcceptor::from(tls).accept(socket).await.expect("shakes hands");
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.expect("a byte"));
        }
        stream.write_all(answer.as_bytes()).await.expect("sent");
        stream.shutdown().await.expect("closed");
        String::from_utf8(asked).expect("text")
    });
    (port, task)
}

async fn running_pod(served: &Served, kubelet_port: u16) {
    let json = &["content-type: application/json"];
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "sandbox"}});
    ask(&served.api, "POST", "/api/v1/nodes", json, node.to_string()).await;
    let status = json!({"status": {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet_port}},
    }});
    let merge = &["content-type: application/merge-patch+json"];
    let path = "/api/v1/nodes/sandbox/status";
    assert_eq!(ask(&served.api, "PATCH", path, merge, status.to_string()).await.code, 200);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "nodeName": "sandbox", "containers": [{"name": "c", "image": "busybox"}],
    }});
    let made = ask(&served.api, "POST", "/api/v1/namespaces/default/pods", json, pod.to_string()).await;
    assert_eq!(made.code, 201, "{:?}", made.bytes);
}

#[tokio::test]
async fn a_log_comes_from_the_kubelet() {
    let served = served().await;
    let (port, asked) = kubelet(&served, "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nhello\n").await;
    running_pod(&served, port).await;
    let path = "/api/v1/namespaces/default/pods/p/log";
    let log =
        ask(&served.api, "GET", &format!("{path}?tailLines=3&sinceTime=2026-11-23T00:00:00%2B09:00"), &[], "").await;
    assert_eq!((log.code, &log.bytes[..]), (200, &b"hello\n"[..]));
    let asked = asked.await.expect("no panic");
    let line = asked.lines().next().expect("a line");
    assert_eq!(line, "GET /containerLogs/default/p/c?tailLines=3&sinceTime=2026-11-23T00:00:00%2B09:00 HTTP/1.1");
    assert!(asked.contains(&format!("authorization: Bearer {TOKEN}")));
    assert_eq!(ask(&served.api, "GET", &format!("{path}?container=nosuch"), &[], "").await.code, 400);
    assert_eq!(ask(&served.api, "GET", &format!("{path}?tailLines=-1"), &[], "").await.code, 422);
}

#[tokio::test]
async fn a_kubelets_refusal_becomes_a_status() {
    let served = served().await;
    let words = "container \"c\" in pod \"p\" is waiting to start: ContainerCreating";
    let answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 64\r\n\r\ncontainer \"c\" in pod \"p\" is waiting to start: ContainerCreating\n";
    let (port, _asked) = kubelet(&served, answer).await;
    running_pod(&served, port).await;
    let log = ask(&served.api, "GET", "/api/v1/namespaces/default/pods/p/log", &[], "").await;
    assert_eq!((log.code, log.json()["message"].clone()), (400, words.into()));
}
