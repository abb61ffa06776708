//! The controllers: each `plan(observed, now) -> operations`, then apply. Ordinary kube clients.
