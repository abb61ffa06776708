//! strip.
