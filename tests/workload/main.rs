//! The two workload programs, run as a kubelet runs them: as processes with an environment, judged by what they
//! print, how they exit, and what is in the table and the bucket afterwards.
//!
//! DynamoDB is dynoxide in this process; S3 is a bucket in memory that can be told to misbehave.

#![expect(clippy::unwrap_used, reason = "a test says what went wrong by failing where it did")]

mod bucket;
mod lab_clients;
mod reporter;
mod service;
mod support;
