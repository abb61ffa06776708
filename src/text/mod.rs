//! Text for people: the words in both languages, making foreign text safe to print, reading YAML as kubectl does. A leaf.

pub mod steps;
pub mod words;
pub mod yaml;

mod lang;
mod safe;

pub use lang::{Lang, UnknownLang};
pub use safe::safe;
