//! What panels share.

pub(super) mod grid;
pub(super) mod lines;
