//! States other than the good one: nothing there, nothing known yet, out of date, refused, a thousand rows, narrow.

use k8s_tutor::app::message::{Body, Data, Failure, Link};
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::{Place, Target};
use k8s_tutor::domain::job::JobFacts;
use k8s_tutor::domain::object::{Kind, ObjectRef, Uid};
use k8s_tutor::domain::task::TaskRow;
use k8s_tutor::domain::watch::{News, Row};
use k8s_tutor::text::Lang;
use k8s_tutor::tui;

use crate::check::{joined, screen, snapshot};
use crate::data;
use crate::lab::{self, enter, session};
use crate::recorded::watch;
use crate::scene::Scene;

/// Nothing is known yet: connected this moment.
fn loading() -> Scene {
    let mut scene = Scene::new();
    scene.link(session());
    scene
}

/// Everything is known, and there is nothing.
fn empty() -> Scene {
    let mut scene = loading();
    for kind in Kind::ALL {
        let now = scene.now;
        scene.messages(vec![watch(now, kind, News::Begin), watch(now, kind, News::Ready)]);
    }
    scene.data(Data::Tasks(Ok(Vec::new())));
    scene.data(Data::Reports(Ok(Vec::new())));
    scene
}

fn failure() -> Failure {
    Failure::new(
        "cannot reach LocalStack at http://127.0.0.1:30000: connection refused (os error 111)",
        Some("k8s-tutor fault ls".into()),
    )
}

/// Nothing could be fetched.
fn refused() -> Scene {
    let mut scene = loading();
    scene.data(Data::Tasks(Err(failure())));
    scene.data(Data::Reports(Err(failure())));
    let why = "pods is forbidden: User \"dev\" cannot list resource \"pods\"".to_owned();
    for kind in Kind::ALL {
        let now = scene.now;
        scene.messages(vec![watch(now, kind, News::Stale { why: why.clone() })]);
    }
    scene
}

/// Everything was there, and the connection is lost.
fn stale() -> Scene {
    let mut scene = lab::lab();
    scene.data(Data::Tasks(Err(failure())));
    scene.data(Data::Reports(Err(failure())));
    scene.link(Link::Down {
        why: "https://127.0.0.1:6443: connection refused".into(),
        next: Some("k8s-tutor up".into()),
        retry_at: scene.now.checked_add(jiff::SignedDuration::from_secs(8)).ok(),
    });
    scene.state.toasts.dismiss(scene.now);
    scene
}

/// On a panel that needs an object, the object is not known.
fn place(panel: PanelId) -> Place {
    match panel {
        PanelId::Report => Place::of(panel, Target::Report(data::TODAY.into())),
        PanelId::Job | PanelId::Cronjob => Place::of(panel, Target::Uid(Uid::new("gone"))),
        panel => Place::tab(panel),
    }
}

fn all_panels(mut scene: Scene, goes: impl Fn(&mut Scene, PanelId), name: &str) {
    for panel in PanelId::ALL {
        goes(&mut scene, panel);
        let screens = Lang::ALL.map(|lang| (format!("{lang}"), scene.lang(lang).size(80, 24).text()));
        scene.lang(Lang::En);
        snapshot(&format!("{}-{name}", panel.word()), &joined(screens));
    }
}

fn straight(scene: &mut Scene, panel: PanelId) {
    scene.place(place(panel));
}

#[test]
fn loading_is_told() {
    all_panels(loading(), straight, "loading");
}

#[test]
fn empty_says_what_to_do() {
    all_panels(empty(), straight, "empty");
}

#[test]
fn a_refusal_says_why() {
    all_panels(refused(), straight, "refused");
}

#[test]
fn what_is_out_of_date_says_so() {
    all_panels(stale(), enter, "stale");
}

#[test]
fn narrow() {
    let mut scene = lab::lab();
    for panel in PanelId::ALL {
        enter(scene.size(80, 24), panel);
        let screens = Lang::ALL.map(|lang| (format!("45x12 {lang}"), scene.lang(lang).size(45, 12).text()));
        scene.lang(Lang::En);
        snapshot(&format!("{}-narrow", panel.word()), &joined(screens));
    }
}

/// A thousand rows of each list, the cursor in the middle of them.
#[test]
fn a_thousand_rows() {
    let mut scene = lab::lab();
    many(&mut scene);
    for panel in [PanelId::Jobs, PanelId::Events, PanelId::Tasks, PanelId::Reports, PanelId::Pods] {
        scene.go(panel).size(80, 24).draw("dark");
        let world = &mut scene.state.world;
        match panel {
            PanelId::Jobs => world.jobs.select_at(500),
            PanelId::Events => world.events.select_at(500),
            PanelId::Tasks => world.tasks.select_at(500),
            PanelId::Reports => world.reports.select_at(500),
            _ => world.pods.select_at(500),
        }
        snapshot(&format!("{}-thousand", panel.word()), &scene.text());
    }
}

fn many(scene: &mut Scene) {
    let now = scene.now;
    let ago = |n: i64| now.checked_sub(jiff::SignedDuration::from_secs(n * 60)).ok();
    let job = scene.state.world.jobs.named("test5").unwrap().facts.clone();
    let pod = scene.state.world.pods.at(0).unwrap();
    let (pod, containers) = (pod.row.clone(), pod.containers.clone());
    let event = scene.state.world.events.at(0).unwrap().clone();
    let (mut jobs, mut pods, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..1_000 {
        let uid = Uid::new(&format!("many-{n}"));
        let name = format!("task-reporter-{}", 29_924_000 + n);
        let facts = JobFacts { uid: uid.clone(), name, created_at: ago(n), started_at: ago(n), ..job.clone() };
        jobs.push(Row::Job(Box::new(facts)));
        let row = k8s_tutor::domain::pod::PodRow {
            uid: uid.clone(),
            name: format!("web-{n:04}"),
            created_at: ago(n),
            ..pod.clone()
        };
        let containers = containers.clone();
        let facts = k8s_tutor::domain::pod::PodFacts { row, labels: "app=web".into(), containers, attempt: None };
        pods.push(Row::Pod(Box::new(facts)));
        let message = format!("message {n}");
        events.push(Row::Event(Box::new(k8s_tutor::domain::event::EventRow {
            uid,
            at: ago(n),
            message,
            ..event.clone()
        })));
    }
    for (kind, rows) in [(Kind::Job, jobs), (Kind::Pod, pods), (Kind::Event, events)] {
        scene.messages(vec![watch(now, kind, News::Rows(rows))]);
    }
    let task = data::tasks().remove(0);
    let tasks = (0..1_000).map(|n| TaskRow { id: format!("{n:04}"), start_at: ago(n), ..task.clone() }).collect();
    scene.data(Data::Tasks(Ok(tasks)));
    let report = data::reports().remove(0);
    let key = |n| format!("completed-tasks-{n:04}.csv");
    let row = |n| k8s_tutor::domain::report::ReportRow { key: key(n), modified_at: ago(n), ..report.clone() };
    scene.data(Data::Reports(Ok((0..1_000).map(row).collect())));
}

#[test]
fn a_download_has_a_bar() {
    let mut scene = lab::on(PanelId::Reports);
    scene.data(Data::Progress { key: data::TODAY.into(), done: 1_300_000, total: 2_214_336 });
    let screens = [(80, 24), (45, 12)].map(|(c, r)| (format!("{c}x{r}"), scene.size(c, r).text()));
    snapshot("reports-download", &joined(screens));
}

#[test]
fn two_reports_are_compared() {
    let mut scene = lab::on(PanelId::Report);
    scene.keys("=");
    let screens = [(80, 24, Lang::En), (120, 40, Lang::En), (80, 24, Lang::Ja), (45, 12, Lang::En)];
    let screens = screens.map(|(c, r, lang)| (format!("{c}x{r} {lang}"), scene.lang(lang).size(c, r).text()));
    snapshot("report-diff", &joined(screens));
    scene.lang(Lang::En).size(80, 24).keys("=");
    assert!(scene.text().contains("userName"), "the same key leads back");
}

#[test]
fn a_report_that_is_long_cut_or_not_to_be_read() {
    let mut scene = lab::on(PanelId::Report);
    let mut long = data::long(1_000);
    long.table.truncated = true;
    scene.data(Data::Report(data::TODAY.into(), Ok(Box::new(long))));
    scene.keys("pgdn pgdn");
    let mut screens = vec![("long".to_owned(), scene.text())];
    scene.keys("G");
    assert!(scene.text().contains("タスク 999"));
    scene.keys("G up");
    assert!(scene.text().contains("タスク 998") && !scene.text().contains("タスク 999"), "one key, one row");
    scene.data(Data::Report(data::TODAY.into(), Ok(Box::new(data::long(0)))));
    screens.push(("no rows".to_owned(), scene.text()));
    scene.data(Data::Report(data::TODAY.into(), Err(failure())));
    screens.push(("failed".to_owned(), scene.text()));
    snapshot("report-states", &joined(screens));
}

#[test]
fn an_object_in_words_failed_or_searched() {
    let mut scene = lab::on(PanelId::Object);
    scene.keys("/").typed("limit").keys("enter");
    let mut screens = vec![("searched".to_owned(), scene.text())];
    scene.keys("esc d");
    screens.push(("being fetched".to_owned(), scene.text()));
    lab::text(&mut scene, false);
    screens.push(("description".to_owned(), scene.text()));
    let (object, yaml) = scene.state.text.of.clone().unwrap();
    scene.data(Data::Text { object, yaml, text: Err(failure()) });
    screens.push(("failed".to_owned(), scene.text()));
    snapshot("object-states", &joined(screens));
}

#[test]
fn logs_of_one_pod_with_times_and_a_search() {
    let mut scene = lab::on(PanelId::Logs);
    scene.keys("t /").typed("refused").keys("enter");
    let mut screens = vec![("times, searched".to_owned(), scene.text())];
    screens.push(("wide".to_owned(), scene.size(120, 40).text()));
    scene.size(80, 24).keys("esc t w right");
    screens.push(("not wrapped, to the right".to_owned(), scene.text()));
    let pod = scene.state.world.jobs.named("test5").unwrap().row.attempts[0].pod.clone();
    scene.keys("left w").place(lab::log_of(&pod));
    scene.state.logs.source = k8s_tutor::app::state::logs::Source::Pod(pod.clone());
    screens.push(("one pod".to_owned(), scene.text()));
    scene.take(Body::Log(
        0,
        k8s_tutor::app::message::LogNews::Ended { pod, previous: false, why: Some("connection reset".into()) },
    ));
    screens.push(("cut off".to_owned(), scene.text()));
    snapshot("logs-states", &joined(screens));
}

#[test]
fn logs_of_attempts_whose_pods_are_gone() {
    let mut scene = lab::lab();
    let job = scene.state.world.jobs.named("poddel").unwrap().facts.uid.clone();
    let pod = scene.state.world.jobs.named("poddel").unwrap().row.attempts[1].pod.clone();
    scene.log(&pod, "2026-11-23T13:48:40Z", data::GOOD);
    scene.go(PanelId::Jobs).state.world.jobs.select(&job);
    scene.keys("l");
    snapshot("logs-gone", &scene.text());
}

#[test]
fn a_fault_is_seen_from_every_panel() {
    let mut scene = lab::lab();
    let mut service = scene.state.world.services.all().next().unwrap().clone();
    let note =
        r#"{"fault":"inject-port","port_name":"http","original":4566,"injected":4567,"since":"2026-11-23T13:49:00Z"}"#;
    service.annotations.insert(k8s_tutor::domain::fault::FAULT.into(), note.into());
    service.ports[0].port = 4567;
    let now = scene.now;
    scene.messages(vec![watch(now, Kind::Service, News::Rows(vec![Row::Service(Box::new(service))]))]);
    for panel in PanelId::ALL {
        enter(&mut scene, panel);
        let buffer = scene.draw("mono");
        let text = tui::text(&buffer);
        screen(&text, buffer.area);
        assert!(text.lines().next().unwrap().contains("FAULT inject-port 4566→4567"), "{text}");
    }
    assert_eq!(ObjectRef::new(Kind::Service, "localstack").to_string(), scene.state.world.faults[0].target);
}
