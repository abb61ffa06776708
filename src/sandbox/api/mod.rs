//! The API server.

pub mod discovery;
pub mod reviews;
pub mod selectors;
pub mod status;
pub mod table;
