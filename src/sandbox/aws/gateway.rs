//! The one listener: tells DynamoDB, `/_localstack/…` and S3 apart, and logs as LocalStack does.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use s3s::Body;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::control;
use super::dynamo::{self, Dynamo};
use super::error::StandinError;
use super::init::Init;
use super::log::{self, Level};
use super::options::{Options, Persistence};
use super::s3::S3Part;
use super::state::StateFolder;

/// DynamoDB takes requests of up to 16 MiB.
const DYNAMO_BODY: usize = 16 * 1024 * 1024;
/// How long requests that run may take to end after a stop.
const GRACE: Duration = Duration::from_secs(2);
/// How long scripts of the stage `shutdown` may take.
const SHUTDOWN_SCRIPTS: Duration = Duration::from_secs(10);
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

struct Gateway {
    dynamo: Dynamo,
    s3: S3Part,
    init: Init,
    // Held to the end: the lock of the state folder.
    _state: Option<StateFolder>,
}

/// A stand-in that serves.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    /// Where it listens, with the real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends when the stand-in has: cancelled, its shutdown scripts run, its stores closed.
    pub async fn finished(self) {
        let _ = self.task.await;
    }
}

/// Opens the stores, listens, and runs the init scripts in the background until `cancel`.
///
/// Returns as soon as the port answers; the scripts of `ready.d` run after that, as on LocalStack.
///
/// # Errors
/// The address is taken, or the state folder cannot be opened.
pub async fn serve(options: Options, cancel: CancellationToken) -> Result<Served, StandinError> {
    let init = Init::new(&options);
    init.run_stage("boot").await;
    let persistence = options.persistence.clone();
    let (dynamo, s3, state) = tokio::task::spawn_blocking(move || open(&persistence))
        .await
        .unwrap_or_else(|e| Err(StandinError::Runtime(std::io::Error::other(e))))?;
    let listener = listen(options.listen).await?;
    let address = listener.local_addr().map_err(|source| StandinError::Listen { address: options.listen, source })?;
    let gateway = Arc::new(Gateway { dynamo, s3, init, _state: state });
    let task = tokio::spawn(run(gateway, listener, cancel));
    Ok(Served { address, task })
}

fn open(persistence: &Persistence) -> Result<(Dynamo, S3Part, Option<StateFolder>), StandinError> {
    match persistence {
        Persistence::Memory => Ok((Dynamo::open(None)?, S3Part::open(None)?, None)),
        Persistence::Folder(path) => {
            let state = StateFolder::open(path)?;
            let dynamo = Dynamo::open(Some(&state.join("dynamodb.sqlite")))?;
            let s3 = S3Part::open(Some(&state.join("s3")))?;
            Ok((dynamo, s3, Some(state)))
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StandinError> {
    TcpListener::bind(address).await.map_err(|source| StandinError::Listen { address, source })
}

async fn run(gateway: Arc<Gateway>, listener: TcpListener, cancel: CancellationToken) {
    let scripts = tokio::spawn(start_scripts(gateway.clone(), cancel.clone()));
    accept_loop(&gateway, listener, &cancel).await;
    let _ = scripts.await;
}

/// The stages after boot. The port answers already, since the scripts talk to it.
async fn start_scripts(gateway: Arc<Gateway>, cancel: CancellationToken) {
    let work = async {
        gateway.init.run_stage("start").await;
        gateway.init.run_stage("ready").await;
        log::raw("Ready.");
    };
    tokio::select! {
        () = work => {}
        () = cancel.cancelled() => {}
    }
}

async fn accept_loop(gateway: &Arc<Gateway>, listener: TcpListener, cancel: &CancellationToken) {
    let graceful = GracefulShutdown::new();
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new());
    // Scripts of the stage shutdown still talk to the port.
    let mut ending = std::pin::pin!(async {
        cancel.cancelled().await;
        let _ = tokio::time::timeout(SHUTDOWN_SCRIPTS, gateway.init.run_stage("shutdown")).await;
    });
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    let gateway = gateway.clone();
                    let service = service_fn(move |request| handle(gateway.clone(), request));
                    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
                    tokio::spawn(async move { let _ = connection.await; });
                }
                Err(e) => {
                    log::line(Level::Warn, "MainThread", "localstack.gateway", &format!("cannot accept: {e}"));
                    // Out of file handles, most likely: give running requests time to end.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut ending => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn handle(gateway: Arc<Gateway>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path();
    if path.starts_with(control::PREFIX) {
        return Ok(control::answer(request.method(), path, &gateway.init));
    }
    match request.headers().get(TARGET).cloned() {
        Some(target) => Ok(dynamo_request(&gateway, &target, request).await),
        None => Ok(gateway.s3.call(request).await),
    }
}

async fn dynamo_request(gateway: &Gateway, target: &HeaderValue, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, DYNAMO_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            return response;
        }
    };
    let response = gateway.dynamo.call(target, &parts.headers, body).await;
    log_dynamo(target, &response);
    response.map(Body::from)
}

fn log_dynamo(target: &HeaderValue, response: &Response<Bytes>) {
    let target = target.to_str().unwrap_or("?");
    let (service, operation) = target.split_once('.').unwrap_or(("", target));
    let service = if service.starts_with("DynamoDBStreams") { "dynamodbstreams" } else { "dynamodb" };
    let code = if response.status().is_success() { None } else { dynamo::error_code(response.body()) };
    log::aws_request(service, operation, response.status().as_u16(), code.as_deref());
}
