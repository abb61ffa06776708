//! A sandbox is not alone on a machine: other sandboxes, other servers, another `up` at the same time.

use std::process::Stdio;

use crate::support::Lab;

#[test]
fn a_second_up_changes_nothing_and_says_so() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    let before = lab.tutor(&["status", "-o", "json"]).ok();
    let again = lab.tutor(&["up", "--no-dashboard"]).ok();
    again.says("nothing");
    assert!(before.json().is_object(), "{before}");
}

#[test]
fn two_ups_at_once_end_with_one_lab() {
    let lab = Lab::new();
    let spawn = || {
        lab.command(env!("CARGO_BIN_EXE_k8s-tutor"))
            .args(["up", "--no-dashboard"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs")
    };
    let (first, second) = (spawn(), spawn());
    for child in [first, second] {
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert!(lab.tutor(&["sandbox", "status", "-o", "json"]).ok().json()["pid"].is_u64());
}

#[test]
fn two_sandboxes_side_by_side_do_not_meet() {
    let (one, two) = (Lab::new(), Lab::new());
    one.tutor(&["up", "--no-dashboard"]).ok();
    two.tutor(&["up", "--no-dashboard"]).ok();
    assert_ne!(one.node_ip(), two.node_ip());
    one.tutor(&["task", "add", "--user", "a", "--title", "only in one", "--done"]).ok();
    let other = two.tutor(&["task", "ls"]).ok();
    assert!(!other.out.contains("only in one"), "{other}");
}

#[test]
fn a_foreign_server_on_4566_is_left_alone() {
    // Somebody's own LocalStack; where another one is there already, that is as good.
    let foreign = std::net::TcpListener::bind(("127.0.0.1", 4566));
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab.tutor(&["task", "add", "--user", "a", "--title", "t", "--done"]).ok();
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
    lab.tutor(&["report", "cat"]).ok().says("\"t\"");
    drop(foreign);
}
