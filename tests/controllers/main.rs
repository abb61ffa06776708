//! The controllers on the real API server in process, on a clock that stands still until a test moves it.
//!
//! The test plays the kubelet. What the controllers write is compared with what the real ones wrote (recordings).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod batch;
mod cron;
mod garbage;
mod lab;
mod rollout;
mod writes;
