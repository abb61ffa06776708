//! The pure words of the lab. Used by every room; knows neither kube, tokio, aws nor a terminal.

pub mod diagnosis;
pub mod retry;
pub mod schedule;
