//! What a person can ask for. The serde name of each is its word in the keymap, in `:` and in docs/dashboard.md.

use serde::{Deserialize, Serialize};

use super::PanelId;
use crate::text::words::Word;

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident => $word:ident;)+) => {
        /// What a person can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// All of them, in the order of the help.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// In a few words, for hints and help.
            pub fn title(self) -> Word {
                match self { $(Self::$name => Word::$word,)+ }
            }
        }
    };
}

actions! {
    /// Up one row.
    Up => ActUp;
    /// Down one row.
    Down => ActDown;
    /// Up one page.
    PageUp => ActPageUp;
    /// Down one page.
    PageDown => ActPageDown;
    /// To the first row.
    Top => ActTop;
    /// To the last row.
    Bottom => ActBottom;
    /// Left: scrolls, or folds a branch of the tree.
    Left => ActLeft;
    /// Right: scrolls, or unfolds a branch of the tree.
    Right => ActRight;
    /// Goes into the selected thing.
    Open => ActOpen;
    /// Back: clears a search first, then leaves the panel.
    Back => ActBack;
    /// The next tab.
    NextPanel => ActNextPanel;
    /// The tab before.
    PreviousPanel => ActPreviousPanel;
    /// The panel of that name.
    GotoStart => PanelStart;
    /// The panel of that name.
    GotoCronjobs => PanelCronjobs;
    /// The panel of that name.
    GotoJobs => PanelJobs;
    /// The panel of that name.
    GotoPods => PanelPods;
    /// The panel of that name.
    GotoTree => PanelTree;
    /// The panel of that name.
    GotoLogs => PanelLogs;
    /// The panel of that name.
    GotoEvents => PanelEvents;
    /// The panel of that name.
    GotoTasks => PanelTasks;
    /// The panel of that name.
    GotoReports => PanelReports;
    /// The panel of that name.
    GotoFaults => PanelFaults;
    /// The panel of that name.
    GotoStory => PanelStory;
    /// The panel of that name.
    GotoMessages => PanelMessages;
    /// The command line of the dashboard.
    Palette => ActPalette;
    /// The filter of a list, the search of a text.
    Filter => ActFilter;
    /// The next match.
    SearchNext => ActSearchNext;
    /// The match before.
    SearchPrevious => ActSearchPrevious;
    /// Sorts by the next column.
    Sort => ActSort;
    /// Turns the order round.
    SortReverse => ActSortReverse;
    /// Marks a row.
    Mark => ActMark;
    /// Why is it so?
    Why => ActWhy;
    /// The object as YAML.
    Yaml => ActYaml;
    /// The object in kubectl's words.
    Describe => ActDescribe;
    /// Edits in `$EDITOR` and applies.
    Edit => ActEdit;
    /// Removes; asks first.
    Delete => ActDelete;
    /// Its logs.
    Logs => ActLogs;
    /// The logs before the last restart.
    PreviousLogs => ActPreviousLogs;
    /// Copies the kubectl or aws line that does the same.
    Copy => ActCopy;
    /// Runs a Job out of the CronJob.
    Trigger => ActTrigger;
    /// Suspends or resumes.
    Suspend => ActSuspend;
    /// Gives another schedule.
    Schedule => ActSchedule;
    /// Follows the end of the log.
    Follow => ActFollow;
    /// Wraps long lines.
    Wrap => ActWrap;
    /// Shows the time of each line.
    Timestamps => ActTimestamps;
    /// Writes the log to a file.
    Save => ActSave;
    /// Adds a task.
    Add => ActAdd;
    /// Finishes a task, or opens it again.
    Complete => ActComplete;
    /// Adds tasks to play with.
    Seed => ActSeed;
    /// Downloads a report.
    Download => ActDownload;
    /// Downloads all reports.
    DownloadAll => ActDownloadAll;
    /// What differs between two reports.
    Diff => ActDiff;
    /// Breaks LocalStack's Service port.
    InjectPort => ActInjectPort;
    /// Puts everything back.
    ClearFaults => ActClearFaults;
    /// Chooses another namespace.
    Namespace => ActNamespace;
    /// Asks for fresh data; on the Start panel: `up`, again.
    Refresh => ActRefresh;
    /// The next theme.
    Theme => ActTheme;
    /// The other language.
    Language => ActLanguage;
    /// All keys.
    Help => ActHelp;
    /// Leaves the dashboard; the lab goes on.
    Quit => ActQuit;
}

impl Action {
    /// The word in the keymap.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The action of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
    }

    /// The panel that an action leads to.
    pub fn panel(self) -> Option<PanelId> {
        Some(match self {
            Self::GotoStart => PanelId::Start,
            Self::GotoCronjobs => PanelId::Cronjobs,
            Self::GotoJobs => PanelId::Jobs,
            Self::GotoPods => PanelId::Pods,
            Self::GotoTree => PanelId::Tree,
            Self::GotoLogs => PanelId::Logs,
            Self::GotoEvents => PanelId::Events,
            Self::GotoTasks => PanelId::Tasks,
            Self::GotoReports => PanelId::Reports,
            Self::GotoFaults => PanelId::Faults,
            Self::GotoStory => PanelId::Story,
            Self::GotoMessages => PanelId::Messages,
            _ => return None,
        })
    }

    /// True for moving about in what is shown: keys that everybody knows.
    pub fn is_motion(self) -> bool {
        matches!(
            self,
            Self::Up | Self::Down | Self::PageUp | Self::PageDown | Self::Top | Self::Bottom | Self::Left | Self::Right
        )
    }

    /// True where a cluster, a table, a bucket or a file would be changed: refused with `--readonly`.
    pub fn changes(self) -> bool {
        matches!(
            self,
            Self::Edit
                | Self::Delete
                | Self::Trigger
                | Self::Suspend
                | Self::Schedule
                | Self::Add
                | Self::Complete
                | Self::Seed
                | Self::InjectPort
                | Self::ClearFaults
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn every_word_is_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::of_word(&action.word()), Some(*action));
        }
        assert_eq!(Action::of_word("explode"), None);
    }
}
