//! The nouns' own verbs: `job run`, `cron suspend`, `sandbox serve` and the like.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::{LogFlags, StageArg, words};
use crate::text::Lang;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ManifestsVerb {
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
pub(in crate::cli) enum JobVerb {
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
pub(in crate::cli) enum PodVerb {
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
pub(in crate::cli) enum CronVerb {
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
pub(in crate::cli) enum FaultVerb {
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
pub(in crate::cli) enum TaskVerb {
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
pub(in crate::cli) enum ReportVerb {
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
pub(in crate::cli) enum SandboxVerb {
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
