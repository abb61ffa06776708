//! The plan against what the real controller wrote (recordings b-*).
