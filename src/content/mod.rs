//! Loads and validates what ships with the program, `k8s/` and `assets/`, and a user's copy of it.
//!
//! Called by `lab` and `cli`. Reads files and data; never talks to a cluster.

mod both;
mod error;
pub mod explain;
pub mod faults;
pub mod manifests;

pub use error::ContentError;
