//! `aws s3 ls | cp | mv | rm | mb | rb | sync | presign`.

mod filter;
mod list;
mod place;
mod plan;
mod transfer;

use super::failure::{Failure, Outcome};
use super::out;
use super::request::Client;
use super::session::Session;
use super::sign::{self, Scope};
use crate::sandbox::aws::s3::percent;
use crate::sandbox::clock::Clock;
use filter::Filter;
use place::S3Path;

/// The options of the commands together; each looks at its own.
#[derive(Debug, Default)]
struct Options {
    paths: Vec<String>,
    recursive: bool,
    quiet: bool,
    only_errors: bool,
    dry_run: bool,
    delete: bool,
    force: bool,
    human: bool,
    summarize: bool,
    size_only: bool,
    exact_timestamps: bool,
    filter: Filter,
    expires: Option<u64>,
    /// Members of PutObject, CopyObject and CreateMultipartUpload.
    put: serde_json::Map<String, serde_json::Value>,
}

/// Options with a value, and the request member they set.
const MEMBERS: [(&str, &str); 10] = [
    ("acl", "ACL"),
    ("content-type", "ContentType"),
    ("cache-control", "CacheControl"),
    ("content-disposition", "ContentDisposition"),
    ("content-encoding", "ContentEncoding"),
    ("content-language", "ContentLanguage"),
    ("expires", "Expires"),
    ("storage-class", "StorageClass"),
    ("metadata-directive", "MetadataDirective"),
    ("website-redirect", "WebsiteRedirectLocation"),
];

/// Runs `s3 …`.
pub(super) async fn run(session: Session, args: &[String]) -> Outcome<u8> {
    let client = Client::new("s3", session);
    let Some((command, rest)) = args.split_first() else {
        return Err(Failure::usage("the following arguments are required: subcommand"));
    };
    let options = parse(rest)?;
    match command.as_str() {
        "ls" => list::run(&client, &options).await,
        "mb" => mb(&client, &options).await,
        "rb" => rb(&client, &options).await,
        "presign" => presign(&client, &options),
        "cp" => transfer::run(&client, &options, plan::Verb::Copy).await,
        "mv" => transfer::run(&client, &options, plan::Verb::Move).await,
        "sync" => transfer::run(&client, &options, plan::Verb::Sync).await,
        "rm" => transfer::run(&client, &options, plan::Verb::Remove).await,
        other => Err(Failure::usage(format!(
            "argument subcommand: Invalid choice: '{other}', the sandbox's aws knows: ls, cp, mv, rm, mb, rb, sync, presign"
        ))),
    }
}

fn parse(args: &[String]) -> Outcome<Options> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(name) = arg.strip_prefix("--") else {
            options.paths.push(arg.clone());
            continue;
        };
        let (name, given) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
        let mut value = || given.clone().or_else(|| args.next().cloned());
        let missing = || Failure::usage(format!("argument --{name}: expected one argument"));
        match name {
            "recursive" => options.recursive = true,
            "quiet" => options.quiet = true,
            "only-show-errors" => options.only_errors = true,
            "dryrun" => options.dry_run = true,
            "delete" => options.delete = true,
            "force" => options.force = true,
            "human-readable" => options.human = true,
            "summarize" => options.summarize = true,
            "size-only" => options.size_only = true,
            "exact-timestamps" => options.exact_timestamps = true,
            "no-progress" | "follow-symlinks" | "no-follow-symlinks" | "no-guess-mime-type" => {}
            "page-size" | "progress-frequency" | "expected-size" | "source-region" | "checksum-algorithm" => {
                value().ok_or_else(missing)?;
            }
            "include" => options.filter.add(true, value().ok_or_else(missing)?),
            "exclude" => options.filter.add(false, value().ok_or_else(missing)?),
            "expires-in" => options.expires = Some(value().and_then(|v| v.parse().ok()).ok_or_else(missing)?),
            "metadata" => {
                let text = value().ok_or_else(missing)?;
                let map = super::params::read(
                    &super::model::Model::of("s3").ok_or_else(missing)?,
                    "Metadata",
                    name,
                    &[text],
                )?;
                options.put.insert("Metadata".to_owned(), map);
            }
            _ => match MEMBERS.iter().find(|(option, _)| *option == name) {
                Some((_, member)) => {
                    options.put.insert((*member).to_owned(), value().ok_or_else(missing)?.into());
                }
                None => return Err(Failure::usage(format!("Unknown options: --{name}"))),
            },
        }
    }
    Ok(options)
}

impl Options {
    /// The only path, which has to be on S3.
    fn one_place(&self) -> Outcome<S3Path> {
        let [path] = self.paths.as_slice() else {
            return Err(Failure::usage("the following arguments are required: path"));
        };
        S3Path::parse(path).ok_or_else(|| Failure::parameter(format!("<S3Uri>\nError: Invalid argument type: {path}")))
    }

    /// Results are printed.
    fn speaks(&self) -> bool {
        !self.quiet && !self.only_errors
    }
}

async fn mb(client: &Client, options: &Options) -> Outcome<u8> {
    let place = options.one_place()?;
    let mut input = serde_json::json!({ "Bucket": place.bucket });
    if let Some(region) = client.session.region().filter(|r| r != "us-east-1") {
        input["CreateBucketConfiguration"] = serde_json::json!({ "LocationConstraint": region });
    }
    match client.call("CreateBucket", &input).await {
        Ok(_) => {
            out::line(&format!("make_bucket: {}", place.bucket));
            Ok(0)
        }
        Err(failure) if failure.code == 253 => Err(failure),
        Err(failure) => {
            out::complain(&format!("make_bucket failed: {} {}", options.paths[0], failure.line()));
            Ok(1)
        }
    }
}

async fn rb(client: &Client, options: &Options) -> Outcome<u8> {
    let place = options.one_place()?;
    if !place.key.is_empty() {
        return Err(Failure::parameter("Must specify a bucket name, not a key"));
    }
    if options.force {
        let inner = Options { paths: options.paths.clone(), recursive: true, ..Options::default() };
        let code = transfer::run(client, &inner, plan::Verb::Remove).await?;
        if code != 0 {
            out::complain(
                "remove_bucket failed: Unable to delete all objects in the bucket, bucket will not be deleted.",
            );
            return Ok(255);
        }
    }
    match client.call("DeleteBucket", &serde_json::json!({ "Bucket": place.bucket })).await {
        Ok(_) => {
            out::line(&format!("remove_bucket: {}", place.bucket));
            Ok(0)
        }
        Err(failure) if failure.code == 253 => Err(failure),
        Err(failure) => {
            out::complain(&format!("remove_bucket failed: {} {}", options.paths[0], failure.line()));
            Ok(1)
        }
    }
}

fn presign(client: &Client, options: &Options) -> Outcome<u8> {
    let place = options.one_place()?;
    let endpoint = client.session.endpoint("s3")?;
    let region = client.session.region().unwrap_or_else(|| "us-east-1".to_owned());
    let path = format!("/{}/{}", percent::encode(&place.bucket, b""), percent::encode(&place.key, b"/"));
    let Some(credentials) = client.session.credentials()? else {
        out::line(&format!("{endpoint}{path}"));
        return Ok(0);
    };
    let host = endpoint.trim_start_matches("http://");
    let scope = Scope { region: &region, service: "s3", now: Clock::real().now() };
    let query = sign::presign(&credentials, &scope, host, &path, options.expires.unwrap_or(3600));
    out::line(&format!("{endpoint}{path}?{query}"));
    Ok(0)
}
