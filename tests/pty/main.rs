//! The real program on a real PTY: what a terminal gets to see, and the state in which it is given back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]
#![expect(clippy::print_stderr, reason = "a failed test has to say why")]

mod hostile;
mod leaving;
mod life;
mod pipe;
#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the CLI, which use more of it")]
mod support;
mod terminal;
