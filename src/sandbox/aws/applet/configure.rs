//! `aws configure set | get | list`.

use super::config::{self, ConfigFile, Which};
use super::failure::{Failure, Outcome};
use super::out;
use super::session::{Session, env};

/// Settings that belong into the credentials file.
const SECRETS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// Runs `configure …`.
pub(super) fn run(session: &Session, args: &[String]) -> Outcome<u8> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["set", name, value] => set(session, name, value),
        ["set", ..] => Err(Failure::usage("the following arguments are required: varname, value")),
        ["get", name] => get(session, name),
        ["get", ..] => Err(Failure::usage("the following arguments are required: varname")),
        ["list"] => list(session),
        ["list-profiles"] => Err(Failure::usage("list-profiles is not in the sandbox's aws")),
        _ => Err(Failure::usage("the sandbox's aws asks no questions: use aws configure set NAME VALUE")),
    }
}

/// A dotted name may carry its profile: `default.region`, `profile.dev.s3.addressing_style`.
fn split_name<'a>(name: &'a str, profile: &str) -> (String, &'a str) {
    if let Some(rest) = name.strip_prefix("default.") {
        return ("default".to_owned(), rest);
    }
    if let Some((named, rest)) = name.strip_prefix("profile.").and_then(|r| r.split_once('.')) {
        return (named.to_owned(), rest);
    }
    (profile.to_owned(), name)
}

fn set(session: &Session, name: &str, value: &str) -> Outcome<u8> {
    let (profile, key) = split_name(name, &session.profile());
    let which = if SECRETS.contains(&key) { Which::Credentials } else { Which::Config };
    let mut file = ConfigFile::read(which);
    file.set(&config::section(which, &profile), key, value);
    file.write(which)?;
    Ok(0)
}

fn get(session: &Session, name: &str) -> Outcome<u8> {
    let (profile, key) = split_name(name, &session.profile());
    let mut named = session.clone();
    named.globals.profile = Some(profile);
    match named.setting(key) {
        Some(value) => {
            out::line(&value);
            Ok(0)
        }
        None => Ok(1),
    }
}

fn list(session: &Session) -> Outcome<u8> {
    let row = |name: &str, value: &str, kind: &str, place: &str| {
        out::line(&format!("{name:>10} {value:>24} {kind:>16}    {place}"));
    };
    row("Name", "Value", "Type", "Location");
    row("----", "-----", "----", "--------");
    let unset = |name: &str| row(name, "<not set>", "None", "None");
    match (&session.globals.profile, env("AWS_PROFILE")) {
        (Some(profile), _) => row("profile", profile, "manual", "--profile"),
        (None, Some(profile)) => row("profile", &profile, "env", "['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']"),
        (None, None) => unset("profile"),
    }
    for (name, variable, key) in
        [("access_key", "AWS_ACCESS_KEY_ID", SECRETS[0]), ("secret_key", "AWS_SECRET_ACCESS_KEY", SECRETS[1])]
    {
        match (env(variable), session.setting(key)) {
            (Some(value), _) => row(name, &masked(&value), "env", ""),
            (None, Some(value)) => row(name, &masked(&value), "shared-credentials-file", ""),
            (None, None) => unset(name),
        }
    }
    let file = config::path(Which::Config).map(|p| p.display().to_string()).unwrap_or_default();
    match (&session.globals.region, env("AWS_DEFAULT_REGION"), session.setting("region")) {
        (Some(region), _, _) => row("region", region, "manual", "--region"),
        (None, Some(region), _) => row("region", &region, "env", "AWS_DEFAULT_REGION"),
        (None, None, Some(region)) => row("region", &region, "config-file", &file),
        (None, None, None) => unset("region"),
    }
    Ok(0)
}

fn masked(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    let last: String = chars[chars.len().saturating_sub(4)..].iter().collect();
    format!("{}{last}", "*".repeat(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_profiles() {
        assert_eq!(split_name("region", "dev"), ("dev".to_owned(), "region"));
        assert_eq!(split_name("default.s3.addressing_style", "dev"), ("default".to_owned(), "s3.addressing_style"));
        assert_eq!(split_name("profile.a.region", "dev"), ("a".to_owned(), "region"));
    }

    #[test]
    fn secrets_are_masked() {
        assert_eq!(masked("localstack"), "****************tack");
        assert_eq!(masked("ab"), "****************ab");
    }
}
