//! Logs that are read: one task a pod, ended with the session or when nobody wants it any more.

use std::sync::{Arc, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Shared;
use super::forward::Logging;
use crate::app::message::{Body, LogNews};
use crate::domain::log::LogOptions;

/// The last lines are enough of a log that was written before anybody looked.
const TAIL: i64 = 5_000;

pub(super) fn follow(
    shared: &Arc<Shared>,
    session: &CancellationToken,
    pod: String,
    container: Option<String>,
    previous: bool,
) {
    let (task, session, name) = (shared.clone(), session.clone(), pod.clone());
    let handle = shared.spawn(async move {
        let _ = session.run_until_cancelled(read(task, pod, container, previous)).await;
    });
    let old = shared.logs.lock().unwrap_or_else(PoisonError::into_inner).insert(name, handle);
    if let Some(old) = old {
        old.abort();
    }
}

pub(super) fn stop(shared: &Shared, pod: &str) {
    if let Some(handle) = shared.logs.lock().unwrap_or_else(PoisonError::into_inner).remove(pod) {
        handle.abort();
    }
}

async fn read(shared: Arc<Shared>, pod: String, container: Option<String>, previous: bool) {
    let (epoch, lab) = shared.attached();
    let why = match lab {
        Err(down) => Some(down.what),
        Ok(lab) => {
            let options = LogOptions { follow: !previous, tail: Some(TAIL), previous, ..LogOptions::default() };
            let sink = Logging { shared: shared.clone(), epoch, pod: pod.clone(), previous };
            let read = lab.cluster.follow_log(&pod, container.as_deref(), &options, sink).await;
            read.err().map(|error| error.to_string())
        }
    };
    shared.send(Body::Log(epoch, LogNews::Ended { pod, previous, why })).await;
}
