//! The service network and the kubelet port, over real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::sh;
use crate::sandbox::agent::ServiceMode;
use crate::sandbox::agent::testing::{Fake, Lab, TOKEN};

const SERVICES: &str = "/api/v1/namespaces/default/services";
const SLICES: &str = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

/// Answers every connection with one byte and keeps it open.
async fn server(lab: &Lab) -> SocketAddr {
    let ip = lab.plan.pod_ip(500).expect("an address");
    let listener = TcpListener::bind((ip, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"!").await;
            open.push(stream);
        }
    });
    address
}

fn service(lab: &Lab, port: u16, node_port: u16) -> Value {
    let ip = lab.plan.service_ip(9).expect("an address").to_string();
    json!({"metadata": {"name": "localstack", "uid": "s"}, "spec": {"clusterIP": ip, "type": "NodePort",
        "ports": [{"name": "edge", "port": port, "targetPort": 4566, "nodePort": node_port}]}})
}

fn slice(backend: SocketAddr, ready: bool) -> Value {
    json!({"metadata": {"name": "localstack-x", "labels": {"kubernetes.io/service-name": "localstack"}},
        "addressType": "IPv4", "ports": [{"name": "edge", "port": backend.port()}],
        "endpoints": [{"addresses": [backend.ip().to_string()], "conditions": {"ready": ready}}]})
}

fn at(lab: &Lab, port: u16) -> SocketAddr {
    (lab.plan.service_ip(9).expect("an address"), port).into()
}

/// Waits until a fresh connection is answered, or refused.
async fn until_answered(address: SocketAddr, wanted: bool) {
    let wait = async {
        loop {
            let answered = match TcpStream::connect(address).await {
                Ok(mut stream) => stream.read_u8().await.is_ok(),
                Err(_) => false,
            };
            if answered == wanted {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap_or_else(|_| panic!("{address} never {wanted}"));
}

#[tokio::test]
async fn a_changed_port_is_refused_and_the_node_port_goes_on() {
    let lab = Lab::new(11);
    let backend = server(&lab).await;
    lab.fake.put(SERVICES, service(&lab, 4566, 30000));
    lab.fake.put(SLICES, slice(backend, true));
    until_answered(at(&lab, 4566), true).await;
    let node_port = (lab.plan.node_ip(), 30000).into();
    until_answered(node_port, true).await;
    lab.fake.put(SERVICES, service(&lab, 4567, 30000));
    until_answered(at(&lab, 4567), true).await;
    until_answered(at(&lab, 4566), false).await;
    until_answered(node_port, true).await;
    lab.fake.put(SLICES, slice(backend, false));
    until_answered(at(&lab, 4567), false).await;
}

#[tokio::test]
async fn in_blackhole_mode_the_old_port_hangs() {
    let folder = std::sync::Arc::new(tempfile::tempdir().expect("a folder"));
    let lab = Lab::over(Fake::new(), folder, 12, ServiceMode::Blackhole);
    let backend = server(&lab).await;
    lab.fake.put(SERVICES, service(&lab, 4566, 30001));
    lab.fake.put(SLICES, slice(backend, true));
    until_answered(at(&lab, 4566), true).await;
    lab.fake.put(SERVICES, service(&lab, 4567, 30001));
    until_answered(at(&lab, 4567), true).await;
    // The first attempts may slip in while the hole is being dug.
    let hangs = async {
        while tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(at(&lab, 4566))).await.is_ok() {}
    };
    tokio::time::timeout(Duration::from_secs(60), hangs).await.expect("hangs in the end");
    lab.fake.put(SERVICES, service(&lab, 4566, 30001));
    until_answered(at(&lab, 4566), true).await;
}

#[tokio::test]
async fn a_node_port_that_is_taken_is_told_and_taken_later() {
    let lab = Lab::new(13);
    let backend = server(&lab).await;
    let foreign = TcpListener::bind((lab.plan.node_ip(), 30002)).await.expect("a port");
    lab.fake.put(SERVICES, service(&lab, 4566, 30002));
    lab.fake.put(SLICES, slice(backend, true));
    let path = format!("{SERVICES}/localstack");
    let note = |service: Option<&Value>| {
        service.map(|s| s["metadata"]["annotations"]["k8s-tutor.dev/ports-not-listening"].clone())
    };
    let told = lab.fake.until(&path, "was annotated", |s| note(s).is_some_and(|n| n.is_string())).await;
    let text = note(told.as_ref()).unwrap_or_default().to_string();
    assert!(text.contains(&format!("{}:30002: Address already in use", lab.plan.node_ip())), "{text}");
    lab.event("Warning PortNotListening: nobody listens on a port of this Service").await;
    until_answered(at(&lab, 4566), true).await;
    drop(foreign);
    until_answered((lab.plan.node_ip(), 30002).into(), true).await;
    lab.fake.until(&path, "lost its annotation", |s| note(s).is_some_and(|n| n.is_null())).await;
}

#[tokio::test]
async fn a_service_name_in_the_environment_is_its_address() {
    let lab = Lab::new(14);
    lab.fake.put(SERVICES, service(&lab, 4567, 30003));
    let mut spec = super::never("echo $AWS_ENDPOINT_URL $LOCALSTACK_SERVICE_HOST $0");
    spec["containers"][0]["args"] = json!(["http://localstack.default.svc.cluster.local:1/x"]);
    spec["containers"][0]["env"] = json!([{"name": "AWS_ENDPOINT_URL", "value": "http://localstack:4566"}]);
    let path = lab.pod("named", spec);
    lab.phase(&path, "Succeeded").await;
    let ip = lab.plan.service_ip(9).expect("an address");
    assert_eq!(lab.log(&path, "c", 0), format!("http://{ip}:4566 {ip} http://{ip}:1/x\n"));
}

async fn get(lab: &Lab, path: &str, token: &str) -> (u16, String) {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let node = "/api/v1/nodes/sandbox";
    let known =
        |node: Option<&Value>| node.is_some_and(|n| n["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].is_u64());
    let node = lab.fake.until(node, "told its port", known).await.expect("there");
    let port = node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].as_u64().expect("a port");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(lab.ca_pem.as_bytes()).expect("PEM")).expect("a CA");
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream =
        TcpStream::connect((lab.plan.node_ip(), u16::try_from(port).expect("a port"))).await.expect("connected");
    let name = rustls::pki_types::ServerName::IpAddress(std::net::IpAddr::from(lab.plan.node_ip()).into());
    let mut stream =
        tokio_rustls::TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await.expect("TLS");
    let request = format!("GET {path} HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("written");
    let mut answer = String::new();
    // HTTP/1.0: the answer ends with the connection, for which axum does not say goodbye in TLS.
    let _ = stream.read_to_string(&mut answer).await;
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

#[tokio::test]
async fn logs_come_over_the_kubelet_port_to_who_has_the_token() {
    let lab = Lab::new(15);
    let path = lab.pod("talks", json!({"containers": sh("echo one; echo two; sleep 600")}));
    lab.wait_for_log(&path, "c", 0, "one\ntwo\n").await;
    let logs = "/containerLogs/default/talks/c";
    assert_eq!(get(&lab, logs, TOKEN).await, (200, "one\ntwo\n".into()));
    assert_eq!(get(&lab, &format!("{logs}?tailLines=1"), TOKEN).await, (200, "two\n".into()));
    let text = "previous terminated container \"c\" in pod \"talks\" not found";
    assert_eq!(get(&lab, &format!("{logs}?previous=true"), TOKEN).await, (400, text.into()));
    assert_eq!(get(&lab, logs, "wrong").await.0, 401);
    assert_eq!(get(&lab, "/pods", "wrong").await.0, 401);
    assert_eq!(get(&lab, "/healthz", "wrong").await, (200, "ok".into()));
    lab.fake.delete(&path, 3600);
    // Whoever follows gets the rest, then the end.
    let (status, text) = get(&lab, &format!("{logs}?follow=true&tailLines=1"), TOKEN).await;
    assert!(status == 404 || (status, text.as_str()) == (200, "two\n"), "{status} {text}");
}
