//! Without a terminal: the status, plain lines, one frame. No escape byte in any of them.

use unicode_width::UnicodeWidthStr;

use crate::terminal::lab;

#[test]
fn without_a_terminal_the_status_is_printed() {
    let lab = lab();
    let ran = lab.tutor(&[]).ok();
    ran.says("task-reporter").says("localstack");
    assert!(!ran.out.contains('\u{1b}'), "{ran}");
}

#[test]
fn plain_lines_tell_what_there_is_and_end_in_time() {
    let lab = lab();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "x", "--done"]).ok();
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
    let ran = lab.tutor(&["--plain", "--for", "2s"]).ok();
    for line in ["connected: sandbox, context k8s-tutor-sandbox", "job/test1 Complete", "cronjob/task-reporter"] {
        assert!(ran.out.contains(line), "{line:?} is not in {ran}");
    }
    assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{ran}");
    for line in ran.out.lines() {
        let (time, _) = line.split_once(' ').unwrap();
        assert!(jiff::civil::Time::strptime("%H:%M:%S", time).is_ok(), "{line}");
    }
}

#[test]
fn a_snapshot_is_as_large_as_asked_for() {
    let lab = lab();
    for panel in ["jobs", "pods", "cronjobs", "start", "events", "tasks", "reports", "faults", "story", "tree", "logs"]
    {
        let ran = lab.tutor(&["--snapshot", "80x24", "--panel", panel]).ok();
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(lines.len(), 24, "{ran}");
        assert!(lines.iter().all(|line| line.width() <= 80), "{ran}");
        assert!(!ran.out.chars().any(|c| c.is_control() && c != '\n'), "{ran}");
        assert!(lines[0].contains("● live"), "{ran}");
    }
}
