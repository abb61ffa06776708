//! What the dashboard knows and does, without a terminal.
//!
//! ```text
//!   terminal event --keymap--> Action --+
//!   watch / log / result / timer -------+--> ONE queue --> update(&mut State, Message) -> Vec<Effect>
//!                                                              |                         |
//!                                          tui::view(&State) <-+     runtime performs it <-+--> Message
//! ```
//!
//! [`update`] is the only writer of [`State`]. It is synchronous, does no I/O and takes the time from the message,
//! so that whole stories are tested as tables. Called by `tui` and `entry`; must not know a terminal, a cluster
//! or tokio.

pub mod action;
pub mod command;
pub mod effect;
pub mod filter;
pub mod guide;
pub mod key;
pub mod keymap;
pub mod known;
pub mod message;
pub mod opening;
pub mod panel;
pub mod plain;
pub mod shown;
pub mod state;
pub mod subject;
#[cfg(test)]
pub(crate) mod testing;
mod update;
pub mod why;

pub use action::Action;
pub use effect::Effect;
pub use message::Message;
pub use panel::PanelId;
pub use state::State;
pub use update::update;
