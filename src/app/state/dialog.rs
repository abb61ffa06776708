//! Questions to the person: yes or no (Cancel focused), or a few fields to fill in.

use tui_input::Input;

use crate::app::effect::Effect;
use crate::text::words::Word;

/// A question.
#[derive(Clone, Debug)]
pub struct Dialog {
    /// What is asked.
    pub title: String,
    /// More about it, line by line.
    pub lines: Vec<String>,
    /// The commands that do the same.
    pub commands: Vec<String>,
    /// Fields to fill in; empty for a yes or no.
    pub fields: Vec<Field>,
    /// The field or button focused: fields first, then the buttons.
    pub focus: usize,
    /// The buttons; the first one is Cancel.
    pub buttons: Vec<Button>,
    /// Why what was filled in cannot be taken.
    pub flaw: Option<String>,
    /// What comes of the fields.
    pub ask: Ask,
}

/// A button of a dialogue.
#[derive(Clone, Debug)]
pub struct Button {
    /// Its word.
    pub word: Word,
    /// What it does; nothing for Cancel.
    pub effects: Vec<Effect>,
    /// It leaves the dashboard afterwards.
    pub quits: bool,
    /// It takes the fields.
    pub submits: bool,
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub label: Word,
    /// What is in it.
    pub input: Input,
}

/// What comes of the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Nothing: the buttons have their effects.
    Nothing,
    /// A task: user, title.
    AddTask,
    /// A task's new title.
    RetitleTask {
        /// Its id.
        id: String,
    },
    /// How many tasks.
    Seed,
    /// A CronJob's new schedule.
    Schedule {
        /// The CronJob.
        cronjob: String,
    },
    /// A Job's name.
    RunJob {
        /// The CronJob.
        cronjob: String,
    },
    /// A port and a number of seconds.
    InjectPort,
}

impl Dialog {
    /// A yes or no; Cancel is focused.
    pub fn confirm(title: String, word: Word, effects: Vec<Effect>) -> Self {
        Self {
            title,
            lines: Vec::new(),
            commands: Vec::new(),
            fields: Vec::new(),
            focus: 0,
            buttons: vec![Button::cancel(), Button { word, effects, quits: false, submits: false }],
            flaw: None,
            ask: Ask::Nothing,
        }
    }

    /// Fields to fill in; the first one is focused.
    pub fn form(title: String, word: Word, ask: Ask, fields: Vec<Field>) -> Self {
        let submit = Button { word, effects: Vec::new(), quits: false, submits: true };
        Self {
            title,
            lines: Vec::new(),
            commands: Vec::new(),
            fields,
            focus: 0,
            buttons: vec![Button::cancel(), submit],
            flaw: None,
            ask,
        }
    }

    /// The field focused.
    pub fn field(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.focus)
    }

    /// The button focused.
    pub fn button(&self) -> Option<usize> {
        self.focus.checked_sub(self.fields.len()).filter(|button| *button < self.buttons.len())
    }

    /// Moves the focus round.
    pub fn step(&mut self, by: isize) {
        let all = self.fields.len() + self.buttons.len();
        let all_signed = isize::try_from(all).unwrap_or(1).max(1);
        let now = isize::try_from(self.focus).unwrap_or(0);
        self.focus = usize::try_from((now + by).rem_euclid(all_signed)).unwrap_or(0);
    }

    /// What is in a field, without spaces around it.
    pub fn value(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", |field| field.input.value().trim())
    }
}

impl Button {
    /// Does nothing.
    pub fn cancel() -> Self {
        Self { word: Word::Cancel, effects: Vec::new(), quits: false, submits: false }
    }
}

impl Field {
    /// A field with something in it.
    pub fn new(label: Word, value: &str) -> Self {
        Self { label, input: Input::new(value.to_owned()) }
    }
}
