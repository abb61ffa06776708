//! One sandbox: start, lock, state file, stop.
