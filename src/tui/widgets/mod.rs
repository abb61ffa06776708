//! What panels share.

pub(super) mod grid;
pub(super) mod keys;
pub(super) mod lines;
pub(super) mod page;
pub(super) mod paragraphs;
