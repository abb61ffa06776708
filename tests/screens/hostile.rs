//! Foreign text that wants to act: escape sequences, direction overrides, line feeds, from every source of data.

use k8s_tutor::app::message::Data;
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::toasts::Tone;
use k8s_tutor::domain::object::Kind;
use k8s_tutor::domain::report::{Lineage, ReportRow};
use k8s_tutor::domain::task::TaskRow;
use k8s_tutor::domain::watch::{News, Row};
use k8s_tutor::text::Lang;

use crate::data;
use crate::lab::{self, enter};
use crate::recorded::watch;
use crate::scene::{SIZES, Scene};

/// Clears the screen, renames the window, writes the clipboard, turns the text round, and is long.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{9b}31m\r\n\t\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}👩\u{200d}💻e\u{301}設計";

fn evil() -> Scene {
    let mut scene = lab::lab();
    let mut tasks = data::tasks();
    tasks.push(TaskRow {
        id: EVIL.into(),
        user: EVIL.into(),
        title: EVIL.repeat(9),
        done: true,
        start_at: Some(scene.now),
        updated_at: Some(scene.now),
    });
    scene.data(Data::Tasks(Ok(tasks)));
    let lineage = Lineage { pod: Some(EVIL.into()), job: Some(EVIL.into()), ..Lineage::default() };
    let row = ReportRow { key: EVIL.into(), size: 9, modified_at: Some(scene.now), lineage: Some(lineage) };
    scene.data(Data::Reports(Ok(vec![row.clone()])));
    let mut table = data::today();
    table.table.header[0] = EVIL.into();
    table.table.rows[0].cells[3] = EVIL.repeat(9);
    table.report = row;
    scene.data(Data::Report(EVIL.into(), Ok(Box::new(table))));
    let (mut pods, mut jobs, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for pod in scene.state.world.pods.all() {
        let mut row = pod.row.clone();
        row.message = Some(EVIL.into());
        row.status = EVIL.into();
        let facts = k8s_tutor::domain::pod::PodFacts {
            row,
            labels: format!("app={EVIL}").into(),
            containers: pod.containers.clone(),
            attempt: None,
        };
        pods.push(Row::Pod(Box::new(facts)));
    }
    for job in scene.state.world.jobs.all() {
        let mut facts = job.facts.clone();
        facts.labels = format!("app={EVIL}").into();
        if let Some(ended) = &mut facts.ended {
            ended.reason = Some(EVIL.into());
            ended.message = Some(EVIL.into());
        }
        jobs.push(Row::Job(Box::new(facts)));
    }
    for event in scene.state.world.events.all() {
        let mut event = event.clone();
        event.message = EVIL.repeat(5);
        event.source = EVIL.into();
        events.push(Row::Event(Box::new(event)));
    }
    let now = scene.now;
    for (kind, rows) in [(Kind::Pod, pods), (Kind::Job, jobs), (Kind::Event, events)] {
        scene.messages(vec![watch(now, kind, News::Rows(rows))]);
    }
    let pods: Vec<String> =
        scene.state.world.jobs.all().flat_map(|job| &job.row.attempts).map(|a| a.pod.clone()).collect();
    for pod in pods {
        scene.log(&pod, "2026-11-23T13:48:25Z", &[EVIL, &format!("ERROR {EVIL}")]);
    }
    scene.state.toasts.say(scene.now, Tone::Error, EVIL, Some(EVIL.into()));
    scene
}

#[test]
fn nothing_foreign_acts_on_the_terminal() {
    let mut scene = evil();
    let mut escaped = 0;
    for panel in PanelId::ALL {
        enter(scene.size(120, 40), panel);
        if let (PanelId::Object, Some((object, yaml))) = (panel, scene.state.text.of.clone()) {
            scene.data(Data::Text { object, yaml, text: Ok(format!("a: {EVIL}\n{EVIL}")) });
        }
        for lang in Lang::ALL {
            for (columns, rows) in SIZES.into_iter().chain([(45, 12), (20, 5)]) {
                let text = scene.lang(lang).size(columns, rows).text();
                escaped += usize::from(text.contains("\\u{1b}"));
            }
        }
        scene.lang(Lang::En);
    }
    assert!(escaped > 16, "the hostile data was on {escaped} screens only");
}
