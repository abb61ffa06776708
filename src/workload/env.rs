//! Reads settings from the environment and collects *every* mistake, so that one look at the log mends them all.
//!
//! Called by the `config.rs` of both workloads with the process's environment, by tests with a table. Must not
//! touch the process's environment itself.

use std::collections::HashMap;

use jiff::tz::TimeZone;

/// The variables of a container: from its manifest's `env` and `envFrom`.
pub(crate) type Vars = HashMap<String, String>;

/// The environment of this process; values that are not UTF-8 are read with replacement characters.
pub(crate) fn of_process() -> Vars {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
}

/// A reader that remembers what was wrong.
pub(crate) struct Reader<'a> {
    vars: &'a Vars,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(vars: &'a Vars) -> Self {
        Self { vars, problems: Vec::new() }
    }

    /// The value of `name`; an empty one counts as not set, as a ConfigMap key left blank means.
    pub(crate) fn optional(&self, name: &str) -> Option<&'a str> {
        self.vars.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of `name`, or a problem that says what it is for.
    pub(crate) fn required(&mut self, name: &str, what: &str) -> String {
        match self.optional(name) {
            Some(value) => value.to_owned(),
            None => {
                self.problem(format!("{name} is not set: {what}"));
                String::new()
            }
        }
    }

    /// `name` parsed by `parse`, or `default` where it is not set.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(value) = self.optional(name) else { return default };
        if let Some(parsed) = parse(value) {
            return parsed;
        }
        self.problem(format!("{name} is {value:?}, wanted {wanted}"));
        default
    }

    /// `TZ` as a zone of the built-in database (the scratch image has no zone files); UTC where it is not set.
    pub(crate) fn time_zone(&mut self) -> TimeZone {
        self.parsed("TZ", TimeZone::UTC, "a time zone such as Asia/Tokyo", |name| {
            TimeZone::get(name.trim_start_matches(':')).ok()
        })
    }

    pub(crate) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// `value`, or every problem met on the way to it.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Vec<String>> {
        if self.problems.is_empty() { Ok(value) } else { Err(self.problems) }
    }
}
