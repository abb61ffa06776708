//! Questions: data that cannot be watched.

use std::sync::Arc;
use std::time::Duration;

use super::{Shared, failure};
use crate::app::Effect;
use crate::app::message::{Body, Data, Failure};
use crate::cluster::ClusterError;
use crate::lab::{Lab, LabError, faults, reports, tasks};

/// Between two looks at tasks and reports that can be seen.
const POLL: Duration = Duration::from_secs(3);

/// Effects that only ask.
pub(super) fn is_question(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::FindEndpoint
            | Effect::ListTasks
            | Effect::ListReports
            | Effect::ReadReport(_)
            | Effect::ProbeFaults
            | Effect::Fetch { .. }
            | Effect::FetchForEdit(_)
            | Effect::ListNamespaces
    )
}

/// Asks, and sends the answer. Answers carry the epoch of the connection that they come from, also when another one
/// stands by the time they are there.
pub(super) async fn ask(shared: Arc<Shared>, effect: Effect) {
    let (epoch, lab) = shared.attached();
    let data = match effect {
        Effect::FindEndpoint => Data::Endpoint(answer(&lab, |lab| lab.aws_endpoint()).await),
        Effect::ListTasks => Data::Tasks(answer(&lab, tasks::list).await),
        Effect::ListReports => Data::Reports(answer(&lab, reports::list).await),
        Effect::ReadReport(key) => {
            let read = match &lab {
                Ok(lab) => reports::read(lab, Some(&key)).await.map_err(|error| failure(&error)),
                Err(down) => Err(down.clone()),
            };
            Data::Report(key, read.map(Box::new))
        }
        Effect::ProbeFaults => Data::Effect(answer(&lab, |lab| faults::list(lab, true)).await),
        Effect::Fetch { object, yaml } => {
            let text = match &lab {
                Ok(lab) if yaml => lab.cluster.object_yaml(&object).await.map_err(of_cluster),
                Ok(lab) => lab.cluster.describe(&object).await.map_err(of_cluster),
                Err(down) => Err(down.clone()),
            };
            Data::Text { object, yaml, text }
        }
        Effect::FetchForEdit(object) => {
            let text = match &lab {
                Ok(lab) => lab.cluster.object_yaml(&object).await.map_err(of_cluster),
                Err(down) => Err(down.clone()),
            };
            Data::Editable(object, text)
        }
        Effect::ListNamespaces => {
            let names = match &lab {
                Ok(lab) => lab.cluster.namespaces().await.map_err(of_cluster),
                Err(down) => Err(down.clone()),
            };
            Data::Namespaces(names)
        }
        _ => return,
    };
    shared.send(Body::Data(epoch, data)).await;
}

async fn answer<'a, T, F>(lab: &'a Result<Arc<Lab>, Failure>, ask: impl FnOnce(&'a Lab) -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, LabError>> + 'a,
{
    match lab {
        Ok(lab) => ask(lab).await.map_err(|error| failure(&error)),
        Err(down) => Err(down.clone()),
    }
}

fn of_cluster(error: ClusterError) -> Failure {
    failure(&error.into())
}

/// Asks for tasks and reports now and then, while they can be seen. Never returns.
pub(super) async fn poll(shared: &Arc<Shared>) {
    let mut wanted = shared.polls.subscribe();
    loop {
        let (tasks, reports) = *wanted.borrow_and_update();
        if tasks {
            ask(shared.clone(), Effect::ListTasks).await;
        }
        if reports {
            ask(shared.clone(), Effect::ListReports).await;
        }
        if !tasks && !reports {
            // Until somebody looks.
            if wanted.changed().await.is_err() {
                return std::future::pending().await;
            }
            continue;
        }
        let _ = tokio::time::timeout(POLL, wanted.changed()).await;
    }
}
