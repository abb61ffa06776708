//! `kill -9` of the sandbox: everything acknowledged is there again, and nothing of the former life runs on.

use std::path::Path;
use std::time::Duration;

use crate::support::{self, Lab, until};

const PATIENCE: Duration = Duration::from_secs(60);

fn kill_9(lab: &Lab) {
    let pid = lab.tutor(&["sandbox", "status", "-o", "json"]).ok().json()["pid"].as_i64().expect("a pid");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).expect("the signal is sent");
    until("the sandbox is gone", PATIENCE, || {
        let status = lab.tutor(&["sandbox", "status"]);
        if status.code == 0 { Err(status.to_string()) } else { Ok(()) }
    });
}

/// The processes whose environment names this lab's data directory, by pid.
fn processes_of(lab: &Lab) -> Vec<(u32, String)> {
    let needle = lab.data().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let words = String::from_utf8_lossy(&environ);
        if pid != std::process::id() && words.contains("K8S_TUTOR_POD_UID=") && words.contains(&needle) {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push((pid, String::from_utf8_lossy(&line).replace('\0', " ")));
        }
    }
    found
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_old_runs_on() {
    let Some(kubectl) = support::kubectl("1.37") else { return };
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "kept", "--done"]).ok();
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
    let before = processes_of(&lab);
    assert!(before.len() >= 3, "localstack and two task-service pods run: {before:?}");
    let objects = kept(&lab, &kubectl);

    // The last write before the blow is acknowledged by the time kubectl returns.
    lab.kubectl(&kubectl, &["create", "configmap", "last-words", "--from-literal=a=b"]).ok();
    kill_9(&lab);
    lab.tutor(&["up", "--no-dashboard"]).ok();

    lab.kubectl(&kubectl, &["get", "configmap", "last-words"]).ok();
    assert_eq!(kept(&lab, &kubectl), objects, "the same objects with the same uids");
    lab.tutor(&["task", "ls"]).ok().says("kept");
    lab.tutor(&["report", "cat"]).ok().says("\"kept\"");

    let after = processes_of(&lab);
    for (pid, line) in &before {
        assert!(!after.iter().any(|(p, l)| p == pid && l == line), "{pid} of the former life runs on: {line}");
    }
    until("every Running pod has a process", PATIENCE, || {
        let pods =
            lab.kubectl(&kubectl, &["get", "pod", "-A", "--field-selector=status.phase=Running", "-o", "name"]).ok();
        let (pods, processes) = (pods.out.lines().count(), processes_of(&lab).len());
        if pods > 0 && processes >= pods { Ok(()) } else { Err(format!("{pods} Running, {processes} processes")) }
    });
    lab.tutor(&["job", "run", "test2", "--wait"]).ok();
}

/// What must be the same after a crash: names and uids of the lab's lasting objects.
fn kept(lab: &Lab, kubectl: &Path) -> String {
    let kinds = "cronjob,job,service,deployment,configmap";
    let columns = "custom-columns=KIND:.kind,NAME:.metadata.name,UID:.metadata.uid";
    let shown = lab.kubectl(kubectl, &["get", kinds, "-o", columns, "--no-headers"]).ok();
    let mut lines: Vec<_> = shown.out.lines().filter(|l| !l.contains("last-words")).map(str::to_owned).collect();
    lines.sort();
    lines.join("\n")
}

#[test]
fn a_stale_lock_and_a_stale_state_file_do_not_stop_a_start() {
    let lab = Lab::new();
    lab.tutor(&["sandbox", "start"]).ok();
    kill_9(&lab);
    let folder = lab.data().join("sandbox");
    assert!(folder.join("state.json").exists() && folder.join("daemon.lock").exists(), "the dead daemon left them");
    lab.tutor(&["sandbox", "start"]).ok();
}
