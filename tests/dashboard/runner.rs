//! A dashboard at work on a lab, in a thread of its own, and a person before it.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossterm::event::Event;
use k8s_tutor::app::opening;
use k8s_tutor::app::state::{Options, State};
use k8s_tutor::app::{Effect, PanelId};
use k8s_tutor::config::LabRecord;
use k8s_tutor::content::manifests::Stage;
use k8s_tutor::lab::up::UpOptions;
use k8s_tutor::provider;
use k8s_tutor::runtime::{QUEUE, Runtime, Setup};
use k8s_tutor::tui::Loop;
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::screen::{self, Editor, Frame, Glass, Watcher};
use crate::support::Lab;

/// How a dashboard is opened.
pub(crate) struct Opening {
    pub(crate) panel: PanelId,
    pub(crate) size: (u16, u16),
    pub(crate) readonly: bool,
    pub(crate) editor: Editor,
}

impl Default for Opening {
    fn default() -> Self {
        let editor = Box::new(|_: &str| Err("no editor in this story".to_owned()));
        Self { panel: PanelId::Jobs, size: (140, 40), readonly: false, editor }
    }
}

/// A dashboard, as the person before it sees it.
pub(crate) struct Dashboard {
    watcher: Arc<Watcher>,
    events: Option<UnboundedSender<Event>>,
    keys: std::cell::Cell<usize>,
    thread: Option<JoinHandle<State>>,
    pub(crate) downloads: PathBuf,
}

/// A lab that is up.
pub(crate) fn lab() -> Lab {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab
}

impl Dashboard {
    /// Opens a panel on a lab, and waits until everything is live.
    #[track_caller]
    pub(crate) fn open(lab: &Lab, panel: PanelId) -> Self {
        Self::with(lab, Opening { panel, ..Opening::default() })
    }

    #[track_caller]
    pub(crate) fn with(lab: &Lab, opening: Opening) -> Self {
        // As `entry` does; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let downloads = lab.home().join("downloads");
        std::fs::create_dir_all(&downloads).unwrap();
        let (watcher, events, glass) = screen::terminal(opening.size, opening.editor);
        let options = Options { readonly: opening.readonly, downloads: downloads.clone(), ..Options::default() };
        let (setup, seen) = (setup(lab, downloads.clone()), watcher.clone());
        let thread = std::thread::spawn(move || {
            let closing = Closing(seen);
            let state = run(glass, setup, State::new(options), opening.panel);
            drop(closing);
            state
        });
        let dashboard =
            Self { watcher, events: Some(events), keys: std::cell::Cell::new(0), thread: Some(thread), downloads };
        dashboard.wait_for("● live");
        dashboard
    }

    /// Presses keys, by the keymap's words.
    pub(crate) fn press(&self, keys: &str) {
        keys.split_whitespace().for_each(|word| self.send(screen::key(word)));
    }

    /// Types a text.
    pub(crate) fn type_text(&self, text: &str) {
        let word = |c: char| if c == ' ' { "space".to_owned() } else { c.to_string() };
        text.chars().for_each(|c| self.send(screen::key(&word(c))));
    }

    /// Empties a field and types a text into it.
    pub(crate) fn fill(&self, text: &str) {
        self.press("ctrl-u");
        self.type_text(text);
    }

    fn send(&self, event: Event) {
        if let Some(events) = &self.events {
            self.keys.set(self.keys.get() + 1);
            // A dashboard that has ended takes no keys; the next wait says so.
            let _ = events.send(event);
        }
    }

    /// Waits until the screen is as it should be, with everything that was pressed before handled.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> Frame {
        self.watcher.until(self.keys.get(), what, is_so)
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) -> Frame {
        self.wait_until(&format!("{text:?} shows"), |screen| screen.contains(text))
    }

    #[track_caller]
    pub(crate) fn wait_for_not(&self, text: &str) -> Frame {
        self.wait_until(&format!("{text:?} is gone"), |screen| !screen.contains(text))
    }

    /// Waits for a line that has all these texts in it.
    #[track_caller]
    pub(crate) fn wait_for_line(&self, texts: &[&str]) -> Frame {
        self.wait_until(&format!("a line with {texts:?} shows"), |screen| has_line(screen, texts))
    }

    /// The screen with everything that was pressed handled.
    #[track_caller]
    pub(crate) fn screen(&self) -> String {
        self.wait_until("a frame", |_| true).text
    }

    pub(crate) fn copied(&self) -> Vec<String> {
        self.watcher.copied()
    }

    pub(crate) fn edited(&self) -> Vec<String> {
        self.watcher.edited()
    }

    /// The newest frame, whatever is on it.
    pub(crate) fn frame(&self) -> Frame {
        self.watcher.frame()
    }

    /// Waits until the dashboard has ended by itself.
    #[track_caller]
    pub(crate) fn ended(mut self) -> State {
        let thread = self.thread.take().unwrap();
        thread.join().unwrap_or_else(|_| panic!("the dashboard panicked; the screen was\n{}", self.frame().text))
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        // No more events: the loop ends as if the terminal were gone.
        self.events = None;
        let Some(thread) = self.thread.take() else { return };
        let panicked = thread.join().is_err();
        assert!(!panicked || std::thread::panicking(), "the dashboard panicked");
    }
}

/// A line that has all these texts in it.
pub(crate) fn has_line(screen: &str, texts: &[&str]) -> bool {
    screen.lines().any(|line| texts.iter().all(|text| line.contains(text)))
}

/// Wakes whoever waits when the dashboard ends, a panic included.
struct Closing(Arc<Watcher>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn setup(lab: &Lab, downloads: PathBuf) -> Setup {
    let options = provider::Options {
        provider: "sandbox".to_owned(),
        sandbox_dir: lab.data().join("sandbox"),
        exe: env!("CARGO_BIN_EXE_k8s-tutor").into(),
        ..provider::Options::default()
    };
    let up = UpOptions {
        stage: Stage::V2,
        manifests: None,
        until: None,
        dry_run: false,
        data: lab.data(),
        record: LabRecord::new("sandbox"),
        patience: Duration::from_secs(60),
    };
    Setup {
        provider: provider::choose(&options).unwrap(),
        up,
        downloads,
        settings: lab.home().join("config.toml"),
        read_settings: Arc::new(|| Err("no settings in this story".to_owned())),
    }
}

fn run(glass: Glass, setup: Setup, mut state: State, panel: PanelId) -> State {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (sender, queue) = mpsc::channel(QUEUE);
        let mut beside = Runtime::new(setup, sender);
        let effects = opening::begin(&mut state, false, Some(panel), None);
        effects.into_iter().for_each(|effect| beside.perform(effect));
        let dashboard = Loop::new(glass, |effect: Effect| beside.perform(effect), state).unwrap();
        let state = dashboard.run(queue).await.unwrap();
        beside.finish().await;
        state
    })
}
