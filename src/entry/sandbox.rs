//! `k8s-tutor sandbox serve|api|controllers|agent`: the daemon and its parts, each on its own if asked.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::cli::{Code, Hooks, PartArgs, ServeArgs};
use crate::config::{Folders, ServicesMode, Settings};
use crate::sandbox::agent::{self, AgentConfig, Image, Images, ServiceMode, confine};
use crate::sandbox::clock::Clock;
use crate::sandbox::controllers::Controllers;
use crate::sandbox::daemon::{self, DaemonError, ServeOptions};
use crate::sandbox::net::AddressPlan;
use crate::sandbox::pki::Authority;

/// What `cli` may not import.
pub(super) fn hooks() -> Hooks {
    Hooks {
        dashboard: super::dashboard::main,
        serve: |args| run(serve(args.clone(), true)),
        api: |args| {
            let args = ServeArgs { port: args.port, slot: args.slot, data_dir: args.data_dir.clone(), detached: false };
            run(serve(args, false))
        },
        controllers: |args| run(controllers(args.clone())),
        agent: |args| run(node_agent(args.clone())),
    }
}

/// A runtime for a part that serves until it is told to end.
fn run(part: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    match runtime.map_err(|e| e.to_string().into()).and_then(|runtime| runtime.block_on(part)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.why);
            failure.code.into()
        }
    }
}

/// Why a part ended, and with which exit code.
struct Failure {
    why: String,
    code: Code,
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { why, code: Code::Failed }
    }
}

impl From<&DaemonError> for Failure {
    fn from(error: &DaemonError) -> Self {
        let code = if matches!(error, DaemonError::Locked(_)) { Code::Conflict } else { Code::Failed };
        Self { why: error.to_string(), code }
    }
}

#[expect(clippy::print_stderr, reason = "a daemon's standard error is its log")]
fn complain(why: &str) {
    eprintln!("error: {why}");
}

/// Serves until SIGTERM or Ctrl-C; `whole` is with controllers and node agent.
async fn serve(args: ServeArgs, whole: bool) -> Result<(), Failure> {
    if args.detached {
        leave_terminal();
    }
    log_to_stderr();
    let options = options(&args, whole)?;
    let cancel = until_signal();
    let outcome = daemon::serve(options, cancel, |running| {
        if args.detached {
            daemon::say_ready();
        } else {
            tracing::info!(kubeconfig = %running.kubeconfig.display(), "ready: export KUBECONFIG to use it");
        }
    })
    .await;
    outcome.map_err(|e| {
        if args.detached {
            daemon::say_failed(&e);
        }
        Failure::from(&e)
    })
}

/// The controllers alone, against any API server.
async fn controllers(args: PartArgs) -> Result<(), Failure> {
    log_to_stderr();
    let (client, config) = connect(&args).await?;
    let ca_pem = config.root_cert.as_ref().map(|certs| to_pem(certs)).unwrap_or_default();
    Controllers { client, clock: Clock::real(), ca_pem }.run(until_signal()).await;
    Ok(())
}

/// The node agent alone, against any API server.
async fn node_agent(args: PartArgs) -> Result<(), Failure> {
    log_to_stderr();
    let (client, _) = connect(&args).await?;
    let slot = args.slot.unwrap_or(0);
    let plan = AddressPlan::new(slot).ok_or_else(|| format!("there is no slot {slot}: choose one from 0 to 15"))?;
    let (settings, folders) = settings()?;
    let exe = own_program()?;
    let node_name = args.node_name;
    // The API server in front does not know this CA: `kubectl logs` then needs
    // --insecure-skip-tls-verify-backend.
    let leaf = Authority::generate()
        .and_then(|ca| ca.issue(&format!("system:node:{node_name}"), &[&node_name], &[plan.node_ip().into()]))
        .map_err(|e| format!("cannot make the kubelet's certificate: {e}"))?;
    let kubelet_tls = Arc::new(leaf.server_config().map_err(|e| e.to_string())?);
    let config = AgentConfig {
        client,
        clock: Clock::real(),
        plan,
        node_name,
        data_dir: args.data_dir.unwrap_or_else(|| folders.sandbox()),
        images: images(&exe, &settings),
        kubelet_tls,
        kubelet_token: uuid::Uuid::new_v4().simple().to_string(),
        services: service_mode(&settings),
        exe,
    };
    agent::run(config, until_signal()).await.map_err(|e| e.to_string().into())
}

fn options(args: &ServeArgs, whole: bool) -> Result<ServeOptions, String> {
    let (settings, folders) = settings()?;
    let exe = own_program()?;
    Ok(ServeOptions {
        data_dir: args.data_dir.clone().unwrap_or_else(|| folders.sandbox()),
        port: args.port,
        slot: args.slot,
        images: images(&exe, &settings),
        services: service_mode(&settings),
        controllers: whole,
        agent: whole,
        exe,
    })
}

fn settings() -> Result<(Settings, Folders), String> {
    let folders = Folders::find(|name| std::env::var_os(name)).map_err(|e| e.to_string())?;
    let (settings, warnings) = Settings::read(&folders.settings).map_err(|e| e.to_string())?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok((settings, folders))
}

/// The programs behind image names: our own, the user's, and the host's shell where a pod's process
/// cannot harm, or where the settings say so.
fn images(exe: &Path, settings: &Settings) -> Images {
    let mut images = Images::built_in(exe);
    if settings.sandbox.busybox.unwrap_or_else(|| confine::supported().is_enough()) {
        images = images.with_busybox();
    }
    for (name, entry) in &settings.sandbox.images {
        let program = entry.program.to_string_lossy().into_owned();
        let entrypoint = std::iter::once(program.clone()).chain(entry.args.iter().cloned()).collect();
        let env = entry.env.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        images.register(name, Image { entrypoint, env, readable: vec![program], ..Image::default() });
    }
    images
}

fn service_mode(settings: &Settings) -> ServiceMode {
    match settings.sandbox.services {
        ServicesMode::Refuse => ServiceMode::Refuse,
        ServicesMode::Blackhole => ServiceMode::Blackhole,
    }
}

fn own_program() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|e| format!("cannot find this program's own file, which pods run: {e}"))
}

async fn connect(args: &PartArgs) -> Result<(kube::Client, kube::Config), String> {
    let Some(kubeconfig) = &args.kubeconfig else {
        return Err("which API server? Say it with --kubeconfig FILE".to_owned());
    };
    let fail = |e: &dyn std::fmt::Display| format!("cannot use the kubeconfig {}: {e}", kubeconfig.display());
    let file = kube::config::Kubeconfig::read_from(kubeconfig).map_err(|e| fail(&e))?;
    let options = kube::config::KubeConfigOptions { context: args.context.clone(), ..Default::default() };
    let config = kube::Config::from_custom_kubeconfig(file, &options).await.map_err(|e| fail(&e))?;
    let client = kube::Client::try_from(config.clone()).map_err(|e| fail(&e))?;
    Ok((client, config))
}

fn to_pem(certs: &[Vec<u8>]) -> String {
    use base64::Engine;
    let block = |der: &Vec<u8>| {
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    };
    certs.iter().map(block).collect()
}

/// A session of its own: the terminal's Ctrl-C and hang-up are for the command that started it.
fn leave_terminal() {
    #[cfg(unix)]
    if let Err(e) = nix::unistd::setsid() {
        // Only a process group's leader is refused, and that one is not the terminal's foreground.
        tracing::debug!("no session of its own: {e}");
    }
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("K8S_TUTOR_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,kube=warn,hyper=warn,tower=warn"));
    // A second call in one process keeps the first logger.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).try_init();
}

/// Cancelled by SIGTERM or Ctrl-C; a second one ends the process at once.
fn until_signal() -> CancellationToken {
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    tokio::spawn(async move {
        signal().await;
        token.cancel();
        signal().await;
        std::process::exit(130);
    });
    cancel
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
