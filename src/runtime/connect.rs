//! One connection after the other: each is watched until it is lost, then tried again from the kubeconfig on.
//!
//! A server that stops closes its watches, which is told at once; one that hangs (a VPN, a frozen VM) is found out by
//! a heartbeat. A new server may listen elsewhere and know other credentials: the kubeconfig is read anew each time.

use std::sync::Arc;
use std::time::Duration;

use futures::future::select_all;
use jiff::Timestamp;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Shared;
use super::data;
use super::forward::{Steps, Watching};
use crate::app::message::{Body, Connected, Link};
use crate::app::state::world::WATCHED;
use crate::cluster::WatchEnd;
use crate::lab::{Lab, LabError};

/// Between two heartbeats.
const BEAT: Duration = Duration::from_secs(3);
/// A heartbeat that takes longer has failed.
const BEAT_LIMIT: Duration = Duration::from_secs(2);
/// Between two tries; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Keeps a connection up until the session ends.
pub(super) async fn supervise(shared: Arc<Shared>, session: CancellationToken, epoch: u64, namespace: Option<String>) {
    let _ = session
        .run_until_cancelled(Box::pin(async {
            let mut pause = FIRST_PAUSE;
            loop {
                shared.send(Body::Link(epoch, Link::Connecting)).await;
                match Box::pin(attach(&shared, namespace.clone())).await {
                    Ok(lab) => {
                        let lost = stand(&shared, Arc::new(lab), epoch).await;
                        shared.set_lab(epoch, None);
                        pause = FIRST_PAUSE;
                        down(&shared, epoch, lost, None, pause).await;
                    }
                    Err(error) => down(&shared, epoch, error.to_string(), error.next(), pause).await,
                }
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }))
        .await;
}

async fn attach(shared: &Shared, namespace: Option<String>) -> Result<Lab, LabError> {
    let steps = Arc::new(Steps(shared.queue.clone()));
    Lab::attach_in(shared.setup.provider.clone(), steps, false, namespace).await
}

async fn down(shared: &Shared, epoch: u64, why: String, next: Option<String>, pause: Duration) {
    let retry_at = Timestamp::now().checked_add(pause).ok();
    shared.send(Body::Link(epoch, Link::Down { why, next, retry_at })).await;
}

/// Watches everything until the connection is lost; why it was.
async fn stand(shared: &Arc<Shared>, lab: Arc<Lab>, epoch: u64) -> String {
    let cluster = lab.cluster.clone();
    let connected = Connected {
        provider: lab.provider.name().to_owned(),
        context: cluster.context.clone(),
        namespace: cluster.namespace.clone(),
        version: cluster.version.clone(),
        server: cluster.url.clone(),
        kubeconfig: lab.place.target.kubeconfig.clone(),
    };
    if !shared.set_lab(epoch, Some(lab)) {
        return "another connection is made".to_owned();
    }
    shared.send(Body::Link(epoch, Link::Up(Box::new(connected)))).await;
    let watches = WATCHED.map(|kind| {
        let (cluster, sink) = (cluster.clone(), Watching { shared: shared.clone(), epoch });
        Box::pin(async move { cluster.watch(kind, sink).await })
    });
    tokio::select! {
        (end, _, _) = select_all(watches) => match end {
            WatchEnd::Unauthorized => format!("{} no longer knows these credentials", cluster.url),
            WatchEnd::Closed => "the dashboard ends".to_owned(),
        },
        why = heartbeat(&cluster) => why,
        () = data::poll(shared) => "the dashboard ends".to_owned(),
    }
}

/// Returns when the server does not answer.
async fn heartbeat(cluster: &crate::cluster::Cluster) -> String {
    loop {
        sleep(BEAT).await;
        match timeout(BEAT_LIMIT, cluster.alive()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return error.to_string(),
            Err(_) => return format!("{} has not answered for {} s", cluster.url, BEAT_LIMIT.as_secs()),
        }
    }
}
