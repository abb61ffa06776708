//! What the sink is told: rows in batches, the frame of a list around them, and how fresh all of it is.

use super::Sink;
use super::read::Read;
use crate::domain::object::{Kind, Uid};
use crate::domain::watch::{News, Row, WatchEvent};

/// Nobody listens any more.
#[derive(Debug)]
pub(super) struct Closed;

/// Where a watch stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A list was asked for; nothing of it has come.
    Asked,
    /// Its rows are coming.
    Listing,
    /// It is whole.
    Live,
}

/// Turns what a watcher yields into news, in the order that `domain::watch` promises.
pub(super) struct Teller<S> {
    kind: Kind,
    sink: S,
    phase: Phase,
    /// True once a list was whole: from then on there is something that can be out of date.
    known: bool,
    stale: Option<String>,
    rows: Vec<Row>,
    bad: Vec<String>,
}

impl<S: Sink> Teller<S> {
    pub(super) fn new(kind: Kind, sink: S) -> Self {
        Self { kind, sink, phase: Phase::Asked, known: false, stale: None, rows: Vec::new(), bad: Vec::new() }
    }

    /// True while a list is being read.
    pub(super) fn is_listing(&self) -> bool {
        self.phase != Phase::Live
    }

    /// A list is asked for. `Begin` waits for its first page: a server that is away is asked many times.
    pub(super) async fn asked(&mut self) -> Result<(), Closed> {
        self.flush().await?;
        self.phase = Phase::Asked;
        Ok(())
    }

    /// An object of a list.
    pub(super) async fn listed<K>(&mut self, read: Read<K>) -> Result<(), Closed> {
        self.begin().await?;
        self.changed(read);
        Ok(())
    }

    /// The list is whole.
    pub(super) async fn ready(&mut self) -> Result<(), Closed> {
        self.begin().await?;
        self.flush().await?;
        self.phase = Phase::Live;
        self.known = true;
        self.stale = None;
        self.tell(News::Ready).await
    }

    /// An object that came or changed. It is told with the next [`Self::flush`].
    pub(super) fn changed<K>(&mut self, read: Read<K>) {
        match read.row {
            Ok(row) => self.rows.push(row),
            Err(why) => self.bad.push(why),
        }
    }

    /// An object is gone.
    pub(super) async fn gone<K>(&mut self, read: Read<K>) -> Result<(), Closed> {
        self.flush().await?;
        self.tell(News::Gone(Uid::new(read.meta.uid.as_deref().unwrap_or_default()))).await
    }

    /// Something that is no object of ours.
    pub(super) fn unreadable(&mut self, why: String) {
        self.bad.push(why);
    }

    /// The watch is broken. The same reason is told once.
    pub(super) async fn stale(&mut self, why: String) -> Result<(), Closed> {
        self.flush().await?;
        self.phase = Phase::Asked;
        if self.stale.as_ref() == Some(&why) {
            return Ok(());
        }
        self.stale = Some(why.clone());
        self.tell(News::Stale { why }).await
    }

    /// A list takes long. Of a first one there is nothing to tell: nothing is known that it could contradict.
    pub(super) async fn slow(&mut self) -> Result<(), Closed> {
        if !self.known || self.stale.is_some() {
            return Ok(());
        }
        let why = format!("the list of {}s is being read anew", self.kind.name());
        self.stale = Some(why.clone());
        self.tell(News::Stale { why }).await
    }

    /// Tells what has gathered.
    pub(super) async fn flush(&mut self) -> Result<(), Closed> {
        if !self.rows.is_empty() {
            let rows = std::mem::take(&mut self.rows);
            self.tell(News::Rows(rows)).await?;
        }
        let bad = std::mem::take(&mut self.bad);
        match bad.as_slice() {
            [] => Ok(()),
            [one] => self.tell(News::Unreadable { why: one.clone() }).await,
            [first, rest @ ..] => {
                let why = format!("{first} (and {} more)", rest.len());
                self.tell(News::Unreadable { why }).await
            }
        }
    }

    async fn begin(&mut self) -> Result<(), Closed> {
        if self.phase != Phase::Asked {
            return Ok(());
        }
        self.phase = Phase::Listing;
        self.tell(News::Begin).await
    }

    async fn tell(&mut self, news: News) -> Result<(), Closed> {
        let listens = self.sink.take(WatchEvent { kind: self.kind, news }).await;
        if listens { Ok(()) } else { Err(Closed) }
    }
}
