//! `k8s-tutor`: see `k8s_tutor::entry`.

fn main() -> std::process::ExitCode {
    k8s_tutor::entry::main()
}
