//! Over a real socket: the server goes, and comes back.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use k8s_tutor::cluster::{Cluster, Target};
use k8s_tutor::domain::object::Kind;
use k8s_tutor::sandbox::pki::Authority;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

use crate::watching::{Seen, names};
use crate::wire::{api, pod, request};

struct Server {
    runtime: tokio::runtime::Runtime,
    cancel: CancellationToken,
    port: u16,
    ended: tokio::task::JoinHandle<()>,
}

/// A server in a runtime of its own: dropping that is as good as `kill -9`.
fn serve(state: &Path, authority: &Arc<Authority>, port: u16) -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (state, authority, cancel) = (state.to_owned(), Arc::clone(authority), CancellationToken::new());
    let token = cancel.clone();
    let (port, ended) = std::thread::scope(|scope| {
        let start = || {
            runtime.block_on(async {
                let leaf = authority.issue("kube-apiserver", &["localhost"], &["127.0.0.1".parse().unwrap()]).unwrap();
                let tls = Arc::new(leaf.server_config().unwrap());
                let listener = listen(port);
                let port = listener.local_addr().unwrap().port();
                let api = api(Some(state), &authority).await;
                let serving = Arc::clone(&api).serve(listener, tls, token);
                let ended = tokio::spawn(async move {
                    serving.await;
                    api.close().await;
                });
                (port, ended)
            })
        };
        scope.spawn(start).join().unwrap()
    });
    Server { runtime, cancel, port, ended }
}

fn listen(port: u16) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(([127, 0, 0, 1], port).into()).unwrap();
    socket.listen(64).unwrap()
}

async fn connect(folder: &Path, authority: &Authority, port: u16) -> Cluster {
    let ca = base64::engine::general_purpose::STANDARD.encode(&authority.cert_pem);
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
         clusters: [{{name: c, cluster: {{server: 'https://127.0.0.1:{port}', certificate-authority-data: {ca}}}}}]\n\
         contexts: [{{name: c, context: {{cluster: c, user: u, namespace: default}}}}]\n\
         users: [{{name: u, user: {{token: t}}}}]\n"
    );
    let path = folder.join("kubeconfig");
    std::fs::write(&path, text).unwrap();
    Cluster::connect(&Target { kubeconfig: Some(path), ..Target::default() }).await.unwrap()
}

#[tokio::test]
async fn a_server_that_is_stopped_or_killed_is_missed_and_found_again() {
    rustls::crypto::ring::default_provider().install_default().ok();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state.redb");
    let authority = Arc::new(Authority::generate().unwrap());
    let first = serve(&state, &authority, 0);
    let port = first.port;
    let cluster = connect(folder.path(), &authority, port).await;
    assert_eq!(request(&cluster.client, "POST", "/api/v1/namespaces/default/pods", &pod("a")).await.0, 201);
    let mut seen = Seen::open(&cluster, Kind::Pod);
    assert_eq!(names(&seen.list().await.0), ["a"]);

    first.cancel.cancel();
    first.ended.await.unwrap();
    first.runtime.shutdown_background();
    let why = seen.stale().await;
    assert!(why.contains("does not answer"), "{why}");

    let second = serve(&state, &authority, port);
    assert_eq!(names(&seen.list_again().await), ["a"]);
    assert_eq!(request(&cluster.client, "POST", "/api/v1/namespaces/default/pods", &pod("b")).await.0, 201);
    assert!(matches!(seen.next().await, k8s_tutor::domain::watch::News::Rows(_)));

    second.runtime.shutdown_background();
    let why = seen.stale().await;
    assert!(why.contains("does not answer"), "{why}");
    assert!(!seen.task.is_finished());
}
