//! Placeholder until the patches are merged.
