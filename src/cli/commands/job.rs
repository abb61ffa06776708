//! `k8s-tutor job …`.

use std::time::Duration;

use jiff::Timestamp;

use super::{Result, deleted, log_options, print_line, why};
use crate::cli::args::JobVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Format, Row};
use crate::cli::rows;
use crate::domain::job::{JobPhase, JobRow};
use crate::lab::{Lab, jobs, logs};
use crate::text;

pub(super) async fn run(context: &Context, verb: &JobVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        JobVerb::Run { name, from, wait, timeout } => {
            start(context, &lab, name.as_deref(), from, *wait, *timeout).await
        }
        JobVerb::Ls => {
            output::rows(context.format, &jobs::list(&lab).await?)?;
            Ok(Code::Ok)
        }
        JobVerb::Show { name } => show(context, &lab, name.clone()).await,
        JobVerb::Why { name, lang } => why::run(context, &lab, &named(&lab, name.clone()).await?, *lang).await,
        JobVerb::Logs { name, flags } => {
            let name = named(&lab, name.clone()).await?;
            let mut last = String::new();
            logs::job(&lab, &name, &log_options(flags), &mut print_line(context.format, &mut last, true)).await?;
            Ok(Code::Ok)
        }
        JobVerb::Rm { names } => {
            let gone = jobs::remove(&lab, names).await?;
            if !lab.dry_run {
                deleted(context, &gone, Row::name)?;
            }
            Ok(Code::Ok)
        }
    }
}

async fn named(lab: &Lab, name: Option<String>) -> std::result::Result<String, CliError> {
    match name {
        Some(name) => Ok(name),
        None => Ok(jobs::newest(lab).await?),
    }
}

async fn start(
    context: &Context,
    lab: &Lab,
    name: Option<&str>,
    from: &str,
    wait: bool,
    timeout: Option<Duration>,
) -> Result {
    let Some(mut job) = jobs::run(lab, name, from).await? else { return Ok(Code::Ok) };
    if wait {
        let name = job.name.clone();
        let mut told = 0;
        let waiting = jobs::wait(lab, &name, |row| told = tell(row, told));
        job = match timeout {
            None => waiting.await?,
            Some(limit) => tokio::time::timeout(limit, waiting).await.map_err(|_| late(&name, limit))??,
        };
    }
    output::one(context.format, &job, &job.name(), || human(&job))?;
    Ok(if job.status == JobPhase::Failed { Code::Failed } else { Code::Ok })
}

fn late(name: &str, limit: Duration) -> CliError {
    let what = format!("job/{name} has not ended after {} s; it goes on", limit.as_secs());
    CliError::new(Code::Late, what, format!("k8s-tutor job show {name}"))
}

/// Tells of each attempt that failed while the person waits, once.
fn tell(row: &JobRow, told: u32) -> u32 {
    if row.failed > told && row.status == JobPhase::Retrying {
        let next = row.next_attempt.as_ref().map(|next| rows::next_words(next, Timestamp::now())).unwrap_or_default();
        output::err(&format!("note: attempt {} failed; attempt {next}", row.failed));
        return row.failed;
    }
    told
}

fn human(job: &JobRow) -> String {
    if !job.status.is_finished() {
        return format!("job/{} created\n", text::safe(&job.name));
    }
    let took = job.duration_seconds.map(|s| format!(" after {}", rows::span(s))).unwrap_or_default();
    let why = job
        .reason
        .as_deref()
        .filter(|_| job.status == JobPhase::Failed)
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    let tries = job.attempts.len();
    format!(
        "job/{} {}{took}, {tries} attempt{}{why}\n",
        text::safe(&job.name),
        job.status,
        if tries == 1 { "" } else { "s" }
    )
}

async fn show(context: &Context, lab: &Lab, name: Option<String>) -> Result {
    let show = jobs::show(lab, &named(lab, name).await?).await?;
    let wide = context.format == Format::Wide;
    output::one(context.format, &show, &show.job.name(), || {
        let job = &show.job;
        let mut out =
            output::rendered(std::slice::from_ref(job), if wide { JobRow::TITLES.len() } else { JobRow::NARROW });
        if let Some(message) = &job.message {
            out.push_str(&format!("{}: {}\n", job.reason.as_deref().unwrap_or("reason"), text::safe(message)));
        }
        if !job.attempts.is_empty() {
            out.push_str(&format!("\n{}", output::rendered(&job.attempts, if wide { 10 } else { 7 })));
        }
        if let Some(next) = &job.next_attempt {
            let left = next.failures_left;
            let words = rows::next_words(next, Timestamp::now());
            out.push_str(&format!(
                "\nnext attempt {words}; the job fails after {left} more failure{}\n",
                if left == 1 { "" } else { "s" }
            ));
        }
        if !show.events.is_empty() {
            out.push_str(&format!("\n{}", output::rendered(&show.events, 4)));
        }
        out
    })?;
    Ok(Code::Ok)
}
