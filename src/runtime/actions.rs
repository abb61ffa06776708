//! Deeds: effects that change something. Each calls one use case and tells how it ended.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::forward::Steps;
use crate::app::Effect;
use crate::app::message::{Body, Data, Deed, Done};
use crate::cluster::Edited;
use crate::domain::equivalent;
use crate::domain::object::ObjectRef;
use crate::lab::reports::Which;
use crate::lab::{Lab, LabError, cron, faults, jobs, reports, tasks, up as use_case};

/// Brings the lab up; its steps come as messages of their own.
pub(super) async fn up(shared: Arc<Shared>) {
    let steps = Arc::new(Steps(shared.queue.clone()));
    let up = use_case::up(shared.setup.provider.clone(), steps, shared.setup.up.clone());
    // Leaving the dashboard ends it between two steps' requests; `up` again resumes.
    let Some(result) = shared.cancel.run_until_cancelled(up).await else { return };
    let words = result.map(|report| {
        let changed = report.steps.iter().flat_map(|step| &step.changes).filter(|c| !c.outcome.is_quiet()).count();
        format!("the lab is up ({changed} objects changed)")
    });
    shared.done(Deed::Up, words).await;
}

/// Does one deed.
pub(super) async fn act(shared: Arc<Shared>, effect: Effect) {
    let deed = deed_of(&effect);
    let lab = match shared.lab() {
        Ok(lab) => lab,
        Err(down) => {
            shared.send(Body::Done(Done::Badly(deed, down))).await;
            return;
        }
    };
    let result = perform(&shared, &lab, effect).await;
    if let (Deed::RunJob(_), Ok(words)) = (&deed, &result) {
        let deed = Deed::RunJob(words.clone());
        return shared.done(deed, Ok(format!("job/{words} created"))).await;
    }
    shared.done(deed, result).await;
}

/// Which deed an effect is.
fn deed_of(effect: &Effect) -> Deed {
    match effect {
        Effect::RunJob { .. } => Deed::RunJob(String::new()),
        Effect::InjectPort { .. } | Effect::ClearFaults => Deed::Fault,
        Effect::AddTask { .. }
        | Effect::FinishTask { .. }
        | Effect::RetitleTask { .. }
        | Effect::DeleteTasks(_)
        | Effect::SeedTasks(_) => Deed::Tasks,
        Effect::DeleteReports(_) => Deed::Reports,
        Effect::SaveReports(_) => Deed::File,
        Effect::ApplyEdited { object, before, after } => {
            Deed::Edit { object: object.clone(), before: before.clone(), after: after.clone() }
        }
        _ => Deed::Cluster,
    }
}

async fn perform(shared: &Arc<Shared>, lab: &Lab, effect: Effect) -> Result<String, LabError> {
    Ok(match effect {
        Effect::RunJob { cronjob, name } => {
            let job = jobs::run(lab, name.as_deref(), &cronjob).await?;
            job.map(|job| job.name).unwrap_or_default()
        }
        Effect::Suspend { cronjob, suspend } => {
            cron::suspend(lab, &cronjob, suspend).await?;
            format!("cronjob/{cronjob} {}", if suspend { "suspended" } else { "resumed" })
        }
        Effect::Schedule { cronjob, schedule } => {
            cron::schedule(lab, &cronjob, &schedule).await?;
            format!("cronjob/{cronjob}: schedule {schedule}")
        }
        Effect::DeleteObjects(objects) => delete(lab, &objects).await?,
        Effect::InjectPort { to, seconds } => inject(shared, lab, to, seconds).await?,
        Effect::ClearFaults => clear(lab).await?,
        Effect::AddTask { user, title } => {
            tasks::add(lab, &user, &title, false).await?;
            String::new()
        }
        Effect::FinishTask { ids, done } => {
            for id in &ids {
                if done {
                    tasks::done(lab, id).await?
                } else {
                    tasks::reopen(lab, id).await?
                };
            }
            format!("{} {}", ids.len(), if done { "DONE" } else { "UNDONE" })
        }
        Effect::RetitleTask { id, title } => {
            tasks::edit(lab, &id, &title).await?;
            String::new()
        }
        Effect::DeleteTasks(ids) => format!("{} deleted", tasks::delete(lab, &ids).await?.len()),
        Effect::SeedTasks(n) => format!("{} tasks added", tasks::seed(lab, n).await?.len()),
        Effect::SaveReports(keys) => save(shared, lab, keys).await?,
        Effect::DeleteReports(keys) => format!("{} deleted", reports::delete(lab, &keys).await?.len()),
        Effect::ApplyEdited { object, before, after } => edit(lab, &object, &before, &after).await?,
        _ => String::new(),
    })
}

async fn delete(lab: &Lab, objects: &[ObjectRef]) -> Result<String, LabError> {
    for object in objects {
        lab.progress.event(crate::domain::step::Event::Command(equivalent::delete(&lab.cluster.namespace, object)));
        lab.cluster.delete_object(object).await?;
    }
    Ok(match objects {
        [one] => format!("{one} deleted"),
        many => format!("{} deleted", many.len()),
    })
}

/// The fault's own time limit is kept here too: what the CLI's helper process does for `--for`.
async fn inject(shared: &Arc<Shared>, lab: &Lab, to: u16, seconds: Option<u64>) -> Result<String, LabError> {
    let row = faults::inject_port(lab, to, seconds.map(Duration::from_secs)).await?;
    if let Some(seconds) = seconds {
        let task = shared.clone();
        shared.spawn(async move {
            let over = tokio::time::sleep(Duration::from_secs(seconds));
            if task.cancel.clone().run_until_cancelled(over).await.is_some()
                && let Ok(lab) = task.lab()
            {
                let cleared = faults::clear_overdue(&lab, jiff::Timestamp::now()).await;
                let words = cleared.map(|cleared| {
                    if cleared.is_empty() { String::new() } else { "the fault's time is over: cleared".to_owned() }
                });
                task.done(Deed::Fault, words).await;
            }
        });
    }
    let effect = row.and_then(|row| row.effect).map(|effect| effect.words).unwrap_or_default();
    Ok(format!("port moved to {to}: {effect}"))
}

async fn clear(lab: &Lab) -> Result<String, LabError> {
    let cleared = faults::clear(lab).await?;
    let effect = cleared.iter().find_map(|cleared| cleared.effect.as_ref()).map(|effect| effect.words.clone());
    Ok(format!("cleared: {}", effect.unwrap_or_default()))
}

async fn save(shared: &Arc<Shared>, lab: &Lab, keys: Vec<String>) -> Result<String, LabError> {
    let dir: &Path = &shared.setup.downloads;
    let wanted = if keys.is_empty() { vec![Which::All] } else { keys.into_iter().map(Which::Key).collect() };
    let mut saved = Vec::new();
    for which in wanted {
        let (queue, epoch) = (shared.queue.clone(), shared.link().epoch);
        let mut each = move |transfer: crate::domain::report::Transfer| {
            let data = Data::Progress { key: transfer.key, done: transfer.done, total: transfer.total };
            // A step of a bar that finds no room is no loss.
            let _ = queue.try_send(crate::app::Message { at: jiff::Timestamp::now(), body: Body::Data(epoch, data) });
        };
        saved.extend(reports::save_watched(lab, &which, dir, &mut each).await?);
    }
    Ok(match saved.as_slice() {
        [] => "nothing to save".to_owned(),
        [one] => format!("saved {}", one.path.display()),
        many => format!("saved {} reports into {}", many.len(), dir.display()),
    })
}

async fn edit(lab: &Lab, object: &ObjectRef, before: &str, after: &str) -> Result<String, LabError> {
    lab.progress.event(crate::domain::step::Event::Command(equivalent::edit(&lab.cluster.namespace, object)));
    Ok(match lab.cluster.apply_edited(object, before, after).await? {
        Edited::Changed => format!("{object} edited"),
        Edited::Unchanged => format!("{object} unchanged"),
    })
}
