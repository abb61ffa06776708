//! The task-reporter as a plain binary; the work is in `k8s_tutor::workload`.

fn main() -> std::process::ExitCode {
    k8s_tutor::workload::reporter::main()
}
