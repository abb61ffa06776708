//! Whole screens of a lab in several states, sizes and languages: what must be on them, and that none is too small.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::panel::PanelId;
use crate::app::state::{Focus, LinkState, Place, State, Target};
use crate::app::testing;
use crate::domain::command::ShellCommand;
use crate::domain::object::Uid;
use crate::domain::step::{Event, Step, StepState};
use crate::text::Lang;
use crate::tui::{Theme, draw, text};

fn at(panel: PanelId, mut state: State) -> State {
    state.here = match panel {
        PanelId::Job => Place::of(panel, Target::Uid(Uid::new("job-test3"))),
        PanelId::Cronjob => Place::of(panel, Target::Uid(Uid::new("cron-1"))),
        _ => Place::tab(panel),
    };
    state
}

fn screen(state: &State, width: u16, height: u16) -> String {
    let theme = Theme::named("dark").unwrap();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(&mut buffer, state, &theme, testing::now());
    text(&buffer)
}

/// The plan of `up` in the middle: one step done, one at work, one to come.
fn planned() -> State {
    let mut state = State::default();
    state.start.begin();
    let commands = vec![ShellCommand::line("kubectl rollout status deployment/localstack")];
    let step = |id, title: &str, why| Step::new(id, title, why, commands.clone());
    let mut first = step("cluster", "start the cluster (sandbox)", "a lab needs an API server, controllers and a node");
    let init = "wait until LocalStack, the table and the bucket answer";
    let why = "LocalStack calls itself ready before its init scripts have run";
    let plan = vec![first.clone(), step("init", init, why), step("rollouts", "wait until its pods are ready", "x")];
    state.start.take(&Event::Plan(plan), testing::time("13:48:50"));
    first.end(StepState::Done, Some("started".into()), std::time::Duration::from_millis(3_200));
    state.start.take(&Event::Ended { step: Box::new(first) }, testing::time("13:48:53"));
    state.start.take(&Event::Began { id: "init" }, testing::time("13:48:53"));
    state.start.take(&Event::Waiting { id: "init", what: "table tasks".into() }, testing::time("13:48:55"));
    state
}

fn down() -> State {
    let failure = crate::app::message::Failure::new("the sandbox is not running", Some("k8s-tutor up".into()));
    State { link: LinkState::Down { failure, retry_at: None }, ..State::default() }
}

const PANELS: [PanelId; 7] =
    [PanelId::Start, PanelId::Cronjobs, PanelId::Cronjob, PanelId::Job, PanelId::Tree, PanelId::Faults, PanelId::Story];

#[test]
fn no_screen_is_too_small_and_no_language_breaks_one() {
    let states = [testing::fresh(), testing::worked(), testing::broken(), testing::repaired(), planned(), down()];
    for state in &states {
        for panel in PANELS {
            for lang in Lang::ALL {
                let mut state = at(panel, state.clone());
                state.options.lang = lang;
                for (width, height) in [(20, 5), (24, 6), (31, 9), (45, 12), (80, 24), (200, 50)] {
                    for line in [0, 3, 40] {
                        state.line = line;
                        let screen = screen(&state, width, height);
                        assert_eq!(screen.lines().count(), usize::from(height), "{panel:?}");
                    }
                    state.focus = Focus::Why { top: 3 };
                    screen(&state, width, height);
                    state.focus = Focus::Panel;
                }
            }
        }
    }
}

/// `cargo test --lib screens::show -- --nocapture --ignored`: to be looked at.
#[test]
#[ignore = "prints the screens for a person"]
fn show() {
    let sizes = [(80, 24), (120, 40)];
    let one = |name: &str, state: &State| {
        for lang in Lang::ALL {
            for (width, height) in sizes {
                let mut state = state.clone();
                state.options.lang = lang;
                println!("=== {name} {lang} {width}x{height}\n{}", screen(&state, width, height));
            }
        }
    };
    one("down", &down());
    one("plan", &planned());
    one("start-fresh", &at(PanelId::Start, testing::fresh()));
    for panel in PANELS {
        one(&format!("{panel:?}"), &at(panel, testing::broken()));
    }
    for panel in PANELS {
        for (width, height) in [(45, 12), (20, 5)] {
            println!("=== {panel:?} {width}x{height}\n{}", screen(&at(panel, testing::broken()), width, height));
        }
    }
    one("job-done", &at(PanelId::Job, testing::repaired()));
    let mut state = at(PanelId::Job, testing::broken());
    state.focus = Focus::Why { top: 0 };
    one("why", &state);
}

#[test]
fn a_job_that_waits_tells_why_and_when_it_tries_again() {
    let screen = screen(&at(PanelId::Job, testing::broken()), 80, 24);
    for wanted in ["↻ Retrying", "job/test3", "failed 3/11", "4567", "◷ 24s", "WAITED", "RULE", "40s"] {
        assert!(screen.contains(wanted), "{wanted} is missing:\n{screen}");
    }
}

#[test]
fn the_plan_tells_what_it_waits_for_and_how_far_it_is() {
    let screen = screen(&planned(), 80, 24);
    for wanted in ["step 1 of 3", "table tasks", "3.2s", "init scripts have run", "$ kubectl rollout status"] {
        assert!(screen.contains(wanted), "{wanted} is missing:\n{screen}");
    }
}

#[test]
fn on_a_low_screen_the_next_step_is_in_sight() {
    let screen = screen(&at(PanelId::Start, testing::broken()), 45, 12);
    assert!(screen.contains("▸  C  Repair the port"), "{screen}");
}

#[test]
fn without_a_lab_the_key_that_brings_one_is_told() {
    let screen = screen(&down(), 80, 24);
    assert!(screen.contains("r brings one up") && screen.contains("the sandbox is not running"), "{screen}");
}
