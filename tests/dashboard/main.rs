//! Whole stories on the dashboard: the real loop on a screen in memory, the real runtime, and a sandbox of each
//! test's own that the real program brought up. Nothing is faked but the terminal and the editor.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]
#![expect(clippy::print_stderr, reason = "a failed test has to say why, a measured time is told")]

mod cron;
mod editing;
mod faults;
mod losing;
mod namespaces;
mod readonly;
mod relist;
mod reports;
mod runner;
mod screen;
mod selection;
#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the CLI, which use more of it")]
mod support;
mod tasks;
#[path = "../cluster/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of the cluster client, which use more of it")]
mod wire;
