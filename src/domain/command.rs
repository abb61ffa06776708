//! A kubectl or aws command that does what the lab does, ready to be copied into a shell.
//!
//! Made by `lab` and `provider`, printed by `cli`. Must not run anything.

use std::fmt;

use serde::{Serialize, Serializer};

/// An equivalent command: its words, and what it reads from standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellCommand {
    words: Vec<String>,
}

impl ShellCommand {
    /// A command from its words, unquoted.
    pub fn new<I, S>(words: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self { words: words.into_iter().map(Into::into).collect() }
    }

    /// A command from a line that needs no quoting, split at spaces.
    pub fn line(line: &str) -> Self {
        Self::new(line.split_whitespace())
    }

    /// The same command with one more word.
    #[must_use]
    pub fn arg(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    /// The words, unquoted.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

impl fmt::Display for ShellCommand {
    /// The command as a POSIX shell reads it back: words with special characters in single quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, word) in self.words.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&quoted(word))?;
        }
        Ok(())
    }
}

impl Serialize for ShellCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_special_characters_are_quoted() {
        let command =
            ShellCommand::line("kubectl patch cj task-reporter --patch").arg(r#"{"spec": {"suspend": true}}"#);
        assert_eq!(command.to_string(), r#"kubectl patch cj task-reporter --patch '{"spec": {"suspend": true}}'"#);
    }

    #[test]
    fn a_single_quote_survives_the_shell() {
        assert_eq!(ShellCommand::new(["echo", "it's", ""]).to_string(), r"echo 'it'\''s' ''");
        assert_eq!(ShellCommand::new(["echo", "$HOME"]).to_string(), "echo '$HOME'");
    }
}
