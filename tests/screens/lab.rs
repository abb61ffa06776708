//! The lab that all screens show: recorded, connected, with its data and logs; and the ways into each panel.

use k8s_tutor::app::message::{Body, Connected, Data, Link, LogNews};
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::toasts::Tone;
use k8s_tutor::app::state::{Place, Target};
use k8s_tutor::domain::object::{Kind, ObjectRef};
use k8s_tutor::domain::step::{Event, Step, StepState};

use crate::data;
use crate::recorded;
use crate::scene::Scene;

/// Where the connection leads.
pub(crate) fn session() -> Link {
    Link::Up(Box::new(Connected {
        provider: "sandbox".into(),
        context: "sandbox".into(),
        namespace: "default".into(),
        version: "v1.36.2".into(),
        server: "https://127.0.0.1:6443".into(),
        kubeconfig: None,
    }))
}

/// Connected, everything known.
pub(crate) fn lab() -> Scene {
    let mut scene = Scene::new();
    scene.link(session());
    plan(&mut scene);
    scene.messages(recorded::messages());
    scene.data(Data::Endpoint(Ok("http://127.0.0.1:30000".into())));
    scene.data(Data::Tasks(Ok(data::tasks())));
    scene.data(Data::Reports(Ok(data::reports())));
    for report in [data::today(), data::yesterday()] {
        scene.data(Data::Report(report.report.key.clone(), Ok(Box::new(report))));
    }
    logs(&mut scene);
    said(&mut scene);
    // The cursor stays on the first row that ever came; a person begins at the top.
    let world = &mut scene.state.world;
    world.cronjobs.select_at(0);
    world.jobs.select_at(0);
    world.pods.select_at(0);
    world.events.select_at(0);
    scene
}

/// `up`, done.
fn plan(scene: &mut Scene) {
    let step = |id, title: &str, why, detail: &str, state, ms| {
        let mut step = Step::new(id, title, why, Vec::new());
        step.end(state, Some(detail.to_owned()), std::time::Duration::from_millis(ms));
        step
    };
    let steps = vec![
        step("cluster", "Start the cluster", "Everything runs in it", "v1.36.2", StepState::Done, 3_512),
        step("localstack", "Install LocalStack", "S3 and DynamoDB", "1/1 ready", StepState::Done, 1_204),
        step("app", "Apply the task app", "It writes tasks", "unchanged", StepState::Unchanged, 310),
    ];
    scene.take(Body::Step(Event::Plan(steps)));
}

fn logs(scene: &mut Scene) {
    let pods = |scene: &Scene, job: &str| -> Vec<String> {
        let job = scene.state.world.jobs.named(job).unwrap();
        job.row.attempts.iter().map(|attempt| attempt.pod.clone()).collect()
    };
    for pod in pods(scene, "test5") {
        scene.log(&pod, "2026-11-23T13:49:04Z", data::GOOD);
        scene.take(Body::Log(0, LogNews::Ended { pod, previous: false, why: None }));
    }
    for (pod, since) in pods(scene, "flaky").into_iter().zip(["48:25", "48:35", "48:56"]) {
        let lines = data::bad(since);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        scene.log(&pod, &format!("2026-11-23T13:{since}Z"), &lines);
        scene.take(Body::Log(0, LogNews::Ended { pod, previous: false, why: None }));
    }
}

/// What was said before: nothing of it is on the screen any more.
fn said(scene: &mut Scene) {
    let at = |text: &str| format!("2026-11-23T{text}Z").parse().unwrap();
    let toasts = &mut scene.state.toasts;
    toasts.say(at("13:48:30"), Tone::Info, "the lab is up", None);
    toasts.say(at("13:48:33"), Tone::Command, "$ kubectl create job test1 --from=cronjob/task-reporter", None);
    toasts.say(at("13:48:34"), Tone::Info, "job/test1 created", None);
    toasts.say(
        at("13:48:42"),
        Tone::Error,
        "cannot create job/test1: jobs.batch \"test1\" already exists",
        Some("k8s-tutor job run --name test2".into()),
    );
    toasts.say(at("13:48:50"), Tone::Warning, "settings: theme: there is none called pink", None);
}

/// The lab on a panel, as a person gets there.
pub(crate) fn on(panel: PanelId) -> Scene {
    let mut scene = lab();
    enter(&mut scene, panel);
    scene
}

/// Goes to a panel.
pub(crate) fn enter(scene: &mut Scene, panel: PanelId) {
    scene.draw("dark");
    let uid = |scene: &Scene, job: &str| scene.state.world.jobs.named(job).unwrap().facts.uid.clone();
    match panel {
        PanelId::Logs => {
            let uid = uid(scene, "flaky");
            scene.go(PanelId::Jobs).state.world.jobs.select(&uid);
            scene.keys("l");
        }
        PanelId::Job => {
            let uid = uid(scene, "flaky");
            scene.go(PanelId::Jobs).state.world.jobs.select(&uid);
            scene.keys("enter");
        }
        PanelId::Cronjob => {
            scene.go(PanelId::Cronjobs).keys("G enter");
        }
        PanelId::Report => {
            scene.go(PanelId::Reports).keys("enter");
        }
        PanelId::Object => {
            scene.go(PanelId::Cronjobs).keys("G y");
            text(scene, true);
        }
        panel => {
            scene.go(panel);
        }
    }
    assert_eq!(scene.state.here.panel, panel);
}

/// The text of the object on the screen comes.
pub(crate) fn text(scene: &mut Scene, yaml: bool) {
    let (object, _) = scene.state.text.of.clone().unwrap();
    let text = if yaml { data::YAML } else { data::DESCRIPTION };
    scene.data(Data::Text { object, yaml, text: Ok(text.to_owned()) });
}

/// The log of a pod.
pub(crate) fn log_of(pod: &str) -> Place {
    Place::of(PanelId::Logs, Target::Object(ObjectRef::new(Kind::Pod, pod)))
}
