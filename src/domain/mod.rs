//! The pure words of the lab. Used by every room; knows neither kube, tokio, aws nor a terminal.

pub mod attempt;
pub mod change;
pub mod check;
pub mod command;
pub mod cronjob;
pub mod csv_table;
pub mod diagnosis;
pub mod equivalent;
pub mod event;
pub mod fault;
pub mod job;
pub mod log;
pub mod object;
pub mod pod;
pub mod report;
pub mod retry;
pub mod schedule;
pub mod service;
pub mod span;
pub mod status;
pub mod step;
pub mod task;
pub mod watch;
