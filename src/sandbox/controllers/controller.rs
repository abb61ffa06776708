//! What all controllers share: one task that takes keys from a queue and brings each object up to date.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::error::SyncError;
use super::objects::Key;
use super::queue::Queue;

/// Brings one object up to date.
pub(super) trait Controller: Send + Sync + 'static {
    /// The name in Events and in the log.
    const NAME: &'static str;

    /// Does what is to do for `key` now, and says when to look again without any change.
    fn sync(&self, key: &Key) -> impl Future<Output = Result<Option<Timestamp>, SyncError>> + Send;
}

/// Runs a controller until `cancel`: it starts once all caches are filled.
pub(super) fn spawn<C: Controller>(
    controller: C,
    queue: Arc<Queue>,
    cluster: &Arc<Cluster>,
    tasks: &mut JoinSet<()>,
    cancel: &CancellationToken,
) {
    let cluster = cluster.clone();
    let cancel = cancel.clone();
    tasks.spawn(async move {
        tokio::select! {
            () = cancel.cancelled() => {}
            () = drive(&controller, &queue, &cluster) => {}
        }
    });
}

async fn drive<C: Controller>(controller: &C, queue: &Queue, cluster: &Cluster) {
    cluster.ready().await;
    loop {
        let key = queue.next().await;
        match controller.sync(&key).await {
            Ok(again) => {
                queue.succeeded(&key);
                if let Some(at) = again {
                    queue.add_at(key, at);
                }
            }
            Err(error) => {
                // A conflict only means that the cache was a moment behind.
                if error.is_conflict() || error.is_namespace_terminating() {
                    tracing::debug!(%key, %error, "{}: tried again", C::NAME);
                } else {
                    tracing::warn!(%key, %error, "{}: tried again", C::NAME);
                }
                if !error.is_namespace_terminating() {
                    queue.retry(key);
                }
            }
        }
    }
}
