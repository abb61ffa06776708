//! The command line's grammar. Every verb's `--help` ends with examples, and a test parses each of them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use super::dashboard::DashboardArgs;
use super::exit_code;
use super::output::Format;
use super::words;
use crate::text::Lang;

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

#[derive(Debug, Subcommand)]
pub(super) enum ManifestsVerb {
    /// List the manifests that ship with the program
    Ls {
        /// The stage
        #[arg(value_enum, default_value = "v2")]
        stage: StageArg,
    },
    /// Write those of both stages into a folder, to read and edit
    Export {
        /// The folder; made if it is not there. Files that were edited are never written over
        dir: PathBuf,
    },
    /// What one stage has that the other has not
    Diff {
        /// From
        #[arg(value_enum, default_value = "v1")]
        from: StageArg,
        /// To
        #[arg(value_enum, default_value = "v2")]
        to: StageArg,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum JobVerb {
    /// Run a job out of the CronJob, now
    Run {
        /// The job's name (default: one made of the CronJob's name and the time)
        name: Option<String>,
        /// Which CronJob
        #[arg(long, value_name = "NAME", default_value = crate::lab::REPORTER)]
        from: String,
        /// Wait until it has completed or failed; exit code 1 if it failed
        #[arg(long)]
        wait: bool,
        /// The longest to wait
        #[arg(long, value_name = "DURATION", value_parser = words::duration)]
        timeout: Option<std::time::Duration>,
    },
    /// List jobs with attempts, retries and the next attempt
    Ls,
    /// One job: each attempt, why it ended, when the next is due
    Show {
        /// The job (default: the newest)
        name: Option<String>,
    },
    /// Why a job is as it is, and what to do
    Why {
        /// The job (default: the newest)
        name: Option<String>,
        /// The language, en or ja (default: the locale's)
        #[arg(long)]
        lang: Option<Lang>,
    },
    /// The logs of all attempts of a job
    Logs {
        /// The job (default: the newest)
        name: Option<String>,
        #[command(flatten)]
        flags: LogFlags,
    },
    /// Remove jobs and their pods
    Rm {
        /// The jobs
        #[arg(required = true)]
        names: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum PodVerb {
    /// List pods
    Ls {
        /// Only pods with these labels, as app=task-reporter
        #[arg(short = 'l', long, value_name = "LABELS", default_value = "")]
        selector: String,
    },
    /// The log of one pod
    Logs {
        /// The pod
        name: String,
        /// The container
        #[arg(short, long)]
        container: Option<String>,
        /// Of the container before the last restart
        #[arg(short, long)]
        previous: bool,
        #[command(flatten)]
        flags: LogFlags,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum CronVerb {
    /// List CronJobs with their next run
    Ls,
    /// One CronJob: next runs, jobs, events
    Show {
        /// The CronJob
        #[arg(default_value = crate::lab::REPORTER)]
        name: String,
    },
    /// Hold it back: no job is started while it is suspended
    Suspend {
        /// The CronJob
        #[arg(default_value = crate::lab::REPORTER)]
        name: String,
    },
    /// Let it run again: the latest missed run may start at once
    Resume {
        /// The CronJob
        #[arg(default_value = crate::lab::REPORTER)]
        name: String,
    },
    /// Give it another schedule
    Schedule {
        /// Five fields: minute hour day-of-month month day-of-week
        schedule: String,
        /// The CronJob
        #[arg(default_value = crate::lab::REPORTER)]
        name: String,
    },
    /// When it runs next
    Next {
        /// The CronJob
        #[arg(default_value = crate::lab::REPORTER)]
        name: String,
        /// How many runs
        #[arg(short = 'n', long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: u16,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum FaultVerb {
    /// Change the port of LocalStack's Service, so that the reporter cannot reach it
    InjectPort {
        /// The port to change it to
        #[arg(long, value_name = "PORT", default_value_t = 4567, value_parser = clap::value_parser!(u16).range(1..))]
        to: u16,
        /// Put it back by itself after this time
        #[arg(long = "for", value_name = "DURATION", value_parser = words::duration)]
        lasts: Option<std::time::Duration>,
    },
    /// List active faults, changes by hand too, and whether they bite
    Ls,
    /// Put everything back
    Clear {
        /// Wait until then, and clear only what is overdue
        #[arg(long, hide = true, value_name = "TIME")]
        at: Option<jiff::Timestamp>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TaskVerb {
    /// Add a task
    Add {
        /// Whose it is
        #[arg(long)]
        user: String,
        /// What is to be done
        #[arg(long)]
        title: String,
        /// Finished already, now
        #[arg(long)]
        done: bool,
    },
    /// Finish a task, now
    Done {
        /// Its id
        id: String,
    },
    /// Open a finished task again
    Reopen {
        /// Its id
        id: String,
    },
    /// Give a task another title
    Edit {
        /// Its id
        id: String,
        /// The new title
        #[arg(long)]
        title: String,
    },
    /// Remove tasks
    Rm {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
    /// List tasks
    Ls,
    /// Add tasks of several users, two thirds of them finished today
    Seed {
        /// How many
        n: usize,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ReportVerb {
    /// List the reports in the bucket
    Ls,
    /// Save a report to a file
    Get {
        /// Its key (default: the newest)
        #[arg(conflicts_with = "all")]
        key: Option<String>,
        /// All of them
        #[arg(long)]
        all: bool,
        /// The folder
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        dir: PathBuf,
    },
    /// Print a report, byte by byte
    Cat {
        /// Its key (default: the newest)
        key: Option<String>,
    },
    /// A report as a table, and which pod wrote it
    Show {
        /// Its key (default: the newest)
        key: Option<String>,
    },
    /// What one report has that another has not, task by task
    Diff {
        /// From
        from: String,
        /// To
        to: String,
    },
    /// Remove reports
    Rm {
        /// Their keys
        #[arg(required = true)]
        keys: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum SandboxVerb {
    /// Start it in the background
    Start(ServeArgs),
    /// Stop it; its state is kept
    Stop,
    /// What runs, and since when
    Status,
    /// Run it in the foreground
    Serve(ServeArgs),
    /// Run its API server alone
    Api(PartArgs),
    /// Run its controllers alone, on any API server
    Controllers(PartArgs),
    /// Run its node agent alone, on any API server
    Agent(PartArgs),
}

/// How the sandbox is to run.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct ServeArgs {
    /// The API server's port (default: any free one)
    #[arg(long)]
    pub port: Option<u16>,
    /// The address slot, 0 to 15 (default: the first free one)
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..16))]
    pub slot: Option<u8>,
    /// Its folder (default: sandbox in the data folder)
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Started by `sandbox start`, which reads the first line of standard output.
    #[arg(long, hide = true)]
    pub detached: bool,
}

/// How one part of the sandbox is to run.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct PartArgs {
    /// The API server's port, for `api` (default: any free one)
    #[arg(long)]
    pub port: Option<u16>,
    /// The address slot, 0 to 15
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..16))]
    pub slot: Option<u8>,
    /// The folder (default: sandbox in the data folder)
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The name of the node, for `agent`
    #[arg(long, default_value = "sandbox")]
    pub node_name: String,
    /// The kubeconfig of the API server to work on: the one given for all verbs.
    #[arg(skip)]
    pub kubeconfig: Option<PathBuf>,
    /// The context in it: likewise.
    #[arg(skip)]
    pub context: Option<String>,
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
