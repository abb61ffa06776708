//! Everything that the dashboard knows. Written by [`super::update`] alone, read by `tui`.

pub mod dialog;
pub mod history;
pub mod items;
pub mod log_view;
pub mod logs;
pub mod options;
pub mod start;
pub mod table;
pub mod toasts;
pub mod tree;
pub mod world;

use jiff::Timestamp;

use super::message::{Connected, Failure};
use super::panel::PanelId;
use crate::domain::csv_table::{NoKeyColumn, ReportDiff};
use crate::domain::object::{ObjectRef, Uid};

pub use dialog::Dialog;
pub use history::History;
pub use logs::Logs;
pub use options::Options;
pub use start::Start;
pub use toasts::Toasts;
pub use world::World;

/// The whole state.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The connection's number: messages of an older one are dropped.
    pub epoch: u64,
    /// The connection.
    pub link: LinkState,
    /// Where it leads, or led last.
    pub session: Option<Connected>,
    /// The namespace asked for; `None`: the provider's.
    pub namespace: Option<String>,
    /// What is known of the cluster.
    pub world: World,
    /// Logs.
    pub logs: Logs,
    /// What happened, as far as it was seen.
    pub history: History,
    /// The plan of `up`.
    pub start: Start,
    /// The panel shown.
    pub here: Place,
    /// The panels to go back to.
    pub trail: Vec<Place>,
    /// Who gets the keys.
    pub focus: Focus,
    /// The panel of an object's text.
    pub text: TextView,
    /// The tree's folded branches and cursor.
    pub tree: tree::TreeState,
    /// Cursors of panels without a table of their own.
    pub line: usize,
    /// The report of the other side of a comparison.
    pub diff_with: Option<String>,
    /// What differs between the two, once both were read.
    pub difference: Option<Result<ReportDiff, NoKeyColumn>>,
    /// What was said.
    pub toasts: Toasts,
    /// The choices in force.
    pub options: Options,
    /// What was last drawn: how many rows fit, and what is at the top. For paging and scrolling only.
    pub viewport: Viewport,
    /// Lines that one page back is, where lines take more than one row: other ones are above than below.
    pub page_back: Option<usize>,
    /// The terminal's size.
    pub size: (u16, u16),
    /// Namespaces that can be chosen.
    pub namespaces: Vec<String>,
    /// A download at work: key, bytes, bytes in all.
    pub download: Option<(String, u64, u64)>,
    /// A Job that was run just now, to be selected when it is there.
    pub wanted_job: Option<String>,
    /// What was asked for on the command line and has not come yet.
    pub opening: super::opening::Opening,
    /// Something on the screen may differ from what was last drawn.
    pub dirty: bool,
    /// The person asked for this just now: draw it at once.
    pub urgent: bool,
    /// The dashboard ends.
    pub quitting: bool,
}

/// The connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LinkState {
    /// Nobody has tried yet.
    #[default]
    Idle,
    /// Somebody tries.
    Connecting,
    /// It stands.
    Up,
    /// There is no cluster, or it does not answer.
    Down {
        /// Why, and what to type.
        failure: Failure,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
}

/// A panel and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The panel.
    pub panel: PanelId,
    /// The object, for panels about one.
    pub target: Option<Target>,
}

/// What a panel is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An object of the cluster that has a row: held by its uid.
    Uid(Uid),
    /// Any object.
    Object(ObjectRef),
    /// A report, by its key.
    Report(String),
}

impl Default for Place {
    fn default() -> Self {
        Self::tab(PanelId::Start)
    }
}

impl Place {
    /// A panel about no object.
    pub fn tab(panel: PanelId) -> Self {
        Self { panel, target: None }
    }

    /// A panel about an object.
    pub fn of(panel: PanelId, target: Target) -> Self {
        Self { panel, target: Some(target) }
    }

    /// The uid that the panel is about.
    pub fn uid(&self) -> Option<&Uid> {
        match &self.target {
            Some(Target::Uid(uid)) => Some(uid),
            _ => None,
        }
    }
}

/// Who gets the keys.
#[derive(Clone, Debug, Default)]
pub enum Focus {
    /// The panel.
    #[default]
    Panel,
    /// The filter or search line.
    Filter(tui_input::Input),
    /// The command line.
    Palette(Palette),
    /// A question.
    Dialog(Box<Dialog>),
    /// The help.
    Help {
        /// Lines scrolled away.
        top: usize,
    },
    /// Why is it so? Lines scrolled away.
    Why {
        /// Lines scrolled away.
        top: usize,
    },
}

/// The command line.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// What was typed.
    pub input: tui_input::Input,
    /// The suggestion selected.
    pub selected: usize,
}

/// The panel of an object's text.
#[derive(Clone, Debug, Default)]
pub struct TextView {
    /// The object, and whether its YAML or its description is shown.
    pub of: Option<(ObjectRef, bool)>,
    /// The text; `None` while it is fetched.
    pub text: Option<Result<Vec<String>, Failure>>,
    /// Lines scrolled away.
    pub top: usize,
    /// Columns scrolled away.
    pub left: usize,
    /// The search.
    pub search: super::filter::Filter,
    /// The line that the search stands on.
    pub found: Option<usize>,
}

/// What was last drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Viewport {
    /// Rows of a list, or lines of a text, that fit.
    pub rows: usize,
    /// The first one shown.
    pub top: usize,
    /// Lines in all. For a text whose lines take more than one row: so many that `total - rows` is the first line of
    /// its last page.
    pub total: usize,
}

impl State {
    /// A state with a person's choices.
    pub fn new(options: Options) -> Self {
        Self { options, size: (80, 24), ..Self::default() }
    }

    /// The namespace of the lab, for equivalent commands.
    pub fn namespace(&self) -> &str {
        let asked = self.namespace.as_deref();
        asked.or(self.session.as_ref().map(|session| session.namespace.as_str())).unwrap_or("default")
    }

    /// The endpoint of S3 and DynamoDB, for equivalent commands.
    pub fn endpoint(&self) -> &str {
        self.world.endpoint.as_deref().unwrap_or("http://127.0.0.1:30000")
    }

    /// Connected, every list read, and every watch alive.
    pub fn is_live(&self) -> bool {
        self.link == LinkState::Up && self.world.is_whole()
    }
}
