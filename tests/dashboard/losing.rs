//! The API server goes away, by its own will and by force, and comes back, the same one or another.

use std::time::{Duration, Instant};

use k8s_tutor::app::PanelId;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::runner::{Dashboard, has_line, lab};
use crate::support::Lab;

/// What is asserted; what is measured is far less, and printed.
const GENEROUS: Duration = Duration::from_secs(10);

fn daemon(lab: &Lab) -> Pid {
    let status = lab.tutor(&["sandbox", "status", "-o", "json"]).ok().json();
    Pid::from_raw(i32::try_from(status["pid"].as_i64().unwrap()).unwrap())
}

/// A lab whose addresses no other test's sandbox takes while it is down: those take the first free ones, from below.
fn lab_that_may_restart(n: u8) -> Lab {
    let lab = Lab::new();
    let slots = [15 - n, 13 - n, 11 - n];
    let started = slots.iter().any(|slot| lab.tutor(&["sandbox", "start", "--slot", &slot.to_string()]).code == 0);
    assert!(started, "one of the slots {slots:?} is free");
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab
}

/// A dashboard with a Job that has ended, so that nothing else changes.
fn watching(lab: Lab) -> (Lab, Dashboard) {
    lab.tutor(&["job", "run", "before", "--wait"]).ok();
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);
    dashboard.wait_for_line(&["before", "Complete"]);
    (lab, dashboard)
}

/// Sends a signal, and waits for the frame that says so.
#[track_caller]
fn lose(lab: &Lab, dashboard: &Dashboard, signal: Signal) {
    let pid = daemon(lab);
    let sent = Instant::now();
    kill(pid, signal).unwrap();
    let told = dashboard.wait_until("the loss is told", |screen| {
        screen.lines().next().is_some_and(|header| header.contains("stale") || header.contains("not connected"))
    });
    let after = told.at.saturating_duration_since(sent);
    eprintln!("{signal}: on the screen after {} ms", after.as_millis());
    assert!(after < GENEROUS, "told after {after:?}:\n{}", told.text);
    assert!(has_line(&told.text, &["before", "Complete"]), "what was known stays:\n{}", told.text);
}

#[track_caller]
fn is_live_again(lab: &Lab, dashboard: &Dashboard) {
    dashboard.wait_for("● live");
    dashboard.wait_for_not("not connected");
    lab.tutor(&["job", "run", "after"]).ok();
    dashboard.wait_for_line(&["after", "Complete"]);
}

#[test]
fn a_server_that_ends_is_told_and_found_again() {
    let (lab, dashboard) = watching(lab_that_may_restart(0));
    lose(&lab, &dashboard, Signal::SIGTERM);
    let down = dashboard.wait_for("not connected").text;
    assert!(has_line(&down, &["before", "Complete"]), "{down}");
    lab.tutor(&["sandbox", "start"]).ok();
    dashboard.wait_for("connected again");
    dashboard.wait_for_line(&["before", "Complete"]);
    is_live_again(&lab, &dashboard);
}

#[test]
fn a_server_that_is_killed_is_told_and_found_again() {
    let (lab, dashboard) = watching(lab_that_may_restart(1));
    lose(&lab, &dashboard, Signal::SIGKILL);
    // A key that needs the server says why it cannot.
    dashboard.wait_for("not connected");
    dashboard.press("t");
    dashboard.wait_for("Job name");
    dashboard.press("enter");
    dashboard.wait_for("✗ the lab is not up (provider sandbox)");
    lab.tutor(&["sandbox", "start"]).ok();
    is_live_again(&lab, &dashboard);
}

#[test]
fn a_new_cluster_in_its_place_is_taken_for_what_it_is() {
    let (lab, dashboard) = watching(lab());
    // Other certificates, other tokens, another past: at the same address.
    let port = port(&lab);
    lab.tutor(&["down", "--purge"]).ok();
    lab.tutor(&["sandbox", "start", "--port", &port]).ok();
    dashboard.wait_for("● live");
    dashboard.wait_for_not("before");
    lab.tutor(&["up", "--no-dashboard"]).ok();
    is_live_again(&lab, &dashboard);
}

fn port(lab: &Lab) -> String {
    let status = lab.tutor(&["sandbox", "status", "-o", "json"]).ok().json();
    let url = status["url"].as_str().unwrap().to_owned();
    url.rsplit(':').next().unwrap().trim_end_matches('/').to_owned()
}

#[test]
fn a_server_that_hangs_is_found_out() {
    let (lab, dashboard) = watching(lab());
    let pid = daemon(&lab);
    kill(pid, Signal::SIGSTOP).unwrap();
    let told = dashboard.wait_for("not connected").text;
    assert!(has_line(&told, &["before", "Complete"]), "{told}");
    kill(pid, Signal::SIGCONT).unwrap();
    is_live_again(&lab, &dashboard);
}
