//! The server has forgotten the history (410): the list is read anew, and what was on the screen stays on it meanwhile.

use std::time::Duration;

use jiff::Timestamp;
use k8s_tutor::app::message::{Body, Connected, Link};
use k8s_tutor::app::state::{Options, Place, State};
use k8s_tutor::app::{Effect, Message, PanelId};
use k8s_tutor::cluster::Sink;
use k8s_tutor::domain::object::Kind;
use k8s_tutor::domain::watch::WatchEvent;
use k8s_tutor::tui::Loop;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::screen::{self, Watcher};
use crate::wire::{Cut, Wire};

struct Forward(mpsc::Sender<Message>);

impl Sink for Forward {
    async fn take(&mut self, event: WatchEvent) -> bool {
        self.0.send(Message { at: Timestamp::now(), body: Body::Watch(0, event) }).await.is_ok()
    }
}

fn connected() -> Message {
    let connected = Connected {
        provider: "test".to_owned(),
        context: "test".to_owned(),
        namespace: "default".to_owned(),
        version: "v1.36.2".to_owned(),
        server: "https://127.0.0.1:1".to_owned(),
        kubeconfig: None,
    };
    Message { at: Timestamp::now(), body: Body::Link(0, Link::Up(Box::new(connected))) }
}

/// How often pods were listed from the beginning.
fn lists(wire: &Wire) -> usize {
    let is_list = |asked: &&String| asked.contains("/pods?") && !asked.contains("watch=");
    wire.asked().iter().filter(is_list).count()
}

#[track_caller]
fn wait(watcher: &Watcher, what: &str, is_so: impl Fn(&str) -> bool) {
    watcher.until(0, what, is_so);
}

#[test]
fn rows_stay_on_the_screen_while_a_list_is_read_anew() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let wire = runtime.block_on(Wire::open());
    runtime.block_on(async {
        wire.pod("held").await;
        wire.pod("doomed").await;
    });
    let (watcher, events, glass) = screen::terminal((100, 20), Box::new(|_| Err("no editor".to_owned())));
    let (sender, queue) = mpsc::channel(64);
    let dashboard = runtime.spawn_blocking(move || {
        let mut state = State::new(Options::default());
        state.here = Place::tab(PanelId::Pods);
        let dashboard = Loop::new(glass, |_: Effect| {}, state).unwrap();
        tokio::runtime::Handle::current().block_on(dashboard.run(queue)).unwrap();
    });
    sender.blocking_send(connected()).unwrap();
    let cluster = wire.cluster.clone();
    let watch = runtime.spawn(async move { cluster.watch(Kind::Pod, Forward(sender)).await });
    wait(&watcher, "both pods", |screen| screen.contains("held") && screen.contains("doomed"));

    // For a while the new list cannot be had; meanwhile a pod goes, unseen.
    let before = lists(&wire);
    watcher.mark();
    wire.answer(Some(("/pods", 503)));
    wire.cut(Cut::Gone);
    wait(&watcher, "the break is told", |screen| screen.contains("stale"));
    let path = "/api/v1/namespaces/default/pods/doomed?gracePeriodSeconds=0";
    assert_eq!(runtime.block_on(wire.request("DELETE", path, &Value::Null)).0, 200);
    wire.answer(None);
    wait(&watcher, "the new list is whole", |screen| !screen.contains("doomed"));
    for frame in watcher.marked() {
        assert!(frame.contains("held"), "a frame without its rows:\n{frame}");
    }
    assert!(lists(&wire) > before, "it was read anew: {:?}", wire.asked());

    runtime.block_on(wire.pod("fresh"));
    wait(&watcher, "the new watch stands", |screen| screen.contains("fresh") && !screen.contains("stale"));
    drop(events);
    watch.abort();
    runtime.block_on(dashboard).unwrap();
    runtime.shutdown_timeout(Duration::from_secs(1));
}
