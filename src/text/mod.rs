//! Text for people: making foreign text safe to print. A leaf.

pub mod yaml;
