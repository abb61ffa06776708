//! The Kubernetes client of the lab.
