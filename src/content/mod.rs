//! Loads and validates what ships with the program: `k8s/` and `assets/`. (Thin until the manifests are there.)

pub mod manifests;
