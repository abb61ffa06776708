//! The command line's grammar. Every verb's `--help` ends with examples, and a test parses each of them.

mod verbs;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::dashboard::DashboardArgs;
use super::exit_code;
use super::output::Format;
use super::words;
use crate::text::Lang;
pub(super) use verbs::{CronVerb, FaultVerb, JobVerb, ManifestsVerb, PodVerb, ReportVerb, SandboxVerb, TaskVerb};
pub use verbs::{PartArgs, ServeArgs};

/// A Kubernetes batch lab that you can bring up, break, watch and repair.
#[derive(Debug, Parser)]
#[command(name = "k8s-tutor", version, propagate_version = true, after_help = exit_code::HELP, after_long_help = words::TOP)]
pub(super) struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(flatten)]
    pub dashboard: DashboardArgs,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Clone, Debug, Default, ClapArgs)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Global {
    /// Where the cluster comes from: auto, sandbox, context (default: the one of the last `up`)
    #[arg(long, global = true, value_name = "NAME")]
    pub provider: Option<String>,
    /// The kubeconfig context, for --provider context
    #[arg(long, global = true, value_name = "NAME")]
    pub context: Option<String>,
    /// The kubeconfig file, for --provider context
    #[arg(long, global = true, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// The namespace of the lab
    #[arg(long, global = true, value_name = "NAME")]
    pub namespace: Option<String>,
    /// Go on where the API server is not on this machine
    #[arg(long, global = true)]
    pub allow_remote: bool,
    /// How results are printed
    #[arg(short, long, global = true, value_enum, default_value_t)]
    pub output: Format,
    /// Print the equivalent kubectl and aws commands, change nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Bring the lab up, or what of it is missing
    #[command(after_help = words::UP)]
    Up(UpArgs),
    /// Remove exactly what `up` made, and list it
    #[command(after_help = words::DOWN)]
    Down(DownArgs),
    /// The lab at a glance
    #[command(after_help = words::STATUS)]
    Status,
    /// Look for what is wrong, and say what to do
    #[command(after_help = words::DOCTOR)]
    Doctor,
    /// Logs of the lab's parts
    #[command(after_help = words::LOGS)]
    Logs(LogsArgs),
    /// Print the kubeconfig's path, or add its context to your own file
    #[command(after_help = words::KUBECONFIG)]
    Kubeconfig(KubeconfigArgs),
    /// The lab's manifests: list, export, compare
    #[command(subcommand, after_help = words::MANIFESTS)]
    Manifests(ManifestsVerb),
    /// Jobs: run, list, show, why, logs, remove
    #[command(subcommand, after_help = words::JOB)]
    Job(JobVerb),
    /// Pods: list, logs
    #[command(subcommand, after_help = words::POD)]
    Pod(PodVerb),
    /// CronJobs: list, show, suspend, resume, schedule, next runs
    #[command(subcommand, after_help = words::CRON)]
    Cron(CronVerb),
    /// Break the lab on purpose, see what is broken, put it back
    #[command(subcommand, after_help = words::FAULT)]
    Fault(FaultVerb),
    /// Tasks of the task app, in DynamoDB
    #[command(subcommand, after_help = words::TASK)]
    Task(TaskVerb),
    /// Reports, in S3
    #[command(subcommand, after_help = words::REPORT)]
    Report(ReportVerb),
    /// The built-in cluster itself
    #[command(subcommand, after_help = words::SANDBOX)]
    Sandbox(SandboxVerb),
    /// What a field, an event's reason or a STATUS word means
    #[command(after_help = words::EXPLAIN)]
    Explain {
        /// A field (job.spec.backoffLimit) or a word (BackoffLimitExceeded); without one, all are listed
        topic: Option<String>,
        /// The language, en or ja (default: the locale's)
        #[arg(long)]
        lang: Option<Lang>,
    },
    /// Print a completion script for a shell
    #[command(after_help = words::COMPLETION)]
    Completion {
        /// The shell
        shell: clap_complete::Shell,
    },
}

impl Default for UpArgs {
    /// As the command line fills it in.
    fn default() -> Self {
        let patience = std::time::Duration::from_secs(300);
        Self { stage: StageArg::V2, manifests: None, no_dashboard: false, until: None, timeout: patience }
    }
}

/// Which stage of the tutorial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StageArg {
    /// The web part only
    V1,
    /// With the batch
    V2,
}

#[derive(Debug, ClapArgs)]
pub(super) struct UpArgs {
    /// The manifests that ship with the program: v1 is the web part only
    #[arg(long, value_enum, default_value = "v2")]
    pub stage: StageArg,
    /// Manifests of your own instead (k8s-tutor manifests export DIR makes a start)
    #[arg(long, value_name = "DIR")]
    pub manifests: Option<PathBuf>,
    /// Do not open the dashboard, on a terminal
    #[arg(long)]
    pub no_dashboard: bool,
    /// Stop after this step (--dry-run lists them)
    #[arg(long, value_name = "STEP")]
    pub until: Option<String>,
    /// The longest that one step may wait
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = words::duration)]
    pub timeout: std::time::Duration,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DownArgs {
    /// Remove tasks, reports and the sandbox's folder too
    #[arg(long)]
    pub purge: bool,
}

#[derive(Clone, Debug, Default, ClapArgs)]
pub(super) struct LogFlags {
    /// Go on as lines are written
    #[arg(short, long)]
    pub follow: bool,
    /// Only the last lines
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    pub tail: Option<i64>,
    /// Each line with its time
    #[arg(long)]
    pub timestamps: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct LogsArgs {
    /// localstack, task-service or task-reporter (default: all)
    pub part: Option<String>,
    #[command(flatten)]
    pub flags: LogFlags,
}

#[derive(Debug, ClapArgs)]
pub(super) struct KubeconfigArgs {
    /// Add the context to your own kubeconfig ($KUBECONFIG's first file, or ~/.kube/config)
    #[arg(long)]
    pub merge: bool,
}

impl Args {
    /// Reads a command line. `k8s-tutor job run --help` ends with those of `job`'s examples that run it.
    pub(super) fn read(args: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&grammar().try_get_matches_from(args)?)
    }
}

/// The line that shows the help of the verb that a command line names: `k8s-tutor job run --help`.
pub(super) fn help_of(args: &[OsString]) -> String {
    let (mut verb, mut line) = (Args::command(), "k8s-tutor".to_owned());
    for word in args.iter().skip(1) {
        if let Some(nested) = verb.find_subcommand(word).cloned() {
            line = format!("{line} {}", nested.get_name());
            verb = nested;
        }
    }
    format!("{line} --help")
}

fn grammar() -> clap::Command {
    Args::command().mut_subcommands(|verb| {
        let examples = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
        let name = verb.get_name().to_owned();
        verb.mut_subcommands(|nested| {
            let wanted = ["k8s-tutor", name.as_str(), nested.get_name()];
            let own = examples.lines().filter(|line| line.split_whitespace().take(3).eq(wanted));
            let own: Vec<&str> = own.collect();
            if own.is_empty() { nested } else { nested.after_help(format!("Examples:\n{}", own.join("\n"))) }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_example_of_the_help_parses() {
        let mut seen = 0;
        for line in words::ALL.iter().flat_map(|text| text.lines()) {
            let Some(example) = line.trim_start().strip_prefix("k8s-tutor") else { continue };
            let example = example.split("  ").next().unwrap_or_default();
            let words = std::iter::once("k8s-tutor".to_owned()).chain(words::split(example));
            if let Err(error) = Args::try_parse_from(words) {
                panic!("{example}: {error}");
            }
            seen += 1;
        }
        assert!(seen > 40, "only {seen} examples");
    }

    #[test]
    fn every_verb_has_examples() {
        for verb in Args::command().get_subcommands() {
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("k8s-tutor"), "{}", verb.get_name());
        }
        let mut bare = Vec::new();
        for verb in grammar().get_subcommands() {
            for nested in verb.get_subcommands().filter(|nested| nested.get_name() != "help") {
                if nested.get_after_help().is_none() {
                    bare.push(format!("{} {}", verb.get_name(), nested.get_name()));
                }
            }
        }
        assert!(bare.is_empty(), "no examples: {bare:?}");
    }
}
