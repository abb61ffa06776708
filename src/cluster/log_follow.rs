//! A container's log for a screen: waited for, followed in batches with each line's time, to the container's end.
//!
//! Called by `runtime`. Dropping the future ends the request. The text is foreign: make it safe before it is drawn.

use std::future::Future;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use super::log_lines::Line;
use super::log_stream::Source;
use super::{Cluster, ClusterError, wait};
use crate::domain::log::{LogLine, LogOptions};

/// A longer line is cut: a screen shows some hundred characters of it.
const LONGEST_LINE: usize = 16 << 10;

/// Between two looks at a log that ended without its container.
const LAG: Duration = Duration::from_millis(250);

/// Who takes a followed log in.
pub trait LogSink: Send {
    /// Takes a batch; false when nobody listens any more.
    fn take(&mut self, lines: Vec<LogLine>) -> impl Future<Output = bool> + Send;
}

/// Why a log ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogEnd {
    /// It is read to its end: the container has ended, or `follow` was not asked for.
    Ended,
    /// Nobody listens any more.
    Closed,
}

impl Cluster {
    /// Reads a container's log into `sink`; with `follow`, waits for the container to start and goes on until it
    /// ends, over a server that ends the stream before. `options.timestamps` and `options.container` do not matter
    /// here.
    ///
    /// # Errors
    /// The pod or container is not there, its log cannot be read, or the connection broke in the middle.
    pub async fn follow_log<S: LogSink>(
        &self,
        pod: &str,
        container: Option<&str>,
        options: &LogOptions,
        mut sink: S,
    ) -> Result<LogEnd, ClusterError> {
        let options = LogOptions { timestamps: false, ..options.clone() };
        let follows = options.follow && !options.previous;
        let mut source = Source { pod, container, since: None, stamped: true };
        loop {
            let run = if follows { Some(self.started(pod, container).await?) } else { None };
            let mut batches = self.log_batches(source, &options, LONGEST_LINE).await?;
            let seen = source.since;
            let mut quiet = true;
            while let Some(lines) = batches.next().await? {
                // `sinceTime` may be taken by the second: what was told already comes again.
                let new = lines.into_iter().filter(|line| line.at.is_none() || line.at > seen);
                let lines: Vec<LogLine> = new.map(|line| log_line(pod, line)).collect();
                source.since = lines.iter().filter_map(|line| line.at).max().or(source.since);
                quiet &= lines.is_empty();
                if !lines.is_empty() && !sink.take(lines).await {
                    return Ok(LogEnd::Closed);
                }
            }
            match run {
                Some(run) if self.still_runs(pod, container, run).await? => {}
                _ => return Ok(LogEnd::Ended),
            }
            if quiet {
                // The kubelet tells of a container's end up to a second after its log has ended.
                tokio::time::sleep(LAG).await;
            }
        }
    }

    /// Waits, by a watch, until the container has started at least once; tells which of its runs this is.
    async fn started(&self, pod: &str, container: Option<&str>) -> Result<i32, ClusterError> {
        wait::first(self.api::<Pod>(), pod, |seen: Option<Pod>| {
            let Some(seen) = seen else { return Some(Err(self.not_found(format!("pod/{pod}")))) };
            let status = seen.status.as_ref()?;
            let over = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
            match status_of(&seen, container) {
                Some(container) if over || has_run(container) => Some(Ok(container.restart_count)),
                None if over => Some(Ok(0)),
                _ => None,
            }
        })
        .await
    }

    /// True while that run of the container goes on: then the stream ended for another reason.
    async fn still_runs(&self, pod: &str, container: Option<&str>, run: i32) -> Result<bool, ClusterError> {
        let seen = self.api::<Pod>().get_opt(pod).await;
        let seen = seen.map_err(|e| ClusterError::of("read", format!("pod/{pod}"), e))?;
        let status = seen.as_ref().and_then(|pod| status_of(pod, container));
        Ok(status.is_some_and(|c| c.restart_count == run && c.state.as_ref().is_some_and(|s| s.running.is_some())))
    }
}

fn status_of<'a>(pod: &'a Pod, container: Option<&str>) -> Option<&'a ContainerStatus> {
    let status = pod.status.as_ref()?;
    let mut all = status.container_statuses.iter().chain(&status.init_container_statuses).flatten();
    match container {
        Some(name) => all.find(|status| status.name == name),
        None => all.next(),
    }
}

fn has_run(container: &ContainerStatus) -> bool {
    let state = container.state.as_ref();
    container.restart_count > 0 || state.is_some_and(|s| s.running.is_some() || s.terminated.is_some())
}

fn log_line(pod: &str, line: Line) -> LogLine {
    LogLine { pod: pod.to_owned(), attempt: None, at: line.at, text: line.text, cut: line.cut }
}
