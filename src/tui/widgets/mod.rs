//! What panels share.

pub(super) mod grid;
pub(super) mod keys;
pub(super) mod lines;
pub(super) mod page;
pub(super) mod paint;
pub(super) mod paragraphs;
pub(super) mod scroll;
pub(super) mod sentences;
pub(super) mod yaml;
