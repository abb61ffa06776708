//! The kubelet's HTTPS port: logs, health, the list of pods. The API server comes here for
//! `kubectl logs`; it finds the port in the Node's status. Further verbs (exec, port-forward) are
//! further routes of [`router`].

mod logs;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::AgentError;
use super::shared::Shared;

/// Opens the port on the node's address; says which it is.
pub(super) async fn start(
    shared: &Arc<Shared>,
    cancel: CancellationToken,
) -> Result<(u16, tokio::task::JoinHandle<()>), AgentError> {
    let address = SocketAddr::from((shared.plan.node_ip(), 0));
    let failed = |source| AgentError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let acceptor = TlsAcceptor::from(shared.kubelet_tls.clone());
    let router = router(shared.clone());
    Ok((port, tokio::spawn(serve(listener, acceptor, router, cancel))))
}

/// All routes. Everything but the health check wants the token.
fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/containerLogs/{namespace}/{pod}/{container}", get(logs::get))
        .route("/pods", get(pods))
        .route_layer(middleware::from_fn_with_state(shared.clone(), authorize))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(shared)
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, router: Router, cancel: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = cancel.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, acceptor.clone(), router.clone());
                let cancel = cancel.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = cancel.cancelled() => {}
                        () = connection => {}
                    }
                });
            }
            // Out of file descriptors, say: give others time to close theirs.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, router: Router) {
    let stream = match acceptor.accept(stream).await {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(%error, "kubelet port: TLS handshake failed"),
    };
    let service = TowerToHyperService::new(router);
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    if let Err(error) = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "kubelet port: connection ended");
    }
}

async fn authorize(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let token = shown.and_then(|v| v.strip_prefix("Bearer ")).unwrap_or_default();
    if same(token.as_bytes(), shared.kubelet_token.as_bytes()) {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, "Unauthorized").into_response()
    }
}

/// Compares in the same time wherever they differ. An empty token opens nothing.
fn same(a: &[u8], b: &[u8]) -> bool {
    !b.is_empty() && a.len() == b.len() && a.iter().zip(b).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}

async fn pods(State(shared): State<Arc<Shared>>) -> Response {
    let pods: Vec<_> = {
        let shown = shared.pods.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shown.values().map(|shown| shown.pod.clone()).collect()
    };
    let items: Vec<&k8s_openapi::api::core::v1::Pod> = pods.iter().map(AsRef::as_ref).collect();
    axum::Json(serde_json::json!({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}))
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        assert!(same(b"secret", b"secret"));
        assert!(!same(b"secre", b"secret"));
        assert!(!same(b"secreT", b"secret"));
        assert!(!same(b"", b""));
    }
}
