//! What a person gets wrong: a clear sentence with the next command, the documented exit code, nothing half done.

use std::path::PathBuf;

use crate::support::{Lab, Ran};

/// An error says what happened, and something that can be typed next.
#[track_caller]
fn refused(ran: &Ran, says: &[&str]) {
    assert!(ran.code != 0 && ran.code < 100, "{ran}");
    assert!(ran.err.contains("error"), "an error is called one: {ran}");
    assert!(!ran.err.contains("panicked") && !ran.err.contains("RUST_BACKTRACE"), "{ran}");
    for text in says {
        assert!(ran.err.contains(text), "{text:?} is not in: {ran}");
    }
}

fn manifests(lab: &Lab, text: &str) -> PathBuf {
    let folder = lab.home().join("mine");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("broken.yaml"), text).expect("a file");
    folder
}

#[test]
fn broken_manifests_are_refused_before_anything_is_applied() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard", "--until", "localstack"]).ok();
    let cases = [
        ("kind: Job\n  bad: [", "broken.yaml"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\ndata: {k: w}\n", "data"),
        ("- just\n- a list\n", "broken.yaml"),
        ("apiVersion: v1\nmetadata: {name: a}\n", "kind"),
    ];
    for (text, names) in cases {
        let folder = manifests(&lab, text);
        refused(
            &lab.tutor(&["up", "--no-dashboard", "--manifests", folder.to_str().expect("UTF-8")]),
            &["broken.yaml", names],
        );
    }
    let unknown = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {shedule: '* * * * *'}\n";
    let folder = manifests(&lab, unknown);
    refused(&lab.tutor(&["up", "--no-dashboard", "--manifests", folder.to_str().expect("UTF-8")]), &["shedule"]);
}

#[test]
fn a_port_in_use_is_named() {
    let lab = Lab::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    refused(&lab.tutor(&["sandbox", "start", "--port", &port]), &[&port, "--port"]);
    assert_ne!(lab.tutor(&["sandbox", "status"]).code, 0, "nothing was left running");
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named() {
    let lab = Lab::new();
    std::fs::write(lab.data(), "a file where the folder should be").expect("a file");
    refused(&lab.tutor(&["up", "--no-dashboard"]), &["data", "K8S_TUTOR_DATA_DIR"]);
    assert_eq!(std::fs::read_to_string(lab.data()).expect("a file"), "a file where the folder should be");
}

#[test]
fn a_provider_that_is_not_there_is_named_with_what_is() {
    let lab = Lab::new();
    refused(&lab.tutor(&["up", "--no-dashboard", "--provider", "minikube"]), &["minikube", "sandbox"]);
    refused(&lab.tutor(&["up", "--no-dashboard", "--provider", "nonsense"]), &["nonsense", "sandbox"]);
}

#[test]
fn a_verb_on_a_lab_that_is_down_says_how_to_bring_it_up() {
    let lab = Lab::new();
    for args in [&["job", "ls"][..], &["task", "ls"], &["cron", "show"], &["fault", "ls"], &["report", "get"]] {
        refused(&lab.tutor(args), &["k8s-tutor up"]);
    }
}

#[test]
fn what_is_not_there_is_named() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    refused(&lab.tutor(&["job", "show", "nosuchjob"]), &["nosuchjob"]);
    refused(&lab.tutor(&["report", "get", "nosuch.csv"]), &["nosuch.csv"]);
    refused(&lab.tutor(&["task", "done", "nosuchtask"]), &["nosuchtask"]);
    refused(&lab.tutor(&["cron", "schedule", "every minute"]), &["every minute"]);
    let dash = lab.tutor(&["job", "run", "Not_A_Name"]);
    refused(&dash, &["Not_A_Name"]);
}

#[test]
fn a_full_disk_is_told_and_loses_nothing() {
    let Some(disk) = SmallDisk::new() else { return };
    let lab = Lab::new();
    let on_disk = |args: &[&str]| {
        crate::support::run(
            lab.command(env!("CARGO_BIN_EXE_k8s-tutor"))
                .env("K8S_TUTOR_DATA_DIR", disk.folder.path().join("data"))
                .args(args),
        )
    };
    let filler = disk.folder.path().join("filler");
    std::fs::write(&filler, vec![0_u8; (disk.megabytes << 20) + 1]).expect_err("the disk is too small for it");
    refused(&on_disk(&["up", "--no-dashboard"]), &["space"]);
    std::fs::remove_file(&filler).expect("the filler goes");
    on_disk(&["up", "--no-dashboard"]).ok();
    on_disk(&["sandbox", "stop"]).ok();
}

/// A tmpfs of a few megabytes; mounting one needs root.
struct SmallDisk {
    folder: tempfile::TempDir,
    megabytes: usize,
}

impl SmallDisk {
    fn new() -> Option<Self> {
        let (folder, megabytes) = (tempfile::tempdir().expect("a folder"), 48);
        let size = format!("size={megabytes}m");
        let mounted =
            std::process::Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        if mounted.is_ok_and(|o| o.status.success()) {
            return Some(Self { folder, megabytes });
        }
        eprintln!("SKIPPED: a full disk needs a small tmpfs, which only root can mount");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.folder.path()).output();
    }
}
