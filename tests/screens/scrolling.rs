//! Moving through logs and texts: lines are what keys move by, whatever rows they take.

use k8s_tutor::app::message::{Body, LogNews};
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::logs::Source;
use k8s_tutor::domain::log::LogLine;

use crate::lab;
use crate::scene::Scene;

fn lines(pod: &str, from: usize, to: usize, text: impl Fn(usize) -> String) -> Body {
    let line = |n| LogLine { at: None, pod: pod.to_owned(), attempt: None, text: text(n), cut: false };
    Body::Log(0, LogNews::Lines { pod: pod.to_owned(), previous: false, lines: (from..to).map(line).collect() })
}

/// Ten thousand lines of one pod; every tenth takes several rows.
fn long() -> Scene {
    let mut scene = lab::lab();
    scene.go(PanelId::Logs);
    scene.state.logs.source = Source::Pod("long".into());
    scene.state.logs.follow = true;
    scene.take(lines("long", 0, 10_000, text));
    scene.size(80, 24).text();
    scene
}

fn text(n: usize) -> String {
    if n.is_multiple_of(10) { format!("<{n}> {}", "設計レビュー ".repeat(40)) } else { format!("<{n}>") }
}

/// The numbers of the lines on the screen.
fn shown(scene: &mut Scene) -> Vec<usize> {
    let text = scene.text();
    let number = |line: &str| line.split_once('<')?.1.split_once('>')?.0.parse().ok();
    text.lines().filter_map(number).collect()
}

#[test]
fn the_end_is_followed_wrapped_or_not() {
    let mut scene = long();
    assert_eq!(shown(&mut scene).last(), Some(&9_999));
    scene.take(lines("long", 10_000, 10_001, text));
    assert_eq!(shown(&mut scene).last(), Some(&10_000), "a line that takes seven rows is whole on the screen");
    assert!(scene.text().contains("following") || scene.text().contains("ended"));
    scene.keys("w");
    assert_eq!(shown(&mut scene).last(), Some(&10_000));
    assert!(shown(&mut scene).len() > 15, "not wrapped, a row a line");
}

#[test]
fn scrolling_up_pauses_and_the_end_follows_again() {
    let mut scene = long();
    let end = shown(&mut scene);
    scene.keys("up");
    assert!(!scene.state.logs.follow);
    assert_eq!(shown(&mut scene)[0], end[0] - 1);
    assert!(scene.text().contains("paused, "), "{}", scene.text());
    scene.keys("down");
    assert!(scene.state.logs.follow, "at the end again");
    assert_eq!(shown(&mut scene), end);
    scene.keys("pgup pgup s");
    assert_eq!(shown(&mut scene), end, "s follows at once");
}

#[test]
fn no_line_is_skipped_by_pages() {
    for wrap in [true, false] {
        let mut scene = long();
        scene.state.options.wrap = wrap;
        for (key, check) in [("pgup", 40), ("pgdn", 20)] {
            for _ in 0..check {
                let before = shown(&mut scene);
                scene.keys(key);
                let after = shown(&mut scene);
                let (up, down) = (before[0].min(after[0]), before[0].max(after[0]));
                let seen = if key == "pgup" { after.last() } else { before.last() };
                assert!(up < down, "{key} moves");
                assert!(*seen.unwrap() >= down - 1, "{key}, wrap {wrap}: {before:?} -> {after:?}");
            }
        }
    }
}

#[test]
fn a_paused_view_stays_while_lines_come_and_old_ones_go() {
    let mut scene = long();
    scene.keys("pgup pgup pgup");
    let before = shown(&mut scene);
    scene.take(lines("long", 10_000, 10_500, text));
    assert_eq!(shown(&mut scene), before, "five hundred lines were dropped above");
    assert!(scene.text().contains("pod/long"));
    scene.keys("g");
    assert_eq!(shown(&mut scene)[0], 500);
    assert!(scene.text().contains("500 older lines dropped"), "{}", scene.text());
}

#[test]
fn a_search_jumps_and_is_marked_wrapped_or_not() {
    for wrap in [true, false] {
        let mut scene = long();
        scene.state.options.wrap = wrap;
        scene.keys("/").typed("<12..>").keys("enter");
        assert_eq!(shown(&mut scene)[0], 1_200);
        assert!(scene.text().lines().any(|line| line.starts_with("▸ ") && line.contains("<1200>")));
        scene.keys("n n");
        assert_eq!(shown(&mut scene)[0], 1_202);
        scene.keys("N");
        assert_eq!(shown(&mut scene)[0], 1_201);
    }
}

#[test]
fn a_line_taller_than_the_screen_says_so_and_is_passed() {
    let mut scene = long();
    scene.take(lines("long", 0, 1, |_| "x".repeat(9_000)));
    scene.take(lines("long", 1, 2, |_| "<1>".into()));
    assert_eq!(shown(&mut scene), [1]);
    scene.keys("up");
    assert!(scene.text().contains("w unwraps"), "{}", scene.text());
    scene.keys("down");
    assert_eq!(shown(&mut scene), [1]);
    scene.keys("up pgup");
    assert!(!shown(&mut scene).is_empty());
}

#[test]
fn an_objects_text_goes_to_its_end_and_no_further() {
    let mut scene = lab::on(PanelId::Object);
    scene.size(45, 12).keys("G");
    assert!(scene.text().contains("lastSuccessfulTime"));
    let top = scene.state.text.top;
    scene.keys("down pgdn");
    assert_eq!(scene.state.text.top, top);
    scene.keys("g");
    assert!(scene.text().contains("apiVersion"));
}
