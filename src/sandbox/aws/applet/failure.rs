//! What an applet ends with when it fails: the text on stderr and the exit code of the real CLI.

/// A failure with its exit code: 252 wrong usage, 253 configuration, 254 the service's error, 255 anything else, 1 a
/// failed transfer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct Failure {
    /// For stderr, with its leading empty line where the real CLI prints one.
    pub(super) text: String,
    /// The exit code.
    pub(super) code: u8,
    /// The service's error code, where it is one: `ResourceInUseException`.
    pub(super) service: Option<String>,
}

pub(super) type Outcome<T> = Result<T, Failure>;

const USAGE: &str = "\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\nTo see help text, you can run:\n\n  aws help\n  aws <command> help\n  aws <command> <subcommand> help\n\naws: error: ";

impl Failure {
    /// A command line that makes no sense.
    pub(super) fn usage(text: impl std::fmt::Display) -> Self {
        Self { text: format!("{USAGE}{text}"), code: 252, service: None }
    }

    /// A parameter that makes no sense.
    pub(super) fn parameter(text: impl std::fmt::Display) -> Self {
        Self { text: format!("\n{text}"), code: 252, service: None }
    }

    /// Credentials or region are missing.
    pub(super) fn configuration(text: impl std::fmt::Display) -> Self {
        Self { text: format!("\n{text}"), code: 253, service: None }
    }

    /// Anything else.
    pub(super) fn other(text: impl std::fmt::Display) -> Self {
        Self { text: format!("\n{text}"), code: 255, service: None }
    }

    /// An error the service answered.
    pub(super) fn service(code: &str, operation: &str, message: &str) -> Self {
        let text = format!("\nAn error occurred ({code}) when calling the {operation} operation: {message}");
        Self { text, code: 254, service: Some(code.to_owned()) }
    }

    /// The text without the leading empty line.
    pub(super) fn line(&self) -> &str {
        self.text.trim_start_matches('\n')
    }
}
