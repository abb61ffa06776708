//! The API server under a real kube client, in process.

mod harness;
