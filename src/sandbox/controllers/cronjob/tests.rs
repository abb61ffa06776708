//! The plan against what the real controller did (recordings c-*).
