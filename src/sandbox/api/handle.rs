//! From an HTTP request to an HTTP answer: who asks, the body, panics, the layout of the answer.
//! Called by `serve` for each request of the network, and by the in-process client.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::FutureExt;
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT};
use http::{Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio_util::sync::CancellationToken;

use super::negotiate::{Format, Media};
use super::request::{Call, Query, User};
use super::respond::{Body, BoxError, Layout, Reply, render};
use super::status::ApiError;
use super::{Api, auth, route};

/// The largest request body, as in a real server.
const BODY_LIMIT: usize = 3 << 20;

/// How the caller is known.
pub(super) enum Peer {
    /// By a bearer token, if any.
    Network,
    /// In process.
    Trusted(User),
}

/// A kube client whose requests never leave the process.
pub(super) fn in_process(api: Arc<Api>, user: &str, user_agent: &str) -> kube::Client {
    let user = User { name: user.to_owned() };
    let agent = HeaderValue::from_str(user_agent).unwrap_or(HeaderValue::from_static("k8s-tutor"));
    let service = tower::service_fn(move |mut request: Request<kube::client::Body>| {
        let (api, user) = (Arc::clone(&api), user.clone());
        request.headers_mut().insert(USER_AGENT, agent.clone());
        let ending = api.closing.clone();
        async move { Ok::<_, Infallible>(answer(api, Peer::Trusted(user), request, ending).await) }
    });
    kube::Client::new(service, "default")
}

/// Answers one request. `ending` ends watches and followed logs.
pub(super) async fn answer<B>(
    api: Arc<Api>,
    peer: Peer,
    request: Request<B>,
    ending: CancellationToken,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    let text = |name| parts.headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok()).unwrap_or_default();
    let media = Format::parse(text(ACCEPT)).map_or(Media::Json, |format| format.media);
    let pretty_agent = ["curl/", "Wget/", "Mozilla/5.0"].iter().any(|agent| text(USER_AGENT).starts_with(agent));
    let query = Query::parse(&parts.uri);
    let pretty = query.as_ref().ok().and_then(|q| q.get("pretty").map(|_| q.flag("pretty"))).unwrap_or(pretty_agent);
    let layout = Layout { media, pretty };
    let reply = match open(&api, peer, parts, body, query, ending).await {
        Ok(call) => guarded(api, call).await,
        Err(error) => error.into(),
    };
    render(reply, layout)
}

async fn open<B>(
    api: &Api,
    peer: Peer,
    parts: http::request::Parts,
    body: B,
    query: Result<Query, ApiError>,
    ending: CancellationToken,
) -> Result<Call, ApiError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let user = match peer {
        Peer::Trusted(user) => user,
        Peer::Network => {
            let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
            auth::user(header, &api.config.token, api.now())?
        }
    };
    let body = read(body).await?;
    let path = parts.uri.path().to_owned();
    Ok(Call {
        user,
        method: parts.method,
        path,
        query: query?,
        headers: parts.headers,
        body,
        warnings: Mutex::default(),
        ending,
    })
}

async fn read<B>(body: B) -> Result<Bytes, ApiError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.downcast_ref::<LengthLimitError>().is_some() => {
            let message = format!("Request entity too large: limit is {BODY_LIMIT}");
            Err(ApiError::new(413, "RequestEntityTooLarge", message))
        }
        Err(error) => Err(ApiError::bad_request(format!("the request's body could not be read: {error}"))),
    }
}

/// A panic in a handler fails that request, not the cluster.
async fn guarded(api: Arc<Api>, call: Call) -> Reply {
    let what = format!("{} {}", call.method, call.path);
    let work = AssertUnwindSafe(Box::pin(async move {
        let reply = route::dispatch(&api, &call).await.unwrap_or_else(Reply::from);
        reply.with_warnings(call.warnings.into_inner().unwrap_or_default())
    }));
    match work.catch_unwind().await {
        Ok(reply) => reply,
        Err(_) => {
            tracing::error!(request = what, "the API server's handler panicked");
            let message = "This request caused apiserver to panic. Look in the logs for details.";
            ApiError::new(500, "InternalError", message).into()
        }
    }
}
