//! One file a verb. Each calls `lab` and prints what comes back.

mod completion;
mod cron;
mod doctor;
mod down;
mod explain;
mod fault;
mod job;
mod kubeconfig;
mod logs;
mod manifests;
mod pod;
mod report;
mod sandbox;
mod status;
mod task;
mod up;
mod why;

use super::args::{LogFlags, Verb};
use super::context::Context;
use super::exit_code::Code;
use super::output::{self, CliError};
use crate::domain::log::{LogLine, LogOptions};
use crate::text::{self, Lang};

/// What every command ends with.
type Result = std::result::Result<Code, CliError>;

/// Runs a verb; none is `status`.
pub(super) async fn run(context: &Context, verb: Option<Verb>) -> Result {
    match verb.unwrap_or(Verb::Status) {
        Verb::Up(args) => up::run(context, &args).await,
        Verb::Down(args) => down::run(context, &args).await,
        Verb::Status => status::run(context).await,
        Verb::Doctor => doctor::run(context).await,
        Verb::Logs(args) => logs::run(context, &args).await,
        Verb::Kubeconfig(args) => kubeconfig::run(context, &args).await,
        Verb::Manifests(verb) => manifests::run(context, &verb),
        Verb::Job(verb) => job::run(context, &verb).await,
        Verb::Pod(verb) => pod::run(context, &verb).await,
        Verb::Cron(verb) => cron::run(context, &verb).await,
        Verb::Fault(verb) => fault::run(context, &verb).await,
        Verb::Task(verb) => task::run(context, &verb).await,
        Verb::Report(verb) => report::run(context, &verb).await,
        Verb::Sandbox(verb) => sandbox::run(context, &verb).await,
        Verb::Explain { topic, lang } => explain::run(context, topic.as_deref(), lang),
        Verb::Completion { shell } => completion::run(shell),
    }
}

/// The language asked for, else that of the locale.
fn lang(asked: Option<Lang>) -> Lang {
    let var = |name: &str| std::env::var(name).ok();
    let locale = || Lang::of_locale(var("LC_ALL").as_deref(), var("LC_MESSAGES").as_deref(), var("LANG").as_deref());
    asked.unwrap_or_else(locale)
}

fn log_options(flags: &LogFlags) -> LogOptions {
    LogOptions { follow: flags.follow, tail: flags.tail, timestamps: flags.timestamps, ..LogOptions::default() }
}

/// Prints log lines as they come; a heading where the pod changes.
fn print_line(last: &mut String, headings: bool) -> impl FnMut(LogLine) -> bool + Send + use<'_> {
    move |line| {
        if headings && *last != line.pod {
            let title = match line.attempt {
                Some(number) => format!("==> attempt {number}: {} <==", text::safe(&line.pod)),
                None => format!("==> {} <==", text::safe(&line.pod)),
            };
            last.clone_from(&line.pod);
            if !output::line(&title) {
                return false;
            }
        }
        // A tab is harmless and common in logs; all else that a terminal would act on is shown, not done.
        let parts: Vec<_> = line.text.split('\t').map(text::safe).collect();
        output::line(&parts.join("\t"))
    }
}
