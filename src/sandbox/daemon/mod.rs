//! One sandbox of a data directory: start, lock, state file, stop.
//!
//! Called by `provider::sandbox` (start, status, stop) and by `entry` (serve). It joins the API
//! server, the controllers and the node agent; each of them is given a client and nothing more.
//!
//! What lies in the data directory is listed in [`Files`]. The lock is held by the kernel for as
//! long as the daemon lives, so a stale state file is never believed.

mod error;
mod files;
mod identity;
mod launch;
mod serve;
mod state;

pub use error::DaemonError;
pub use files::Files;
pub use launch::{StartOptions, Started, say_failed, say_ready, start, status, stop};
pub use serve::{ServeOptions, serve};
pub use state::Running;
