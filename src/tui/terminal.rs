//! The real terminal: into the alternate screen and out of it again, on every way out, a panic included.

use std::io::{self, Stdout, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use crossterm::cursor::Show;
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture, Event, EventStream,
};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{clipboard::CopyToClipboard, execute};
use futures::StreamExt;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;

use super::TuiError;
use super::editor;
use super::run::Screen;

/// The terminal is ours: somebody has to give it back.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal is the editor's: for now, or until a moment ago.
static LENT: Mutex<Option<Lent>> = Mutex::new(None);
/// A signal that was sent while the editor ran may be heard a moment after its end.
const HEARD_LATE: Duration = Duration::from_secs(1);

enum Lent {
    Now,
    Until(Instant),
}

/// The real terminal.
pub struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Stdout>>,
    events: Option<EventStream>,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal. Dropping gives it back; so does a panic, wherever it is.
    ///
    /// # Errors
    /// Standard output is no terminal, or does not do as told.
    pub fn enter(mouse: bool) -> Result<Self, TuiError> {
        let failed = |what| move |source| TuiError::Terminal { what, source };
        hook();
        enter(mouse).map_err(failed("take"))?;
        let inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout())).map_err(|source| {
            leave();
            TuiError::Terminal { what: "draw on", source }
        })?;
        Ok(Self { inner, events: Some(EventStream::new()), mouse })
    }

    /// Everything that is on the screen is drawn over. `ratatui::Terminal::clear` would ask the terminal where its
    /// cursor is, and fail with those that do not answer.
    fn forget(&mut self) -> io::Result<()> {
        execute!(io::stdout(), Clear(ClearType::All))?;
        self.inner = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))?;
        Ok(())
    }
}

fn enter(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
    if mouse {
        execute!(out, EnableMouseCapture)?;
    }
    Ok(())
}

/// True while the editor has the terminal, and a moment longer: a Ctrl-C of then is meant for the editor.
pub fn is_lent() -> bool {
    match *LENT.lock().unwrap_or_else(PoisonError::into_inner) {
        None => false,
        Some(Lent::Now) => true,
        Some(Lent::Until(end)) => end.elapsed() < HEARD_LATE,
    }
}

fn lend(lent: Lent) {
    *LENT.lock().unwrap_or_else(PoisonError::into_inner) = Some(lent);
}

/// Gives the terminal back, once: for a way out that does not drop [`Terminal`].
pub fn restore() {
    leave();
}

fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nothing can be done about a terminal that is gone.
    let mut out = io::stdout();
    let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
    let _ = out.flush();
}

/// A panic anywhere first gives the terminal back, so that its words can be read, then ends the program: half a
/// dashboard would draw over them.
fn hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let ours = ENTERED.load(Ordering::SeqCst);
            leave();
            usual(panic);
            if ours {
                std::process::exit(101);
            }
        }));
    });
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

impl Screen for Terminal {
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Buffer) -> Option<(u16, u16)>) -> io::Result<()> {
        self.inner.draw(|frame| {
            let cursor = paint(frame.buffer_mut());
            if let Some(cursor) = cursor {
                frame.set_cursor_position(cursor);
            }
        })?;
        Ok(())
    }

    fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.inner.size()?;
        Ok((size.width, size.height))
    }

    async fn event(&mut self) -> Option<io::Result<Event>> {
        match &mut self.events {
            Some(events) => events.next().await,
            None => std::future::pending().await,
        }
    }

    fn edit(&mut self, name: &str, text: &str) -> Result<String, String> {
        // The reader of events would take the editor's keys.
        self.events = None;
        leave();
        lend(Lent::Now);
        let edited = editor::edit(name, text);
        lend(Lent::Until(Instant::now()));
        let entered = enter(self.mouse).and_then(|()| self.forget());
        self.events = Some(EventStream::new());
        entered.map_err(|error| format!("cannot take the terminal back: {error}"))?;
        edited
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text.as_bytes()))
    }
}
