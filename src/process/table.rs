//! The machine's process table, as far as `/proc` shows it: who is who, and who carries a mark.
//!
//! Used to find processes of a former life. On a machine without `/proc` every answer is empty.

use nix::sys::signal::Signal;

/// A process found in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub pid: u32,
    /// The id of its process group.
    pub group: u32,
    /// Its environment when it was started, as `NAME=value`.
    pub environ: Vec<String>,
}

impl Found {
    /// The value of an environment variable, if it was started with one.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environ.iter().find_map(|v| v.strip_prefix(name)?.strip_prefix('='))
    }
}

/// When a process started, in ticks since boot; `None` if there is no such process.
pub fn start_time(pid: u32) -> Option<u64> {
    stat_field(pid, 19)?.parse().ok()
}

/// True while this very process (not a later one with the same id) exists and is not a zombie.
pub fn is_alive(pid: u32, started: u64) -> bool {
    start_time(pid) == Some(started) && is_running(pid)
}

/// True while there is a process with this id that is not a zombie.
pub fn is_running(pid: u32) -> bool {
    stat_field(pid, 0).is_some_and(|state| state != "Z" && state != "X")
}

/// Every process of this user, other than this one, whose environment has `mark` (`NAME=value`).
pub fn with_mark(mark: &str) -> Vec<Found> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| find(pid, mark))
        .collect()
}

/// Kills the groups of all processes that carry `mark`, again until none is left or `rounds` are up.
/// Returns how many processes were seen.
pub fn kill_marked(mark: &str, rounds: u32) -> usize {
    let mut seen = 0;
    for _ in 0..rounds {
        let found = with_mark(mark);
        if found.is_empty() {
            break;
        }
        seen = seen.max(found.len());
        for process in found {
            signal(&process, Signal::SIGKILL);
        }
    }
    seen
}

/// Sends a signal to a process and to its group, unless that group is our own.
pub fn signal(process: &Found, signal: Signal) {
    if process.group != own_group() {
        super::child::signal_group(process.group, signal);
    }
    if let Ok(pid) = i32::try_from(process.pid) {
        // It may be gone since: that is what we want anyway.
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal);
    }
}

fn own_group() -> u32 {
    u32::try_from(nix::unistd::getpgrp().as_raw()).unwrap_or(0)
}

fn find(pid: u32, mark: &str) -> Option<Found> {
    if pid == std::process::id() || pid <= 1 {
        return None;
    }
    let raw = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    if !raw.split(|b| *b == 0).any(|v| v == mark.as_bytes()) {
        return None;
    }
    let environ = raw.split(|b| *b == 0).map(|v| String::from_utf8_lossy(v).into_owned()).collect();
    Some(Found { pid, group: stat_field(pid, 2)?.parse().ok()?, environ })
}

/// The n-th field of `/proc/PID/stat` after the program's name (0 = state, 2 = group, 19 = start).
fn stat_field(pid: u32, n: usize) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may itself hold blanks and brackets.
    stat.rsplit_once(')')?.1.split_whitespace().nth(n).map(ToOwned::to_owned)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::super::{Spec, lines};
    use super::*;

    #[tokio::test]
    async fn a_marked_process_is_found_even_outside_its_group_and_killed() {
        let mark = format!("K8S_TUTOR_TEST={}", uuid::Uuid::new_v4());
        let mut spec = Spec::new("/bin/sh", ["-c", "setsid sleep 600 & echo up; wait"]);
        let (name, value) = mark.split_once('=').expect("a mark");
        spec.env.push((name.into(), value.into()));
        let mut child = spec.spawn().await.expect("sh");
        let mut out = lines(child.take_stdout().expect("a pipe"));
        assert_eq!(out.recv().await.as_deref(), Some("up"));
        assert!(with_mark(&mark).iter().any(|p| p.pid == child.pid() && p.variable(name) == Some(value)));
        assert!(is_alive(child.pid(), child.start_time().expect("/proc")));
        kill_marked(&mark, 1000);
        child.wait().await.expect("ends");
        assert_eq!(with_mark(&mark), []);
        assert!(!is_alive(child.pid(), child.start_time().expect("/proc")));
    }
}
