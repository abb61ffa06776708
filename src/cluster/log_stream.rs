//! One request for a log, read in batches: whatever has come is handed out together. Called by `logs` (the CLI) and
//! `log_follow` (the dashboard); dropping it ends the request.

use std::pin::Pin;

use futures::io::{AsyncBufRead, AsyncBufReadExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::api::LogParams;

use super::log_lines::{Line, Lines};
use super::{Cluster, ClusterError};
use crate::domain::log::LogOptions;

/// A batch is told when it has this many lines, however many more are there.
const BATCH: usize = 500;

/// Whose log, from when on.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) pod: &'a str,
    pub(crate) container: Option<&'a str>,
    pub(crate) since: Option<Timestamp>,
    /// Ask the server for each line's time.
    pub(crate) stamped: bool,
}

/// A log that is being read.
pub(crate) struct Batches {
    reader: Pin<Box<dyn AsyncBufRead + Send>>,
    lines: Lines,
    over: bool,
    pod: String,
}

impl Cluster {
    /// Asks for a log. Times are taken off only where no one asked for them in the text.
    pub(crate) async fn log_batches(
        &self,
        source: Source<'_>,
        options: &LogOptions,
        longest: usize,
    ) -> Result<Batches, ClusterError> {
        let params = LogParams {
            follow: options.follow,
            tail_lines: if source.since.is_some() { None } else { options.tail },
            since_time: source.since,
            timestamps: source.stamped,
            previous: options.previous,
            container: source.container.map(str::to_owned),
            ..LogParams::default()
        };
        let stream = self.api::<Pod>().log_stream(source.pod, &params).await;
        let stream = stream.map_err(|e| failed(source.pod, e))?;
        Ok(Batches {
            reader: Box::pin(stream),
            lines: Lines::new(longest, source.stamped && !options.timestamps),
            over: false,
            pod: source.pod.to_owned(),
        })
    }
}

impl Batches {
    /// The lines that have come, at least one; `None` when the log is over.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Line>>, ClusterError> {
        let mut batch = Vec::new();
        while !self.over && batch.len() < BATCH {
            let ready = futures::future::poll_immediate(self.reader.fill_buf()).await;
            let bytes = match ready {
                Some(ready) => ready,
                None if !batch.is_empty() => break,
                None => self.reader.fill_buf().await,
            };
            let bytes = bytes.map_err(|e| failed(&self.pod, kube::Error::ReadEvents(e)))?;
            self.over = bytes.is_empty();
            let read = bytes.len();
            self.lines.take(bytes, &mut batch);
            self.reader.as_mut().consume(read);
        }
        if self.over {
            batch.extend(self.lines.end());
        }
        Ok((!batch.is_empty()).then_some(batch))
    }
}

fn failed(pod: &str, error: kube::Error) -> ClusterError {
    ClusterError::of("read the log of", format!("pod/{pod}"), error)
}
