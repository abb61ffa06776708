//! The composition root: joins every room, and is imported by none.
//!
//! One program answers to several names. A person calls the CLI; the node agent starts the same
//! file again as a pod's process (`__pod`, `__confine`) or under the name of a client (`aws`,
//! `awslocal`, `curl`), so that `cargo run` alone is enough to have everything.

mod dashboard;
mod options;
mod pod;
mod sandbox;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    // Every TLS client and server below uses ring; an earlier choice by nobody else is possible.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut args = std::env::args_os();
    let name = args.next().unwrap_or_default();
    let args: Vec<OsString> = args.collect();
    if let Some(applet) = pod::applet(Path::new(&name)) {
        return crate::sandbox::aws::applet_main(applet, args);
    }
    match args.first().and_then(|a| a.to_str()) {
        Some("__pod") => pod::main(&args[1..]),
        Some("__confine") => crate::sandbox::agent::confine::main(args[1..].to_vec()),
        _ => crate::cli::main(std::iter::once(name).chain(args), sandbox::hooks()),
    }
}
