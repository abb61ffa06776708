//! The selection is held by the object, whatever comes and goes around it.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, has_line, lab};

/// Moves the selection to a row: Jobs of one second stand in the order of their names, so no place is certain.
#[track_caller]
fn select(dashboard: &Dashboard, name: &str) {
    dashboard.press("g");
    for _ in 0..10 {
        if has_line(&dashboard.screen(), &["▸", name]) {
            return;
        }
        dashboard.press("j");
    }
    panic!("{name} is in no row:\n{}", dashboard.screen());
}

#[test]
fn the_selection_stays_on_its_object_while_rows_come_and_go() {
    let lab = lab();
    for job in ["first", "second"] {
        lab.tutor(&["job", "run", job, "--wait"]).ok();
    }
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);
    dashboard.wait_for_line(&["second", "Complete"]);
    select(&dashboard, "first");

    // Newest first: a Job that someone else runs comes in above.
    lab.tutor(&["job", "run", "third"]).ok();
    let now = dashboard.wait_for_line(&["third"]).text;
    assert!(has_line(&now, &["▸", "first"]), "{now}");
    lab.tutor(&["job", "rm", "second"]).ok();
    let now = dashboard.wait_for_not("second").text;
    assert!(has_line(&now, &["▸", "first"]), "{now}");

    // The same name again is another object: the selection is not its.
    lab.tutor(&["job", "rm", "first"]).ok();
    dashboard.wait_for_line(&["▸", "third"]);
    lab.tutor(&["job", "run", "first"]).ok();
    let now = dashboard.wait_until("it is there again", |screen| has_line(screen, &["first"])).text;
    assert!(has_line(&now, &["▸", "third"]), "{now}");
}

#[test]
fn a_filter_does_not_move_the_selection_to_another_object() {
    let lab = lab();
    for job in ["alpha", "beta", "gamma"] {
        lab.tutor(&["job", "run", job, "--wait"]).ok();
    }
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);
    dashboard.wait_for_line(&["alpha", "Complete"]);
    select(&dashboard, "beta");
    dashboard.press("/");
    dashboard.type_text("gam");
    dashboard.wait_for_not("beta ");
    dashboard.wait_for_line(&["▸", "gamma"]);
    dashboard.press("esc");
    dashboard.wait_until("all again, and the old one selected", |screen| {
        has_line(screen, &["alpha"]) && has_line(screen, &["▸", "beta"])
    });

    // The newest of them: the CronJob's history keeps three.
    select(&dashboard, "gamma");
    dashboard.press("/");
    dashboard.type_text("gam");
    dashboard.press("enter");
    dashboard.wait_for_not("beta ");
    dashboard.wait_for_line(&["▸", "gamma"]);
    // A Job that the filter hides comes in: nothing moves.
    lab.tutor(&["job", "run", "delta", "--wait"]).ok();
    lab.tutor(&["job", "run", "omega", "--wait"]).ok();
    dashboard.press("esc");
    let all = dashboard.wait_until("all again", |screen| has_line(screen, &["omega"])).text;
    assert!(has_line(&all, &["▸", "gamma"]), "{all}");
}
