//! What must be done outside, as comparable data with explicit names: never "the selected one".
//!
//! Made by `update`; carried out by `runtime`, and by `tui` where it is the terminal's affair ([`Effect::is_terminal`]).

use crate::domain::object::ObjectRef;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Connect, and watch everything under this epoch; whatever ran under an older one ends.
    Connect {
        /// The epoch of all messages that come of it.
        epoch: u64,
        /// The namespace; `None`: the provider's.
        namespace: Option<String>,
    },
    /// Bring the lab up.
    Up,
    /// Run a Job out of a CronJob; `None`: a name is made.
    RunJob {
        /// The CronJob.
        cronjob: String,
        /// The Job's name.
        name: Option<String>,
    },
    /// Suspend or resume a CronJob.
    Suspend {
        /// The CronJob.
        cronjob: String,
        /// Suspend, or else resume.
        suspend: bool,
    },
    /// Give a CronJob another schedule.
    Schedule {
        /// The CronJob.
        cronjob: String,
        /// Five fields.
        schedule: String,
    },
    /// Remove objects.
    DeleteObjects(Vec<ObjectRef>),
    /// Move LocalStack's Service port.
    InjectPort {
        /// The port to move it to.
        to: u16,
        /// For how many seconds.
        seconds: Option<u64>,
    },
    /// Put all faults back.
    ClearFaults,
    /// See whether the faults bite.
    ProbeFaults,
    /// Where do S3 and DynamoDB answer?
    FindEndpoint,
    /// All tasks.
    ListTasks,
    /// Add a task.
    AddTask {
        /// Whose it is.
        user: String,
        /// What is to be done.
        title: String,
    },
    /// Finish tasks, or open them again.
    FinishTask {
        /// Their ids.
        ids: Vec<String>,
        /// Finish, or else open again.
        done: bool,
    },
    /// Change a task's title.
    RetitleTask {
        /// Its id.
        id: String,
        /// The new title.
        title: String,
    },
    /// Remove tasks.
    DeleteTasks(Vec<String>),
    /// Add tasks to play with.
    SeedTasks(usize),
    /// All reports.
    ListReports,
    /// One report.
    ReadReport(String),
    /// Save reports into the folder for downloads; empty: all.
    SaveReports(Vec<String>),
    /// Remove reports.
    DeleteReports(Vec<String>),
    /// Read a pod's log, and go on until it ends.
    FollowLog {
        /// The pod.
        pod: String,
        /// The container; `None`: the only one.
        container: Option<String>,
        /// The container before the last restart.
        previous: bool,
    },
    /// Stop reading a pod's log.
    StopLog(String),
    /// An object's YAML or description.
    Fetch {
        /// The object.
        object: ObjectRef,
        /// YAML, or else a description.
        yaml: bool,
    },
    /// An object's YAML for the editor.
    FetchForEdit(ObjectRef),
    /// Send an edited object.
    ApplyEdited {
        /// The object.
        object: ObjectRef,
        /// The text before.
        before: String,
        /// The text as it was left.
        after: String,
    },
    /// The namespaces that there are.
    ListNamespaces,
    /// Write a text into the folder for downloads.
    SaveText {
        /// The file's name.
        name: String,
        /// The text.
        text: String,
    },
    /// Fetch tasks and reports again now and then, while they are looked at.
    Poll {
        /// Tasks.
        tasks: bool,
        /// Reports.
        reports: bool,
    },
    /// Open the editor on an object. The terminal's affair.
    OpenEditor {
        /// The object.
        object: ObjectRef,
        /// Its YAML as the server gave it.
        before: String,
        /// The text to edit: the same, or what was typed before and refused.
        text: String,
        /// What the server said about the last try; shown above the text.
        error: Option<String>,
    },
    /// Put a text on the clipboard. The terminal's affair.
    Copy(String),
    /// Leave. The terminal's affair.
    Quit,
}

impl Effect {
    /// True for what only the terminal can do.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::OpenEditor { .. } | Self::Copy(_) | Self::Quit)
    }
}
