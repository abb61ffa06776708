//! The API server.

pub mod discovery;
pub mod json_patches;
pub mod openapi;
pub mod protobuf;
pub mod reviews;
pub mod schema;
pub mod selectors;
pub mod status;
pub mod strategic;
pub mod strict;
pub mod table;
pub mod yaml;
