//! From use cases, watches and logs into the queue.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::Shared;
use crate::app::Message;
use crate::app::message::{Body, LogNews};
use crate::cluster::{LogSink, Sink};
use crate::domain::log::LogLine;
use crate::domain::step::{Event, Progress};
use crate::domain::watch::WatchEvent;

/// Progress of a use case into the queue.
pub(super) struct Steps(pub(super) mpsc::Sender<Message>);

impl Progress for Steps {
    fn event(&self, event: Event) {
        let message = Message { at: Timestamp::now(), body: Body::Step(event) };
        // Never waits here. A full queue is rare; a step that is told late is better than one that is lost.
        if let Err(mpsc::error::TrySendError::Full(message)) = self.0.try_send(message) {
            let queue = self.0.clone();
            tokio::spawn(async move { queue.send(message).await });
        }
    }
}

/// A watch into the queue, under its epoch.
pub(super) struct Watching {
    pub(super) shared: Arc<Shared>,
    pub(super) epoch: u64,
}

impl Sink for Watching {
    async fn take(&mut self, event: WatchEvent) -> bool {
        self.shared.send(Body::Watch(self.epoch, event)).await
    }
}

/// A log into the queue, under its epoch.
pub(super) struct Logging {
    pub(super) shared: Arc<Shared>,
    pub(super) epoch: u64,
    pub(super) pod: String,
    pub(super) previous: bool,
}

impl LogSink for Logging {
    async fn take(&mut self, lines: Vec<LogLine>) -> bool {
        let news = LogNews::Lines { pod: self.pod.clone(), previous: self.previous, lines };
        self.shared.send(Body::Log(self.epoch, news)).await
    }
}
