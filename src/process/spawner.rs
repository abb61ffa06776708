//! The one thread that starts children.
//!
//! A child that asked for `PR_SET_PDEATHSIG` is killed when the *thread* that started it ends,
//! not the process. Tokio's threads may end early (blocking pool), so children are started from a
//! thread that lives as long as the process. It sleeps on its channel and costs nothing idle.

use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

static SPAWNER: OnceLock<Option<Sender<Job>>> = OnceLock::new();

/// Runs `work` on the lasting thread, inside the caller's tokio runtime.
pub(super) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> std::io::Result<T> {
    let runtime = tokio::runtime::Handle::current();
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move || {
        let _inside = runtime.enter();
        // The asker may have been cancelled: then the result, a child included, is dropped here.
        let _ = answer.send(work());
    });
    let gone = || std::io::Error::other("the thread that starts processes is gone");
    let sender = SPAWNER.get_or_init(start).as_ref().ok_or_else(gone)?;
    sender.send(job).map_err(|_| gone())?;
    answered.await.map_err(|_| gone())
}

fn start() -> Option<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    let thread = std::thread::Builder::new().name("process-spawner".into()).spawn(move || {
        for job in jobs {
            job();
        }
    });
    thread.ok().map(|_| sender)
}
