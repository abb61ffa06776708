//! The product as a person uses it: the real binary, real `kubectl`, the real `aws` CLI, boto3.
//!
//! Each test has a lab of its own (HOME, data directory, slot of addresses), so they run side by side.

#![expect(clippy::print_stderr, reason = "a skipped test and a failed one have to say why")]

mod aws_clients;
mod bad_input;
mod batch;
mod crash;
mod neighbours;
mod reports;
mod support;
mod tutorial;
mod user_home;
mod verbs;
