//! Takes the signature off a request: any access key is let in, so s3s is to see an anonymous request.
//!
//! What stays checked is the age of a presigned URL, since a learner meets that in real S3 as well.

use futures::StreamExt;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Request, Uri};
use http_body::Frame;
use http_body_util::StreamBody;
use hyper::body::Incoming;
use s3s::{Body, S3Error, S3ErrorCode};

use super::chunked::{self, Trailers};
use super::errors::say;
use crate::sandbox::clock::Clock;

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const DECODED_LENGTH: &str = "x-amz-decoded-content-length";
/// Query parameters that are about the signature only (signature versions 4 and 2).
const SIGNATURE_PARAMETERS: [&str; 10] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-Content-Sha256",
    "AWSAccessKeyId",
    "Signature",
];

/// The request as s3s is to see it.
pub(super) fn prepare(request: Request<Incoming>) -> Result<Request<Body>, S3Error> {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(AUTHORIZATION);
    if let Some(query) = parts.uri.query()
        && let Some(uri) = without_signature(&parts.uri, query)?
    {
        parts.uri = uri;
    }
    let trailers = Trailers::default();
    parts.extensions.insert(trailers.clone());
    let chunked = is_chunked(&parts.headers);
    parts.headers.remove(CONTENT_SHA256);
    if !chunked {
        return Ok(Request::from_parts(parts, Body::from(body)));
    }
    let expected = parts.headers.remove(DECODED_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    strip_chunked_encoding(&mut parts.headers);
    parts.headers.remove(TRANSFER_ENCODING);
    match expected {
        Some(length) => parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length)),
        None => parts.headers.remove(CONTENT_LENGTH),
    };
    let data = chunked::decode(body, expected, trailers).map(|item| item.map(Frame::data));
    Ok(Request::from_parts(parts, Body::http_body_unsync(StreamBody::new(data))))
}

fn is_chunked(headers: &HeaderMap) -> bool {
    let streaming = headers.get(CONTENT_SHA256).is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
    streaming
        || headers.get_all(CONTENT_ENCODING).iter().filter_map(|v| v.to_str().ok()).any(|v| v.contains("aws-chunked"))
}

/// `aws-chunked,gzip` is stored as `gzip`.
fn strip_chunked_encoding(headers: &mut HeaderMap) {
    let Some(value) = headers.remove(CONTENT_ENCODING) else { return };
    let rest: Vec<_> = value
        .to_str()
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|v| *v != "aws-chunked" && !v.is_empty())
        .collect();
    if let Ok(value) = HeaderValue::from_str(&rest.join(","))
        && !rest.is_empty()
    {
        headers.insert(CONTENT_ENCODING, value);
    }
}

/// The URI without its signature; `None` when it has none.
fn without_signature(uri: &Uri, query: &str) -> Result<Option<Uri>, S3Error> {
    let name_of = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let value_of = |name: &str| {
        let pair = query.split('&').find(|pair| name_of(pair).eq_ignore_ascii_case(name))?;
        pair.split_once('=').map(|(_, value)| value)
    };
    let version_2 = value_of("AWSAccessKeyId").is_some() && value_of("Signature").is_some();
    if value_of("X-Amz-Signature").is_none() && !version_2 {
        return Ok(None);
    }
    let now = Clock::real().now();
    let until = if version_2 {
        value_of("Expires").and_then(|v| v.parse().ok()).and_then(|s| jiff::Timestamp::from_second(s).ok())
    } else {
        value_of("X-Amz-Date").zip(value_of("X-Amz-Expires")).and_then(|(date, seconds)| expiry(date, seconds))
    };
    match until {
        Some(until) if until >= now => {}
        Some(_) => return Err(say(S3ErrorCode::AccessDenied, "Request has expired")),
        None => {
            let text = "Query-string authentication requires the X-Amz-Date and X-Amz-Expires parameters";
            return Err(say(S3ErrorCode::AuthorizationQueryParametersError, text));
        }
    }
    let drop = |name: &str| {
        SIGNATURE_PARAMETERS.iter().any(|p| p.eq_ignore_ascii_case(name)) || (version_2 && name == "Expires")
    };
    let kept: Vec<_> = query.split('&').filter(|pair| !drop(&name_of(pair))).collect();
    let path = uri.path();
    let text = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    text.parse().map(Some).map_err(|_| say(S3ErrorCode::InvalidURI, "Couldn't parse the specified URI."))
}

fn expiry(date: &str, seconds: &str) -> Option<jiff::Timestamp> {
    let seconds: i64 = seconds.parse().ok()?;
    let start = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", date).ok()?;
    let start = start.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    start.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_presigned_url_loses_its_signature_and_keeps_the_rest() {
        let uri: Uri =
            "http://h/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Date=29990101T000000Z\
                        &X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00&versionId=null&x-id=GetObject"
                .parse()
                .unwrap();
        let bare = without_signature(&uri, uri.query().unwrap()).unwrap().unwrap();
        assert_eq!(bare.to_string(), "/b/k?versionId=null&x-id=GetObject");
    }

    #[test]
    fn an_old_presigned_url_is_refused() {
        let uri: Uri = "/b/k?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Signature=00".parse().unwrap();
        let error = without_signature(&uri, uri.query().unwrap()).unwrap_err();
        assert_eq!(error.message(), Some("Request has expired"));
    }

    #[test]
    fn only_aws_chunked_is_taken_out_of_the_encoding() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aws-chunked, gzip"));
        strip_chunked_encoding(&mut headers);
        assert_eq!(headers[CONTENT_ENCODING], "gzip");
    }
}
