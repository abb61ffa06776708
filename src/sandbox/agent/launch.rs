//! From a container's spec to a process: which program, which arguments, which environment, which
//! folders. The result also runs exec probes and hooks of the same container.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::{Container, Pod, Service};

use super::confine::{Policy, VERB};
use super::env::{self, EnvError, rewrite};
use super::images::Image;
use super::paths::{ContainerPaths, PodPaths};
use super::shared::Shared;
use super::volumes::Mounts;
use crate::process::Spec;

/// Where the machine's programs are; the container's own `bin` comes before.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Why a container's process cannot be described or started.
#[derive(Debug, thiserror::Error)]
pub(super) enum LaunchError {
    /// Shown as `CreateContainerConfigError`.
    #[error(transparent)]
    Config(#[from] EnvError),
    /// Shown as `CreateContainerConfigError`, in words of its own.
    #[error("{0}")]
    Refused(String),
    /// Shown as `CreateContainerError`.
    #[error("cannot prepare {}: {source}", path.display())]
    Files {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// A program that is not there, in a container runtime's words; ends as StartError, exit code 128.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: \
     unable to start container process: exec: {0}"
)]
pub(super) struct StartError(pub(super) String);

/// How commands of one attempt of a container are run.
#[derive(Debug)]
pub(super) struct Launch {
    env: BTreeMap<String, String>,
    argv: Vec<String>,
    cwd: PathBuf,
    policy: Option<Policy>,
    exe: PathBuf,
    rewriter: RewriterOf,
    /// The variable that only processes of this attempt carry.
    pub(super) mark: String,
    /// Where its termination message is read from.
    pub(super) message_file: Option<PathBuf>,
}

#[derive(Debug)]
struct RewriterOf {
    namespace: String,
    services: Vec<(String, String, Ipv4Addr)>,
    mounts: Vec<(String, String)>,
}

/// What a launch is made of.
pub(super) struct Parts<'a> {
    pub(super) shared: &'a Shared,
    pub(super) pod: &'a Pod,
    pub(super) container: &'a Container,
    pub(super) image: &'a Image,
    pub(super) pod_paths: &'a PodPaths,
    pub(super) paths: &'a ContainerPaths,
    pub(super) mounts: &'a Mounts,
    pub(super) services: &'a [Service],
    pub(super) pod_ip: Ipv4Addr,
    /// The new container's id.
    pub(super) id: &'a str,
}

impl Launch {
    /// Puts a launch together: makes the folders, reads what the environment refers to.
    pub(super) async fn prepare(parts: &Parts<'_>) -> Result<Self, LaunchError> {
        refuse_root(parts)?;
        let files = folders(parts)?;
        let pod_ip = parts.pod_ip.to_string();
        let host_ip = parts.shared.plan.node_ip().to_string();
        let context = env::Context {
            pod: parts.pod,
            container: parts.container,
            sources: &parts.shared.sources,
            services: parts.services,
            pod_ip: &pod_ip,
            host_ip: &host_ip,
        };
        let manifest = env::of_container(&context).await?;
        let rewriter = RewriterOf {
            namespace: parts.pod.metadata.namespace.clone().unwrap_or_default(),
            services: service_addresses(parts.services),
            mounts: files.rewrites.clone(),
        };
        let mark = format!("K8S_TUTOR_CONTAINER={}", parts.id);
        let mut replaced = Vec::new();
        let env = environment(parts, manifest, &rewriter.rewriter(), &mark, &mut replaced);
        let argv = argv(parts, &env, &rewriter.rewriter(), &mut replaced);
        for host in replaced {
            if let Some(port) = host.port {
                parts.shared.wanted.add(host.ip, port);
            }
        }
        Ok(Self {
            argv,
            cwd: files.cwd,
            policy: policy(parts, &files.writable),
            exe: parts.shared.exe.clone(),
            rewriter,
            mark,
            message_file: files.message,
            env,
        })
    }

    /// The container's own process.
    pub(super) fn main_spec(&self) -> Result<Spec, StartError> {
        self.spec_of(&self.argv)
    }

    /// Any other command inside the container; service names and mount paths in it are replaced.
    pub(super) fn command_spec(&self, command: &[String]) -> Result<Spec, StartError> {
        let rewriter = self.rewriter.rewriter();
        let argv: Vec<_> = command.iter().map(|a| rewriter.text(a, &mut Vec::new())).collect();
        self.spec_of(&argv)
    }

    fn spec_of(&self, argv: &[String]) -> Result<Spec, StartError> {
        let Some((name, args)) = argv.split_first() else {
            return Err(StartError("\"\": no command specified".into()));
        };
        let path = self.env.get("PATH").map_or(SYSTEM_PATH, String::as_str);
        let program = find_program(name, path, &self.cwd).map_err(StartError)?;
        let args = args.iter().map(OsString::from);
        let mut spec = match &self.policy {
            None => Spec { arg0: Some(name.into()), ..Spec::new(program, args) },
            Some(policy) => {
                let policy = serde_json::to_string(policy).unwrap_or_default();
                let shim = [VERB.into(), policy.into(), program.into_os_string(), name.into()];
                Spec::new(&self.exe, shim.into_iter().chain(args))
            }
        };
        spec.clear_env = true;
        spec.env = self.env.iter().map(|(k, v)| (k.into(), v.into())).collect();
        spec.cwd = Some(self.cwd.clone());
        Ok(spec)
    }
}

impl RewriterOf {
    fn rewriter(&self) -> rewrite::Rewriter {
        rewrite::Rewriter {
            namespace: self.namespace.clone(),
            services: self.services.clone(),
            mounts: self.mounts.clone(),
        }
    }
}

/// Services that have an address of their own, as (namespace, name, address).
fn service_addresses(services: &[Service]) -> Vec<(String, String, Ipv4Addr)> {
    let address = |service: &Service| {
        let ip = service.spec.as_ref()?.cluster_ip.as_ref()?.parse().ok()?;
        Some((service.metadata.namespace.clone()?, service.metadata.name.clone()?, ip))
    };
    services.iter().filter_map(address).collect()
}

/// runAsNonRoot: the process runs as whoever runs the sandbox.
fn refuse_root(parts: &Parts<'_>) -> Result<(), LaunchError> {
    let spec = parts.pod.spec.as_ref();
    let pod_wide = spec.and_then(|s| s.security_context.as_ref()).and_then(|c| c.run_as_non_root);
    let own = parts.container.security_context.as_ref().and_then(|c| c.run_as_non_root);
    if own.or(pod_wide) != Some(true) || !nix::unistd::geteuid().is_root() {
        return Ok(());
    }
    let meta = &parts.pod.metadata;
    Err(LaunchError::Refused(format!(
        "container has runAsNonRoot and image will run as root (pod: \"{}_{}({})\", container: {})",
        meta.name.as_deref().unwrap_or_default(),
        meta.namespace.as_deref().unwrap_or_default(),
        meta.uid.as_deref().unwrap_or_default(),
        parts.container.name
    )))
}

struct Files {
    cwd: PathBuf,
    message: Option<PathBuf>,
    writable: Vec<PathBuf>,
    rewrites: Vec<(String, String)>,
}

fn folders(parts: &Parts<'_>) -> Result<Files, LaunchError> {
    let paths = parts.paths;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LaunchError::Files { path, source }
    };
    for folder in [paths.root(), paths.home(), paths.tmp(), paths.bin(), parts.pod_paths.root.join("etc")] {
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    for applet in &parts.image.applets {
        let link = paths.bin().join(applet);
        if std::fs::read_link(&link).ok().as_deref() != Some(&parts.shared.exe) {
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(&parts.shared.exe, &link).map_err(failed(&link))?;
        }
    }
    let linked = parts.mounts.link(parts.pod_paths, paths, parts.container)?;
    let message = termination_file(parts, failed)?;
    let mut rewrites = linked.rewrites;
    if let Some(file) = &message {
        let path = parts.container.termination_message_path.as_deref().unwrap_or(DEFAULT_MESSAGE_PATH);
        rewrites.push((path.to_owned(), file.display().to_string()));
    }
    let cwd = match parts.container.working_dir.as_deref() {
        None | Some("" | "/") => paths.root(),
        Some(dir) => linked_dir(parts, dir, &rewrites)?,
    };
    let mut writable = linked.writable;
    writable.extend([paths.root(), paths.home(), paths.tmp(), parts.pod_paths.root.join("etc")]);
    Ok(Files { cwd, message, writable, rewrites })
}

const DEFAULT_MESSAGE_PATH: &str = "/dev/termination-log";

fn termination_file<F>(parts: &Parts<'_>, failed: impl Fn(&Path) -> F) -> Result<Option<PathBuf>, LaunchError>
where
    F: FnOnce(std::io::Error) -> LaunchError,
{
    let path = parts.container.termination_message_path.as_deref().unwrap_or(DEFAULT_MESSAGE_PATH);
    let Some(file) = parts.paths.inside(path) else { return Ok(None) };
    let Some(folder) = file.parent() else { return Ok(None) };
    super::volumes::make_dir_inside(&parts.pod_paths.root, &parts.paths.root(), folder)?;
    let _ = std::fs::remove_file(&file);
    std::fs::write(&file, b"").map_err(failed(&file))?;
    Ok(Some(file))
}

fn linked_dir(parts: &Parts<'_>, dir: &str, rewrites: &[(String, String)]) -> Result<PathBuf, LaunchError> {
    let rewriter = rewrite::Rewriter { namespace: String::new(), services: Vec::new(), mounts: rewrites.to_vec() };
    let mounted = rewriter.text(dir, &mut Vec::new());
    if mounted != dir {
        return Ok(PathBuf::from(mounted));
    }
    let folder = parts
        .paths
        .inside(dir)
        .ok_or_else(|| LaunchError::Refused(format!("workingDir {dir} must not contain '..'")))?;
    super::volumes::make_dir_inside(&parts.pod_paths.root, &parts.paths.root(), &folder)?;
    Ok(folder)
}

fn policy(parts: &Parts<'_>, writable: &[PathBuf]) -> Option<Policy> {
    let confined = !parts.image.unconfined && parts.shared.support.is_enough();
    let extra = parts.image.writable.iter().map(|t| PathBuf::from(fill(parts, t)));
    let write: Vec<_> = writable.iter().cloned().chain(extra).collect();
    for folder in &write {
        // Landlock can only name what exists.
        let _ = std::fs::create_dir_all(folder);
    }
    let mut read: Vec<_> = parts.image.readable.iter().map(PathBuf::from).collect();
    read.extend(parts.mounts.folders().cloned());
    read.extend([parts.paths.bin(), parts.pod_paths.root.join("etc"), parts.paths.base.join("subpaths")]);
    if let Some(program) = parts.image.entrypoint.first() {
        read.push(PathBuf::from(program));
    }
    Some(Policy { read, write, landlock: confined, parent: std::process::id() })
}

/// Fills a template of the images table in.
fn fill(parts: &Parts<'_>, template: &str) -> String {
    let namespace = parts.pod.metadata.namespace.as_deref().unwrap_or("default");
    template
        .replace("{pod_ip}", &parts.pod_ip.to_string())
        .replace("{data_dir}", &parts.shared.data_dir.display().to_string())
        .replace("{namespace}", namespace)
}

fn environment(
    parts: &Parts<'_>,
    manifest: BTreeMap<String, String>,
    rewriter: &rewrite::Rewriter,
    mark: &str,
    replaced: &mut Vec<rewrite::Replaced>,
) -> BTreeMap<String, String> {
    let own_etc = parts.pod_paths.root.join("etc");
    let text = |path: PathBuf| path.display().to_string();
    let name = parts.pod.metadata.name.clone().unwrap_or_default();
    let mut env: BTreeMap<String, String> = [
        ("PATH", SYSTEM_PATH.to_owned()),
        ("HOME", text(parts.paths.home())),
        ("TMPDIR", text(parts.paths.tmp())),
        ("HOSTNAME", name),
        // An image has no /etc/localtime: its processes run in UTC, whatever the machine's zone.
        ("TZ", "UTC".to_owned()),
        ("AWS_CONFIG_FILE", text(own_etc.join("aws-config"))),
        ("AWS_SHARED_CREDENTIALS_FILE", text(own_etc.join("aws-credentials"))),
    ]
    .map(|(k, v)| (k.to_owned(), v))
    .into();
    env.extend(parts.image.env.iter().map(|(k, v)| (k.clone(), fill(parts, v))));
    for (name, value) in manifest {
        let value = rewriter.variable(&name, &value, replaced);
        env.insert(name, value);
    }
    if let Some(path) = env.get_mut("PATH") {
        *path = format!("{}:{path}", parts.paths.bin().display());
    }
    let uid = parts.pod.metadata.uid.clone().unwrap_or_default();
    env.insert("K8S_TUTOR_ROOT".into(), text(parts.paths.root()));
    env.insert("K8S_TUTOR_POD_IP".into(), parts.pod_ip.to_string());
    env.insert("K8S_TUTOR_POD_UID".into(), uid);
    for pair in [mark, &parts.shared.mark] {
        if let Some((name, value)) = pair.split_once('=') {
            env.insert(name.to_owned(), value.to_owned());
        }
    }
    env
}

/// `command` replaces the image's entrypoint, `args` its default arguments; `command` alone drops
/// the image's arguments.
fn argv(
    parts: &Parts<'_>,
    env: &BTreeMap<String, String>,
    rewriter: &rewrite::Rewriter,
    replaced: &mut Vec<rewrite::Replaced>,
) -> Vec<String> {
    let mut given = |list: &Option<Vec<String>>| -> Option<Vec<String>> {
        let list = list.as_ref().filter(|l| !l.is_empty())?;
        let expand = |text: &String| env::expand(text, |name| env.get(name).map(String::as_str));
        Some(list.iter().map(|text| rewriter.text(&expand(text), replaced)).collect())
    };
    let (command, args) = (given(&parts.container.command), given(&parts.container.args));
    let default_args = if command.is_some() { Vec::new() } else { parts.image.cmd.clone() };
    let mut argv = command.unwrap_or_else(|| parts.image.entrypoint.clone());
    argv.extend(args.unwrap_or(default_args));
    argv
}

/// Finds a program as a container runtime does; the error is its words after `exec: `.
fn find_program(name: &str, path: &str, cwd: &Path) -> Result<PathBuf, String> {
    if name.contains('/') {
        let file = cwd.join(name);
        return match std::fs::metadata(&file) {
            Err(_) => Err(format!("\"{name}\": stat {name}: no such file or directory")),
            Ok(meta) if meta.is_dir() => Err(format!("\"{name}\": is a directory")),
            Ok(meta) if meta.permissions().mode() & 0o111 == 0 => Err(format!("\"{name}\": permission denied")),
            Ok(_) => Ok(file),
        };
    }
    let found = path.split(':').filter(|dir| dir.starts_with('/')).map(|dir| Path::new(dir).join(name)).find(|file| {
        std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    });
    found.ok_or_else(|| format!("\"{name}\": executable file not found in $PATH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_told_in_a_runtimes_words() {
        // As recorded from Kubernetes 1.36 (recordings/node/images).
        let cwd = Path::new("/");
        let on_path = StartError(find_program("nosuchcmd", SYSTEM_PATH, cwd).expect_err("not there"));
        assert_eq!(
            on_path.to_string(),
            "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create \
             failed: unable to start container process: exec: \"nosuchcmd\": executable file not found in $PATH"
        );
        let absolute = find_program("/no/such/program", SYSTEM_PATH, cwd).expect_err("not there");
        assert_eq!(absolute, "\"/no/such/program\": stat /no/such/program: no such file or directory");
        assert!(find_program("sh", SYSTEM_PATH, cwd).expect("sh").is_absolute());
    }
}
