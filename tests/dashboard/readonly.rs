//! `--readonly`: every key that changes something is refused, on every panel.

use std::collections::BTreeSet;

use k8s_tutor::app::keymap::Keymap;
use k8s_tutor::app::{Action, PanelId};

use crate::runner::{Dashboard, Opening, lab};

/// What must stay as it is.
fn lab_as_it_is(lab: &crate::support::Lab) -> Vec<String> {
    let mut all = Vec::new();
    for args in [["job", "ls"], ["cron", "show"], ["fault", "ls"], ["task", "ls"], ["report", "ls"]] {
        let shown = lab.tutor(&[args[0], args[1], "-o", "json"]).ok().json();
        // Times until the next run pass by themselves.
        let uids = shown.to_string().split(',').filter(|part| !part.contains("in_seconds")).collect::<String>();
        all.push(uids);
    }
    all
}

#[test]
fn every_key_that_changes_something_is_refused() {
    let lab = lab();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "stays", "--done"]).ok();
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
    lab.tutor(&["fault", "inject-port"]).ok();
    let before = lab_as_it_is(&lab);
    let dashboard = Dashboard::with(&lab, Opening { readonly: true, ..Opening::default() });
    dashboard.wait_for("[read-only]");
    dashboard.wait_for_line(&["test1", "Complete"]);

    let keymap = Keymap::default();
    let mut tried = BTreeSet::new();
    for panel in PanelId::TABS {
        let goto = format!("goto_{}", panel.word());
        let action = Action::of_word(&goto).unwrap();
        dashboard.press(&keymap.key_of(PanelId::Messages, action).unwrap().to_string());
        for binding in keymap.bindings(panel) {
            if !binding.action.changes() {
                continue;
            }
            tried.insert(binding.action);
            for key in &binding.keys {
                // Esc takes what was said before away.
                dashboard.press("esc");
                dashboard.wait_for_not("nothing is changed here");
                dashboard.press(&key.to_string());
                dashboard.wait_for("read-only: nothing is changed here (--readonly)");
            }
        }
    }
    let wanted: BTreeSet<_> = Action::ALL.iter().copied().filter(|action| action.changes()).collect();
    let beyond: Vec<_> = wanted.difference(&tried).collect();
    assert!(beyond.is_empty(), "no tab has a key for {beyond:?}");

    // By its name it is the same action.
    dashboard.press("esc :");
    dashboard.type_text("clear_faults");
    dashboard.press("enter");
    dashboard.wait_for("read-only: nothing is changed here (--readonly)");
    // On the Start panel `r` brings the lab up; here it must not.
    dashboard.press("esc 1 r");
    dashboard.wait_for("● live");
    assert_eq!(lab_as_it_is(&lab), before);
    dashboard.press("esc q");
    dashboard.ended();
}
