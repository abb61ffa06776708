//! A state, a time and a screen: fed with messages and keys, drawn as the loop draws it.

use std::sync::LazyLock;

use jiff::Timestamp;
use k8s_tutor::app::message::{Body, Data, Input, Link, LogNews};
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::{Focus, Options, Place};
use k8s_tutor::app::{Effect, Message, State, update};
use k8s_tutor::domain::log::LogLine;
use k8s_tutor::text::Lang;
use k8s_tutor::tui::{self, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The time of all screens.
pub(crate) const NOW: &str = "2026-11-23T13:49:12Z";

/// The sizes that every panel is looked at in.
pub(crate) const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (97, 31)];

static DARK: LazyLock<Theme> = LazyLock::new(|| Theme::named("dark").unwrap());
static MONO: LazyLock<Theme> = LazyLock::new(|| Theme::named("mono").unwrap());

/// A dashboard without a terminal.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
}

impl Scene {
    /// A dashboard that has just begun.
    pub(crate) fn new() -> Self {
        Self { state: State::new(Options::default()), now: NOW.parse().unwrap() }
    }

    pub(crate) fn take(&mut self, body: Body) -> Vec<Effect> {
        update(&mut self.state, Message { at: self.now, body })
    }

    pub(crate) fn messages(&mut self, messages: Vec<Message>) {
        for message in messages {
            update(&mut self.state, message);
        }
    }

    pub(crate) fn link(&mut self, news: Link) {
        self.take(Body::Link(0, news));
    }

    pub(crate) fn data(&mut self, data: Data) {
        self.take(Body::Data(0, data));
    }

    /// Lines of a pod's log, one a second.
    pub(crate) fn log(&mut self, pod: &str, since: &str, lines: &[&str]) {
        let since: Timestamp = since.parse().unwrap();
        let line = |(n, text): (i64, &&str)| LogLine {
            at: since.checked_add(jiff::SignedDuration::from_millis(n * 317)).ok(),
            pod: pod.to_owned(),
            attempt: None,
            text: (*text).to_owned(),
            cut: false,
        };
        let lines = (0..).zip(lines).map(line).collect();
        self.take(Body::Log(0, LogNews::Lines { pod: pod.to_owned(), previous: false, lines }));
    }

    /// Keys as a person presses them, a frame after each.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.take(Body::Input(Input::Key(key.parse().unwrap())));
            self.draw("dark");
        }
        self
    }

    /// Letters typed into a line.
    pub(crate) fn typed(&mut self, text: &str) -> &mut Self {
        self.take(Body::Input(Input::Paste(text.to_owned())));
        self
    }

    pub(crate) fn size(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.take(Body::Input(Input::Resize(columns, rows)));
        self.draw("dark");
        self
    }

    pub(crate) fn lang(&mut self, lang: Lang) -> &mut Self {
        self.state.options.lang = lang;
        self
    }

    pub(crate) fn go(&mut self, panel: PanelId) -> &mut Self {
        self.state.focus = Focus::Panel;
        self.take(Body::Input(Input::Mouse(k8s_tutor::app::message::Hit::Tab(panel))));
        self
    }

    /// A panel that no tab leads to.
    pub(crate) fn place(&mut self, place: Place) -> &mut Self {
        self.go(place.panel);
        self.state.here = place;
        self
    }

    /// Draws, and lets the state know what was shown, as the loop does.
    pub(crate) fn draw(&mut self, theme: &str) -> Buffer {
        let (columns, rows) = self.state.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
        let theme = if theme == "dark" { &*DARK } else { &*MONO };
        let notes = tui::draw(&mut buffer, &self.state, theme, self.now);
        self.state.viewport = notes.viewport;
        self.state.page_back = notes.page_back;
        buffer
    }

    /// The screen as text, checked for what no screen may have.
    pub(crate) fn text(&mut self) -> String {
        let buffer = self.draw("dark");
        let text = tui::text(&buffer);
        super::check::screen(&text, buffer.area);
        text
    }
}
