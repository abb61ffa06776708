//! The API server under a real kube client and under raw requests, in process.

mod deletes;
mod harness;
mod kube_client;
mod recorded;
mod requests;
mod services;
mod serving;
mod watches;
