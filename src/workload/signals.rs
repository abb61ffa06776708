//! Waits for the signal with which a kubelet ends a container.
//!
//! Kubernetes sends SIGTERM, waits `terminationGracePeriodSeconds` (30 by default), then sends SIGKILL: what a
//! program does not tidy up in between stays undone.

/// Resolves at the first SIGTERM or SIGINT.
#[cfg(unix)]
pub(crate) async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut term), Ok(mut int)) => {
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        }
        // Without a handler the default action ends the process, which is the best that is left.
        _ => std::future::pending().await,
    }
}

/// Resolves at the first Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn terminated() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
