//! A terminal in memory: keys go in, frames come out. Everybody who waits is woken by the next frame.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use k8s_tutor::app::key::{Code, Key};
use k8s_tutor::tui::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Longer than anything takes that a story waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a person sees.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) text: String,
    /// When it was drawn.
    pub(crate) at: Instant,
    /// How many keys had been handled when it was drawn.
    keys: usize,
}

struct Inside {
    frame: Frame,
    /// Every frame since `mark`.
    marked: Option<Vec<String>>,
    copied: Vec<String>,
    /// Texts that the editor was given.
    edited: Vec<String>,
    size: (u16, u16),
    over: bool,
}

/// The person's side of the terminal.
pub(crate) struct Watcher {
    inside: Mutex<Inside>,
    news: Condvar,
}

/// What the editor does with a text: the person's part.
pub(crate) type Editor = Box<dyn FnMut(&str) -> Result<String, String> + Send>;

/// The program's side of the terminal.
pub(crate) struct Glass {
    watcher: Arc<Watcher>,
    events: UnboundedReceiver<Event>,
    handed: usize,
    editor: Editor,
}

/// A terminal: the person's side, the way in for events, the program's side.
pub(crate) fn terminal(size: (u16, u16), editor: Editor) -> (Arc<Watcher>, UnboundedSender<Event>, Glass) {
    let frame = Frame { text: String::new(), at: Instant::now(), keys: 0 };
    let inside = Inside { frame, marked: None, copied: Vec::new(), edited: Vec::new(), size, over: false };
    let watcher = Arc::new(Watcher { inside: Mutex::new(inside), news: Condvar::new() });
    let (sender, events) = unbounded_channel();
    let glass = Glass { watcher: watcher.clone(), events, handed: 0, editor };
    (watcher, sender, glass)
}

impl Watcher {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        // A test that failed elsewhere must not hide why.
        self.inside.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The newest frame.
    pub(crate) fn frame(&self) -> Frame {
        self.inside().frame.clone()
    }

    /// Waits for a frame, drawn after so many keys were handled, that is as it should be.
    #[track_caller]
    pub(crate) fn until(&self, keys: usize, what: &str, is_so: impl Fn(&str) -> bool) -> Frame {
        let deadline = Instant::now() + PATIENCE;
        let mut inside = self.inside();
        loop {
            if inside.frame.keys >= keys && is_so(&inside.frame.text) {
                return inside.frame.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || inside.over {
                let text = inside.frame.text.clone();
                let ended = if inside.over { "the dashboard ended" } else { "no such frame in time" };
                drop(inside);
                panic!("{what}: {ended}; the screen is\n{text}");
            }
            inside = self.news.wait_timeout(inside, left).unwrap_or_else(std::sync::PoisonError::into_inner).0;
        }
    }

    /// Keeps every frame from now on.
    pub(crate) fn mark(&self) {
        self.inside().marked = Some(Vec::new());
    }

    /// Every frame since [`Watcher::mark`].
    pub(crate) fn marked(&self) -> Vec<String> {
        self.inside().marked.clone().unwrap_or_default()
    }

    pub(crate) fn copied(&self) -> Vec<String> {
        self.inside().copied.clone()
    }

    /// The texts that the editor was given, in order.
    pub(crate) fn edited(&self) -> Vec<String> {
        self.inside().edited.clone()
    }

    /// The dashboard has ended: nobody waits for a frame any more.
    pub(crate) fn close(&self) {
        self.inside().over = true;
        self.news.notify_all();
    }
}

impl Screen for Glass {
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Buffer) -> Option<(u16, u16)>) -> io::Result<()> {
        let (width, height) = self.watcher.inside().size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        paint(&mut buffer);
        let frame = Frame { text: tui::text(&buffer), at: Instant::now(), keys: self.handed };
        let mut inside = self.watcher.inside();
        if let Some(marked) = &mut inside.marked {
            marked.push(frame.text.clone());
        }
        inside.frame = frame;
        drop(inside);
        self.watcher.news.notify_all();
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        Ok(self.watcher.inside().size)
    }

    async fn event(&mut self) -> Option<io::Result<Event>> {
        let event = self.events.recv().await?;
        self.handed += 1;
        Some(Ok(event))
    }

    fn edit(&mut self, _name: &str, text: &str) -> Result<String, String> {
        self.watcher.inside().edited.push(text.to_owned());
        (self.editor)(text)
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        self.watcher.inside().copied.push(text.to_owned());
        Ok(())
    }
}

/// A key by the keymap's word, as a terminal sends it.
pub(crate) fn key(word: &str) -> Event {
    let key: Key = word.parse().unwrap_or_else(|why| panic!("{why}"));
    let code = match key.code {
        Code::Char(c) => KeyCode::Char(c),
        Code::Enter => KeyCode::Enter,
        Code::Esc => KeyCode::Esc,
        Code::Tab if key.shift => KeyCode::BackTab,
        Code::Tab => KeyCode::Tab,
        Code::Backspace => KeyCode::Backspace,
        Code::Delete => KeyCode::Delete,
        Code::Up => KeyCode::Up,
        Code::Down => KeyCode::Down,
        Code::Left => KeyCode::Left,
        Code::Right => KeyCode::Right,
        Code::Home => KeyCode::Home,
        Code::End => KeyCode::End,
        Code::PageUp => KeyCode::PageUp,
        Code::PageDown => KeyCode::PageDown,
        Code::F(n) => KeyCode::F(n),
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::CONTROL, key.ctrl);
    modifiers.set(KeyModifiers::ALT, key.alt);
    modifiers.set(KeyModifiers::SHIFT, key.shift);
    Event::Key(KeyEvent::new(code, modifiers))
}
