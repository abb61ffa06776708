//! The Job backoff model: attempts seen, the next attempt predicted.
