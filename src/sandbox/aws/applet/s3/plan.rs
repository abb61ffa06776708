//! What `cp`, `mv`, `sync` and `rm` do, step by step, before anything is done.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::super::failure::{Failure, Outcome};
use super::super::paths;
use super::super::request::Client;
use super::Options;
use super::list::{self, Listed};
use super::place::{S3Path, shown};

/// The command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Copy,
    Move,
    Sync,
    Remove,
}

/// An end of a transfer.
#[derive(Clone, Debug)]
pub(super) enum End {
    Local(PathBuf),
    S3(S3Path),
    /// stdin or stdout
    Stream,
}

impl End {
    pub(super) fn shown(&self) -> String {
        match self {
            End::Local(path) => shown(path),
            End::S3(place) => place.shown(),
            End::Stream => "-".to_owned(),
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// With the size where it is known.
    Transfer {
        from: End,
        to: End,
        size: Option<u64>,
    },
    Delete(End),
}

/// What is known of a thing for comparing.
#[derive(Clone, Copy, Debug)]
struct About {
    size: u64,
    /// Seconds since 1970.
    modified: i64,
}

/// The steps of a command line.
pub(super) async fn plan(client: &Client, options: &Options, verb: Verb) -> Outcome<Vec<Step>> {
    let recursive = options.recursive || verb == Verb::Sync;
    match (verb, options.paths.as_slice()) {
        (Verb::Remove, [path]) => remove(client, options, path).await,
        (Verb::Remove, _) | (_, [] | [_]) => Err(Failure::usage("the following arguments are required: paths")),
        (_, [from, to]) if S3Path::parse(from).is_none() && S3Path::parse(to).is_none() => {
            Err(Failure::parameter(format!(
                "usage: aws s3 {} <LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>\nError: Invalid argument type: {from} {to}",
                word(verb)
            )))
        }
        (_, [from, to]) if recursive => many(client, options, verb, from, to).await,
        (_, [from, to]) => single(client, from, to).await,
        (_, [_, _, extra, ..]) => Err(Failure::usage(format!("Unknown options: {extra}"))),
    }
}

fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Copy => "cp",
        Verb::Move => "mv",
        Verb::Sync => "sync",
        Verb::Remove => "rm",
    }
}

async fn remove(client: &Client, options: &Options, path: &str) -> Outcome<Vec<Step>> {
    let place = S3Path::parse(path)
        .ok_or_else(|| Failure::parameter(format!("usage: aws s3 rm <S3Uri>\nError: Invalid argument type: {path}")))?;
    if !options.recursive {
        return Ok(vec![Step::Delete(End::S3(place))]);
    }
    let (found, _) = list::objects(client, &place.bucket, &place.key, None).await?;
    let base = base_of(&place.key);
    let taken = found.into_iter().filter(|o| options.filter.takes(&o.key[base.len()..]));
    Ok(taken.map(|o| Step::Delete(End::S3(S3Path { bucket: place.bucket.clone(), key: o.key }))).collect())
}

/// The part of a prefix up to its last slash: names are relative to it.
fn base_of(prefix: &str) -> &str {
    &prefix[..prefix.rfind('/').map_or(0, |at| at + 1)]
}

async fn single(client: &Client, from: &str, to: &str) -> Outcome<Vec<Step>> {
    let (source, size) = match S3Path::parse(from) {
        Some(place) => {
            let about = head(client, &place).await?;
            (End::S3(place), Some(about.size))
        }
        None if from == "-" => (End::Stream, None),
        None => {
            let path = paths::local(from);
            let about = std::fs::metadata(&path)
                .map_err(|_| Failure::other(format!("The user-provided path {from} does not exist.")))?;
            if about.is_dir() {
                return Err(Failure::other(format!("[Errno 21] Is a directory: '{from}' (use --recursive)")));
            }
            (End::Local(path), Some(about.len()))
        }
    };
    let name = match &source {
        End::S3(place) => place.key.rsplit('/').next().unwrap_or_default().to_owned(),
        End::Local(path) => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        End::Stream => String::new(),
    };
    let target = match S3Path::parse(to) {
        Some(mut place) => {
            if place.key.is_empty() || place.key.ends_with('/') {
                place.key.push_str(&name);
            }
            End::S3(place)
        }
        None if to == "-" => End::Stream,
        None => {
            let path = paths::local(to);
            let folder = to.ends_with('/') || path.is_dir();
            End::Local(if folder { path.join(safe(&name)?) } else { path })
        }
    };
    Ok(vec![Step::Transfer { from: source, to: target, size }])
}

async fn head(client: &Client, place: &S3Path) -> Outcome<About> {
    let input = serde_json::json!({ "Bucket": place.bucket, "Key": place.key });
    match client.call("HeadObject", &input).await {
        Ok(answer) => Ok(About { size: answer["ContentLength"].as_u64().unwrap_or(0), modified: 0 }),
        Err(mut failure) if failure.service.is_some() => {
            if failure.service.as_deref() == Some("404") {
                failure = Failure::service("404", "HeadObject", &format!("Key \"{}\" does not exist", place.key));
            }
            let text = format!("fatal error: {}", failure.line());
            Err(Failure { text, code: 1, service: None })
        }
        Err(failure) => Err(failure),
    }
}

async fn many(client: &Client, options: &Options, verb: Verb, from: &str, to: &str) -> Outcome<Vec<Step>> {
    let source = tree(client, options, from).await?;
    let target = if verb == Verb::Sync { tree(client, options, to).await.unwrap_or_default() } else { HashMap::new() };
    let mut names: Vec<_> = source.keys().cloned().collect();
    names.sort();
    let mut steps = Vec::new();
    for name in names {
        let about = source[&name];
        let up = S3Path::parse(to).is_some();
        if verb == Verb::Sync && target.get(&name).is_some_and(|there| same(options, about, *there, up)) {
            continue;
        }
        steps.push(Step::Transfer { from: end(from, &name)?, to: end(to, &name)?, size: Some(about.size) });
    }
    if verb == Verb::Sync && options.delete {
        let mut extra: Vec<_> = target.keys().filter(|name| !source.contains_key(*name)).collect();
        extra.sort();
        for name in extra {
            steps.push(Step::Delete(end(to, name)?));
        }
    }
    Ok(steps)
}

/// The real CLI's rule: same size, and the source is not newer.
fn same(options: &Options, from: About, to: About, up: bool) -> bool {
    if from.size != to.size || options.size_only {
        return from.size == to.size;
    }
    if up { from.modified <= to.modified } else { to.modified >= from.modified || !options.exact_timestamps }
}

fn end(base: &str, name: &str) -> Outcome<End> {
    match S3Path::parse(base) {
        Some(place) => {
            let key = folder_key(&place.key) + name;
            Ok(End::S3(S3Path { bucket: place.bucket, key }))
        }
        None => Ok(End::Local(paths::local(base).join(safe(name)?))),
    }
}

fn folder_key(key: &str) -> String {
    if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") }
}

/// A key is not to climb out of the folder it is loaded into.
fn safe(name: &str) -> Outcome<&str> {
    let climbs = Path::new(name).components().any(|c| !matches!(c, std::path::Component::Normal(_)));
    if climbs || name.is_empty() {
        return Err(Failure::other(format!("the key {name:?} cannot be a file name here")));
    }
    Ok(name)
}

async fn tree(client: &Client, options: &Options, base: &str) -> Outcome<HashMap<String, About>> {
    let mut found = HashMap::new();
    if let Some(place) = S3Path::parse(base) {
        let prefix = folder_key(&place.key);
        let (objects, _) = list::objects(client, &place.bucket, &prefix, None).await?;
        for Listed { key, size, modified } in objects {
            let name = key[prefix.len()..].to_owned();
            // A key that ends with a slash stands for a folder.
            if name.is_empty() || name.ends_with('/') || !options.filter.takes(&name) {
                continue;
            }
            let modified = modified.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second);
            found.insert(name, About { size, modified });
        }
        return Ok(found);
    }
    let folder = paths::local(base);
    if !folder.exists() {
        return Err(Failure::other(format!("The user-provided path {base} does not exist.")));
    }
    walk(&folder, &folder, options, &mut found).map_err(|e| Failure::other(format!("{base}: {e}")))?;
    Ok(found)
}

fn walk(base: &Path, folder: &Path, options: &Options, found: &mut HashMap<String, About>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let about = std::fs::metadata(&path)?;
        if about.is_dir() {
            walk(base, &path, options, found)?;
            continue;
        }
        let Ok(name) = path.strip_prefix(base) else { continue };
        let name = name.to_string_lossy().into_owned();
        if options.filter.takes(&name) {
            let since = about.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let modified = since.and_then(|s| i64::try_from(s.as_secs()).ok()).unwrap_or(0);
            found.insert(name, About { size: about.len(), modified });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_climb_out_of_the_folder() {
        for bad in ["../x", "a/../../x", "/etc/passwd", ""] {
            assert!(safe(bad).is_err(), "{bad}");
        }
        assert!(safe("a/日本.csv").is_ok());
    }

    #[test]
    fn names_are_relative_to_the_last_slash() {
        assert_eq!(base_of("a/b"), "a/");
        assert_eq!(base_of("b"), "");
    }
}
