//! The life of one watch: a round a connection, and what each kind of break means.
//!
//! kube's watcher resumes by itself where the server ends a watch in good order, and lists anew after a 410; neither
//! makes what is known doubtful. Every other break ends the round: the next one begins with a fresh list, since only
//! a whole list proves that nothing was missed.

use std::pin::Pin;
use std::time::{Duration, Instant};

use futures::stream::ReadyChunks;
use futures::{Stream, StreamExt};
use kube::Api;
use kube::runtime::watcher::{self, Event, watcher};

use super::pace::Pace;
use super::read::{Read, Watched};
use super::tell::{Closed, Teller};
use super::{Sink, WatchEnd};
use crate::cluster::ClusterError;

/// Small enough that the first rows are there at once, large enough that 10,000 pods are 40 requests.
const PAGE: u32 = 250;
/// Whatever is ready at once is told at once, up to this many.
const CHUNK: usize = 1000;
/// The server ends a watch after this many seconds. A connection that died without a word is noticed 5 s later.
const WATCH_SECONDS: u32 = 120;
/// A list that takes longer is told.
const SLOW: Duration = Duration::from_secs(1);
/// A page that takes longer will not come.
const HANGING: Duration = Duration::from_secs(30);

type Item<K> = watcher::Result<Event<Read<K>>>;
type Events<K> = ReadyChunks<Pin<Box<dyn Stream<Item = Item<K>> + Send>>>;

/// Why a round ended.
enum Break {
    /// Nobody listens.
    Closed,
    /// 401, or a foreign certificate.
    Unauthorized(String),
    /// 403: only a person can mend it.
    Denied(String),
    /// The list grew too old while it was read (410).
    Expired,
    /// Anything else.
    Lost(String),
}

impl From<Closed> for Break {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

/// Watches until the sink is closed or the credentials are refused.
pub(super) async fn run<K: Watched, S: Sink>(api: Api<Read<K>>, url: &str, sink: S) -> WatchEnd {
    let mut teller = Teller::new(K::KIND, sink);
    let mut pace = Pace::default();
    loop {
        let Err(broken) = round(&api, url, &mut teller, &mut pace).await;
        let (told, pause) = match broken {
            Break::Closed => return WatchEnd::Closed,
            Break::Unauthorized(why) => {
                return match teller.stale(why).await {
                    Ok(()) => WatchEnd::Unauthorized,
                    Err(Closed) => WatchEnd::Closed,
                };
            }
            Break::Denied(why) => (teller.stale(why).await, pace.slow()),
            Break::Lost(why) => (teller.stale(why).await, pace.pause(Instant::now())),
            Break::Expired => {
                let pause = pace.pause(Instant::now());
                let why = "the list grows too old while it is read".to_owned();
                (if pace.repeats() { teller.stale(why).await } else { Ok(()) }, pause)
            }
        };
        if told.is_err() {
            return WatchEnd::Closed;
        }
        tokio::time::sleep(pause).await;
    }
}

/// One round: a list and what changes after it, until something breaks.
async fn round<K: Watched, S: Sink>(
    api: &Api<Read<K>>,
    url: &str,
    teller: &mut Teller<S>,
    pace: &mut Pace,
) -> Result<std::convert::Infallible, Break> {
    let config = watcher::Config::default().page_size(PAGE).timeout(WATCH_SECONDS);
    let events: Pin<Box<dyn Stream<Item = Item<K>> + Send>> = Box::pin(watcher(api.clone(), config));
    let mut events = events.ready_chunks(CHUNK);
    teller.asked().await?;
    loop {
        for event in next(&mut events, teller).await? {
            match event {
                Ok(Event::Init) => teller.asked().await?,
                Ok(Event::InitApply(object)) => teller.listed(object).await?,
                Ok(Event::InitDone) => {
                    teller.ready().await?;
                    pace.live(Instant::now());
                }
                Ok(Event::Apply(object)) => teller.changed(object),
                Ok(Event::Delete(object)) => teller.gone(object).await?,
                Err(error) => match judge(error, url, K::KIND.word()) {
                    Verdict::Goes => {}
                    Verdict::Unreadable(why) => teller.unreadable(why),
                    Verdict::Broken(broken) => return Err(broken),
                },
            }
        }
        teller.flush().await?;
    }
}

/// All that is ready. While a list is read its server is not trusted to answer.
async fn next<K: Watched, S: Sink>(events: &mut Events<K>, teller: &mut Teller<S>) -> Result<Vec<Item<K>>, Break> {
    let ended = || Break::Lost("the watch ended".into());
    if !teller.is_listing() {
        return events.next().await.ok_or_else(ended);
    }
    if let Ok(chunk) = tokio::time::timeout(SLOW, events.next()).await {
        return chunk.ok_or_else(ended);
    }
    teller.slow().await?;
    match tokio::time::timeout(HANGING, events.next()).await {
        Ok(chunk) => chunk.ok_or_else(ended),
        Err(_) => Err(Break::Lost(format!("the API server has not answered for {} s", HANGING.as_secs()))),
    }
}

enum Verdict {
    /// The watcher goes on by itself.
    Goes,
    Unreadable(String),
    Broken(Break),
}

fn judge(error: watcher::Error, url: &str, kind: &'static str) -> Verdict {
    use kube::Error as Client;
    match error {
        watcher::Error::WatchError(status) if status.code == 410 => Verdict::Goes,
        watcher::Error::WatchFailed(Client::SerdeError(error)) => {
            Verdict::Unreadable(format!("an event about a {kind} cannot be read: {error}"))
        }
        watcher::Error::WatchError(status) => Verdict::Broken(judge_client(Client::Api(status), url, kind)),
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => Verdict::Broken(judge_client(error, url, kind)),
        watcher::Error::NoResourceVersion => {
            Verdict::Broken(Break::Lost(format!("watch {kind}s: the API server tells no resourceVersion")))
        }
    }
}

fn judge_client(error: kube::Error, url: &str, kind: &'static str) -> Break {
    let code = match &error {
        kube::Error::Api(status) => status.code,
        _ => 0,
    };
    let error = match error {
        error @ (kube::Error::Api(_) | kube::Error::SerdeError(_)) if code != 401 => {
            ClusterError::of("watch", format!("{kind}s"), error)
        }
        error => ClusterError::connecting(url, &error),
    };
    let why = error.to_string();
    match (code, error) {
        (403, _) => Break::Denied(why),
        (410, _) => Break::Expired,
        (_, ClusterError::Unauthorized { .. } | ClusterError::Certificate { .. }) => Break::Unauthorized(why),
        _ => Break::Lost(why),
    }
}
