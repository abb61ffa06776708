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

pub(super) use up::options as up_options;

use super::args::{LogFlags, Verb};
use super::context::Context;
use super::exit_code::Code;
use super::output::{self, CliError, Format, Row};
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

/// Tells what was removed: `what` is how a line of the table names it.
fn deleted<T: Row>(context: &Context, gone: &[T], what: impl Fn(&T) -> String) -> std::result::Result<(), CliError> {
    match context.format {
        Format::Table | Format::Wide => {
            output::out(&gone.iter().map(|row| format!("{} deleted\n", text::safe(&what(row)))).collect::<String>())
        }
        format => output::rows(format, gone),
    }
}

fn log_options(flags: &LogFlags) -> LogOptions {
    LogOptions { follow: flags.follow, tail: flags.tail, timestamps: flags.timestamps, ..LogOptions::default() }
}

/// Prints log lines as they come, in the form that was asked for. As JSON each line is an object of its own: a log
/// that is followed has no end at which a list could be closed.
fn print_line(format: Format, last: &mut String, headings: bool) -> impl FnMut(LogLine) -> bool + Send + use<'_> {
    move |line| {
        let fresh = *last != line.pod;
        if fresh {
            last.clone_from(&line.pod);
        }
        match format {
            Format::Table | Format::Wide => (!headings || !fresh || output::line(&heading(&line))) && plain(&line.text),
            Format::Json => serde_json::to_string(&line).is_ok_and(|text| output::line(&text)),
            Format::Yaml => serde_yaml::to_string(&[&line]).is_ok_and(|text| output::line(text.trim_end())),
            Format::Name => !fresh || output::line(&format!("pod/{}", text::safe(&line.pod))),
        }
    }
}

fn heading(line: &LogLine) -> String {
    match line.attempt {
        Some(number) => format!("==> attempt {number}: {} <==", text::safe(&line.pod)),
        None => format!("==> {} <==", text::safe(&line.pod)),
    }
}

/// A tab is harmless and common in logs; all else that a terminal would act on is shown, not done.
fn plain(text: &str) -> bool {
    let parts: Vec<_> = text.split('\t').map(text::safe).collect();
    output::line(&parts.join("\t"))
}
