//! The service network without root: a TCP proxy for each port of each Service, on the Service's
//! own loopback address, and one for each NodePort on the node's address. UDP is not proxied.
//!
//! What a real kube-proxy does with rules in the kernel is done here with listeners:
//! - a port with ready endpoints: a listener; each connection goes to the next endpoint in turn;
//! - no ready endpoints: no listener, so the kernel refuses;
//! - a port that the Service lacks: no listener, refused; or in blackhole mode a listener whose
//!   queue is full, so that a connection attempt hangs as under kube-proxy's iptables mode. That is
//!   possible only for ports known by name: those that the Service once had, and those that a
//!   pod's environment asks for.
//!
//! A change is applied when the watch tells of it; connections that exist go on.

mod blackhole;
mod proxy;
mod report;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::Api;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use self::table::{Key, Wish};
use super::shared::Shared;

/// What could not be bound is tried again after this, in real time.
const RETRY: Duration = Duration::from_secs(2);

/// What a connection to a port that a Service lacks finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServiceMode {
    /// It is refused at once, as with kube-proxy's nftables mode.
    #[default]
    Refuse,
    /// It hangs, as with kube-proxy's iptables mode.
    Blackhole,
}

/// Service ports that pods were told of in their environment.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    ports: Mutex<BTreeSet<(Ipv4Addr, u16)>>,
    added: Notify,
}

impl Wanted {
    /// A pod will connect there.
    pub(super) fn add(&self, ip: Ipv4Addr, port: u16) {
        if self.ports.lock().unwrap_or_else(PoisonError::into_inner).insert((ip, port)) {
            self.added.notify_one();
        }
    }

    fn all(&self) -> BTreeSet<(Ipv4Addr, u16)> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The network as it stands.
struct Network {
    shared: Arc<Shared>,
    services: Store<Service>,
    slices: Store<EndpointSlice>,
    proxies: BTreeMap<SocketAddr, proxy::Proxy>,
    holes: BTreeMap<SocketAddr, blackhole::Hole>,
    /// Service ports seen in this life: what is missing later was there once.
    once: BTreeSet<(Ipv4Addr, u16)>,
    reporter: report::Reporter,
}

/// Objects of one kind, kept by a watch.
struct Store<K> {
    now: BTreeMap<Key, K>,
    coming: Option<BTreeMap<Key, K>>,
}

impl<K: kube::Resource> Store<K> {
    fn new() -> Self {
        Self { now: BTreeMap::new(), coming: None }
    }

    /// True when what is known has changed.
    fn heard(&mut self, event: watcher::Event<K>) -> bool {
        let key = |object: &K| {
            let meta = object.meta();
            (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default())
        };
        match event {
            watcher::Event::Init => self.coming = Some(BTreeMap::new()),
            watcher::Event::InitApply(object) => {
                self.coming.get_or_insert_default().insert(key(&object), object);
            }
            watcher::Event::InitDone => {
                self.now = self.coming.take().unwrap_or_default();
                return true;
            }
            watcher::Event::Apply(object) => {
                self.now.insert(key(&object), object);
                return true;
            }
            watcher::Event::Delete(object) => {
                self.now.remove(&key(&object));
                return true;
            }
        }
        false
    }
}

/// Runs the network until `cancel`.
pub(super) async fn run(shared: Arc<Shared>, cancel: CancellationToken) {
    let services: Api<Service> = Api::all(shared.client.clone());
    let slices: Api<EndpointSlice> = Api::all(shared.client.clone());
    let mut services = watcher(services, watcher::Config::default()).default_backoff().boxed();
    let mut slices = watcher(slices, watcher::Config::default()).default_backoff().boxed();
    let mut network = Network {
        reporter: report::Reporter::new(shared.clone()),
        services: Store::new(),
        slices: Store::new(),
        proxies: BTreeMap::new(),
        holes: BTreeMap::new(),
        once: BTreeSet::new(),
        shared: shared.clone(),
    };
    let mut retry = false;
    loop {
        let again = async { if retry { tokio::time::sleep(RETRY).await } else { std::future::pending().await } };
        let changed = tokio::select! {
            () = cancel.cancelled() => return,
            Some(event) = services.next() => event.is_ok_and(|event| network.services.heard(event)),
            Some(event) = slices.next() => event.is_ok_and(|event| network.slices.heard(event)),
            () = shared.wanted.added.notified() => true,
            () = again => true,
        };
        if changed {
            retry = network.apply().await;
        }
    }
}

impl Network {
    /// Brings the listeners to what the objects say; true if something could not be bound.
    async fn apply(&mut self) -> bool {
        let node_ip = self.shared.plan.node_ip();
        let wishes = table::wishes(self.services.now.values(), self.slices.now.values(), node_ip);
        let holes = self.holes_wanted(&wishes);
        // First close what is no longer wanted: an address may pass from one use to another.
        let gone: Vec<_> = self.proxies.extract_if(.., |address, _| !wishes.contains_key(address)).collect();
        for (_, proxy) in gone {
            proxy.close().await;
        }
        let filled: Vec<_> = self.holes.extract_if(.., |address, _| !holes.contains(address)).collect();
        for (_, hole) in filled {
            hole.close().await;
        }
        let mut failed = BTreeMap::<Key, Vec<report::Unbound>>::new();
        for (address, wish) in wishes {
            if let Some(proxy) = self.proxies.get(&address) {
                proxy.point_at(wish.backends);
                continue;
            }
            match proxy::Proxy::open(address, wish.backends) {
                Ok(proxy) => {
                    self.proxies.insert(address, proxy);
                }
                Err(error) => {
                    let unbound = report::Unbound { address, error: error.to_string() };
                    failed.entry(wish.service).or_default().push(unbound);
                }
            }
        }
        let mut retry = !failed.is_empty();
        for address in holes {
            if self.holes.contains_key(&address) {
                continue;
            }
            match blackhole::Hole::dig(address) {
                Ok(hole) => {
                    self.holes.insert(address, hole);
                }
                Err(_) => retry = true,
            }
        }
        self.reporter.report(&self.services.now, failed).await;
        retry
    }

    /// In blackhole mode: ports that a Service lacks and that somebody will ask for.
    fn holes_wanted(&mut self, wishes: &BTreeMap<SocketAddr, Wish>) -> BTreeSet<SocketAddr> {
        if self.shared.services != ServiceMode::Blackhole {
            return BTreeSet::new();
        }
        let present = table::ports(self.services.now.values());
        self.once.extend(&present);
        let addresses: BTreeSet<_> = present.iter().map(|(ip, _)| *ip).collect();
        let known: BTreeSet<_> = self.once.union(&self.shared.wanted.all()).copied().collect();
        let lacking = known.into_iter().filter(|(ip, port)| addresses.contains(ip) && !present.contains(&(*ip, *port)));
        lacking.map(SocketAddr::from).filter(|address| !wishes.contains_key(address)).collect()
    }
}
