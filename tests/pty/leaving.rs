//! Every way out gives the terminal back: the alternate screen is left, the cursor shows, the mouse and bracketed
//! paste are off, and the line discipline echoes again.

use std::io::Read;
use std::time::Duration;

use nix::sys::signal::Signal;
use portable_pty::{PtySize, native_pty_system};

use crate::support::{Lab, until};
use crate::terminal::{Terminal, command, lab};

/// A dashboard that has taken its terminal.
fn open(lab: &Lab) -> Terminal {
    let terminal = Terminal::open(lab, &["--panel", "pods"]);
    terminal.wait_for("● live");
    terminal.is_taken();
    terminal
}

#[test]
fn by_keys() {
    let lab = lab();
    for keys in ["q", "\u{3}", ":q\r"] {
        let mut terminal = open(&lab);
        terminal.send(keys);
        let after = terminal.ended();
        assert!(after.status.success(), "{keys:?}: {:?}", after.status);
        after.is_restored();
    }
}

#[test]
fn by_signals() {
    let lab = lab();
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let terminal = open(&lab);
        terminal.signal(signal);
        terminal.ended().is_restored();
    }
}

#[test]
fn by_a_panic() {
    let lab = lab();
    let terminal = Terminal::with(&lab, &["--panel", "pods"], &[("K8S_TUTOR_PANIC_AT", "frame:3")]);
    let after = terminal.ended();
    after.is_restored();
    assert_eq!(after.status.exit_code(), 101);
    // After the alternate screen was left: it can be read.
    assert!(after.text.contains("asked for by K8S_TUTOR_PANIC_AT"), "{}", after.text);
    let raw = String::from_utf8_lossy(&after.raw);
    assert!(raw.rfind("panicked at") > raw.rfind("\u{1b}[?1049l"), "its words are not on the screen that is gone");
}

#[test]
fn a_window_that_is_closed_ends_the_program() {
    let lab = lab();
    // Without a `Terminal`, whose reader would hold the window open.
    let pair = native_pty_system().openpty(PtySize::default()).unwrap();
    let mut child = pair.slave.spawn_command(command(&lab, &["--panel", "pods"], &[])).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    let (mut raw, mut buffer) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&raw).contains("live") {
        let read = reader.read(&mut buffer).unwrap();
        assert!(read > 0, "it ended: {}", String::from_utf8_lossy(&raw));
        raw.extend_from_slice(&buffer[..read]);
    }
    drop((reader, pair.master));
    until("the program ends", Duration::from_secs(60), || match child.try_wait() {
        Ok(Some(_)) => Ok(()),
        other => Err(format!("{other:?}")),
    });
}

#[test]
fn with_a_fault_in_place_it_asks_and_tells() {
    let lab = lab();
    lab.tutor(&["fault", "inject-port"]).ok();
    let mut terminal = open(&lab);
    terminal.wait_for("FAULT");
    terminal.send("q");
    terminal.wait_for("Quit anyway");
    // A signal does not ask.
    terminal.signal(Signal::SIGTERM);
    let after = terminal.ended();
    after.is_restored();
    assert!(after.text.contains("fault inject-port on service/localstack is still in place"), "{}", after.text);
}
