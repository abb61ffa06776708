//! Waiting by watching: a watch tells of a change at once, and costs nothing meanwhile.

use std::fmt::Debug;

use futures::{StreamExt, TryStreamExt};
use kube::runtime::watcher::{self, watch_object};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

use super::ClusterError;

/// Waits until an object is gone.
pub(crate) async fn until_gone<K>(api: Api<K>, name: &str) -> Result<(), ClusterError>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let gone = |object: Option<K>| if object.is_none() { Some(Ok(())) } else { None };
    first(api, name, gone).await
}

/// Watches one object until `decide` returns something. Short breaks of the watch are ridden out.
pub(crate) async fn first<K, T>(
    api: Api<K>,
    name: &str,
    mut decide: impl FnMut(Option<K>) -> Option<Result<T, ClusterError>>,
) -> Result<T, ClusterError>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let mut breaks = 0_u32;
    let mut states = Box::pin(watch_object(api, name));
    while let Some(state) = states.next().await {
        match state {
            Ok(state) => {
                breaks = 0;
                if let Some(done) = decide(state) {
                    return done;
                }
            }
            Err(error) => {
                breaks += 1;
                if breaks > 5 || !passing(&error) {
                    return Err(broken(name, &error));
                }
                // The watcher itself waits for nobody: without this a dead server would be asked in a tight loop.
                tokio::time::sleep(std::time::Duration::from_millis(100 << breaks)).await;
            }
        }
    }
    Err(ClusterError::Exchange { operation: "watch", object: name.to_owned(), why: "the watch ended".into() })
}

/// Watches a set of objects until `decide`, which sees all of them at each change, returns something.
pub(crate) async fn first_of_set<K, T>(
    api: Api<K>,
    config: watcher::Config,
    mut decide: impl FnMut(&[K]) -> Option<T>,
) -> Result<T, ClusterError>
where
    K: Resource + Clone + DeserializeOwned + Debug + Send + 'static,
{
    let mut set: Vec<K> = Vec::new();
    let mut fresh: Vec<K> = Vec::new();
    let mut events = Box::pin(watcher::watcher(api, config));
    while let Some(event) = events.try_next().await.map_err(|e| broken("objects", &e))? {
        match event {
            watcher::Event::Init => fresh.clear(),
            watcher::Event::InitApply(object) => {
                fresh.push(object);
                continue;
            }
            watcher::Event::InitDone => set = std::mem::take(&mut fresh),
            watcher::Event::Apply(object) => {
                set.retain(|old| old.meta().uid != object.meta().uid);
                set.push(object);
            }
            watcher::Event::Delete(object) => set.retain(|old| old.meta().uid != object.meta().uid),
        }
        if let Some(done) = decide(&set) {
            return Ok(done);
        }
    }
    Err(ClusterError::Exchange { operation: "watch", object: "objects".into(), why: "the watch ended".into() })
}

fn passing(error: &watcher::Error) -> bool {
    !matches!(error, watcher::Error::InitialListFailed(kube::Error::Api(status)) if (400..500).contains(&status.code) && status.code != 410)
}

fn broken(name: &str, error: &watcher::Error) -> ClusterError {
    ClusterError::Exchange { operation: "watch", object: name.to_owned(), why: error.to_string() }
}
