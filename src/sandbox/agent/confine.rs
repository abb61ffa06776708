//! Confinement of pod processes: a shim that this program runs as before it becomes the pod's.
//!
//! `k8s-tutor __confine POLICY PROGRAM NAME ARGS…` makes sure that the process ends with the agent,
//! applies Landlock (Linux: writes only in the pod's own folders, reads only the system's, the
//! user's home unreadable, no signals to processes outside) and then *becomes* PROGRAM, called NAME. It must
//! stay free of threads and of the async runtime: the entry calls it before anything else.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

/// The word after the program's name that selects the shim.
pub const VERB: &str = "__confine";

/// What a confined process may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Files and folders that it may read and execute, besides the system's.
    pub read: Vec<PathBuf>,
    /// Files and folders in which it may do everything.
    pub write: Vec<PathBuf>,
    /// Apply Landlock; otherwise only the end with the agent is arranged.
    pub landlock: bool,
    /// The agent's process id: if it is gone already, the process does not start.
    pub parent: u32,
}

/// How well this machine can confine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Files and signals: Linux 6.12 and later.
    Full,
    /// Files only (Linux 6.2 and later): a pod could still send signals to the user's processes.
    FilesOnly,
    /// Not at all, or not so that one may rely on it: `busybox` stays off unless the config says so.
    None,
}

impl Support {
    /// True where arbitrary commands from a manifest may be run: the user's files are safe.
    pub fn is_enough(self) -> bool {
        self != Self::None
    }
}

/// Asks the kernel; changes nothing.
pub fn supported() -> Support {
    machine::supported()
}

/// The shim. `args` are what follows [`VERB`]. Only returns when it could not become the program.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let why = become_program(args.into_iter());
    let (code, text) = match why {
        Ok(never) => match never {},
        Err(why) => why,
    };
    // Goes to the container's log: the one place where whoever looks for the reason looks.
    let _ = writeln!(std::io::stderr(), "k8s-tutor: {text}");
    ExitCode::from(code)
}

fn become_program(mut args: impl Iterator<Item = OsString>) -> Result<std::convert::Infallible, (u8, String)> {
    use std::os::unix::process::CommandExt;
    let policy = args.next().and_then(|p| p.into_string().ok()).unwrap_or_default();
    let policy: Policy =
        serde_json::from_str(&policy).map_err(|e| (125, format!("the confinement policy is not readable: {e}")))?;
    let program = args.next().ok_or((125, "no program was given to the confinement shim".to_owned()))?;
    let name = args.next().unwrap_or_else(|| program.clone());
    machine::end_with(policy.parent).map_err(|e| (125, e))?;
    if policy.landlock {
        machine::apply(&policy).map_err(|e| (125, format!("cannot confine the process, so it is not started: {e}")))?;
    }
    let error = std::process::Command::new(&program).arg0(name).args(args).exec();
    let code = if error.kind() == std::io::ErrorKind::NotFound { 127 } else { 126 };
    Err((code, format!("cannot run {}: {error}", program.display())))
}

#[cfg(target_os = "linux")]
mod machine {
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };

    use super::{Policy, Support};

    /// Of these the system's programs live. No home, no /tmp, no /var, no /run: other programs'
    /// sockets and the user's files are there.
    const SYSTEM: [&str; 14] = [
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/usr",
        "/etc",
        "/opt",
        "/nix/store",
        "/proc",
        "/dev",
        "/sys/devices/system/cpu",
        "/run/systemd/resolve",
        "/run/current-system",
    ];
    const DEVICES: [&str; 6] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"];

    /// The newest rules known here; older kernels apply what they know.
    const NEWEST: ABI = ABI::V6;
    /// Without `truncate` (ABI 3) a file outside could still be emptied.
    const LEAST: ABI = ABI::V3;

    pub(super) fn supported() -> Support {
        let has = |abi: ABI, scope: bool| {
            let ruleset = Ruleset::default()
                .set_compatibility(CompatLevel::HardRequirement)
                .handle_access(AccessFs::from_all(abi));
            let ruleset = ruleset.and_then(|r| if scope { r.scope(Scope::Signal) } else { Ok(r) });
            ruleset.and_then(Ruleset::create).is_ok()
        };
        match (has(NEWEST, true), has(LEAST, false)) {
            (true, _) => Support::Full,
            (false, true) => Support::FilesOnly,
            (false, false) => Support::None,
        }
    }

    pub(super) fn end_with(parent: u32) -> Result<(), String> {
        nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)
            .map_err(|e| format!("cannot ask to end with the node agent: {e}"))?;
        // The agent may have died before the request was in place.
        match u32::try_from(nix::unistd::getppid().as_raw()) {
            Ok(now) if now == parent => Ok(()),
            _ => Err("the node agent that wanted this process is gone".into()),
        }
    }

    pub(super) fn apply(policy: &Policy) -> Result<(), String> {
        let own = std::env::current_exe().ok();
        let system = SYSTEM.iter().map(Path::new).map(Path::to_path_buf);
        let read: Vec<PathBuf> = system.chain(own).chain(policy.read.iter().cloned()).collect();
        let write: Vec<PathBuf> = DEVICES.iter().map(PathBuf::from).chain(policy.write.iter().cloned()).collect();
        let restrict = || -> Result<RulesetStatus, landlock::RulesetError> {
            let status = Ruleset::default()
                .set_compatibility(CompatLevel::BestEffort)
                .handle_access(AccessFs::from_all(NEWEST))?
                .scope(Scope::from_all(NEWEST))?
                .create()?
                .add_rules(path_beneath_rules(read, AccessFs::from_read(NEWEST)))?
                .add_rules(path_beneath_rules(write, AccessFs::from_all(NEWEST)))?
                .restrict_self()?;
            Ok(status.ruleset)
        };
        match restrict() {
            Ok(RulesetStatus::NotEnforced) => Err("this kernel does not enforce Landlock".into()),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod machine {
    use super::{Policy, Support};

    pub(super) fn supported() -> Support {
        Support::None
    }

    // No such request outside Linux: the agent finds what is left over at its next start.
    pub(super) fn end_with(_parent: u32) -> Result<(), String> {
        Ok(())
    }

    pub(super) fn apply(_policy: &Policy) -> Result<(), String> {
        Err("this system cannot confine processes".into())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    const CHILD: &str = "K8S_TUTOR_TEST_CONFINE";

    /// Not a test of its own: the process that `run` starts becomes the shim here.
    #[test]
    fn becomes_the_shim() {
        let Ok(args) = std::env::var(CHILD) else { return };
        let args: Vec<String> = serde_json::from_str(&args).expect("arguments");
        main(args.into_iter().map(OsString::from));
        panic!("the shim came back");
    }

    fn run(policy: &Policy, script: &str) -> (bool, String) {
        let policy = serde_json::to_string(policy).expect("JSON");
        let args = serde_json::to_string(&[&policy, "/bin/sh", "sh", "-c", script]).expect("JSON");
        let output = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "sandbox::agent::confine::tests::becomes_the_shim", "--nocapture"])
            .env(CHILD, args)
            .output()
            .expect("started");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    #[test]
    fn a_confined_process_writes_in_its_folder_only_and_cannot_read_elsewhere() {
        if !supported().is_enough() {
            eprintln!("SKIPPED: this kernel has no Landlock ({:?}): confinement is not tested here", supported());
            return;
        }
        let own = tempfile::tempdir().expect("a folder");
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("secret"), "s3cret").expect("written");
        let policy = Policy {
            write: vec![own.path().to_owned()],
            landlock: true,
            parent: std::process::id(),
            ..Policy::default()
        };
        let (own, home) = (own.path().display(), home.path().display());
        let (good, text) = run(&policy, &format!("echo fine > {own}/f && cat {own}/f && ls /usr >/dev/null"));
        assert!(good, "{text}");
        for bad in [
            format!("cat {home}/secret"),
            format!("ls {home}"),
            format!("echo x > {home}/new"),
            format!("mv {own}/f {home}/f"),
            format!("ln -s {home} {own}/l; cat {own}/l/secret"),
            format!("kill -0 {}", std::process::id()),
        ] {
            let (good, text) = run(&policy, &bad);
            if bad.starts_with("kill") && supported() != Support::Full {
                eprintln!("SKIPPED: this kernel's Landlock does not keep signals in");
                continue;
            }
            assert!(!good && !text.contains("s3cret"), "{bad}: {text}");
        }
        if nix::unistd::geteuid().is_root() {
            eprintln!("SKIPPED: root (CAP_PERFMON) may read other processes' environments, confined or not");
            return;
        }
        let (good, text) = run(&policy, &format!("cat /proc/{}/environ", std::process::id()));
        assert!(!good, "{text}");
    }

    #[test]
    fn a_process_whose_agent_is_gone_does_not_start() {
        let (good, text) = run(&Policy { parent: 1, ..Policy::default() }, "echo started");
        assert!(!good && !text.contains("started\n"), "{text}");
    }
}
