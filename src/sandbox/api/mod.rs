//! The API server.

pub mod status;
