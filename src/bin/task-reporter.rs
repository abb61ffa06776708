//! The task-reporter as a plain binary; the work is in `k8s_tutor::workload`.

fn main() {}
