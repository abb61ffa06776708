//! The loop: one queue in, `update`, effects out, and a frame when something changed.
//!
//! A key is drawn at once, but never sooner than 10 ms after the last frame; news of the cluster within 33 ms, many of
//! them in one frame. Where nothing changes nothing is drawn, and the loop sleeps until a text on the screen (an age,
//! a countdown) is no longer true.

use std::io;
use std::time::Duration;

use crossterm::event::Event;
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until};

use super::canvas::Notes;
use super::keys;
use super::theme::Theme;
use super::{TuiError, view};
use crate::app::message::{Body, Input};
use crate::app::{Effect, Message, State, update};

/// The least time between two frames.
const KEY_PACE: Duration = Duration::from_millis(10);
/// The time in which news of the cluster is gathered.
const NEWS_PACE: Duration = Duration::from_millis(33);
/// Messages taken in before keys are looked for again.
const MOST_AT_ONCE: usize = 256;

/// Something to draw on and to read keys from: the real terminal, or a test's.
pub trait Screen {
    /// Draws a whole frame; what comes back from `paint` is where the text cursor stands.
    ///
    /// # Errors
    /// The terminal is gone.
    fn draw(&mut self, paint: &mut dyn FnMut(&mut Buffer) -> Option<(u16, u16)>) -> io::Result<()>;

    /// Columns and rows.
    ///
    /// # Errors
    /// The terminal is gone.
    fn size(&self) -> io::Result<(u16, u16)>;

    /// The next event; `None`: there will be none any more.
    fn event(&mut self) -> impl Future<Output = Option<io::Result<Event>>>;

    /// Lets the person edit a text. Blocks until the editor has ended.
    ///
    /// # Errors
    /// In words: why there is no edited text.
    fn edit(&mut self, name: &str, text: &str) -> Result<String, String>;

    /// Puts a text on the clipboard.
    ///
    /// # Errors
    /// The terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<()>;
}

/// Who carries effects out. Must not block.
pub trait Perform {
    /// Starts an effect; what comes of it arrives in the queue.
    fn perform(&mut self, effect: Effect);
}

impl<F: FnMut(Effect)> Perform for F {
    fn perform(&mut self, effect: Effect) {
        self(effect);
    }
}

/// The dashboard at work.
pub struct Loop<S, P> {
    screen: S,
    perform: P,
    state: State,
    theme: Theme,
    notes: Notes,
    last_frame: Instant,
    frames: u64,
}

impl<S: Screen, P: Perform> Loop<S, P> {
    /// A dashboard with its first effects.
    ///
    /// # Errors
    /// The theme is none of those that ship, or the terminal is gone.
    pub fn new(screen: S, perform: P, mut state: State) -> Result<Self, TuiError> {
        let theme = Theme::named(&state.options.theme)?;
        state.size = screen.size().map_err(|source| TuiError::Terminal { what: "measure", source })?;
        state.dirty = true;
        state.urgent = true;
        Ok(Self {
            screen,
            perform,
            state,
            theme,
            notes: Notes::default(),
            last_frame: Instant::now() - NEWS_PACE,
            frames: 0,
        })
    }

    /// Runs until the person leaves, the queue is closed or the terminal is gone. The state comes back.
    ///
    /// # Errors
    /// The terminal does not do as told.
    pub async fn run(mut self, mut queue: Receiver<Message>) -> Result<State, TuiError> {
        let failed = |what| move |source| TuiError::Terminal { what, source };
        while !self.state.quitting {
            let wake = self.wake();
            tokio::select! {
                biased;
                event = self.screen.event() => match event {
                    Some(Ok(event)) => self.event(event),
                    Some(Err(source)) => return Err(failed("read from")(source)),
                    None => break,
                },
                message = queue.recv() => match message {
                    Some(message) => {
                        self.take(message);
                        for _ in 0..MOST_AT_ONCE {
                            let Ok(message) = queue.try_recv() else { break };
                            self.take(message);
                        }
                    }
                    None => break,
                },
                () = sleep_until(wake.unwrap_or_else(far)), if wake.is_some() => self.state.dirty = true,
            }
            if self.state.dirty && !self.state.quitting && Instant::now() >= self.due() {
                self.draw().map_err(failed("draw on"))?;
            }
        }
        Ok(self.state)
    }

    /// When the loop must go on by itself: for a frame that is due, or a text that will no longer be true.
    fn wake(&self) -> Option<Instant> {
        if self.state.dirty {
            return Some(self.due());
        }
        let left = self.notes.wake?.as_millisecond() - Timestamp::now().as_millisecond();
        Some(Instant::now() + Duration::from_millis(u64::try_from(left).unwrap_or(0).max(1)))
    }

    fn due(&self) -> Instant {
        self.last_frame + if self.state.urgent { KEY_PACE } else { NEWS_PACE }
    }

    fn event(&mut self, event: Event) {
        if let Some(input) = keys::input(event, &self.notes.hits) {
            self.take(Message { at: Timestamp::now(), body: Body::Input(input) });
        }
    }

    fn take(&mut self, message: Message) {
        for effect in update(&mut self.state, message) {
            match effect {
                Effect::Copy(text) => {
                    // A terminal that cannot copy says nothing; the words on the screen can be marked by hand.
                    let _ = self.screen.copy(&text);
                }
                Effect::OpenEditor { object, before, text, error } => {
                    let given = match error {
                        Some(error) => format!("{}\n{text}", commented(&error)),
                        None => text,
                    };
                    let after = tokio::task::block_in_place(|| self.screen.edit(&object.to_string(), &given));
                    let after = after.map(|text| uncommented(&text));
                    let given = uncommented(&given);
                    let input = Input::Edited { object, before, given, after };
                    self.take(Message { at: Timestamp::now(), body: Body::Input(input) });
                }
                Effect::Quit => self.state.quitting = true,
                effect => self.perform.perform(effect),
            }
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if self.theme.name != self.state.options.theme
            && let Ok(theme) = Theme::named(&self.state.options.theme)
        {
            self.theme = theme;
        }
        let (state, theme) = (&self.state, &self.theme);
        let mut notes = Notes::default();
        let now = Timestamp::now();
        self.screen.draw(&mut |buffer| {
            notes = view::draw(buffer, state, theme, now);
            notes.cursor
        })?;
        self.state.viewport = notes.viewport;
        self.state.page_back = notes.page_back;
        self.notes = notes;
        self.state.dirty = false;
        self.state.urgent = false;
        self.last_frame = Instant::now();
        self.frames += 1;
        #[cfg(debug_assertions)]
        panic_at(self.frames);
        Ok(())
    }
}

/// The server's words above the text, as comments that are left out again.
fn commented(error: &str) -> String {
    let lines = error.lines().map(|line| format!("# k8s-tutor: {line}\n"));
    format!(
        "# k8s-tutor: the server refused this; mend it and save, or leave it as it is to give up.\n{}",
        lines.collect::<String>()
    )
}

fn uncommented(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.starts_with("# k8s-tutor: "));
    kept.skip_while(|line| line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// For the tests of the terminal: `K8S_TUTOR_PANIC_AT=frame:N` panics after the Nth frame. Not in releases.
#[cfg(debug_assertions)]
fn panic_at(frame: u64) {
    let at = std::env::var("K8S_TUTOR_PANIC_AT").ok();
    let wanted = at.as_deref().and_then(|at| at.strip_prefix("frame:")).and_then(|n| n.parse().ok());
    assert!(wanted != Some(frame), "asked for by K8S_TUTOR_PANIC_AT");
}

/// A moment that never comes in a session.
fn far() -> Instant {
    Instant::now() + Duration::from_secs(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_left_out_again() {
        let given = format!("{}\n{}", commented("spec.schedule: Invalid value\nmore"), "kind: CronJob\n");
        assert!(given.contains("# k8s-tutor: more"));
        assert_eq!(uncommented(&given), "kind: CronJob\n");
    }
}
