//! `k8s-tutor sandbox start|stop|status`; the parts themselves are run by `entry`.

use super::Result;
use crate::cli::args::{SandboxVerb, ServeArgs};
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError};
use crate::domain::command::ShellCommand;
use crate::domain::step::Event;
use crate::provider::sandbox_control::{self as control, SandboxStatus};

pub(super) async fn run(context: &Context, verb: &SandboxVerb) -> Result {
    match verb {
        SandboxVerb::Start(args) => start(context, args).await,
        SandboxVerb::Stop => stop(context).await,
        SandboxVerb::Status => status(context),
        // Dispatched before a runtime is made: they bring their own.
        SandboxVerb::Serve(_) | SandboxVerb::Api(_) | SandboxVerb::Controllers(_) | SandboxVerb::Agent(_) => {
            Err(CliError::new(Code::Failed, "this part runs in the foreground only", "k8s-tutor sandbox --help"))
        }
    }
}

async fn start(context: &Context, args: &ServeArgs) -> Result {
    if context.global.dry_run {
        context.progress.event(Event::Command(ShellCommand::line("k8s-tutor sandbox serve")));
        return Ok(Code::Ok);
    }
    let mut options = context.options();
    options.port = args.port;
    options.slot = args.slot;
    if let Some(dir) = &args.data_dir {
        options.sandbox_dir.clone_from(dir);
    }
    let (status, fresh) = control::start(&options).await?;
    let word = if fresh { "started" } else { "already runs" };
    output::one(context.format, &status, "sandbox", || format!("sandbox {word}: {}", human(&status)))?;
    Ok(Code::Ok)
}

async fn stop(context: &Context) -> Result {
    if context.global.dry_run {
        context.progress.event(Event::Command(ShellCommand::line("k8s-tutor sandbox stop")));
        return Ok(Code::Ok);
    }
    let stopped = control::stop(&context.options()).await?;
    output::out(if stopped { "sandbox stopped; its state is kept\n" } else { "no sandbox runs\n" })?;
    Ok(Code::Ok)
}

fn status(context: &Context) -> Result {
    match control::status(&context.options())? {
        Some(status) => {
            output::one(context.format, &status, "sandbox", || human(&status))?;
            Ok(Code::Ok)
        }
        None => Err(CliError::new(Code::NotUp, "no sandbox runs", "k8s-tutor sandbox start")),
    }
}

fn human(status: &SandboxStatus) -> String {
    format!(
        "process {} at {} since {}\nversion {}, slot {}, node {}\nkubeconfig {}\n",
        status.pid,
        status.url,
        status.since,
        status.version,
        status.slot,
        status.node_ip,
        status.kubeconfig.display()
    )
}
