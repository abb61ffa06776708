//! The lab's Kubernetes client against the real API server in process, over a wire that a test can cut, and once
//! over a real socket. Facts of a real cluster come from recordings (tests/fixtures/cluster).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod following;
mod objects;
mod socket;
mod watching;
mod wire;
