//! Container images without a build tool: archives put together in-process, and the ways into the nodes.
//!
//! Called by `provider` (which names its [`Loader`]) and `lab` (which builds, loads and verifies). Knows
//! nothing of Kubernetes objects.

mod loader;

pub use loader::{Loader, PullPolicy};
