//! Text for people: making foreign text safe to print, writing ages and reading YAML as kubectl does. A leaf.

pub mod yaml;

mod safe;
mod span;

pub use safe::safe;
pub use span::span;
