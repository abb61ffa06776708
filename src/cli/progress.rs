//! Progress for the person who waits: live on a terminal, plain lines elsewhere. All on standard error, so
//! that standard output stays clean for results.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use crate::domain::report::Transfer;
use crate::domain::step::{Event, Progress, Step, StepState};
use crate::text;

/// The progress that fits standard error.
pub(super) fn choose(color: bool) -> Arc<dyn Progress> {
    if io::stderr().is_terminal() {
        Arc::new(Live { bar: Mutex::new(None), color })
    } else {
        Arc::new(Plain { last: Mutex::new(String::new()) })
    }
}

/// One line an event.
struct Plain {
    last: Mutex<String>,
}

impl Progress for Plain {
    fn event(&self, event: Event) {
        match event {
            Event::Plan(_) | Event::Began { .. } => {}
            Event::Waiting { id, what } => {
                let line = format!("{:>9}  {id}: {}", "waiting", text::safe(&what));
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if *last != line {
                    output::err(&line);
                    *last = line;
                }
            }
            Event::Ended { step } => {
                output::err(&ended(&step, false));
                commands(&step).iter().for_each(|line| output::err(line));
            }
            Event::Command(command) => output::err(&format!("$ {}", text::safe(&command.to_string()))),
            Event::Note(note) => output::err(&format!("note: {}", text::safe(&note))),
        }
    }
}

/// A line that spins for the step at work, and stays when it has ended.
struct Live {
    bar: Mutex<Option<ProgressBar>>,
    color: bool,
}

impl Live {
    fn print(&self, line: &str) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match bar.as_ref() {
            Some(bar) => bar.suspend(|| output::err(line)),
            None => output::err(line),
        }
    }
}

impl Progress for Live {
    fn event(&self, event: Event) {
        match event {
            Event::Plan(_) => {}
            Event::Began { id } => {
                let bar = ProgressBar::new_spinner();
                // Fails only for a template that cannot be read, and this one can.
                if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
                    bar.set_style(style);
                }
                bar.set_message(id);
                bar.enable_steady_tick(Duration::from_millis(100));
                *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
            }
            Event::Waiting { id, what } => {
                if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    bar.set_message(format!("{id}: {}", text::safe(&what)));
                }
            }
            Event::Ended { step } => {
                let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(bar) = bar {
                    bar.finish_and_clear();
                }
                output::err(&ended(&step, self.color));
                commands(&step).iter().for_each(|line| output::err(line));
            }
            Event::Command(command) => self.print(&format!("$ {}", text::safe(&command.to_string()))),
            Event::Note(note) => self.print(&format!("note: {}", text::safe(&note))),
        }
    }
}

/// A bar for the report on its way; nothing where standard error is no terminal. Gone between two reports, where
/// lines are printed, and when dropped.
pub(super) struct Download {
    bar: Option<ProgressBar>,
    live: bool,
}

impl Download {
    pub(super) fn new() -> Self {
        Self { bar: None, live: io::stderr().is_terminal() }
    }

    pub(super) fn show(&mut self, transfer: &Transfer) {
        if transfer.saved {
            return self.clear();
        }
        if !self.live {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new(0);
            // Fails only for a template that cannot be read, and this one can.
            if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_length(transfer.total.max(transfer.done));
        bar.set_message(format!("{}/{} {}", transfer.number, transfer.reports, text::safe(&transfer.key)));
        bar.set_position(transfer.done);
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A step that ended, in one line. The word says how, the colour only repeats it.
fn ended(step: &Step, color: bool) -> String {
    let word = format!("{:>9}", step.state.to_string());
    let word = match (color, step.state) {
        (true, StepState::Done) => format!("\u{1b}[32m{word}\u{1b}[0m"),
        (true, StepState::Failed) => format!("\u{1b}[31m{word}\u{1b}[0m"),
        (true, _) => format!("\u{1b}[2m{word}\u{1b}[0m"),
        (false, _) => word,
    };
    let mut line = format!("{word}  {}: {}", step.id, text::safe(&step.title));
    if let Some(detail) = step.detail.as_deref().filter(|_| step.state != StepState::Failed) {
        line.push_str(&format!(" ({})", text::safe(detail)));
    }
    if let Some(ms) = step.elapsed_ms.filter(|ms| *ms >= 100) {
        line.push_str(&format!(" {}.{} s", ms / 1000, ms % 1000 / 100));
    }
    for change in step.changes.iter().filter(|change| change.detail.is_some()) {
        let detail = change.detail.as_deref().unwrap_or_default();
        let object = format!("{}/{}", change.kind.to_lowercase(), change.name);
        line.push_str(&format!("\n{:>9}  {} {}: {}", "", text::safe(&object), change.outcome, text::safe(detail)));
    }
    line
}

/// The equivalent commands of a step that changed something.
fn commands(step: &Step) -> Vec<String> {
    if step.state != StepState::Done {
        return Vec::new();
    }
    step.commands.iter().map(|command| format!("{:>9}  $ {}", "", text::safe(&command.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::ShellCommand;

    #[test]
    fn an_ended_step_tells_state_title_and_detail() {
        let mut step = Step::new("init", "wait", "why", vec![ShellCommand::line("kubectl get pod")]);
        step.end(StepState::Done, Some("2 created".into()), Duration::from_millis(1234));
        assert_eq!(ended(&step, false), "     done  init: wait (2 created) 1.2 s");
        assert_eq!(commands(&step), ["           $ kubectl get pod"]);
        step.end(StepState::Unchanged, None, Duration::ZERO);
        assert_eq!(ended(&step, false), "unchanged  init: wait");
        assert!(commands(&step).is_empty());
        assert!(ended(&step, true).contains("unchanged"));
    }
}
