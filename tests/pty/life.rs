//! It starts, follows the window's size, lends the terminal to an editor, and brings a lab up.

use nix::sys::signal::Signal;

use crate::support::Lab;
use crate::terminal::{Terminal, lab, script};

#[test]
fn it_starts_follows_the_size_and_quits() {
    let lab = lab();
    let mut terminal = Terminal::open(&lab, &["--panel", "pods"]);
    terminal.wait_for("● live");
    terminal.wait_until("the lab's pods", |screen| screen.contains("localstack-") && screen.contains("Running"));
    terminal.is_taken();

    terminal.resize(20, 5);
    let small = terminal.wait_until("all lines are new", |screen| {
        screen.lines().next().is_some_and(|line| line.starts_with(" k8s-tutor")) && screen.contains("q quit")
    });
    assert!(small.lines().count() <= 5, "{small}");
    terminal.resize(10, 3);
    terminal.wait_for("too small");
    terminal.resize(130, 40);
    let large = terminal.wait_until("it is whole again", |screen| {
        let footer = screen.lines().any(|line| line.trim_end().ends_with("q quit"));
        footer && screen.contains("localstack-") && screen.contains("JST") && screen.contains("Story")
    });
    assert!(large.lines().count() > 35, "{large}");

    terminal.send("q");
    let after = terminal.ended();
    assert!(after.status.success(), "{:?}", after.status);
    after.is_restored();
    assert!(after.text.contains("The lab goes on."), "{}", after.text);
    assert!(!String::from_utf8_lossy(&after.raw).contains("panicked"));
}

#[test]
fn an_editor_gets_the_terminal_and_gives_it_back() {
    let lab = lab();
    let log = lab.home().join("editor.log");
    let shown = log.display();
    // The editor tells how it finds the terminal; a Ctrl-C in it is its own affair.
    let editor = script(
        &lab,
        "editor",
        &format!("stty -a > {shown}; kill -INT $PPID; sed -i 's/0 15 \\* \\* \\*/7 8 * * */' \"$1\""),
    );
    let mut terminal = Terminal::with(&lab, &["--panel", "cronjobs"], &[("EDITOR", &editor)]);
    terminal.wait_for("● live");
    terminal.wait_for("task-reporter");
    terminal.send("e");
    terminal.wait_for("cronjob/task-reporter edited");
    terminal.wait_for("7 8 * * *");
    terminal.is_taken();
    let modes = std::fs::read_to_string(log).unwrap();
    assert!(modes.contains(" icanon") && modes.contains(" echo "), "the editor has a cooked terminal: {modes}");

    // Keys arrive as before, and the screen is whole.
    terminal.send("4");
    terminal.wait_until("the pods", |screen| screen.contains("localstack-") && screen.contains("Running"));
    terminal.send("q");
    let after = terminal.ended();
    assert!(after.status.success());
    after.is_restored();
    let schedule = lab.tutor(&["cron", "show", "-o", "json"]).ok().json()["schedule"].clone();
    assert_eq!(schedule, "7 8 * * *");
}

#[test]
fn an_editor_that_is_not_there_is_named() {
    let lab = lab();
    let mut terminal = Terminal::with(&lab, &["--panel", "cronjobs"], &[("EDITOR", "/nowhere/edit")]);
    terminal.wait_for("task-reporter");
    terminal.send("e");
    terminal.wait_for("cannot start /nowhere/edit");
    terminal.is_taken();
    terminal.signal(Signal::SIGTERM);
    terminal.ended().is_restored();
}

#[test]
fn up_opens_the_dashboard_on_the_plan() {
    let lab = Lab::new();
    // High enough for the whole plan beside what comes after it.
    let mut terminal = Terminal::sized(&lab, &["up"], &[], (120, 48));
    for step in ["start the cluster", "apply LocalStack's init scripts", "wait until its pods are ready"] {
        terminal.wait_for(step);
    }
    terminal.wait_for("the lab is up");
    terminal.wait_for("● live");
    terminal.wait_for("What to do next");
    terminal.send("q");
    let after = terminal.ended();
    assert!(after.status.success());
    after.is_restored();
    lab.tutor(&["cron", "ls"]).ok().says("task-reporter");
}

#[test]
fn a_mouse_click_changes_the_tab() {
    let lab = lab();
    let mut terminal = Terminal::open(&lab, &["--panel", "jobs"]);
    terminal.wait_for("● live");
    let tabs = terminal.wait_for("Pods 3");
    let column = tabs.lines().nth(1).unwrap().find("Pods").unwrap() + 1;
    terminal.send(&format!("\u{1b}[<0;{column};2M\u{1b}[<0;{column};2m"));
    terminal.wait_for("localstack-");
}
