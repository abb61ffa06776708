//! The settings file, read again when it changes. Its folder is watched, for editors write a new file in its place.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::Shared;
use crate::app::message::{Body, Deed, Done, Failure};

/// An editor's writes come in a burst.
const BURST: Duration = Duration::from_millis(100);

pub(super) async fn watch(shared: Arc<Shared>) {
    let Some(folder) = shared.setup.settings.parent().map(Path::to_owned) else { return };
    let (sender, mut changed) = mpsc::channel(1);
    let name = shared.setup.settings.file_name().map(ToOwned::to_owned);
    let concerns = move |event: &notify::Event| {
        !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == name.as_deref())
    };
    let watcher = notify::recommended_watcher(move |event: Result<notify::Event, notify::Error>| {
        if event.is_ok_and(|event| concerns(&event)) {
            // One note waiting is enough.
            let _ = sender.try_send(());
        }
    });
    // A system without watches, or a folder that is not there: the settings are then read at the start only.
    let Ok(mut watcher) = watcher else { return };
    if watcher.watch(&folder, RecursiveMode::NonRecursive).is_err() {
        return;
    }
    let cancel = shared.cancel.clone();
    let _ = cancel
        .run_until_cancelled(async {
            while changed.recv().await.is_some() {
                tokio::time::sleep(BURST).await;
                let _ = changed.try_recv();
                let body = match (shared.setup.read_settings)() {
                    Ok((options, flaws)) => Body::Settings(Box::new(options), flaws),
                    // A file that cannot be read changes nothing: the choices of before hold.
                    Err(why) => Body::Done(Done::Badly(Deed::Cluster, Failure::new(one_line(&why), None))),
                };
                shared.send(body).await;
            }
        })
        .await;
}

/// A parser's sentence over several lines, with a drawing of the place in between, in one.
fn one_line(why: &str) -> String {
    let lines = why.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['|', '^']));
    lines.collect::<Vec<_>>().join(" ")
}
