//! The command line: reads arguments, calls `lab`, prints. Called by `entry`, which hands in what `cli` may not
//! import (the sandbox's own parts).

mod args;
mod commands;
mod context;
mod dashboard;
mod exit_code;
mod output;
mod progress;
mod rows;
mod table;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;

pub use args::{PartArgs, ServeArgs};
pub use dashboard::{DashboardRequest, FrameFormat, Mode, failed};
pub use exit_code::Code;

use args::{Args, SandboxVerb, Verb};
use context::Context;

/// What `entry` runs for `cli`: the sandbox's parts, each in the foreground until it is told to end. Each
/// makes a runtime of its own, for it knows what stack and how many threads it needs.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// The dashboard, in one of its forms.
    pub dashboard: fn(DashboardRequest) -> ExitCode,
    /// `sandbox serve`: all parts in one process.
    pub serve: fn(&ServeArgs) -> ExitCode,
    /// `sandbox api`: the API server alone.
    pub api: fn(&PartArgs) -> ExitCode,
    /// `sandbox controllers`: the controllers alone, on any API server.
    pub controllers: fn(&PartArgs) -> ExitCode,
    /// `sandbox agent`: the node agent alone, on any API server.
    pub agent: fn(&PartArgs) -> ExitCode,
}

/// Runs the command line.
pub fn main(args: impl IntoIterator<Item = OsString>, hooks: Hooks) -> ExitCode {
    let given: Vec<OsString> = args.into_iter().collect();
    let args = match Args::read(given.clone()) {
        Ok(args) => args,
        Err(error) => return refused(&error, &given),
    };
    if let Some(Verb::Sandbox(sandbox)) = &args.verb {
        let part = |part: &PartArgs| PartArgs {
            kubeconfig: args.global.kubeconfig.clone(),
            context: args.global.context.clone(),
            ..part.clone()
        };
        match sandbox {
            SandboxVerb::Serve(serve) => return (hooks.serve)(serve),
            SandboxVerb::Api(api) => return (hooks.api)(&part(api)),
            SandboxVerb::Controllers(controllers) => return (hooks.controllers)(&part(controllers)),
            SandboxVerb::Agent(agent) => return (hooks.agent)(&part(agent)),
            SandboxVerb::Start(_) | SandboxVerb::Stop | SandboxVerb::Status => {}
        }
    }
    match dashboard::wanted(&args) {
        Some(Ok(request)) => (hooks.dashboard)(request),
        Some(Err(error)) => error.report().into(),
        None => run(args),
    }
}

/// What clap has to say: help as it is, an error in the one shape of errors.
fn refused(error: &clap::Error, given: &[OsString]) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A closed pipe is no reason for a second error.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Code::Usage.into()
        }
        _ => {
            let what = words::of_clap(&error.render().to_string());
            output::fail(&what, Some(&args::help_of(given)), Code::Usage)
        }
    }
}

fn run(args: Args) -> ExitCode {
    // Whoever called may have installed one already; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("cannot start: {error}"), None, Code::Failed),
    };
    let code = runtime.block_on(async {
        let context = match Context::new(&args.global) {
            Ok(context) => context,
            Err(error) => return error.report(),
        };
        let resumes = matches!(args.verb, Some(Verb::Up(_) | Verb::Down(_)));
        tokio::select! {
            result = Box::pin(commands::run(&context, args.verb)) => match result {
                Ok(code) => code,
                Err(error) => error.report(),
            },
            () = interrupted() => context.interrupted(resumes),
        }
    });
    // A task that still reads from somewhere must not hold the program back.
    runtime.shutdown_background();
    code.into()
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
