//! What has happened, outside or at the keyboard. One sub-enum a source; each message carries its time, which is the
//! only time that [`super::update`] knows.

use std::path::PathBuf;

use jiff::Timestamp;

use super::action::Action;
use super::key::Key;
use super::panel::PanelId;
use super::state::options::Options;
use crate::domain::fault::FaultRow;
use crate::domain::log::LogLine;
use crate::domain::object::{ObjectRef, Uid};
use crate::domain::report::{ReportRow, ReportTable};
use crate::domain::step;
use crate::domain::task::TaskRow;
use crate::domain::watch::WatchEvent;

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub body: Body,
}

/// What has happened. Messages about the cluster carry the epoch of their connection; those of an older one are
/// dropped.
#[derive(Clone, Debug)]
pub enum Body {
    /// The terminal.
    Input(Input),
    /// The connection to the cluster.
    Link(u64, Link),
    /// A watch.
    Watch(u64, WatchEvent),
    /// A log.
    Log(u64, LogNews),
    /// Data that cannot be watched, fetched.
    Data(u64, Data),
    /// An action is over.
    Done(Done),
    /// A use case at work tells of its progress: `up`, the equivalent command, a note.
    Step(step::Event),
    /// The settings file has changed.
    Settings(Box<Options>, Vec<String>),
    /// The program is told to end (SIGTERM, SIGHUP).
    Terminate,
}

/// What the terminal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// A click or a wheel, already led to what lies under it.
    Mouse(Hit),
    /// The terminal's size: columns, rows.
    Resize(u16, u16),
    /// The editor has ended. `Err`: why it could not do its work.
    Edited {
        /// The object.
        object: ObjectRef,
        /// Its YAML as the server gave it.
        before: String,
        /// The text that the editor was given.
        given: String,
        /// The text as it was left.
        after: Result<String, String>,
    },
}

/// What lies under the mouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A tab.
    Tab(PanelId),
    /// A row of a list.
    Row(Uid),
    /// A line of a text or of a list without uids.
    Line(usize),
    /// A hint in the footer.
    Hint(Action),
    /// A button of a dialogue.
    Button(usize),
    /// The wheel: rows, downwards.
    Wheel(i32),
}

/// The connection.
#[derive(Clone, Debug)]
pub enum Link {
    /// Somebody tries to connect.
    Connecting,
    /// Connected; the watches have begun.
    Up(Box<Connected>),
    /// There is no cluster, or it does not answer; tried again by itself.
    Down {
        /// In words.
        why: String,
        /// The next command.
        next: Option<String>,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
}

/// Where the connection leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The provider.
    pub provider: String,
    /// The kubeconfig context.
    pub context: String,
    /// The namespace.
    pub namespace: String,
    /// The API server's version.
    pub version: String,
    /// The API server.
    pub server: String,
    /// The kubeconfig.
    pub kubeconfig: Option<PathBuf>,
}

/// News of a log.
#[derive(Clone, Debug)]
pub enum LogNews {
    /// Lines, in their order.
    Lines {
        /// The pod's name.
        pod: String,
        /// The log is that of the container before the last restart.
        previous: bool,
        /// The lines.
        lines: Vec<LogLine>,
    },
    /// The log has ended, or could not be read.
    Ended {
        /// The pod's name.
        pod: String,
        /// As above.
        previous: bool,
        /// Why it could not be read on.
        why: Option<String>,
    },
}

/// Data that was fetched. `Err`: what and why, with the next command.
#[derive(Clone, Debug)]
pub enum Data {
    /// Where S3 and DynamoDB answer.
    Endpoint(Result<String, Failure>),
    /// All tasks.
    Tasks(Result<Vec<TaskRow>, Failure>),
    /// All reports.
    Reports(Result<Vec<ReportRow>, Failure>),
    /// One report, and where it came from.
    Report(String, Result<Box<ReportTable>, Failure>),
    /// The effect of a fault, probed.
    Effect(Result<Vec<FaultRow>, Failure>),
    /// An object's text.
    Text {
        /// The object.
        object: ObjectRef,
        /// YAML, or else a description.
        yaml: bool,
        /// The text.
        text: Result<String, Failure>,
    },
    /// An object's YAML, for the editor.
    Editable(ObjectRef, Result<String, Failure>),
    /// The namespaces that there are.
    Namespaces(Result<Vec<String>, Failure>),
    /// How far a download is.
    Progress {
        /// The report.
        key: String,
        /// Bytes that have come.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
}

/// An action is over.
#[derive(Clone, Debug)]
pub enum Done {
    /// It worked; in words for the person.
    Well(Deed, String),
    /// It did not.
    Badly(Deed, Failure),
}

/// Which action is over, and so what is to be asked for anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// `up`.
    Up,
    /// Something of the cluster, which its watches tell of.
    Cluster,
    /// A Job was made; its name.
    RunJob(String),
    /// A fault came or went.
    Fault,
    /// Tasks changed.
    Tasks,
    /// Reports changed.
    Reports,
    /// A file was written.
    File,
    /// An edited object was applied.
    Edit {
        /// The object.
        object: ObjectRef,
        /// The text before.
        before: String,
        /// The text as it was left.
        after: String,
    },
}

/// A failure as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What and why.
    pub what: String,
    /// What to type next.
    pub next: Option<String>,
}

impl Failure {
    /// A failure.
    pub fn new(what: impl Into<String>, next: Option<String>) -> Self {
        Self { what: what.into(), next }
    }
}

impl Message {
    /// A key press.
    pub fn key(at: Timestamp, key: Key) -> Self {
        Self { at, body: Body::Input(Input::Key(key)) }
    }
}
