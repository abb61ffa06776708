//! `k8s-tutor task …`.

use super::{Result, deleted};
use crate::cli::args::TaskVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Format, Row};
use crate::domain::task::TaskRow;
use crate::lab::tasks::{self, TaskChange};

pub(super) async fn run(context: &Context, verb: &TaskVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        TaskVerb::Ls => output::rows(context.format, &tasks::list(&lab).await?)?,
        TaskVerb::Add { user, title, done } => {
            if let Some(task) = tasks::add(&lab, user, title, *done).await? {
                output::one(context.format, &task, &task.name(), || human(&task))?;
            }
        }
        TaskVerb::Done { id } => changed(context, tasks::done(&lab, id).await?)?,
        TaskVerb::Reopen { id } => changed(context, tasks::reopen(&lab, id).await?)?,
        TaskVerb::Edit { id, title } => changed(context, tasks::edit(&lab, id, title).await?)?,
        TaskVerb::Rm { ids } => {
            let gone = tasks::delete(&lab, ids).await?;
            if !lab.dry_run {
                deleted(context, &gone, |task| format!("task {}", task.id))?;
            }
        }
        TaskVerb::Seed { n } => {
            let seeded = tasks::seed(&lab, *n).await?;
            if !lab.dry_run {
                seed_summary(context, &seeded)?;
            }
        }
    }
    Ok(Code::Ok)
}

fn changed(context: &Context, change: Option<TaskChange>) -> std::result::Result<(), CliError> {
    let Some(change) = change else { return Ok(()) };
    output::one(context.format, &change, &change.task.name(), || human(&change.task))
}

fn human(task: &TaskRow) -> String {
    output::rendered(std::slice::from_ref(task), TaskRow::NARROW)
}

fn seed_summary(context: &Context, seeded: &[TaskRow]) -> std::result::Result<(), CliError> {
    if !matches!(context.format, Format::Table) {
        return output::rows(context.format, seeded);
    }
    let done = seeded.iter().filter(|task| task.done).count();
    output::out(&format!("{} tasks added, {done} of them finished today\n", seeded.len()))
}
