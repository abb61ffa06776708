//! The panels: what the dashboard shows, and what their words are.

use serde::{Deserialize, Serialize};

use crate::text::words::Word;

/// One panel. The serde name is the word for `--panel`, `:` and the keymap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelId {
    /// The lab's plan, live, and what to do next.
    Start,
    /// CronJobs.
    Cronjobs,
    /// Jobs.
    Jobs,
    /// Pods.
    Pods,
    /// CronJob > Job > Pod.
    Tree,
    /// Logs.
    Logs,
    /// Events.
    Events,
    /// DynamoDB's tasks.
    Tasks,
    /// S3's reports.
    Reports,
    /// Faults.
    Faults,
    /// What led to what, on one time axis.
    Story,
    /// One CronJob: fields, next runs, Jobs.
    Cronjob,
    /// One Job: the retry ladder, fields, attempts.
    Job,
    /// One report as a table.
    Report,
    /// YAML or description of an object.
    Object,
    /// Everything that was said: toasts and commands.
    Messages,
}

impl PanelId {
    /// All panels.
    pub const ALL: [Self; 16] = [
        Self::Start,
        Self::Cronjobs,
        Self::Jobs,
        Self::Pods,
        Self::Tree,
        Self::Logs,
        Self::Events,
        Self::Tasks,
        Self::Reports,
        Self::Faults,
        Self::Story,
        Self::Cronjob,
        Self::Job,
        Self::Report,
        Self::Object,
        Self::Messages,
    ];

    /// Those with a tab, in their order.
    pub const TABS: [Self; 11] = [
        Self::Start,
        Self::Cronjobs,
        Self::Jobs,
        Self::Pods,
        Self::Tree,
        Self::Logs,
        Self::Events,
        Self::Tasks,
        Self::Reports,
        Self::Faults,
        Self::Story,
    ];

    /// The word for `--panel` and `:`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Cronjobs => "cronjobs",
            Self::Jobs => "jobs",
            Self::Pods => "pods",
            Self::Tree => "tree",
            Self::Logs => "logs",
            Self::Events => "events",
            Self::Tasks => "tasks",
            Self::Reports => "reports",
            Self::Faults => "faults",
            Self::Story => "story",
            Self::Cronjob => "cronjob",
            Self::Job => "job",
            Self::Report => "report",
            Self::Object => "object",
            Self::Messages => "messages",
        }
    }

    /// The panel of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|panel| panel.word() == word)
    }

    /// Its heading.
    pub fn title(self) -> Word {
        match self {
            Self::Start => Word::PanelStart,
            Self::Cronjobs => Word::PanelCronjobs,
            Self::Jobs => Word::PanelJobs,
            Self::Pods => Word::PanelPods,
            Self::Tree => Word::PanelTree,
            Self::Logs => Word::PanelLogs,
            Self::Events => Word::PanelEvents,
            Self::Tasks => Word::PanelTasks,
            Self::Reports => Word::PanelReports,
            Self::Faults => Word::PanelFaults,
            Self::Story => Word::PanelStory,
            Self::Cronjob => Word::PanelCronjob,
            Self::Job => Word::PanelJob,
            Self::Report => Word::PanelReport,
            Self::Object => Word::PanelObject,
            Self::Messages => Word::PanelMessages,
        }
    }

    /// The tab that is lit while the panel is shown.
    pub fn tab(self) -> Self {
        match self {
            Self::Cronjob => Self::Cronjobs,
            Self::Job => Self::Jobs,
            Self::Report => Self::Reports,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PanelId;

    #[test]
    fn words_are_the_serde_names() {
        for panel in PanelId::ALL {
            assert_eq!(serde_json::to_value(panel).unwrap(), panel.word());
            assert_eq!(PanelId::of_word(panel.word()), Some(panel));
        }
    }
}
