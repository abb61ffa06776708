//! The API server.

pub mod json_patches;
pub mod managed_fields;
pub mod openapi;
pub mod protobuf;
pub mod schema;
pub mod status;
pub mod strategic;
pub mod strict;
#[cfg(test)]
mod testing;
pub mod yaml;
