//! Logs: of one pod, and of all attempts of a Job in one stream.

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;
use kube::runtime::watcher;

use super::log_stream::Source;
use super::{Cluster, ClusterError, jobs, rows, wait};
use crate::domain::job::JobRow;
use crate::domain::log::{LogLine, LogOptions};

/// The CLI shows lines as they are; only what is no line at all is cut.
const WHOLE_LINE: usize = 8 << 20;

impl Cluster {
    /// Reads a pod's log line by line into `each`; `each` returns false to stop.
    ///
    /// # Errors
    /// The pod or container is not there or has not started.
    pub async fn pod_log(
        &self,
        pod: &str,
        attempt: Option<u32>,
        options: &LogOptions,
        each: &mut (dyn FnMut(LogLine) -> bool + Send),
    ) -> Result<(), ClusterError> {
        let source = Source { pod, container: options.container.as_deref(), since: None, stamped: options.timestamps };
        let mut batches = self.log_batches(source, options, WHOLE_LINE).await?;
        while let Some(lines) = batches.next().await? {
            for line in lines {
                let line = LogLine { pod: pod.to_owned(), attempt, at: None, text: line.text, cut: line.cut };
                if !each(line) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The logs of all attempts of a Job, one after the other; with `follow` until the Job has ended.
    ///
    /// # Errors
    /// The Job is not there, or a log cannot be read.
    pub async fn job_log(
        &self,
        job: &str,
        options: &LogOptions,
        each: &mut (dyn FnMut(LogLine) -> bool + Send),
    ) -> Result<JobRow, ClusterError> {
        let mut shown: Vec<String> = Vec::new();
        loop {
            let row = self.job(job).await?;
            let next = row.attempts.iter().find(|a| !shown.contains(&a.pod)).cloned();
            let Some(attempt) = next else {
                if !options.follow || row.status.is_finished() {
                    return Ok(row);
                }
                self.wait_for_more(job, shown.len()).await?;
                continue;
            };
            if attempt.started_at.is_none() && !options.follow {
                shown.push(attempt.pod);
                continue;
            }
            if options.follow {
                self.wait_started(&attempt.pod).await?;
            }
            match self.pod_log(&attempt.pod, Some(attempt.number), options, each).await {
                Ok(()) => {}
                // A pod deleted meanwhile, or one that never got a container: the others still count.
                Err(error) if error.is_not_found() || error.is_waiting_to_start() => {
                    let text = format!("(no log: {error})");
                    each(note(&attempt.pod, Some(attempt.number), text));
                }
                Err(error) => return Err(error),
            }
            shown.push(attempt.pod);
        }
    }

    /// Waits until the Job has ended or has more pods than `known`.
    async fn wait_for_more(&self, job: &str, known: usize) -> Result<(), ClusterError> {
        let by_label = watcher::Config::default().labels(&jobs::pods_of(job));
        let more = wait::first_of_set(self.api::<Pod>(), by_label, |pods: &[Pod]| (pods.len() > known).then_some(()));
        let ended = self.wait_job(job, |_| {});
        tokio::select! {
            more = more => more,
            ended = ended => ended.map(|_| ()),
        }
    }

    /// Waits until a pod's container has started, or the pod is gone or over.
    async fn wait_started(&self, pod: &str) -> Result<(), ClusterError> {
        wait::first(self.api::<Pod>(), pod, |pod: Option<Pod>| {
            let Some(pod) = pod else { return Some(Ok(())) };
            let phase = pod.status.as_ref().and_then(|s| s.phase.clone()).unwrap_or_default();
            (phase != "Pending").then_some(Ok(()))
        })
        .await
    }

    /// The logs of all pods of a selector, followed side by side or one after the other.
    ///
    /// # Errors
    /// The server cannot be asked; a log that cannot be read is told as a line.
    pub async fn logs_by_label(
        &self,
        selector: &str,
        options: &LogOptions,
        each: &mut (dyn FnMut(LogLine) -> bool + Send),
    ) -> Result<(), ClusterError> {
        let pods = self.api::<Pod>().list(&ListParams::default().labels(selector)).await;
        let pods = pods.map_err(|e| ClusterError::of("list", "pods", e))?;
        let names: Vec<String> = pods.items.iter().map(|pod| rows::name(&pod.metadata)).collect();
        if !options.follow {
            for name in names {
                self.tolerant(&name, options, each).await?;
            }
            return Ok(());
        }
        let (sender, mut lines) = tokio::sync::mpsc::channel(256);
        let readers = names.into_iter().map(|name| {
            let (sender, options) = (sender.clone(), options.clone());
            async move {
                let mut forward = |line| sender.try_send(line).is_ok();
                self.tolerant(&name, &options, &mut forward).await
            }
        });
        let readers: Vec<_> = readers.collect();
        let mut readers = futures::stream::iter(readers).buffer_unordered(64);
        drop(sender);
        loop {
            tokio::select! {
                Some(line) = lines.recv() => if !each(line) { return Ok(()) },
                Some(done) = readers.next() => done?,
                else => return Ok(()),
            }
        }
    }

    async fn tolerant(
        &self,
        pod: &str,
        options: &LogOptions,
        each: &mut (dyn FnMut(LogLine) -> bool + Send),
    ) -> Result<(), ClusterError> {
        match self.pod_log(pod, None, options, each).await {
            Err(error) if error.is_not_found() || error.is_waiting_to_start() => {
                each(note(pod, None, format!("(no log: {error})")));
                Ok(())
            }
            other => other,
        }
    }
}

/// A line that the lab itself writes into a log.
fn note(pod: &str, attempt: Option<u32>, text: String) -> LogLine {
    LogLine { pod: pod.to_owned(), attempt, at: None, text, cut: false }
}
