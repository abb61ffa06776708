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
