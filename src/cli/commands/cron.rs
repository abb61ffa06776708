//! `k8s-tutor cron …`.

use super::Result;
use crate::cli::args::CronVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, Format, Row};
use crate::domain::cronjob::CronJobRow;
use crate::lab::cron::{self, CronChange, CronShow};
use crate::text;

pub(super) async fn run(context: &Context, verb: &CronVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        CronVerb::Ls => output::rows(context.format, &cron::list(&lab).await?)?,
        CronVerb::Show { name } => show(context, &cron::show(&lab, name).await?)?,
        CronVerb::Next { name, count } => {
            output::rows(context.format, &cron::next(&lab, name, usize::from(*count)).await?)?;
        }
        CronVerb::Suspend { name } => changed(context, cron::suspend(&lab, name, true).await?)?,
        CronVerb::Resume { name } => changed(context, cron::suspend(&lab, name, false).await?)?,
        CronVerb::Schedule { schedule, name } => changed(context, cron::schedule(&lab, name, schedule).await?)?,
    }
    Ok(Code::Ok)
}

fn show(context: &Context, show: &CronShow) -> std::result::Result<(), output::CliError> {
    let columns = if context.format == Format::Wide { CronJobRow::TITLES.len() } else { CronJobRow::NARROW };
    output::one(context.format, show, &show.cronjob.name(), || {
        let mut out = output::rendered(std::slice::from_ref(&show.cronjob), columns);
        if !show.next_runs.is_empty() {
            let held = if show.cronjob.suspend { "\nWere it not suspended:\n" } else { "\n" };
            out.push_str(&format!("{held}{}", output::rendered(&show.next_runs, 4)));
        }
        if !show.jobs.is_empty() {
            out.push_str(&format!("\n{}", output::rendered(&show.jobs, 8)));
        }
        if !show.events.is_empty() {
            out.push_str(&format!("\n{}", output::rendered(&show.events, 4)));
        }
        out
    })
}

fn changed(context: &Context, change: Option<CronChange>) -> std::result::Result<(), output::CliError> {
    let Some(change) = change else { return Ok(()) };
    output::one(context.format, &change, &change.cronjob.name(), || human(&change))
}

fn human(change: &CronChange) -> String {
    let cronjob = &change.cronjob;
    let word = if change.changed { "patched" } else { "unchanged" };
    let next = match (cronjob.suspend, cronjob.next) {
        (true, _) => "suspended: no job is started until it is resumed".to_owned(),
        (false, Some(at)) => format!("next run at {at}"),
        (false, None) => "no next run".to_owned(),
    };
    let missed = |at| format!("the run of {at} was missed: it starts at once\n");
    let missed = change.catch_up.map(missed).unwrap_or_default();
    format!("cronjob/{} {word}; {next}\n{missed}", text::safe(&cronjob.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cronjob::CronJobPhase;
    use crate::domain::object::Uid;

    #[test]
    fn a_catch_up_run_is_told() {
        let cronjob = CronJobRow {
            uid: Uid::default(),
            name: "task-reporter".into(),
            labels: "".into(),
            created_at: None,
            status: CronJobPhase::Waiting,
            schedule: "0 15 * * *".into(),
            time_zone: None,
            suspend: false,
            active: Vec::new(),
            last_schedule: None,
            last_successful: None,
            concurrency_policy: "Allow".into(),
            starting_deadline_seconds: None,
            successful_history: 3,
            failed_history: 3,
            next: "2026-11-23T15:00:00Z".parse().ok(),
            schedule_error: None,
        };
        let mut change = CronChange { changed: true, catch_up: None, cronjob };
        assert_eq!(human(&change), "cronjob/task-reporter patched; next run at 2026-11-23T15:00:00Z\n");
        change.catch_up = "2026-11-22T15:00:00Z".parse().ok();
        assert!(human(&change).ends_with("\nthe run of 2026-11-22T15:00:00Z was missed: it starts at once\n"));
    }
}
