//! Screens of the dashboard, drawn headless out of a recorded lab at a fixed time.
//!
//! A screen that was changed on purpose is taken over with `INSTA_UPDATE=always cargo test --test screens`; look at what
//! `git diff` shows before committing it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod check;
mod data;
mod foci;
mod hostile;
mod lab;
mod panels;
mod recorded;
mod scene;
mod scrolling;
mod sizes;
mod states;
mod styles;
