//! `aws`, `awslocal` and `curl` as init scripts know them, for machines that have none of them.
//!
//! They parse the real CLIs' command lines, print their texts and end with their exit codes, and talk only to this
//! machine. Called by `main` when the program is started under one of the names.

mod api;
mod config;
mod configure;
mod curl;
mod failure;
mod format;
mod jmespath;
mod model;
mod out;
mod pages;
mod params;
mod paths;
mod request;
mod s3;
mod session;
mod shorthand;
mod sign;
mod wait;
mod web;
mod xml;

use std::ffi::OsString;
use std::process::ExitCode;

use failure::{Failure, Outcome};
use session::{Globals, Session};

/// Runs an applet by the name it was called with. Exit codes: those of the real `aws` (0, 1, 252 to 255) and `curl`.
pub fn applet_main(name: &str, args: Vec<OsString>) -> ExitCode {
    let args: Vec<String> = args.into_iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            out::complain(&format!("{name}: {e}"));
            return ExitCode::from(255);
        }
    };
    let code = match name {
        "curl" => runtime.block_on(curl::main(args)),
        _ => runtime.block_on(aws(name == "awslocal", args)),
    };
    out::flush();
    ExitCode::from(code)
}

async fn aws(local: bool, args: Vec<String>) -> u8 {
    match command(local, args).await {
        Ok(code) => code,
        Err(failure) => {
            if !failure.text.is_empty() {
                out::complain(&failure.text);
            }
            failure.code
        }
    }
}

async fn command(local: bool, args: Vec<String>) -> Outcome<u8> {
    if args.iter().any(|a| a == "--version") {
        out::line(&format!("aws-cli/1.46.3 k8s-tutor/{} applet", env!("CARGO_PKG_VERSION")));
        return Ok(0);
    }
    let mut globals = Globals { local, ..Globals::default() };
    // The service and the command come first; only global options may stand before them.
    let known = api::option_filter(&args);
    let rest = globals.take(&args, known)?;
    let mut words = rest.into_iter();
    let Some(service) = words.next() else {
        return Err(Failure::usage("the following arguments are required: command"));
    };
    let rest: Vec<String> = words.collect();
    let session = Session::new(globals);
    match service.as_str() {
        "configure" => configure::run(&session, &rest),
        "s3" => s3::run(session, &rest).await,
        "s3api" => api::run("s3", session, &rest).await,
        "dynamodb" => api::run("dynamodb", session, &rest).await,
        "help" => {
            out::line("The sandbox's aws knows: configure, s3, s3api, dynamodb.");
            Ok(0)
        }
        other => Err(Failure::usage(format!(
            "argument command: the sandbox's aws knows configure, s3, s3api and dynamodb, not '{other}'"
        ))),
    }
}
