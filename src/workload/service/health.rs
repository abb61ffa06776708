//! The three probes.
//!
//! Kubernetes' idea: *startup* and *liveness* ask "is the process well?", and a failure restarts the container;
//! *readiness* asks "can it do its work now?", and a failure only takes the pod out of the Service. So only
//! readiness looks at the table: restarting this pod would not mend LocalStack.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{IndexStatus, TableStatus};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex;

use super::App;
use super::config::Config;
use crate::workload::clients::AwsSettings;
use crate::workload::failure::Request;

/// How long an answer holds: probes of several kinds and people with curl ask AWS once between them.
const FRESH: Duration = Duration::from_secs(2);
/// A probe's own limit is one second by default; answering later than that is not answering.
const PATIENCE: Duration = Duration::from_millis(800);

/// Whether the table can be used, remembered briefly.
pub(super) struct Readiness {
    client: aws_sdk_dynamodb::Client,
    table: String,
    place: String,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
    leaving: AtomicBool,
}

impl Readiness {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            client: AwsSettings::dynamodb(&config.aws.sdk_config_for_probes()),
            table: config.table.clone(),
            place: config.aws.place(),
            last: Mutex::new(None),
            leaving: AtomicBool::new(false),
        }
    }

    /// From now on not ready: the process is about to end.
    pub(super) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    async fn check(&self) -> Result<(), String> {
        if self.leaving.load(Ordering::Relaxed) {
            return Err("terminating".to_owned());
        }
        // Held across the question on purpose: those who ask meanwhile wait for the same answer.
        let mut last = self.last.lock().await;
        if let Some((at, result)) = last.as_ref()
            && at.elapsed() < FRESH
        {
            return result.clone();
        }
        let asked = tokio::time::timeout(PATIENCE, self.ask()).await;
        let result = asked.unwrap_or_else(|_| Err(format!("{} did not answer in time", self.place)));
        if let Err(reason) = &result {
            tracing::warn!("not ready: {reason}");
        }
        *last = Some((Instant::now(), result.clone()));
        result
    }

    async fn ask(&self) -> Result<(), String> {
        let request = Request { operation: "DescribeTable", object: &self.table, place: &self.place };
        let answer = self.client.describe_table().table_name(&self.table).send().await;
        let table = answer.map_err(|error| request.failed(error).line())?.table;
        let table = table.ok_or_else(|| format!("no description of table {}", self.table))?;
        if table.table_status() != Some(&TableStatus::Active) {
            return Err(format!("table {} is not ACTIVE yet", self.table));
        }
        let active = |name: &str| {
            table
                .global_secondary_indexes()
                .iter()
                .any(|index| index.index_name() == Some(name) && index.index_status() == Some(&IndexStatus::Active))
        };
        if active("user_index") { Ok(()) } else { Err(format!("table {} has no active user_index", self.table)) }
    }
}

/// `GET /health/liveness` and `/health/startup`.
pub(super) async fn alive() -> &'static str {
    "ok"
}

/// `GET /health/readiness`: 200, or 503 with the reason.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    match app.readiness.check().await {
        Ok(()) => "ok".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reason}\n")).into_response(),
    }
}
