//! The command line: reads arguments, calls `lab`, prints. Called by `entry`, which hands in what `cli` may not
//! import (the sandbox's own parts).

mod args;
mod commands;
mod context;
mod exit_code;
mod output;
mod progress;
mod rows;
mod table;
mod words;

mod hooks;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use exit_code::Code;
pub use hooks::{Hook, Hooks, Part, Serve};

use args::Args;
use context::Context;

/// Runs the command line; `args` are the words after the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>, hooks: Hooks) -> ExitCode {
    let args = match Args::try_parse_from(std::iter::once(OsString::from("k8s-tutor")).chain(args)) {
        Ok(args) => args,
        Err(error) => {
            let shown = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // A closed pipe is no reason for a second error.
            let _ = error.print();
            return if shown { ExitCode::SUCCESS } else { Code::Usage.into() };
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("cannot start: {error}"), None, Code::Failed),
    };
    let code = match hooks::chosen(&args, &hooks) {
        // These serve until they are told to end, and see to signals themselves.
        Some(part) => runtime.block_on(async {
            match part {
                Ok(part) => part.await.map_or_else(|why| output::CliError::plain(why).report(), |()| Code::Ok),
                Err(error) => error.report(),
            }
        }),
        None => runtime.block_on(run(args)),
    };
    // A task that still reads from somewhere must not hold the program back.
    runtime.shutdown_background();
    code.into()
}

async fn run(args: Args) -> Code {
    // Whoever called may have installed one already; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let context = match Context::new(&args.global) {
        Ok(context) => context,
        Err(error) => return error.report(),
    };
    tokio::select! {
        result = Box::pin(commands::run(&context, args.verb)) => match result {
            Ok(code) => code,
            Err(error) => error.report(),
        },
        () = interrupted() => context.interrupted(),
    }
}

/// Ends at Ctrl-C or TERM.
async fn interrupted() {
    let terminated = async {
        #[cfg(unix)]
        if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            term.recv().await;
            return;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
