//! Why a workload failed: one kind a cause, each with its own exit code.
//!
//! A Job's pod tells its story in three places: the exit code (`kubectl get pod -o yaml`), the termination message
//! (`kubectl describe pod`) and the log. All three are made from this type.

use std::error::Error;
use std::path::PathBuf;

use aws_sdk_s3::error::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::printable::printable;

/// What went wrong, in words that end with the next thing to try.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The environment is not usable; every mistake is listed.
    #[error("the configuration is wrong: {}. Look at the ConfigMap and the container's env", .0.join("; "))]
    Config(Vec<String>),
    /// No answer from the endpoint.
    #[error(
        "cannot reach {place} for {operation}: {cause}. Is the Service there, with the port that AWS_ENDPOINT names? \
         Try: kubectl get svc,endpoints localstack"
    )]
    Unreachable { place: String, operation: &'static str, cause: String },
    /// S3 answered: there is no such bucket.
    #[error("there is no bucket {bucket} at {place}. Try: aws s3 mb s3://{bucket} --endpoint-url URL")]
    NoBucket { bucket: String, place: String },
    /// DynamoDB answered: there is no such table, or the table lacks the index.
    #[error("there is no table {table} with its indexes at {place} ({message}). Try: kubectl logs deploy/localstack")]
    NoTable { table: String, place: String, message: String },
    /// A local file could not be written, read or made.
    #[error("cannot {what} {}: {source}. Is the volume full or read-only?", path.display())]
    Disk { what: &'static str, path: PathBuf, source: std::io::Error },
    /// The credentials are not allowed to do this.
    #[error("{operation} on {object} at {place} was denied: {message}. Look at the access key and its rights")]
    Denied { operation: &'static str, object: String, place: String, message: String },
    /// SIGTERM: the pod is being deleted or has run out of time.
    #[error("interrupted by SIGTERM before the end")]
    Interrupted,
    /// The address to listen on cannot be had.
    #[error("cannot listen on {address}: {source}")]
    Listen { address: String, source: std::io::Error },
    /// Anything else.
    #[error("{operation} failed: {message}")]
    Unexpected { operation: &'static str, message: String },
}

impl Failure {
    /// The process's exit code: 1 unexpected, 2 configuration, 3 AWS unreachable, 4 no bucket, 5 no table, 6 disk,
    /// 7 denied, 8 cannot listen, 143 interrupted (128 + SIGTERM, as a shell reports it).
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Unexpected { .. } => 1,
            Self::Config(_) => 2,
            Self::Unreachable { .. } => 3,
            Self::NoBucket { .. } => 4,
            Self::NoTable { .. } => 5,
            Self::Disk { .. } => 6,
            Self::Denied { .. } => 7,
            Self::Listen { .. } => 8,
            Self::Interrupted => 143,
        }
    }

    /// The message as one printable line.
    pub(crate) fn line(&self) -> String {
        printable(&self.to_string())
    }
}

/// One request to AWS, for the words of an error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) operation: &'static str,
    /// The bucket or the table.
    pub(crate) object: &'a str,
    /// The endpoint.
    pub(crate) place: &'a str,
}

impl Request<'_> {
    /// Sorts the SDK's error into one of our kinds.
    pub(crate) fn failed<E>(self, error: SdkError<E>) -> Failure
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match &error {
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => {
                let cause = network_cause(&error);
                Failure::Unreachable { place: self.place.to_owned(), operation: self.operation, cause }
            }
            SdkError::ServiceError(answer) => self.refused(answer.err(), answer.raw().status().as_u16()),
            _ => self.unexpected(format!("{} from {}", DisplayErrorContext(&error), self.place)),
        }
    }

    fn refused<E: ProvideErrorMetadata>(self, error: &E, status: u16) -> Failure {
        let code = error.code().unwrap_or_default();
        let place = self.place.to_owned();
        let message = match error.message() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ if code.is_empty() => format!("HTTP {status}"),
            _ => code.to_owned(),
        };
        let lacks_index = code == "ValidationException" && message.contains("index");
        match (code, status) {
            ("NoSuchBucket", _) => Failure::NoBucket { bucket: self.object.to_owned(), place },
            // HEAD answers have no body, hence no code.
            ("NotFound" | "", 404) if self.operation == "HeadBucket" => {
                Failure::NoBucket { bucket: self.object.to_owned(), place }
            }
            ("ResourceNotFoundException", _) => Failure::NoTable { table: self.object.to_owned(), place, message },
            _ if lacks_index => Failure::NoTable { table: self.object.to_owned(), place, message },
            ("UnrecognizedClientException" | "InvalidSignatureException" | "AccessDeniedException", _)
            | (_, 401 | 403) => {
                Failure::Denied { operation: self.operation, object: self.object.to_owned(), place, message }
            }
            _ => self.unexpected(format!("{} (HTTP {status} {code} from {})", message, self.place)),
        }
    }

    pub(crate) fn unexpected(self, message: String) -> Failure {
        Failure::Unexpected { operation: self.operation, message }
    }
}

/// The innermost reason of a failed connection, in a few words.
fn network_cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error.to_string();
    let mut current = Some(error);
    while let Some(cause) = current {
        deepest = cause.to_string();
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return "connection refused".to_owned(),
                std::io::ErrorKind::TimedOut => return "timed out".to_owned(),
                _ => {}
            }
        }
        current = cause.source();
    }
    if deepest.contains("timed out") || deepest.contains("timeout") { "timed out".to_owned() } else { deepest }
}
