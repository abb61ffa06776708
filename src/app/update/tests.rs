//! `update` as a table: a state, keys or news, and the effects that come of it. No cluster, no clock, no terminal.

use jiff::Timestamp;

use super::{press, update};
use crate::app::effect::Effect;
use crate::app::message::{Body, Connected, Data, Deed, Done, Failure, Input, Link, LogNews, Message};
use crate::app::panel::PanelId;
use crate::app::state::world::Freshness;
use crate::app::state::{Focus, LinkState, Options, State};
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::{CronJobPhase, CronJobRow};
use crate::domain::job::{Ended, JobFacts, JobPhase, JobSpec};
use crate::domain::log::LogLine;
use crate::domain::object::{Kind, ObjectRef, Uid};
use crate::domain::pod::{PodFacts, PodRow};
use crate::domain::report::ReportRow;
use crate::domain::service::{ServicePort, ServiceRow};
use crate::domain::task::TaskRow;
use crate::domain::watch::{News, Row, WatchEvent};

const EPOCH: u64 = 1;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_764_000_000 + second).unwrap()
}

fn say(state: &mut State, second: i64, body: Body) -> Vec<Effect> {
    update(state, Message { at: at(second), body })
}

fn watch(state: &mut State, second: i64, kind: Kind, news: News) -> Vec<Effect> {
    say(state, second, Body::Watch(EPOCH, WatchEvent { kind, news }))
}

fn cronjob(name: &str) -> CronJobRow {
    CronJobRow {
        uid: Uid::new(&format!("cj-{name}")),
        name: name.to_owned(),
        labels: "app=task-reporter".into(),
        created_at: Some(at(-1000)),
        status: CronJobPhase::Waiting,
        schedule: "0 15 * * *".into(),
        time_zone: None,
        suspend: false,
        active: Vec::new(),
        last_schedule: None,
        last_successful: None,
        concurrency_policy: "Allow".into(),
        starting_deadline_seconds: None,
        successful_history: 3,
        failed_history: 3,
        next: None,
        schedule_error: None,
    }
}

fn job(name: &str, second: i64) -> JobFacts {
    JobFacts {
        uid: Uid::new(&format!("job-{name}")),
        name: name.to_owned(),
        created_at: Some(at(second)),
        started_at: Some(at(second)),
        cronjob: Some("task-reporter".into()),
        cronjob_uid: Some(Uid::new("cj-task-reporter")),
        spec: JobSpec { backoff_limit: 10, parallelism: 1, completions: Some(1), ..JobSpec::default() },
        ..JobFacts::default()
    }
}

/// A pod of a Job: running, or ended with an exit code.
fn pod(job: &str, name: &str, second: i64, exit: Option<i32>) -> PodFacts {
    let ended = exit.map(|_| at(second + 2));
    let state = match exit {
        None => AttemptState::Running,
        Some(0) => AttemptState::Succeeded,
        Some(_) => AttemptState::Failed,
    };
    let (phase, status) = match exit {
        None => ("Running", "Running"),
        Some(0) => ("Succeeded", "Completed"),
        Some(_) => ("Failed", "Error"),
    };
    let attempt = Attempt {
        number: 0,
        pod: name.to_owned(),
        state,
        index: None,
        started_at: Some(at(second)),
        finished_at: ended,
        exit_code: exit,
        reason: None,
        message: None,
        created_at: Some(at(second)),
        gone: false,
        restarts: 0,
    };
    let row = PodRow {
        uid: Uid::new(&format!("pod-{name}")),
        name: name.to_owned(),
        ready: 0,
        containers: 1,
        status: status.into(),
        restarts: 0,
        created_at: Some(at(second)),
        started_at: Some(at(second)),
        finished_at: ended,
        exit_code: exit,
        ip: None,
        node: None,
        job: Some(job.to_owned()),
        phase: phase.into(),
        message: None,
    };
    PodFacts {
        row,
        labels: "app=task-reporter".into(),
        containers: Box::new(["task-reporter".into()]),
        attempt: Some(Box::new((Uid::new(&format!("job-{job}")), attempt))),
    }
}

fn service(port: u16) -> ServiceRow {
    let port = ServicePort { index: 0, name: "edge".into(), port, target: Some(4566), node_port: Some(30_000) };
    ServiceRow {
        uid: Uid::new("svc"),
        name: "localstack".into(),
        cluster_ip: None,
        ports: vec![port],
        annotations: [("k8s-tutor.dev/ports".to_owned(), r#"{"edge":4566}"#.to_owned())].into(),
    }
}

fn rows(rows: Vec<Row>) -> News {
    News::Rows(rows)
}

/// A lab that is connected, with a CronJob and every list whole.
fn lab() -> State {
    let mut state = State::new(Options::default());
    state.epoch = EPOCH;
    let session = Connected {
        provider: "sandbox".into(),
        context: "k8s-tutor-sandbox".into(),
        namespace: "default".into(),
        version: "v1.36.2".into(),
        server: "https://127.0.0.1:1".into(),
        kubeconfig: None,
    };
    say(&mut state, 0, Body::Link(EPOCH, Link::Up(Box::new(session))));
    for kind in Kind::ALL {
        watch(&mut state, 0, kind, News::Begin);
        match kind {
            Kind::CronJob => {
                drop(watch(&mut state, 0, kind, rows(vec![Row::CronJob(Box::new(cronjob("task-reporter")))])))
            }
            Kind::Service => drop(watch(&mut state, 0, kind, rows(vec![Row::Service(Box::new(service(4566)))]))),
            _ => {}
        }
        watch(&mut state, 0, kind, News::Ready);
    }
    say(&mut state, 0, Body::Data(EPOCH, Data::Endpoint(Ok("http://127.0.0.1:30000".into()))));
    state
}

fn add_job(state: &mut State, name: &str, second: i64) {
    watch(state, second, Kind::Job, rows(vec![Row::Job(Box::new(job(name, second)))]));
}

fn add_pod(state: &mut State, pod: PodFacts, second: i64) -> Vec<Effect> {
    watch(state, second, Kind::Pod, rows(vec![Row::Pod(Box::new(pod))]))
}

#[test]
fn connecting_asks_for_what_cannot_be_watched() {
    let mut state = State::new(Options::default());
    state.epoch = EPOCH;
    let session = lab().session.unwrap();
    let effects = say(&mut state, 0, Body::Link(EPOCH, Link::Up(Box::new(session))));
    assert_eq!(effects, [Effect::FindEndpoint, Effect::Poll { tasks: true, reports: true }]);
    let effects = say(&mut state, 0, Body::Data(EPOCH, Data::Endpoint(Ok("http://x".into()))));
    assert_eq!(effects, [Effect::ListTasks, Effect::ListReports]);
    assert!(say(&mut state, 0, Body::Data(EPOCH, Data::Endpoint(Ok("http://x".into())))).is_empty());
}

#[test]
fn messages_of_an_older_connection_are_dropped() {
    let mut state = lab();
    let before = state.world.jobs.len();
    let event = WatchEvent { kind: Kind::Job, news: rows(vec![Row::Job(Box::new(job("old", 0)))]) };
    assert!(say(&mut state, 1, Body::Watch(EPOCH - 1, event)).is_empty());
    assert_eq!(state.world.jobs.len(), before);
}

#[test]
fn keys_lead_to_panels_and_back() {
    for (keys, panel) in [
        ("3", PanelId::Jobs),
        ("2 enter", PanelId::Cronjob),
        ("2 enter esc", PanelId::Cronjobs),
        ("tab", PanelId::Cronjobs),
        ("shift-tab", PanelId::Story),
        ("4 d", PanelId::Pods),
        ("2 d", PanelId::Object),
        ("2 y esc", PanelId::Cronjobs),
        ("8 9 0 -", PanelId::Story),
        (": p o enter", PanelId::Pods),
        (": j o b enter", PanelId::Jobs),
        (": esc", PanelId::Start),
    ] {
        let mut state = lab();
        press(&mut state, keys, at(1));
        assert_eq!(state.here.panel, panel, "{keys}");
    }
}

#[test]
fn a_job_is_run_with_the_name_in_the_field() {
    let mut state = lab();
    add_job(&mut state, "test1", 1);
    assert!(press(&mut state, "3 t", at(2)).is_empty_but_polls());
    let effects = press(&mut state, "enter", at(3));
    let wanted = Effect::RunJob { cronjob: "task-reporter".into(), name: Some("test2".into()) };
    assert_eq!(effects, [wanted], "test1 is taken");
    assert!(matches!(state.focus, Focus::Panel));
}

#[test]
fn suspending_and_resuming_follow_what_is() {
    let mut state = lab();
    assert_eq!(
        press(&mut state, "2 s", at(1)).last(),
        Some(&Effect::Suspend { cronjob: "task-reporter".into(), suspend: true })
    );
    let suspended = CronJobRow { suspend: true, status: CronJobPhase::Suspended, ..cronjob("task-reporter") };
    watch(&mut state, 2, Kind::CronJob, rows(vec![Row::CronJob(Box::new(suspended))]));
    assert_eq!(press(&mut state, "s", at(3)), [Effect::Suspend { cronjob: "task-reporter".into(), suspend: false }]);
}

#[test]
fn a_schedule_that_is_none_is_told_in_the_dialogue_and_kept() {
    let mut state = lab();
    press(&mut state, "2 S ctrl-u l u n c h", at(1));
    assert!(press(&mut state, "enter", at(2)).is_empty());
    let Focus::Dialog(dialog) = &state.focus else { panic!("the dialogue is closed") };
    assert!(dialog.flaw.as_ref().unwrap().contains("expected exactly 5 fields"), "{:?}", dialog.flaw);
    assert_eq!(dialog.value(0), "lunch");
    press(&mut state, "ctrl-u", at(3));
    for key in "*/3 * * * *".chars() {
        let key = if key == ' ' { "space".to_owned() } else { key.to_string() };
        press(&mut state, &key, at(3));
    }
    let wanted = Effect::Schedule { cronjob: "task-reporter".into(), schedule: "*/3 * * * *".into() };
    assert_eq!(press(&mut state, "enter", at(4)), [wanted]);
}

#[test]
fn deleting_asks_with_cancel_focused() {
    let mut state = lab();
    add_job(&mut state, "test1", 1);
    press(&mut state, "3 ctrl-d", at(2));
    assert!(press(&mut state, "enter", at(3)).is_empty(), "Cancel is focused");
    assert!(matches!(state.focus, Focus::Panel));
    press(&mut state, "ctrl-d", at(4));
    for harmless in ["y", "d", "ctrl-d", "space"] {
        assert!(press(&mut state, harmless, at(5)).is_empty(), "{harmless} says yes to nothing");
    }
    let Focus::Dialog(dialog) = &state.focus else { panic!("the dialogue is closed") };
    assert_eq!(dialog.lines, ["job/test1"]);
    assert_eq!(dialog.commands, ["kubectl delete job test1"]);
    let effects = press(&mut state, "right enter", at(6));
    assert_eq!(effects, [Effect::DeleteObjects(vec![ObjectRef::new(Kind::Job, "test1")])]);
}

#[test]
fn readonly_refuses_every_key_that_changes_something() {
    let mut state = lab();
    add_job(&mut state, "test1", 1);
    state.options.readonly = true;
    for keys in ["2 t", "2 s", "2 S", "2 e", "3 ctrl-d", "8 a", "8 S", "8 x", "I", "C", "0 i", "1 r"] {
        let effects = press(&mut state, keys, at(2));
        assert!(effects.is_empty_but_polls(), "{keys}: {effects:?}");
        assert!(matches!(state.focus, Focus::Panel), "{keys} opened something");
    }
    assert!(state.toasts.all().next_back().unwrap().text.contains("--readonly"));
}

#[test]
fn a_failing_job_retries_and_its_attempts_stay_when_their_pods_go() {
    let mut state = lab();
    add_job(&mut state, "test3", 0);
    add_pod(&mut state, pod("test3", "test3-aaaaa", 0, Some(3)), 2);
    let row = state.world.jobs.named("test3").unwrap().row.clone();
    assert_eq!(row.status, JobPhase::Retrying);
    assert_eq!(row.next_attempt.as_ref().unwrap().at, at(12), "10 s after the end");
    watch(&mut state, 5, Kind::Pod, News::Gone(Uid::new("pod-test3-aaaaa")));
    let row = state.world.jobs.named("test3").unwrap().row.clone();
    assert!(row.attempts[0].gone && row.attempts[0].exit_code == Some(3));
    add_pod(&mut state, pod("test3", "test3-bbbbb", 12, Some(3)), 14);
    let row = &state.world.jobs.named("test3").unwrap().row;
    assert_eq!(row.attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(row.next_attempt.as_ref().unwrap().at, at(34), "20 s after the second end");
}

#[test]
fn pods_that_come_before_their_job_are_not_lost() {
    let mut state = lab();
    add_pod(&mut state, pod("late", "late-aaaaa", 0, Some(1)), 2);
    assert!(state.world.jobs.named("late").is_none());
    add_job(&mut state, "late", 0);
    assert_eq!(state.world.jobs.named("late").unwrap().row.attempts.len(), 1);
}

#[test]
fn a_log_is_read_while_its_pod_is_there_and_kept_when_it_is_not() {
    let mut state = lab();
    add_job(&mut state, "test1", 0);
    let effects = add_pod(&mut state, pod("test1", "test1-aaaaa", 0, None), 1);
    assert_eq!(effects, [Effect::FollowLog { pod: "test1-aaaaa".into(), container: None, previous: false }]);
    assert!(add_pod(&mut state, pod("test1", "test1-aaaaa", 0, Some(1)), 2).is_empty(), "once is enough");
    let line =
        LogLine { pod: "test1-aaaaa".into(), attempt: None, at: Some(at(1)), text: "ERROR no".into(), cut: false };
    let news = LogNews::Lines { pod: "test1-aaaaa".into(), previous: false, lines: vec![line] };
    say(&mut state, 2, Body::Log(EPOCH, news));
    watch(&mut state, 3, Kind::Pod, News::Gone(Uid::new("pod-test1-aaaaa")));
    let log = state.logs.pod("test1-aaaaa").unwrap();
    assert!(log.gone && &*log.lines[0].text == "ERROR no");
}

#[test]
fn logs_of_long_ago_are_not_read_unasked() {
    let mut state = lab();
    add_job(&mut state, "old", 0);
    assert!(add_pod(&mut state, pod("old", "old-aaaaa", 0, Some(0)), 10_000).is_empty());
    let effects = press(&mut state, "3 l", at(10_001));
    assert!(effects.contains(&Effect::FollowLog { pod: "old-aaaaa".into(), container: None, previous: false }));
}

#[test]
fn a_job_that_ends_has_its_report_looked_for() {
    let mut state = lab();
    add_job(&mut state, "test1", 0);
    let ended = Some(Ended { complete: true, reason: Some("CompletionsReached".into()), message: None });
    let done = JobFacts { ended, succeeded: 1, finished_at: Some(at(3)), ..job("test1", 0) };
    assert_eq!(watch(&mut state, 3, Kind::Job, rows(vec![Row::Job(Box::new(done))])), [Effect::ListReports]);
}

#[test]
fn a_broken_watch_is_told_and_what_was_known_stays() {
    let mut state = lab();
    add_job(&mut state, "test1", 0);
    watch(&mut state, 5, Kind::Job, News::Stale { why: "connection refused".into() });
    assert!(!state.is_live());
    watch(&mut state, 6, Kind::Job, News::Begin);
    assert!(state.world.jobs.named("test1").is_some(), "until the new list is whole");
    watch(&mut state, 6, Kind::Job, rows(vec![Row::Job(Box::new(job("test2", 6)))]));
    assert!(state.world.jobs.named("test2").is_none());
    watch(&mut state, 7, Kind::Job, News::Ready);
    assert!(state.world.jobs.named("test1").is_none() && state.world.jobs.named("test2").is_some());
    assert!(state.is_live());
}

#[test]
fn a_lost_connection_makes_everything_stale_and_coming_back_says_so() {
    let mut state = lab();
    let down = Link::Down { why: "connection refused".into(), next: None, retry_at: Some(at(6)) };
    say(&mut state, 5, Body::Link(EPOCH, down));
    assert!(matches!(state.link, LinkState::Down { .. }));
    assert!(matches!(state.world.freshness(Kind::Pod), Freshness::Stale { since, .. } if *since == at(5)));
    say(&mut state, 6, Body::Link(EPOCH, Link::Connecting));
    assert!(matches!(state.link, LinkState::Down { .. }), "why it was lost stays until it is back");
    let session = state.session.clone().unwrap();
    say(&mut state, 7, Body::Link(EPOCH, Link::Up(Box::new(session))));
    assert_eq!(state.link, LinkState::Up);
    assert_eq!(state.toasts.all().next_back().unwrap().text, "connected again");
}

#[test]
fn a_fault_shows_whoever_made_it_and_quitting_asks() {
    let mut state = lab();
    assert_eq!(press(&mut state, "q", at(1)), [Effect::Quit]);
    let mut state = lab();
    watch(&mut state, 2, Kind::Service, rows(vec![Row::Service(Box::new(service(4567)))]));
    assert_eq!(state.world.faults.len(), 1);
    assert!(press(&mut state, "q", at(3)).is_empty());
    assert!(press(&mut state, "esc", at(3)).is_empty());
    assert!(!state.quitting);
    press(&mut state, "q", at(4));
    assert_eq!(press(&mut state, "right enter", at(4)), [Effect::ClearFaults, Effect::Quit]);
    watch(&mut state, 5, Kind::Service, rows(vec![Row::Service(Box::new(service(4566)))]));
    assert!(state.world.faults.is_empty());
}

#[test]
fn another_namespace_forgets_everything_and_connects_anew() {
    let mut state = lab();
    add_job(&mut state, "test1", 0);
    let effects = press(&mut state, ": n s space k u b e enter", at(1));
    assert!(effects.contains(&Effect::Connect { epoch: EPOCH + 1, namespace: Some("kube".into()) }), "{effects:?}");
    assert!(state.world.jobs.is_empty() && state.logs.following() == 0);
    assert_eq!(state.namespace(), "kube");
}

#[test]
fn an_edit_that_is_refused_opens_again_with_what_was_typed() {
    let mut state = lab();
    let object = ObjectRef::new(Kind::CronJob, "task-reporter");
    assert_eq!(press(&mut state, "2 e", at(1)).last(), Some(&Effect::FetchForEdit(object.clone())));
    let effects = say(&mut state, 2, Body::Data(EPOCH, Data::Editable(object.clone(), Ok("a: 1\n".into()))));
    let open = |text: &str, error: Option<&str>| Effect::OpenEditor {
        object: object.clone(),
        before: "a: 1\n".into(),
        text: text.into(),
        error: error.map(str::to_owned),
    };
    assert_eq!(effects, [open("a: 1\n", None)]);
    let edited = |after: &str, given: &str| {
        Body::Input(Input::Edited {
            object: object.clone(),
            before: "a: 1\n".into(),
            given: given.into(),
            after: Ok(after.into()),
        })
    };
    assert!(say(&mut state, 3, edited("a: 1\n", "a: 1\n")).is_empty(), "nothing was changed");
    let apply = Effect::ApplyEdited { object: object.clone(), before: "a: 1\n".into(), after: "a: x\n".into() };
    assert_eq!(say(&mut state, 4, edited("a: x\n", "a: 1\n")), [apply]);
    let deed = Deed::Edit { object: object.clone(), before: "a: 1\n".into(), after: "a: x\n".into() };
    let refused = Done::Badly(deed, Failure::new("spec.a: Invalid value", None));
    assert_eq!(say(&mut state, 5, Body::Done(refused)), [open("a: x\n", Some("spec.a: Invalid value"))]);
}

#[test]
fn tasks_are_finished_together_in_the_way_of_the_first() {
    let mut state = lab();
    let task = |id: &str, done| TaskRow {
        id: id.into(),
        user: "kudoh".into(),
        title: format!("title {id}"),
        done,
        start_at: Some(at(-(id.len() as i64))),
        updated_at: None,
    };
    let tasks = vec![task("a", false), task("bb", true), task("ccc", false)];
    say(&mut state, 1, Body::Data(EPOCH, Data::Tasks(Ok(tasks))));
    let effects = press(&mut state, "8 space space space enter", at(2));
    assert_eq!(effects.last(), Some(&Effect::FinishTask { ids: vec!["a".into(), "ccc".into()], done: true }));
    let failure = Failure::new("cannot reach", Some("k8s-tutor status".into()));
    say(&mut state, 3, Body::Data(EPOCH, Data::Tasks(Err(failure.clone()))));
    assert_eq!(state.world.tasks_failure, Some(failure));
    assert_eq!(state.world.tasks.len(), 3, "what was known stays");
}

#[test]
fn two_reports_are_compared_the_older_first() {
    let mut state = lab();
    let report = |day: u8| ReportRow {
        key: format!("completed-tasks-2026-11-{day}.csv"),
        size: 1,
        modified_at: Some(at(i64::from(day))),
        lineage: None,
    };
    say(&mut state, 1, Body::Data(EPOCH, Data::Reports(Ok(vec![report(22), report(23)]))));
    let effects = press(&mut state, "9 =", at(2));
    let read = |day: u8| Effect::ReadReport(format!("completed-tasks-2026-11-{day}.csv"));
    assert!(effects.contains(&read(22)) && effects.contains(&read(23)), "{effects:?}");
    assert_eq!(state.diff_with.as_deref(), Some("completed-tasks-2026-11-22.csv"));
}

#[test]
fn what_is_copied_cannot_act_where_it_is_pasted() {
    let mut state = lab();
    let key = "a\u{1b}[201~\nrm -rf x.csv".to_owned();
    let report = ReportRow { key, size: 1, modified_at: Some(at(0)), lineage: None };
    say(&mut state, 1, Body::Data(EPOCH, Data::Reports(Ok(vec![report]))));
    let effects = press(&mut state, "9 c", at(2));
    let Some(Effect::Copy(text)) = effects.last() else { panic!("nothing is copied: {effects:?}") };
    assert!(text.contains("rm -rf x.csv") && !text.chars().any(char::is_control), "{text:?}");
}

#[test]
fn what_cannot_be_seen_asks_for_no_frame() {
    let mut state = lab();
    press(&mut state, "8", at(1));
    state.dirty = false;
    add_job(&mut state, "test1", 2);
    assert!(!state.dirty, "a Job is not on the panel of tasks");
    press(&mut state, "3", at(3));
    state.dirty = false;
    add_job(&mut state, "test1", 2);
    assert!(!state.dirty, "the same again");
    add_job(&mut state, "test2", 4);
    assert!(state.dirty);
}

#[test]
fn ending_by_a_signal_asks_nothing() {
    let mut state = lab();
    watch(&mut state, 2, Kind::Service, rows(vec![Row::Service(Box::new(service(4567)))]));
    assert_eq!(say(&mut state, 3, Body::Terminate), [Effect::Quit]);
    assert!(state.quitting);
}

/// Going to a panel only says what is to be polled.
trait Quiet {
    fn is_empty_but_polls(&self) -> bool;
}

impl Quiet for Vec<Effect> {
    fn is_empty_but_polls(&self) -> bool {
        self.iter().all(|effect| matches!(effect, Effect::Poll { .. }))
    }
}
