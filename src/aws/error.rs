//! What can go wrong between the lab and its AWS, in words that end with the next thing to type.

use std::error::Error;
use std::io::ErrorKind;

use aws_sdk_s3::error::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Why a request did not give what was asked for. Texts of the endpoint are foreign: print them through `text::safe`.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// Nobody answers.
    #[error("cannot reach {endpoint} for {operation}: {cause}. Is the lab up? Try: k8s-tutor status")]
    Unreachable {
        /// The endpoint's address.
        endpoint: String,
        /// The AWS operation.
        operation: &'static str,
        /// `connection refused`, `timed out`, …
        cause: String,
    },
    /// The bucket has not been made.
    #[error("there is no bucket {bucket} at {endpoint}. Its init script makes it: kubectl logs deploy/localstack")]
    NoBucket {
        /// Its name.
        bucket: String,
        /// The endpoint's address.
        endpoint: String,
    },
    /// The table has not been made.
    #[error("there is no table {table} at {endpoint}. Its init script makes it: kubectl logs deploy/localstack")]
    NoTable {
        /// Its name.
        table: String,
        /// The endpoint's address.
        endpoint: String,
    },
    /// The table is there, but cannot be used yet, or was made without its indexes.
    #[error("table {table} at {endpoint} is not ready: {what}. Try again, or: kubectl logs deploy/localstack")]
    NotReady {
        /// Its name.
        table: String,
        /// The endpoint's address.
        endpoint: String,
        /// What is missing.
        what: String,
    },
    /// No report has this key.
    #[error("there is no report {key}. The keys are listed by: k8s-tutor report ls")]
    NoReport {
        /// The key that was asked for.
        key: String,
    },
    /// No task has this id.
    #[error("there is no task {id}. The ids are listed by: k8s-tutor task ls")]
    NoTask {
        /// The id that was asked for.
        id: String,
    },
    /// A download could not be written down, or broke off.
    #[error("report {key} could not be copied: {source}. Try again, or another folder: k8s-tutor report get -d DIR")]
    Copy {
        /// The report's key.
        key: String,
        /// The system's word for it.
        source: std::io::Error,
    },
    /// The endpoint answered with an error of another kind.
    #[error("{operation} at {endpoint} failed: {message}. Try: k8s-tutor doctor")]
    Refused {
        /// The AWS operation.
        operation: &'static str,
        /// The endpoint's address.
        endpoint: String,
        /// Its code and text.
        message: String,
    },
}

/// One request, for the words of an error.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) operation: &'static str,
    pub(super) endpoint: &'a str,
    /// The bucket or the table.
    pub(super) object: &'a str,
}

impl Request<'_> {
    /// Sorts the SDK's error into one of ours.
    pub(super) fn failed<E>(self, error: SdkError<E>) -> AwsError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let (operation, endpoint) = (self.operation, self.endpoint.to_owned());
        match &error {
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                AwsError::Unreachable { endpoint, operation, cause: network_cause(&error) }
            }
            SdkError::ServiceError(answer) => {
                self.refused(answer.err().code(), answer.err().message(), answer.raw().status().as_u16())
            }
            _ => self.other(DisplayErrorContext(&error).to_string()),
        }
    }

    fn refused(self, code: Option<&str>, message: Option<&str>, status: u16) -> AwsError {
        let endpoint = self.endpoint.to_owned();
        match (code.unwrap_or_default(), status) {
            ("NoSuchBucket", _) => AwsError::NoBucket { bucket: self.object.to_owned(), endpoint },
            // HEAD answers have no body, hence no code.
            ("NotFound" | "", 404) if self.operation == "HeadBucket" => {
                AwsError::NoBucket { bucket: self.object.to_owned(), endpoint }
            }
            ("ResourceNotFoundException", _) => AwsError::NoTable { table: self.object.to_owned(), endpoint },
            (code, status) => {
                self.other(format!("HTTP {status} {code} {}", message.unwrap_or_default()).trim().to_owned())
            }
        }
    }

    pub(super) fn other(self, message: String) -> AwsError {
        AwsError::Refused { operation: self.operation, endpoint: self.endpoint.to_owned(), message }
    }
}

/// The innermost reason of a failed connection, in a few words.
fn network_cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error.to_string();
    let mut current = Some(error);
    while let Some(cause) = current {
        deepest = cause.to_string();
        match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(ErrorKind::ConnectionRefused) => return "connection refused".to_owned(),
            Some(ErrorKind::TimedOut) => return "timed out".to_owned(),
            _ => current = cause.source(),
        }
    }
    if deepest.contains("timed out") || deepest.contains("timeout") { "timed out".to_owned() } else { deepest }
}
