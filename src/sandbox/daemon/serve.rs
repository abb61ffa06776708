//! The daemon itself: API server, controllers and node agent in one process, until it is told to stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::error::DaemonError;
use super::files::{Files, write_private};
use super::identity::Identity;
use super::state::Running;
use crate::sandbox::agent::{self, AgentConfig, Images, ServiceMode};
use crate::sandbox::api::{Api, ApiConfig};
use crate::sandbox::clock::Clock;
use crate::sandbox::controllers::Controllers;
use crate::sandbox::net::{AddressPlan, SLOTS};

/// The sandbox's only node.
const NODE: &str = "sandbox";

/// What `sandbox serve` is given.
pub struct ServeOptions {
    /// The sandbox's folder.
    pub data_dir: PathBuf,
    /// The API server's port; `None` takes the one of the last life, or a free one.
    pub port: Option<u16>,
    /// The slot of loopback addresses; `None` takes the one of the last life, or a free one.
    pub slot: Option<u8>,
    /// This program, which pods run again under other names.
    pub exe: PathBuf,
    /// The programs behind image names.
    pub images: Images,
    /// What a connection to a port that a Service lacks meets.
    pub services: ServiceMode,
    /// False for the API server alone.
    pub controllers: bool,
    /// False where the node agent is somebody else's.
    pub agent: bool,
}

/// Serves until `cancel`. Calls `ready` once everything answers.
pub async fn serve(
    options: ServeOptions,
    cancel: CancellationToken,
    ready: impl FnOnce(&Running),
) -> Result<(), DaemonError> {
    let files = Files::new(&options.data_dir);
    files.create()?;
    let locking = files.clone();
    let _lock = tokio::task::spawn_blocking(move || locking.lock_daemon())
        .await
        .map_err(|e| DaemonError::Part { part: "lock", why: e.to_string() })??;

    let mut identity = Identity::load(&files)?;
    let (plan, _claim) = claim_slot(options.slot.or(identity.slot))?;
    let listener = bind_api(options.port, identity.port).await?;
    let port = listener.local_addr().map_err(|source| DaemonError::Port { port: 0, source })?.port();
    identity.slot = Some(plan.slot());
    identity.port = Some(port);
    identity.save(&files)?;

    let clock = Clock::real();
    let api = open_api(&files, &identity, plan, &clock, port).await?;
    let tls = identity.api_leaf(plan)?.server_config().map_err(|e| DaemonError::Certificates(e.to_string()))?;
    let serving = CancellationToken::new();
    let tasks = TaskTracker::new();
    tasks.spawn(Arc::clone(&api).serve(listener, Arc::new(tls), serving.clone()));

    let parts = CancellationToken::new();
    if options.controllers {
        let client = api.client("system:kube-controller-manager", "kube-controller-manager");
        let controllers = Controllers { client, clock: clock.clone(), ca_pem: identity.authority().cert_pem };
        tasks.spawn(controllers.run(parts.clone()));
    }
    let mut agent = options.agent.then(|| {
        let client = api.client(&format!("system:node:{NODE}"), "kubelet");
        let config = agent_config(&options, client, &clock, plan, &identity)?;
        Ok::<_, DaemonError>(tasks.spawn(agent::run(config, parts.clone())))
    });
    let mut agent = agent.take().transpose()?;

    let url = format!("https://127.0.0.1:{port}");
    write_private(&files.kubeconfig(), identity.kubeconfig(&url).as_bytes())?;
    let running = Running::new(url, plan.slot(), plan.node_ip(), &files);
    running.save(&files)?;
    tracing::info!(pid = running.pid, url = running.url, slot = running.slot, "the sandbox is up");
    ready(&running);

    let outcome = tokio::select! {
        () = cancel.cancelled() => Ok(()),
        ended = join(&mut agent) => Err(DaemonError::Part { part: "node agent", why: ended }),
    };
    parts.cancel();
    if let Some(agent) = agent.filter(|a| !a.is_finished()) {
        // The agent ends the pods' processes; their objects stay and start again in the next life.
        let _ = tokio::time::timeout(Duration::from_secs(35), agent).await;
    }
    serving.cancel();
    tasks.close();
    let _ = tokio::time::timeout(Duration::from_secs(3), tasks.wait()).await;
    api.close().await;
    tracing::info!("the sandbox is down");
    outcome
}

async fn open_api(
    files: &Files,
    identity: &Identity,
    plan: AddressPlan,
    clock: &Clock,
    port: u16,
) -> Result<Arc<Api>, DaemonError> {
    let config = ApiConfig {
        state: Some(files.store()),
        plan,
        clock: clock.clone(),
        token: identity.token.clone(),
        ca_pem: identity.authority().cert_pem,
        node_name: NODE.to_owned(),
        port,
    };
    Api::open(config).await.map_err(|e| DaemonError::Part { part: "API server", why: e.to_string() })
}

fn agent_config(
    options: &ServeOptions,
    client: kube::Client,
    clock: &Clock,
    plan: AddressPlan,
    identity: &Identity,
) -> Result<AgentConfig, DaemonError> {
    let leaf = identity.kubelet_leaf(plan, NODE)?;
    let tls = leaf.server_config().map_err(|e| DaemonError::Certificates(e.to_string()))?;
    Ok(AgentConfig {
        client,
        clock: clock.clone(),
        plan,
        node_name: NODE.to_owned(),
        data_dir: options.data_dir.clone(),
        images: options.images.clone(),
        kubelet_tls: Arc::new(tls),
        kubelet_token: identity.token.clone(),
        services: options.services,
        exe: options.exe.clone(),
    })
}

/// Resolves when the agent ends by itself, which it should not; never where there is none.
async fn join<E: std::fmt::Display>(agent: &mut Option<tokio::task::JoinHandle<Result<(), E>>>) -> String {
    match agent {
        None => std::future::pending().await,
        Some(handle) => match handle.await {
            Ok(Ok(())) => "it ended".to_owned(),
            Ok(Err(e)) => e.to_string(),
            Err(e) => e.to_string(),
        },
    }
}

/// Takes a slot of addresses by listening on one of its own: the kernel gives it back at our end.
fn claim_slot(wanted: Option<u8>) -> Result<(AddressPlan, std::net::TcpListener), DaemonError> {
    let candidates: Vec<u8> = wanted.map_or_else(|| (0..SLOTS).collect(), |slot| vec![slot]);
    for slot in &candidates {
        let Some(plan) = AddressPlan::new(*slot) else {
            return Err(DaemonError::Slot(format!("there is no slot {slot}: choose one from 0 to {}", SLOTS - 1)));
        };
        let Some(address) = plan.service_ip(u16::MAX - 1) else { continue };
        match std::net::TcpListener::bind((address, CLAIM_PORT)) {
            Ok(claim) => return Ok((plan, claim)),
            Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => {}
            Err(e) => {
                return Err(DaemonError::Slot(format!(
                    "cannot listen on {address}: {e}. The sandbox needs all of 127.0.0.0/8, as Linux gives it"
                )));
            }
        }
    }
    Err(DaemonError::Slot(match wanted {
        Some(slot) => format!(
            "another sandbox of this machine uses the addresses of slot {slot}, which this one's Services carry: \
             stop that one (`k8s-tutor sandbox stop`, with its K8S_TUTOR_DATA_DIR), then start again"
        ),
        None => format!("{SLOTS} sandboxes run on this machine already: stop one with `k8s-tutor sandbox stop`"),
    }))
}

const CLAIM_PORT: u16 = 46_464;

/// A port asked for must be had; the one of the last life is only preferred.
async fn bind_api(asked: Option<u16>, last: Option<u16>) -> Result<TcpListener, DaemonError> {
    let bind = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    if let Some(port) = asked {
        return bind(port).await.map_err(|source| DaemonError::Port { port, source });
    }
    if let Some(port) = last
        && let Ok(listener) = bind(port).await
    {
        return Ok(listener);
    }
    bind(0).await.map_err(|source| DaemonError::Port { port: 0, source })
}
