//! `k8s-tutor task …`.

use super::Result;
use crate::cli::args::TaskVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, Format, Row};
use crate::domain::task::TaskRow;
use crate::lab::tasks;

pub(super) async fn run(context: &Context, verb: &TaskVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        TaskVerb::Ls => output::rows(context.format, &tasks::list(&lab).await?)?,
        TaskVerb::Add { user, title, done } => print(context, tasks::add(&lab, user, title, *done).await?)?,
        TaskVerb::Done { id } => print(context, tasks::done(&lab, id).await?)?,
        TaskVerb::Seed { n } => {
            let seeded = tasks::seed(&lab, *n).await?;
            if !lab.dry_run {
                seed_summary(context, &seeded)?;
            }
        }
    }
    Ok(Code::Ok)
}

fn print(context: &Context, task: Option<TaskRow>) -> std::result::Result<(), output::CliError> {
    let Some(task) = task else { return Ok(()) };
    output::one(context.format, &task, &task.name(), || output::rendered(std::slice::from_ref(&task), TaskRow::NARROW))
}

fn seed_summary(context: &Context, seeded: &[TaskRow]) -> std::result::Result<(), output::CliError> {
    if !matches!(context.format, Format::Table) {
        return output::rows(context.format, seeded);
    }
    let done = seeded.iter().filter(|task| task.done).count();
    output::out(&format!("{} tasks added, {done} of them finished today\n", seeded.len()))
}
