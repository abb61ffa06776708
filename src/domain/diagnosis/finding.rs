//! What a diagnosis finds: an id with words in `assets/explain`, the facts for those words, and what to do next.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::command::ShellCommand;
use crate::domain::object::ObjectRef;

/// One answer to "why is this so?".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// In kebab-case: the key of its words in `assets/explain/diagnosis.yaml`.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What the words' placeholders stand for. Values may hold foreign text: make them safe before they are shown.
    #[serde(serialize_with = "as_map")]
    pub facts: Vec<(&'static str, String)>,
    /// What can be done about it, the best first.
    pub next: Vec<Next>,
}

/// How bad a finding is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// As it should be: what it waits for, how it ended.
    Info,
    /// It may still end well, or it behaves in a way that surprises.
    Warning,
    /// Broken until someone does something.
    Error,
}

/// Something to do about a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// What k8s-tutor does itself: in the dashboard an action, on the command line a verb.
    Action(Deed, Option<ObjectRef>),
    /// A line for a shell.
    Shell(ShellCommand),
}

/// The closed set of what a finding asks k8s-tutor to do. A test of `cli` parses the line of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Put every fault back.
    FaultClear,
    /// Run a Job out of a CronJob.
    JobRun,
    /// Show a Job with its attempts.
    JobShow,
    /// The logs of all attempts of a Job.
    JobLogs,
    /// Remove a Job.
    JobRm,
    /// The log of a pod.
    PodLogs,
    /// Let a CronJob run again.
    CronResume,
    /// The next runs of a CronJob.
    CronNext,
    /// The newest report.
    ReportCat,
    /// Bring up what is missing.
    Up,
    /// Look for what is wrong.
    Doctor,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::FaultClear,
        Self::JobRun,
        Self::JobShow,
        Self::JobLogs,
        Self::JobRm,
        Self::PodLogs,
        Self::CronResume,
        Self::CronNext,
        Self::ReportCat,
        Self::Up,
        Self::Doctor,
    ];

    /// Its word in the keymap: the verb of the command line, with `_`.
    pub fn word(self) -> &'static str {
        match self {
            Self::FaultClear => "fault_clear",
            Self::JobRun => "job_run",
            Self::JobShow => "job_show",
            Self::JobLogs => "job_logs",
            Self::JobRm => "job_rm",
            Self::PodLogs => "pod_logs",
            Self::CronResume => "cron_resume",
            Self::CronNext => "cron_next",
            Self::ReportCat => "report_cat",
            Self::Up => "up",
            Self::Doctor => "doctor",
        }
    }
}

impl Next {
    /// The line that does it on the command line.
    pub fn command(&self) -> ShellCommand {
        match self {
            Self::Shell(command) => command.clone(),
            Self::Action(deed, object) => {
                let command = ShellCommand::new(std::iter::once("k8s-tutor").chain(deed.word().split('_')));
                match (deed, object) {
                    (Deed::JobRun, Some(from)) => command.arg("--from").arg(&from.name),
                    (_, Some(object)) => command.arg(&object.name),
                    (_, None) => command,
                }
            }
        }
    }
}

impl Finding {
    /// The same with something more to do.
    #[must_use]
    pub(super) fn then(mut self, next: Next) -> Self {
        self.next.push(next);
        self
    }

    /// The same with an action of k8s-tutor on an object to do.
    #[must_use]
    pub(super) fn act(self, deed: Deed, object: ObjectRef) -> Self {
        self.then(Next::Action(deed, Some(object)))
    }

    /// The same with a line for a shell to do.
    #[must_use]
    pub(super) fn shell(self, command: ShellCommand) -> Self {
        self.then(Next::Shell(command))
    }

    /// The value of a fact.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

impl Serialize for Next {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.command())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

fn as_map<S: Serializer>(facts: &[(&'static str, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facts.iter().map(|(name, value)| (name, value)))
}
