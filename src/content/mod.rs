//! Loads and validates what ships with the program: `k8s/` and `assets/`.
