//! The dashboard on a terminal: draws the state, reads keys, and calls `app::update`.
//!
//! ```text
//!   run.rs    the loop: one queue in, update, effects out, a frame when something changed
//!   terminal.rs  enters and leaves the alternate screen, whatever happens
//!   view.rs   the frame: header, tabs, panel, footer, overlays
//!   panels/   one file a panel; widgets/ what they share; canvas.rs what they draw with
//! ```
//!
//! Called by `entry`, which hands in what carries effects out. Knows neither a cluster nor the use cases.

mod canvas;
mod editor;
mod frame_text;
mod keys;
mod overlays;
mod panels;
mod run;
mod status;
mod terminal;
mod theme;
mod view;
mod widgets;

pub use canvas::Notes;
pub use frame_text::{svg, text};
pub use run::{Loop, Perform, Screen};
pub use terminal::{Terminal, is_lent, restore};
pub use theme::Theme;
pub use view::draw;

/// Every failure of this room.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal does not do as told.
    #[error("cannot {what} the terminal: {source}")]
    Terminal {
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A theme that cannot be used.
    #[error("theme {name}: {why}")]
    Theme {
        /// The theme.
        name: String,
        /// What is wrong with it.
        why: String,
    },
}
