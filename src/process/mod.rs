//! Child processes: a process group of their own, TERM, grace, KILL; output as lines or bytes.
//!
//! Called by the node agent (containers, exec probes, hooks) and by the rooms that drive other
//! tools. Knows nothing of pods or providers. A child never outlives its handle: dropping a
//! [`Child`] kills what is left of its group.

mod child;
mod output;
mod spawner;
pub mod table;

pub use child::{Child, Exit, Spec};
pub use output::{Captured, Source, capture, lines};

/// What can go wrong with a child process.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// The program could not be started at all.
    #[error("cannot start {program}: {source}")]
    Start {
        /// The program as asked for.
        program: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Its end could not be awaited, or a signal could not be sent.
    #[error("cannot {what} process {pid}: {source}")]
    Control {
        /// `wait for`, `signal`.
        what: &'static str,
        /// The process.
        pid: u32,
        /// The system's reason.
        source: std::io::Error,
    },
}
