//! Text for people: making foreign text safe to print, and reading YAML as kubectl does. A leaf.

pub mod yaml;

mod safe;

pub use safe::safe;
