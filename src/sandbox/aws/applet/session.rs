//! Who calls, where to, in which form: global options, environment and the two files together.

use super::config::{self, ConfigFile, Which};
use super::failure::{Failure, Outcome};
use super::sign::Credentials;

/// The options every command takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Globals {
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) output: Option<String>,
    pub(super) query: Option<String>,
    /// `--no-sign-request`
    pub(super) anonymous: bool,
    /// Called as `awslocal`: test/test, us-east-1, localhost:4566 unless told otherwise.
    pub(super) local: bool,
}

/// Global options with a value, and those without.
const VALUED: [&str; 11] = [
    "endpoint-url",
    "region",
    "profile",
    "output",
    "query",
    "color",
    "ca-bundle",
    "cli-read-timeout",
    "cli-connect-timeout",
    "cli-binary-format",
    "cli-auto-prompt",
];
const FLAGS: [&str; 9] = [
    "debug",
    "no-verify-ssl",
    "no-paginate",
    "no-sign-request",
    "no-cli-pager",
    "no-cli-auto-prompt",
    "no-cli-prompt",
    "v2-debug",
    "cli-error-format",
];

impl Globals {
    /// Takes the global options out of a command line, wherever they stand. `own` says whether an option
    /// belongs to the command: those win. Abbreviations (`--endpoint`) work as in the real CLI.
    pub(super) fn take(&mut self, args: &[String], own: impl Fn(&str) -> bool) -> Outcome<Vec<String>> {
        let mut rest = Vec::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let Some(name) = arg.strip_prefix("--").filter(|n| !n.is_empty()) else {
                rest.push(arg.clone());
                continue;
            };
            let (name, given) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
            if own(name) {
                rest.push(arg.clone());
                continue;
            }
            match full_name(name) {
                Some((full, true)) => {
                    let value = given.or_else(|| args.next().cloned());
                    let value =
                        value.ok_or_else(|| Failure::usage(format!("argument --{full}: expected one argument")))?;
                    self.set(full, value)?;
                }
                Some((full, false)) => self.flag(full),
                None => rest.push(arg.clone()),
            }
        }
        Ok(rest)
    }

    fn set(&mut self, name: &str, value: String) -> Outcome<()> {
        if name == "endpoint-url" && value.starts_with("--") {
            return Err(Failure::usage("argument --endpoint-url: expected one argument"));
        }
        match name {
            "endpoint-url" => self.endpoint = Some(value),
            "region" => self.region = Some(value),
            "profile" => self.profile = Some(value),
            "query" => self.query = Some(value),
            "output" if ["json", "text", "yaml"].contains(&value.as_str()) => self.output = Some(value),
            "output" if value == "table" => {
                return Err(Failure::usage(
                    "argument --output: the sandbox's aws prints json, text and yaml, no tables",
                ));
            }
            "output" => return Err(Failure::usage(format!("argument --output: Invalid choice: '{value}'"))),
            _ => {}
        }
        Ok(())
    }

    fn flag(&mut self, name: &str) {
        if name == "no-sign-request" {
            self.anonymous = true;
        }
    }
}

/// The one option a name or its beginning stands for, and whether it has a value.
fn full_name(name: &str) -> Option<(&'static str, bool)> {
    let all = VALUED.iter().map(|n| (*n, true)).chain(FLAGS.iter().map(|n| (*n, false)));
    let mut matching: Vec<_> = all.filter(|(n, _)| n.starts_with(name)).collect();
    if let Some(exact) = matching.iter().find(|(n, _)| *n == name) {
        return Some(*exact);
    }
    if matching.len() == 1 { matching.pop() } else { None }
}

/// Everything resolved.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) globals: Globals,
    config: ConfigFile,
    credentials: ConfigFile,
}

impl Session {
    pub(super) fn new(globals: Globals) -> Self {
        Self { globals, config: ConfigFile::read(Which::Config), credentials: ConfigFile::read(Which::Credentials) }
    }

    /// `--profile`, AWS_PROFILE, or `default`.
    pub(super) fn profile(&self) -> String {
        let named = self.globals.profile.clone().or_else(|| env("AWS_PROFILE")).or_else(|| env("AWS_DEFAULT_PROFILE"));
        named.unwrap_or_else(|| "default".to_owned())
    }

    /// A setting of the profile in the config file, then in the credentials file.
    pub(super) fn setting(&self, key: &str) -> Option<String> {
        let profile = self.profile();
        self.config
            .get(&config::section(Which::Config, &profile), key)
            .or_else(|| self.credentials.get(&config::section(Which::Credentials, &profile), key))
    }

    fn secret(&self, key: &str) -> Option<String> {
        let profile = self.profile();
        self.credentials
            .get(&config::section(Which::Credentials, &profile), key)
            .or_else(|| self.config.get(&config::section(Which::Config, &profile), key))
    }

    /// The region, `None` when nothing names one.
    pub(super) fn region(&self) -> Option<String> {
        let named = self.globals.region.clone().or_else(|| env("AWS_REGION")).or_else(|| env("AWS_DEFAULT_REGION"));
        let named = named.or_else(|| self.setting("region"));
        named.or_else(|| self.globals.local.then(|| "us-east-1".to_owned()))
    }

    /// The region, or the real CLI's complaint.
    pub(super) fn need_region(&self) -> Outcome<String> {
        let text = "You must specify a region. You can also configure your region by running \"aws configure\".";
        self.region().ok_or_else(|| Failure::configuration(text))
    }

    /// Who signs, or the real CLI's complaint; `None` with `--no-sign-request`.
    pub(super) fn credentials(&self) -> Outcome<Option<Credentials>> {
        if self.globals.anonymous {
            return Ok(None);
        }
        let from_env =
            env("AWS_ACCESS_KEY_ID").zip(env("AWS_SECRET_ACCESS_KEY")).map(|(a, s)| (a, s, env("AWS_SESSION_TOKEN")));
        let from_env = from_env.filter(|_| self.globals.profile.is_none());
        let from_file = || {
            let pair = self.secret("aws_access_key_id").zip(self.secret("aws_secret_access_key"));
            pair.map(|(a, s)| (a, s, self.secret("aws_session_token")))
        };
        let test = || self.globals.local.then(|| ("test".to_owned(), "test".to_owned(), None));
        let found = from_env.or_else(from_file).or_else(test);
        let text = "Unable to locate credentials. You can configure credentials by running \"aws configure\".";
        let (access_key, secret_key, token) = found.ok_or_else(|| Failure::configuration(text))?;
        Ok(Some(Credentials { access_key, secret_key, token }))
    }

    /// `json`, `text` or `yaml`.
    pub(super) fn output(&self) -> String {
        let named =
            self.globals.output.clone().or_else(|| env("AWS_DEFAULT_OUTPUT")).or_else(|| self.setting("output"));
        named.unwrap_or_else(|| "json".to_owned())
    }

    /// Where requests go, without a slash at the end.
    pub(super) fn endpoint(&self, service: &str) -> Outcome<String> {
        let specific = env(&format!("AWS_ENDPOINT_URL_{}", service.to_uppercase())).or_else(|| env("AWS_ENDPOINT_URL"));
        let named = self.globals.endpoint.clone().or(specific).or_else(|| self.setting("endpoint_url"));
        let named = named.or_else(|| self.globals.local.then(|| "http://localhost:4566".to_owned()));
        let Some(url) = named else {
            return Err(Failure::other(
                "aws: error: no endpoint. The sandbox never goes out to AWS: add --endpoint-url http://localhost:4566, \
                 set AWS_ENDPOINT_URL, or use awslocal.",
            ));
        };
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Failure::other(format!("Invalid endpoint: {url}")));
        }
        if url.starts_with("https://") {
            return Err(Failure::other(format!(
                "Could not connect to the endpoint URL: \"{url}\" (the sandbox's aws speaks plain http: use http://localhost:4566)"
            )));
        }
        Ok(url.trim_end_matches('/').to_owned())
    }
}

/// A variable that is set and not empty.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(args: &[&str]) -> (Globals, Vec<String>) {
        let args: Vec<String> = args.iter().map(|a| (*a).to_owned()).collect();
        let mut globals = Globals::default();
        let rest = globals.take(&args, |name| name == "expression").unwrap();
        (globals, rest)
    }

    #[test]
    fn global_options_stand_anywhere_and_may_be_shortened() {
        let (globals, rest) = take(&[
            "--endpoint",
            "http://localhost:4566",
            "s3",
            "--reg=local",
            "ls",
            "--no-cli-pager",
            "--expression",
            "x",
        ]);
        assert_eq!(globals.endpoint.as_deref(), Some("http://localhost:4566"));
        assert_eq!(globals.region.as_deref(), Some("local"));
        assert_eq!(rest, ["s3", "ls", "--expression", "x"]);
    }

    #[test]
    fn an_option_without_its_value_is_an_error() {
        let mut globals = Globals::default();
        let error = globals.take(&["--endpoint-url".to_owned()], |_| false).unwrap_err();
        assert_eq!(error.code, 252);
        assert!(error.text.ends_with("argument --endpoint-url: expected one argument"));
    }
}
