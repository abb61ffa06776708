//! The stand-in's log on stdout, in the shape of LocalStack's.
//!
//! A pod's stdout is its log, so this is the one place of the stand-in that writes there.

use std::io::Write;

use crate::sandbox::clock::Clock;

/// Levels as LocalStack prints them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    /// The normal course.
    Info,
    /// Something a person should look at.
    Warn,
    /// A failure.
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Info => " INFO",
            Level::Warn => " WARN",
            Level::Error => "ERROR",
        }
    }
}

/// One line: time, level, thread, logger, message. Control characters of the message are escaped.
pub(crate) fn line(level: Level, thread: &str, logger: &str, message: &str) {
    raw(&format!("{} {} --- [{thread:>12}] {logger:<26} : {}", now(), level.word(), printable(message)));
}

/// A request that an AWS operation answered.
pub(crate) fn aws_request(service: &str, operation: &str, status: u16, code: Option<&str>) {
    let tail = code.map(|code| format!(" ({code})")).unwrap_or_default();
    let message = format!("AWS {service}.{operation} => {status}{tail}");
    line(Level::Info, "et.reactor-0", "localstack.request.aws", &message);
}

/// A request that is no AWS operation.
pub(crate) fn http_request(method: &str, path: &str, status: u16) {
    line(Level::Info, "et.reactor-0", "localstack.request.http", &format!("{method} {path} => {status}"));
}

/// A line without a prefix: the version banner and `Ready.`
pub(crate) fn raw(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed stdout must not end the service.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

fn now() -> String {
    Clock::real().now().strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\n日本"), "a\\u{1b}[2Jb\\n日本");
    }
}
