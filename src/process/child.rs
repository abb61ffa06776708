//! One child process and its group: start, wait, signal, stop.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessGroup};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};

use super::{ProcessError, spawner, table};

/// What to start.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The program: a path, or a name looked up on the parent's PATH.
    pub program: PathBuf,
    /// The name under which it is started (argv 0); the program's path when absent.
    pub arg0: Option<OsString>,
    /// Its arguments, without the program's own name.
    pub args: Vec<OsString>,
    /// Environment variables to set.
    pub env: Vec<(OsString, OsString)>,
    /// Start from an empty environment instead of the parent's.
    pub clear_env: bool,
    /// The working directory; the parent's when absent.
    pub cwd: Option<PathBuf>,
    /// Keep a pipe to its standard input; otherwise it reads an end of file.
    pub stdin: bool,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code; 128 + n when signal n ended it, as shells and container runtimes say it.
    pub code: i32,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
}

/// A running child, leader of a process group of its own.
#[derive(Debug)]
pub struct Child {
    inner: Box<dyn ChildWrapper>,
    pid: u32,
    started: Option<u64>,
    ended: bool,
}

impl Spec {
    /// A program with arguments and nothing else.
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self { program: program.into(), args: args.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Starts it. Standard output and error are pipes: take and read them, or they fill up.
    pub async fn spawn(self) -> Result<Child, ProcessError> {
        let program = self.program.display().to_string();
        let started = spawner::run(move || self.spawn_here()).await;
        started.and_then(|inner| inner).map_err(|source| ProcessError::Start { program, source })
    }

    fn spawn_here(self) -> std::io::Result<Child> {
        let mut command = Command::new(&self.program);
        if self.clear_env {
            command.env_clear();
        }
        if let Some(arg0) = &self.arg0 {
            command.arg0(arg0);
        }
        command.args(&self.args).envs(self.env).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(if self.stdin { Stdio::piped() } else { Stdio::null() });
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        let inner = CommandWrap::from(command).wrap(ProcessGroup::leader()).spawn()?;
        let pid = inner.id().ok_or_else(|| std::io::Error::other("the process ended before it had an id"))?;
        Ok(Child { inner, pid, started: table::start_time(pid), ended: false })
    }
}

impl Child {
    /// The process id, which is also the id of its group.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// When it started, in the kernel's ticks since boot: with the pid, it names the process for
    /// good. `None` where the machine has no `/proc`.
    pub fn start_time(&self) -> Option<u64> {
        self.started
    }

    /// Its standard output, once.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.inner.stdout().take()
    }

    /// Its standard error, once.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.inner.stderr().take()
    }

    /// Its standard input, once, if the spec asked for it.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.inner.stdin().take()
    }

    /// Waits until the leader has ended. Others of its group may still run. Cancel safe.
    pub async fn wait(&mut self) -> Result<Exit, ProcessError> {
        let pid = self.pid;
        // The group's own wait would also wait for grandchildren; a container ends with its PID 1.
        let status = self.inner.inner_mut().wait().await.map_err(|source| ProcessError::Control {
            what: "wait for",
            pid,
            source,
        })?;
        self.ended = true;
        Ok(Exit::from(status))
    }

    /// Sends a signal to the whole group; true if anyone was there to get it.
    pub fn signal(&self, signal: Signal) -> bool {
        signal_group(self.pid, signal)
    }

    /// TERM to the group, `grace`, then KILL; returns how the leader ended.
    pub async fn stop(&mut self, grace: Duration) -> Result<Exit, ProcessError> {
        self.signal(Signal::SIGTERM);
        let ended = tokio::time::timeout(grace, self.wait()).await;
        self.signal(Signal::SIGKILL);
        match ended {
            Ok(exit) => exit,
            Err(_) => self.wait().await,
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.ended {
            self.signal(Signal::SIGKILL);
        }
    }
}

impl From<std::process::ExitStatus> for Exit {
    fn from(status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        let signal = status.signal();
        Self { code: status.code().or(signal.map(|n| 128 + n)).unwrap_or(255), signal }
    }
}

/// Sends `signal` to the group led by `leader`; true if anyone was there to get it.
pub(super) fn signal_group(leader: u32, signal: Signal) -> bool {
    // 0 and 1 would mean our own group and everybody.
    match i32::try_from(leader) {
        Ok(pid) if pid > 1 => killpg(Pid::from_raw(pid), signal).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Spec {
        Spec::new("/bin/sh", ["-c", script])
    }

    #[tokio::test]
    async fn an_exit_code_and_a_signal_are_told_apart() {
        let exit = sh("exit 7").spawn().await.expect("sh").wait().await.expect("ends");
        assert_eq!(exit, Exit { code: 7, signal: None });
        let exit = sh("kill -KILL $$").spawn().await.expect("sh").wait().await.expect("ends");
        assert_eq!(exit, Exit { code: 137, signal: Some(9) });
    }

    #[tokio::test]
    async fn a_stubborn_group_is_killed_after_its_grace() {
        let mut child = sh("trap '' TERM; echo up; sleep 600 & wait; sleep 600").spawn().await.expect("sh");
        let mut out = super::super::lines(child.take_stdout().expect("a pipe"));
        assert_eq!(out.recv().await.as_deref(), Some("up"));
        let exit = child.stop(Duration::from_millis(50)).await.expect("ends");
        assert_eq!(exit.code, 137);
        // The pipe ends when the last process that holds it is gone: the sleep got the signal too.
        assert_eq!(out.recv().await, None);
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let error = Spec::new("/no/such/program", [""; 0]).spawn().await.expect_err("not there");
        assert_eq!(error.to_string(), "cannot start /no/such/program: No such file or directory (os error 2)");
    }

    #[tokio::test]
    async fn dropping_the_handle_ends_the_group() {
        let mut child = sh("echo up; sleep 600").spawn().await.expect("sh");
        let mut out = super::super::lines(child.take_stdout().expect("a pipe"));
        assert_eq!(out.recv().await.as_deref(), Some("up"));
        drop(child);
        assert_eq!(out.recv().await, None);
    }
}
