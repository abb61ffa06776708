//! One kind of object: its watch, the cache that all controllers read, and who is told of a change.
//!
//! Answers of our own writes go into the cache at once (`written`), so a controller never acts on what it has
//! already changed: what client-go needs "expectations" for. Writing itself lives in `write`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Debug;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures::StreamExt;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch as signal;
use tokio_util::sync::CancellationToken;

use super::objects::{Key, controller, version};

/// What happened to an object: before and after.
pub(super) struct Change<'a, K> {
    pub(super) old: Option<&'a Arc<K>>,
    pub(super) new: Option<&'a Arc<K>>,
}

impl<K> Change<'_, K> {
    /// The object as it is, or as it last was.
    pub(super) fn latest(&self) -> Option<&K> {
        self.new.or(self.old).map(AsRef::as_ref)
    }

    /// Before and after, whichever there is.
    pub(super) fn both(&self) -> impl Iterator<Item = &K> {
        self.old.into_iter().chain(self.new).map(AsRef::as_ref)
    }
}

type Handler<K> = Box<dyn Fn(&Change<'_, K>) + Send + Sync>;

pub(super) struct Kind<K> {
    pub(super) client: Client,
    all: Api<K>,
    cache: RwLock<Cache<K>>,
    handlers: RwLock<Vec<Handler<K>>>,
    strip: OnceLock<fn(&mut K)>,
    ready: signal::Sender<bool>,
}

struct Cache<K> {
    objects: BTreeMap<Key, Arc<K>>,
    owned: HashMap<String, HashSet<Key>>,
    /// The watch has shown everything up to this version.
    shown: u64,
}

impl<K> Kind<K>
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn new(client: Client, all: Api<K>) -> Self {
        let cache = Cache { objects: BTreeMap::new(), owned: HashMap::new(), shown: 0 };
        Self {
            client,
            all,
            cache: RwLock::new(cache),
            handlers: RwLock::default(),
            strip: OnceLock::new(),
            ready: signal::channel(false).0,
        }
    }

    /// Drops what no controller reads before an object is kept.
    pub(super) fn stripped(self, strip: fn(&mut K)) -> Self {
        let _ = self.strip.set(strip);
        self
    }

    /// Calls `handler` for every change from now on. It must be quick and must not write to this kind.
    pub(super) fn on_change(&self, handler: impl Fn(&Change<'_, K>) + Send + Sync + 'static) {
        self.handlers.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(handler));
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<K>> {
        self.read().objects.get(key).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<K>> {
        self.read().objects.values().cloned().collect()
    }

    /// The objects of a namespace, by name.
    pub(super) fn in_namespace(&self, namespace: &str) -> Vec<Arc<K>> {
        let from = Key::new(namespace, "");
        let cache = self.read();
        cache.objects.range(from..).take_while(|(key, _)| key.namespace == namespace).map(|(_, o)| o.clone()).collect()
    }

    /// The objects that the owner with this uid manages, by key.
    pub(super) fn owned_by(&self, uid: &str) -> Vec<Arc<K>> {
        let cache = self.read();
        let mut keys: Vec<&Key> = cache.owned.get(uid).into_iter().flatten().collect();
        keys.sort();
        keys.into_iter().filter_map(|key| cache.objects.get(key).cloned()).collect()
    }

    /// Waits until the first list is in.
    pub(super) async fn ready(&self) {
        // The sender lives in self: the wait cannot fail.
        let _ = self.ready.subscribe().wait_for(|ready| *ready).await;
    }

    /// Watches until `cancel`; a broken watch is taken up again by the watcher.
    pub(super) async fn watch(&self, cancel: CancellationToken) {
        let stream = watcher(self.all.clone(), watcher::Config::default()).default_backoff();
        let mut stream = std::pin::pin!(stream);
        let mut listed: Vec<K> = Vec::new();
        loop {
            let event = tokio::select! {
                () = cancel.cancelled() => return,
                event = stream.next() => event,
            };
            match event {
                None => return,
                Some(Ok(watcher::Event::Init)) => listed.clear(),
                Some(Ok(watcher::Event::InitApply(object))) => listed.push(object),
                Some(Ok(watcher::Event::InitDone)) => self.replace_all(std::mem::take(&mut listed)),
                Some(Ok(watcher::Event::Apply(object))) => self.seen(object),
                Some(Ok(watcher::Event::Delete(object))) => self.gone(&object),
                // The next list tells what was missed.
                Some(Err(error)) => tracing::warn!(%error, kind = std::any::type_name::<K>(), "watch interrupted"),
            }
        }
    }

    /// An answer of the API server to one of our writes.
    pub(super) fn written(&self, object: K) -> Arc<K> {
        self.put(object, false)
    }

    /// The API server does not know this object (any more).
    pub(super) fn lost(&self, object: &K) {
        let old = {
            let mut cache = self.write();
            let same = cache.objects.get(&Key::of(object)).is_some_and(|known| known.meta().uid == object.meta().uid);
            if same { cache.remove(&Key::of(object)) } else { None }
        };
        if let Some(old) = old {
            self.tell(&Change { old: Some(&old), new: None });
        }
    }

    fn seen(&self, object: K) {
        self.put(object, true);
    }

    fn put(&self, mut object: K, by_watch: bool) -> Arc<K> {
        self.trim(&mut object);
        let (key, version) = (Key::of(&object), version(&object));
        let object = Arc::new(object);
        let old = {
            let mut cache = self.write();
            if by_watch {
                cache.shown = cache.shown.max(version);
            }
            let stale = match cache.objects.get(&key) {
                Some(known) => super::objects::version(known.as_ref()) >= version,
                // Made and deleted before our own answer came round: the watch has seen both.
                None => !by_watch && version <= cache.shown,
            };
            if stale {
                return object;
            }
            cache.insert(key, object.clone())
        };
        self.tell(&Change { old: old.as_ref(), new: Some(&object) });
        object
    }

    fn gone(&self, object: &K) {
        let version = version(object);
        let old = {
            let mut cache = self.write();
            cache.shown = cache.shown.max(version);
            cache.remove(&Key::of(object))
        };
        if let Some(old) = old {
            self.tell(&Change { old: Some(&old), new: None });
        }
    }

    fn replace_all(&self, objects: Vec<K>) {
        let keep: HashSet<Key> = objects.iter().map(Key::of).collect();
        let lost: Vec<Key> = self.read().objects.keys().filter(|key| !keep.contains(*key)).cloned().collect();
        for object in objects {
            self.seen(object);
        }
        for key in lost {
            let old = self.write().remove(&key);
            if let Some(old) = old {
                self.tell(&Change { old: Some(&old), new: None });
            }
        }
        self.ready.send_replace(true);
    }

    fn trim(&self, object: &mut K) {
        // Nobody here reads them, and they are half of every object.
        object.meta_mut().managed_fields = None;
        if let Some(strip) = self.strip.get() {
            strip(object);
        }
    }

    fn tell(&self, change: &Change<'_, K>) {
        for handler in self.handlers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            handler(change);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Cache<K>> {
        self.cache.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Cache<K>> {
        self.cache.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Resource> Cache<K> {
    fn insert(&mut self, key: Key, object: Arc<K>) -> Option<Arc<K>> {
        let old = self.remove(&key);
        if let Some(owner) = controller(object.meta()) {
            self.owned.entry(owner.uid.clone()).or_default().insert(key.clone());
        }
        self.objects.insert(key, object);
        old
    }

    fn remove(&mut self, key: &Key) -> Option<Arc<K>> {
        let old = self.objects.remove(key)?;
        if let Some(owner) = controller(old.meta())
            && let Some(keys) = self.owned.get_mut(&owner.uid)
        {
            keys.remove(key);
            if keys.is_empty() {
                self.owned.remove(&owner.uid);
            }
        }
        Some(old)
    }
}
