//! Errors in S3's own words: clients print the message.

use s3s::{S3Error, S3ErrorCode};

/// The bucket is not there.
pub(super) fn no_such_bucket() -> S3Error {
    say(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

/// The key is not there.
pub(super) fn no_such_key() -> S3Error {
    say(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
}

/// The version is not there.
pub(super) fn no_such_version() -> S3Error {
    say(S3ErrorCode::NoSuchVersion, "The specified version does not exist.")
}

/// The multipart upload is not there.
pub(super) fn no_such_upload() -> S3Error {
    let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                aborted or completed.";
    say(S3ErrorCode::NoSuchUpload, text)
}

/// A condition of the request does not hold.
pub(super) fn precondition_failed() -> S3Error {
    let text = "At least one of the pre-conditions you specified did not hold";
    say(S3ErrorCode::PreconditionFailed, text)
}

/// The delete marker of a key, asked for by its version, cannot be read.
pub(super) fn is_delete_marker() -> S3Error {
    say(S3ErrorCode::MethodNotAllowed, "The specified method is not allowed against this resource.")
}

/// An argument that cannot be.
pub(super) fn invalid_argument(text: impl Into<String>) -> S3Error {
    say(S3ErrorCode::InvalidArgument, text)
}

/// A request that cannot be.
pub(super) fn invalid_request(text: impl Into<String>) -> S3Error {
    say(S3ErrorCode::InvalidRequest, text)
}

/// The sandbox's own fault: disk full, index broken.
pub(super) fn internal(text: impl Into<String>) -> S3Error {
    say(S3ErrorCode::InternalError, text)
}

/// What S3 says where the library gives a code alone.
const WORDS: [(&str, &str); 8] = [
    ("InvalidBucketName", "The specified bucket is not valid."),
    ("KeyTooLongError", "Your key is too long"),
    ("InvalidURI", "Couldn't parse the specified URI."),
    ("MethodNotAllowed", "The specified method is not allowed against this resource."),
    ("MissingContentLength", "You must provide the Content-Length HTTP header."),
    ("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header"),
    ("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"),
    ("InternalError", "We encountered an internal error. Please try again."),
];

/// Adds the message to an error answer that has none: clients would print "None" or "Unknown".
pub(super) fn explain(response: &mut http::Response<s3s::Body>) {
    if response.status().as_u16() < 400 {
        return;
    }
    let Some(text) = response.body().bytes().and_then(|body| String::from_utf8(body.to_vec()).ok()) else { return };
    let Some((_, rest)) = text.split_once("<Code>") else { return };
    let Some((code, _)) = rest.split_once("</Code>") else { return };
    let Some((_, words)) = WORDS.iter().find(|(name, _)| *name == code) else { return };
    if !text.contains("<Message>") {
        let told = text.replacen("</Code>", &format!("</Code><Message>{words}</Message>"), 1);
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
        *response.body_mut() = s3s::Body::from(told);
    }
}

/// Any code with a message.
pub(super) fn say(code: S3ErrorCode, text: impl Into<String>) -> S3Error {
    S3Error::with_message(code, text.into())
}

/// A code that the library does not know.
pub(super) fn other(code: &str, status: http::StatusCode, text: impl Into<String>) -> S3Error {
    let mut error = say(S3ErrorCode::Custom(code.into()), text);
    error.set_status_code(status);
    error
}

/// An I/O error of the store as the client sees it.
pub(super) fn storage(error: impl std::fmt::Display) -> S3Error {
    internal(format!("the sandbox cannot store this: {error}"))
}
