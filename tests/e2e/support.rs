//! A lab of its own for a test: the real binary with a fresh HOME and data directory, and the real
//! clients (kubectl, aws, boto3) that `scripts/clients` fetched.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The outcome of a command, as a person sees it.
pub(crate) struct Ran {
    pub(crate) line: String,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn new(command: &Command, output: &Output) -> Self {
        let words: Vec<_> =
            std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
        Self {
            line: words.join(" "),
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Panics with everything that was printed unless the command succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self}");
        self
    }

    /// The standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("not JSON ({e}): {self}"))
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.out.contains(text) || self.err.contains(text), "{text:?} is not in: {self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "$ {}\nexit {}\n--- out\n{}\n--- err\n{}", self.line, self.code, self.out, self.err)
    }
}

/// Runs a command to its end; one that hangs is killed and fails the test.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Ran {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.unwrap_or_else(|e| panic!("{}: {e}", command.get_program().display()));
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    let (done, waiting) = std::sync::mpsc::channel::<()>();
    let guard = std::thread::spawn(move || {
        if waiting.recv_timeout(Duration::from_secs(180)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
        }
    });
    let output = child.wait_with_output().expect("the command ends");
    drop(done);
    guard.join().expect("the guard ends");
    Ran::new(command, &output)
}

/// Calls `probe` until it gives something; panics with its last refusal after `patience`.
#[track_caller]
pub(crate) fn until<T>(what: &str, patience: Duration, mut probe: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        match probe() {
            Ok(value) => return value,
            Err(why) => assert!(Instant::now() < deadline, "{what}: not after {patience:?}: {why}"),
        }
        // The condition lies in another process, which cannot wake us: look again in a moment.
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

/// A machine's user with nothing but this program.
pub(crate) struct Lab {
    home: tempfile::TempDir,
}

impl Lab {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::Builder::new().prefix("k8s-tutor-").tempdir().expect("a folder") }
    }

    /// A lab whose settings let any `command:` run with the host's shell, confined or not.
    pub(crate) fn with_busybox() -> Self {
        let lab = Self::new();
        std::fs::write(lab.home().join("config.toml"), "[sandbox]\nbusybox = true\n").expect("a file");
        lab
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the sandbox keeps everything.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A command in this user's environment, and nothing of ours.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("K8S_TUTOR_DATA_DIR", self.data())
            .env("K8S_TUTOR_CONFIG", self.home.path().join("config.toml"))
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(self.home.path());
        command
    }

    /// `k8s-tutor ARGS`.
    #[track_caller]
    pub(crate) fn tutor(&self, args: &[&str]) -> Ran {
        run(self.command(env!("CARGO_BIN_EXE_k8s-tutor")).args(args))
    }

    /// The path that `k8s-tutor kubeconfig` prints.
    pub(crate) fn kubeconfig(&self) -> String {
        self.tutor(&["kubeconfig"]).ok().out.trim().to_owned()
    }

    /// `kubectl ARGS` of a version, against the sandbox.
    #[track_caller]
    pub(crate) fn kubectl(&self, kubectl: &Path, args: &[&str]) -> Ran {
        run(self.command(kubectl).env("KUBECONFIG", self.kubeconfig()).args(args))
    }

    /// Where the sandbox's NodePorts listen.
    pub(crate) fn node_ip(&self) -> String {
        let status = self.tutor(&["sandbox", "status", "-o", "json"]).ok().json();
        status["node_ip"].as_str().unwrap_or_else(|| panic!("no node_ip in {status}")).to_owned()
    }

    /// The real `aws ARGS`, with the tutorial's endpoint on the host.
    #[track_caller]
    pub(crate) fn aws(&self, aws: &Path, args: &[&str]) -> Ran {
        let endpoint = format!("http://{}:30000", self.node_ip());
        run(self
            .command(aws)
            .env("AWS_ACCESS_KEY_ID", "localstack")
            .env("AWS_SECRET_ACCESS_KEY", "localstack")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .arg("--endpoint-url")
            .arg(endpoint)
            .args(args))
    }

    /// Runs the sandbox's clock faster. Only its controllers and waits hurry; processes do not.
    #[track_caller]
    pub(crate) fn clock(&self, kubectl: &Path, change: &serde_json::Value) {
        let file = self.home.path().join("clock.json");
        std::fs::write(&file, change.to_string()).expect("a file");
        let file = file.to_str().expect("UTF-8").to_owned();
        self.kubectl(kubectl, &["replace", "--raw", "/sandbox/v1/clock", "-f", &file]).ok();
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let stopped = run(self.command(env!("CARGO_BIN_EXE_k8s-tutor")).args(["sandbox", "stop"]));
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.data().join("sandbox/sandbox.log")).unwrap_or_default();
            let tail: Vec<_> = log.lines().rev().take(40).collect();
            eprintln!(
                "{stopped}\nthe sandbox's log ends with:\n{}",
                tail.into_iter().rev().collect::<Vec<_>>().join("\n")
            );
        }
    }
}

/// A client that `scripts/clients` fetched; `None`, said loudly, where it could not be.
pub(crate) fn client(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("K8S_TUTOR_CLIENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("K8S_TUTOR_REQUIRE_CLIENTS").is_some();
    assert!(!required, "{} is required here and is not there: run scripts/clients", path.display());
    eprintln!("SKIPPED: {} is not there (scripts/clients fetches it)", path.display());
    None
}

pub(crate) fn kubectl(version: &str) -> Option<PathBuf> {
    client(&format!("kubectl-{version}"))
}

pub(crate) fn aws() -> Option<PathBuf> {
    client("venv/bin/aws")
}

pub(crate) fn python() -> Option<PathBuf> {
    client("venv/bin/python")
}
