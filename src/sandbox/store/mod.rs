//! The revisioned key-value store under the API server.
