//! The built-in sandbox: a background process of this very program, reached over loopback HTTPS.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use tokio::net::TcpStream;

use super::sandbox_control::SandboxStatus;
use super::{Images, Options, Place, Provider, ProviderError};
use crate::cluster::Target;
use crate::domain::check::Check;
use crate::domain::command::ShellCommand;
use crate::domain::fault::Probe;
use crate::sandbox::daemon::{self, Running, StartOptions};

/// The context in the sandbox's kubeconfig.
const CONTEXT: &str = "k8s-tutor-sandbox";
/// Longer than any handshake on loopback, and the reporter's own connect timeout.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// The provider `sandbox`.
pub(super) struct Sandbox {
    start: StartOptions,
    namespace: Option<String>,
}

impl Sandbox {
    pub(super) fn new(options: &Options) -> Self {
        let start = StartOptions {
            exe: options.exe.clone(),
            data_dir: options.sandbox_dir.clone(),
            port: options.port,
            slot: options.slot,
        };
        Self { start, namespace: options.target.namespace.clone() }
    }

    fn place(&self, running: &Running, fresh: bool) -> Place {
        Place {
            target: Target {
                kubeconfig: Some(running.kubeconfig.clone()),
                context: Some(CONTEXT.to_owned()),
                namespace: Some(self.namespace.clone().unwrap_or_else(|| "default".to_owned())),
            },
            node_host: Some(running.node_ip.to_string()),
            fresh,
            words: format!("process {} at {}", running.pid, running.url),
        }
    }
}

#[async_trait]
impl Provider for Sandbox {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    fn start_command(&self) -> ShellCommand {
        ShellCommand::line("k8s-tutor sandbox start")
    }

    fn images(&self) -> Images {
        Images::BuiltIn
    }

    async fn preflight(&self) -> Vec<Check> {
        vec![writable(&self.start.data_dir), loopback()]
    }

    async fn ensure_up(&self) -> Result<Place, ProviderError> {
        let started = daemon::start(&self.start).await.map_err(|e| sandbox_error(&e))?;
        Ok(self.place(&started.running, started.fresh))
    }

    async fn find(&self) -> Result<Option<Place>, ProviderError> {
        let running = daemon::status(&self.start.data_dir);
        let running = running.map_err(|e| sandbox_error(&e))?;
        Ok(running.map(|running| self.place(&running, false)))
    }

    fn own_kubeconfig(&self) -> Option<PathBuf> {
        let path = daemon::Files::new(&self.start.data_dir).kubeconfig();
        path.exists().then_some(path)
    }

    async fn stop(&self, purge: bool) -> Result<Vec<String>, ProviderError> {
        let dir = &self.start.data_dir;
        let mut did = Vec::new();
        if daemon::stop(dir).await.map_err(|e| sandbox_error(&e))? {
            did.push("sandbox stopped".to_owned());
        }
        if purge && dir.exists() {
            remove(dir)?;
            did.push(format!("{} removed", dir.display()));
        }
        Ok(did)
    }

    async fn probe(&self, address: IpAddr, port: u16) -> Option<Probe> {
        Some(connect(SocketAddr::new(address, port)).await)
    }
}

/// Starts the sandbox unless it runs.
pub(super) async fn start(options: &Options) -> Result<(SandboxStatus, bool), ProviderError> {
    let sandbox = Sandbox::new(options);
    let started = daemon::start(&sandbox.start).await.map_err(|e| sandbox_error(&e))?;
    Ok((status_of(&started.running), started.fresh))
}

/// What runs.
pub(super) fn status(options: &Options) -> Result<Option<SandboxStatus>, ProviderError> {
    let running = daemon::status(&options.sandbox_dir).map_err(|e| sandbox_error(&e))?;
    Ok(running.as_ref().map(status_of))
}

/// Stops it.
pub(super) async fn stop(options: &Options) -> Result<bool, ProviderError> {
    daemon::stop(&options.sandbox_dir).await.map_err(|e| sandbox_error(&e))
}

fn status_of(running: &Running) -> SandboxStatus {
    SandboxStatus {
        pid: running.pid,
        url: running.url.clone(),
        since: running.since,
        kubeconfig: running.kubeconfig.clone(),
        slot: running.slot,
        node_ip: running.node_ip,
        version: running.version.clone(),
    }
}

fn sandbox_error(error: &daemon::DaemonError) -> ProviderError {
    ProviderError::Sandbox { why: error.to_string() }
}

/// One fresh connection: pods of the sandbox are processes of this machine, so theirs goes the same way.
async fn connect(address: SocketAddr) -> Probe {
    match tokio::time::timeout(PROBE_TIMEOUT, TcpStream::connect(address)).await {
        Err(_) => Probe::TimedOut,
        Ok(Ok(_)) => Probe::Connected,
        Ok(Err(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Probe::Refused,
            io::ErrorKind::TimedOut => Probe::TimedOut,
            _ => Probe::Failed,
        },
    }
}

fn writable(dir: &Path) -> Check {
    let tried = fs::create_dir_all(dir).and_then(|()| {
        let probe = dir.join(format!(".write-{}", std::process::id()));
        fs::write(&probe, b"k8s-tutor")?;
        fs::remove_file(&probe)
    });
    match tried {
        Ok(()) => Check::ok("data folder", format!("{} can be written to", dir.display())),
        Err(error) => Check::fail(
            "data folder",
            format!("cannot write to {}: {error}", dir.display()),
            "make room or set K8S_TUTOR_DATA_DIR to a folder that you may write to",
        ),
    }
}

fn loopback() -> Check {
    let addresses = [Ipv4Addr::new(127, 64, 255, 253), Ipv4Addr::new(127, 65, 255, 253)];
    let refused = addresses.into_iter().find_map(|ip| TcpListener::bind((ip, 0)).err().map(|e| (ip, e)));
    match refused {
        None => Check::ok("loopback addresses", "127.64.0.0/16 and 127.65.0.0/16 can be bound"),
        Some((ip, error)) => Check::warn(
            "loopback addresses",
            format!("cannot bind {ip}: {error}"),
            "only Linux answers on all of 127.0.0.0/8; see docs/sandbox.md",
        ),
    }
}

fn remove(dir: &PathBuf) -> Result<(), ProviderError> {
    fs::remove_dir_all(dir).map_err(|source| ProviderError::Files { operation: "remove", path: dir.clone(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn probes_tell_an_open_port_from_a_closed_one() {
        let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = open.local_addr().unwrap();
        assert_eq!(connect(address).await, Probe::Connected);
        drop(open);
        assert_eq!(connect(address).await, Probe::Refused);
    }

    #[test]
    fn an_unwritable_folder_fails_with_a_fix() {
        let check = writable(Path::new("/proc/nowhere"));
        assert_eq!(check.state, crate::domain::check::CheckState::Fail);
        assert!(check.fix.unwrap().contains("K8S_TUTOR_DATA_DIR"));
    }
}
