//! YAML for the API server: the reader of `text::yaml`. Nothing else in the API server reads YAML.

pub use crate::text::yaml::{Document, Duplicate, YamlError, documents, lenient};
