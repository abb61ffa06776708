//! The HTTPS listener: TLS, HTTP/1.1 and HTTP/2, upgrades. Started by `Api::serve`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Api;
use super::handle::{Peer, answer};

/// A client that does not finish its TLS handshake is let go.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long running requests may take to end.
const GRACE: Duration = Duration::from_secs(1);
/// How long to wait after the system refuses a connection (too many open files).
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(
    api: Arc<Api>,
    listener: TcpListener,
    tls: Arc<rustls::ServerConfig>,
    cancel: CancellationToken,
) {
    let mut tls = (*tls).clone();
    if tls.alpn_protocols.is_empty() {
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = cancel.cancelled() => break,
        };
        match accepted {
            Ok((socket, _)) => {
                connections.spawn(connection(Arc::clone(&api), socket, acceptor.clone(), cancel.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to the API server was not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.close();
    // Whoever is still there then is cut off when the runtime goes.
    tokio::time::timeout(GRACE, connections.wait()).await.ok();
}

async fn connection(api: Arc<Api>, socket: TcpStream, acceptor: TlsAcceptor, cancel: CancellationToken) {
    // Watch frames are small and wanted at once; a socket that refuses this is only slower.
    socket.set_nodelay(true).ok();
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(socket)).await else { return };
    let service = hyper::service::service_fn({
        let cancel = cancel.clone();
        move |request| {
            let (api, ending) = (Arc::clone(&api), cancel.clone());
            async move { Ok::<_, Infallible>(answer(api, Peer::Network, request, ending).await) }
        }
    });
    let builder = Builder::new(TokioExecutor::new());
    let serving = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut serving = Box::pin(serving);
    let result = tokio::select! {
        result = serving.as_mut() => result,
        () = cancel.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = result {
        // Clients hang up whenever they like.
        tracing::debug!(error, "a connection to the API server ended early");
    }
}
