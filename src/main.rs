//! `k8s-tutor`: see `k8s_tutor::entry`.

fn main() {}
