//! The recorder of Events: what `kubectl describe` shows of a controller's doings.
//!
//! Any controller raises a notice; one task writes them, so that no controller waits for an Event. Like client-go it
//! counts the same event up instead of writing it again, folds many similar ones into one, and lets a chatty object
//! only say so much (`correlate`). Never derive state from Events: some are dropped on purpose.

mod correlate;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Event, ObjectReference};
use kube::Api;
use kube::api::Patch;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::correlate::{Correlator, Write};
use super::cluster::Cluster;
use super::error::code;
use super::write::{patch, post};
use crate::sandbox::clock::Clock;

/// More than this many waiting events are dropped, as the real recorder does.
const WAITING: usize = 1000;

/// What a plan wants to be said about its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) warning: bool,
    pub(super) reason: String,
    pub(super) message: String,
}

impl Notice {
    pub(super) fn normal(reason: &str, message: impl Into<String>) -> Self {
        Self { warning: false, reason: reason.to_owned(), message: message.into() }
    }

    pub(super) fn warning(reason: &str, message: impl Into<String>) -> Self {
        Self { warning: true, ..Self::normal(reason, message) }
    }
}

/// A notice with its author, object and time.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    component: &'static str,
    about: ObjectReference,
    notice: Notice,
    at: Timestamp,
}

enum Message {
    Counted(Box<Raised>),
    /// Written as it is: the scheduler's events are of the newer, uncounted sort.
    Plain(Box<Event>),
}

pub(super) struct Recorder {
    clock: Clock,
    sender: mpsc::Sender<Message>,
    receiver: Mutex<Option<mpsc::Receiver<Message>>>,
}

impl Recorder {
    pub(super) fn new(clock: Clock) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        Self { clock, sender, receiver: Mutex::new(Some(receiver)) }
    }

    /// Says something about an object.
    pub(super) fn raise(&self, component: &'static str, about: &ObjectReference, notice: Notice) {
        let raised = Raised { component, about: about.clone(), notice, at: self.clock.now() };
        self.send(Message::Counted(Box::new(raised)));
    }

    /// Writes an event as it is.
    pub(super) fn plain(&self, event: Event) {
        self.send(Message::Plain(Box::new(event)));
    }

    fn send(&self, message: Message) {
        if self.sender.try_send(message).is_err() {
            tracing::debug!("an event was dropped: too many are waiting");
        }
    }
}

/// Starts the task that writes events.
pub(super) fn spawn(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let receiver = cluster.recorder.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut receiver) = receiver else { return };
    let (cluster, cancel) = (cluster.clone(), cancel.clone());
    tasks.spawn(async move {
        let mut correlator = Correlator::default();
        loop {
            let message = tokio::select! {
                () = cancel.cancelled() => return,
                message = receiver.recv() => message,
            };
            let write = match message {
                None => return,
                Some(Message::Plain(event)) => Some(Write::Create(event)),
                Some(Message::Counted(raised)) => correlator.correlate(*raised),
            };
            if let Some(write) = write
                && let Err(error) = Box::pin(perform(&cluster, write)).await
            {
                // A namespace on its way out takes no events: nothing to worry about.
                tracing::debug!(%error, "an event was not written");
            }
        }
    });
}

async fn perform(cluster: &Cluster, write: Write) -> Result<(), kube::Error> {
    let event = match write {
        Write::Create(event) => event,
        Write::Count { event, change } => {
            let api = api(cluster, &event);
            let name = event.metadata.name.as_deref().unwrap_or_default();
            match api.patch(name, &patch(), &Patch::Strategic(change)).await {
                // Expired meanwhile: written anew, with its count.
                Err(error) if code(&error) == 404 => event,
                answer => return answer.map(drop),
            }
        }
    };
    api(cluster, &event).create(&post(), &event).await.map(drop)
}

fn api(cluster: &Cluster, event: &Event) -> Api<Event> {
    Api::namespaced(cluster.client.clone(), event.metadata.namespace.as_deref().unwrap_or("default"))
}
