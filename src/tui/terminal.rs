//! The real terminal: into the alternate screen and out of it again, on every way out, a panic included.

use std::io::{self, Stdout, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// Gives the terminal back, once.
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
        let edited = editor::edit(name, text);
        let entered = enter(self.mouse);
        self.events = Some(EventStream::new());
        // Everything the editor left on the screen is drawn over, by a terminal that knows nothing of the frame before.
        // `ratatui::Terminal::clear` would ask where the cursor is, and the answer is lost between two event readers.
        let fresh = entered
            .and_then(|()| execute!(io::stdout(), Clear(ClearType::All)))
            .and_then(|()| ratatui::Terminal::new(CrosstermBackend::new(io::stdout())));
        self.inner = fresh.map_err(|error| format!("cannot take the terminal back: {error}"))?;
        edited
    }

    fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text.as_bytes()))
    }
}
