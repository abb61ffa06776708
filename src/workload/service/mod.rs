//! The task API and its web page: what a Deployment runs behind a Service and an Ingress.
//!
//! Called by `src/bin/task-service.rs` and by `k8s-tutor __pod task-service`. Replicas share nothing but the table,
//! so any of them answers any request.

mod answer;
mod config;
mod handlers;
mod health;
mod input;
mod page;
mod store;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::env::{Vars, of_process};
use super::failure::Failure;
use super::{logging, signals};
use answer::Problem;
use config::Config;
use health::Readiness;
use store::Store;

/// A task is a few hundred bytes; DynamoDB itself stops at 400 KB an item.
const MAX_BODY: usize = 64 * 1024;
/// Requests served at once by one replica; the next ones are told to come back.
const MAX_IN_FLIGHT: usize = 256;
/// How long open requests may take after SIGTERM; less than Kubernetes' 30 s before SIGKILL.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the task-service with this process's environment until SIGTERM.
///
/// Exit codes: 0 ended by SIGTERM after the last answer, 1 unexpected, 2 configuration, 8 cannot listen.
#[must_use]
pub fn main() -> ExitCode {
    let vars = of_process();
    let get = |name: &str| vars.get(name).map(String::as_str);
    logging::init(get("LOG_FORMAT"), get("LOG_LEVEL"));
    match serve_until_terminated(&vars) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!(exit_code = failure.exit_code(), "error: {}", failure.line());
            ExitCode::from(failure.exit_code())
        }
    }
}

/// What every handler can reach.
pub(crate) struct App {
    store: Store,
    readiness: Readiness,
    zone: jiff::tz::TimeZone,
    in_flight: Semaphore,
}

fn serve_until_terminated(vars: &Vars) -> Result<(), Failure> {
    let config = Config::read(vars).map_err(Failure::Config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unexpected { operation: "start", message: error.to_string() })?;
    let outcome = runtime.block_on(async {
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|source| Failure::Listen { address: config.listen.to_string(), source })?;
        let address = listener.local_addr().unwrap_or(config.listen);
        tracing::info!(stage = config.stage, endpoint = config.aws.place(), "listening on {address}");
        serve(config, listener, signals::terminated()).await
    });
    runtime.shutdown_background();
    outcome
}

/// Serves until `end` resolves, then lets open requests finish within the grace period.
async fn serve(
    config: Config,
    listener: TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (ended, wait_for_end) = tokio::sync::oneshot::channel::<()>();
    let app = Arc::new(App {
        store: Store::new(&config),
        readiness: Readiness::new(&config),
        zone: config.zone,
        in_flight: Semaphore::new(MAX_IN_FLIGHT),
    });
    let leaving = app.clone();
    let server = axum::serve(listener, router(app)).with_graceful_shutdown(async move {
        end.await;
        tracing::info!("terminated: finishing open requests");
        leaving.readiness.leave();
        let _ = ended.send(());
    });
    let patience = async {
        let _ = wait_for_end.await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = server => served.map_err(|error| Failure::Unexpected { operation: "serve", message: error.to_string() }),
        () = patience => {
            tracing::warn!("some requests did not end within {} s", GRACE.as_secs());
            Ok(())
        }
    }
}

fn router(app: Arc<App>) -> axum::Router {
    let api = axum::Router::new()
        .route("/api/tasks", post(handlers::add).put(handlers::update).get(handlers::list))
        .layer(from_fn_with_state(app.clone(), limit));
    axum::Router::new()
        .route("/", get(page::index))
        .route("/app.js", get(page::script))
        .route("/app.css", get(page::style))
        .route("/health/liveness", get(health::alive))
        .route("/health/startup", get(health::alive))
        .route("/health/readiness", get(health::ready))
        .merge(api)
        .fallback(answer::no_such_path)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(app)
}

/// Sheds load instead of queueing without end; health probes are outside, so a busy pod is not killed for it.
async fn limit(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Problem> {
    let _permit = app.in_flight.try_acquire().map_err(|_| Problem::Busy)?;
    Ok(next.run(request).await)
}
