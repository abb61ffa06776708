//! Text for people: its language, making foreign text safe to print, and reading YAML as kubectl does. A leaf.

pub mod yaml;

mod lang;
mod safe;

pub use lang::{Lang, UnknownLang};
pub use safe::safe;
