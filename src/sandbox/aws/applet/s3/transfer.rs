//! Carries the steps of [`super::plan`] out and prints each in the real CLI's words.

use std::path::Path;

use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt;

use super::super::failure::{Failure, Outcome};
use super::super::request::{Client, with_checksum};
use super::super::{api, out};
use super::Options;
use super::place::S3Path;
use super::plan::{End, Step, Verb, plan};

/// From here on a file goes up in parts, as with the real CLI.
const PART_BYTES: usize = 8 * 1024 * 1024;
/// Types by file name, those a lab meets.
const TYPES: [(&str, &str); 14] = [
    ("csv", "text/csv"),
    ("json", "application/json"),
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("css", "text/css"),
    ("js", "text/javascript"),
    ("xml", "text/xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("pdf", "application/pdf"),
    ("zip", "application/zip"),
];

/// Runs the command; 1 when a step failed.
pub(super) async fn run(client: &Client, options: &Options, verb: Verb) -> Outcome<u8> {
    let steps = plan(client, options, verb).await?;
    let mut code = 0;
    for step in steps {
        let (doing, shown) = told(&step, verb);
        if options.dry_run {
            out::line(&format!("(dryrun) {doing}: {shown}"));
            continue;
        }
        match perform(client, options, &step, verb).await {
            Ok(()) if options.speaks() && !is_stream(&step) => out::line(&format!("{doing}: {shown}")),
            Ok(()) => {}
            Err(failure) if failure.code == 253 => return Err(failure),
            Err(failure) => {
                code = 1;
                if !options.quiet {
                    out::complain(&format!("{doing} failed: {shown} {}", failure.line()));
                }
            }
        }
    }
    Ok(code)
}

fn is_stream(step: &Step) -> bool {
    matches!(step, Step::Transfer { to: End::Stream, .. } | Step::Transfer { from: End::Stream, .. })
}

fn told(step: &Step, verb: Verb) -> (&'static str, String) {
    match step {
        Step::Delete(end) => ("delete", end.shown()),
        Step::Transfer { from, to, .. } => {
            let doing = match (verb, from, to) {
                (Verb::Move, ..) => "move",
                (_, End::S3(_), End::S3(_)) => "copy",
                (_, End::S3(_), _) => "download",
                _ => "upload",
            };
            (doing, format!("{} to {}", from.shown(), to.shown()))
        }
    }
}

async fn perform(client: &Client, options: &Options, step: &Step, verb: Verb) -> Outcome<()> {
    match step {
        Step::Delete(end) => delete(client, end).await,
        Step::Transfer { from, to, size } => {
            match (from, to) {
                (End::S3(from), End::S3(to)) => copy(client, options, from, to).await?,
                (End::S3(from), to) => download(client, from, to).await?,
                (End::Local(path), End::S3(to)) => upload(client, options, path, to, size.unwrap_or(0)).await?,
                (End::Stream, End::S3(to)) => upload_stdin(client, options, to).await?,
                _ => return Err(Failure::parameter("one end has to be s3://")),
            }
            if verb == Verb::Move { delete(client, from).await } else { Ok(()) }
        }
    }
}

async fn delete(client: &Client, end: &End) -> Outcome<()> {
    match end {
        End::S3(place) => client.call("DeleteObject", &input(place)).await.map(|_| ()),
        End::Local(path) => std::fs::remove_file(path).map_err(|e| Failure::other(format!("{}: {e}", path.display()))),
        End::Stream => Ok(()),
    }
}

fn input(place: &S3Path) -> Value {
    json!({ "Bucket": place.bucket, "Key": place.key })
}

fn put_input(options: &Options, place: &S3Path, name: Option<&Path>) -> Value {
    let mut map = Map::new();
    map.insert("Bucket".to_owned(), json!(place.bucket));
    map.insert("Key".to_owned(), json!(place.key));
    let kind = name.and_then(|n| n.extension()).and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
    let kind = kind.and_then(|e| TYPES.iter().find(|(extension, _)| *extension == e));
    if let Some((_, kind)) = kind {
        map.insert("ContentType".to_owned(), json!(kind));
    }
    for (name, value) in options.put.iter().filter(|(name, _)| *name != "MetadataDirective") {
        map.insert(name.clone(), value.clone());
    }
    Value::Object(map)
}

async fn upload(client: &Client, options: &Options, path: &Path, to: &S3Path, size: u64) -> Outcome<()> {
    let failed = |e: std::io::Error| Failure::other(format!("{}: {e}", path.display()));
    let input = put_input(options, to, Some(path));
    let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
    if size < PART_BYTES as u64 {
        let mut data = Vec::new();
        file.read_to_end(&mut data).await.map_err(failed)?;
        return put(client, input, data.into()).await;
    }
    let id = start_parts(client, &input).await?;
    let sent = send_parts(client, &mut file, to, &id).await;
    finish_parts(client, to, &id, sent).await
}

async fn upload_stdin(client: &Client, options: &Options, to: &S3Path) -> Outcome<()> {
    let mut data = Vec::new();
    tokio::io::stdin().read_to_end(&mut data).await.map_err(|e| Failure::other(format!("stdin: {e}")))?;
    put(client, put_input(options, to, None), data.into()).await
}

async fn put(client: &Client, input: Value, body: Bytes) -> Outcome<()> {
    let input = with_checksum(input, &body);
    client.send("PutObject", &input, Some(body)).await.map(|_| ())
}

async fn start_parts(client: &Client, input: &Value) -> Outcome<String> {
    let mut input = input.clone();
    input["ChecksumAlgorithm"] = json!("CRC32");
    let answer = client.call("CreateMultipartUpload", &input).await?;
    let id = answer["UploadId"].as_str().map(str::to_owned);
    id.ok_or_else(|| Failure::other("the service gave no upload id"))
}

async fn send_parts(client: &Client, file: &mut tokio::fs::File, to: &S3Path, id: &str) -> Outcome<Vec<Value>> {
    let mut parts = Vec::new();
    loop {
        let mut data = Vec::with_capacity(PART_BYTES);
        let mut piece = (&mut *file).take(PART_BYTES as u64);
        piece.read_to_end(&mut data).await.map_err(|e| Failure::other(e.to_string()))?;
        if data.is_empty() && !parts.is_empty() {
            return Ok(parts);
        }
        let number = parts.len() + 1;
        let body = Bytes::from(data);
        let mut input = input(to);
        input["UploadId"] = json!(id);
        input["PartNumber"] = json!(number);
        let input = with_checksum(input, &body);
        let answer = client.send("UploadPart", &input, Some(body)).await?.value;
        parts.push(json!({ "ETag": answer["ETag"], "ChecksumCRC32": input["ChecksumCRC32"], "PartNumber": number }));
    }
}

async fn finish_parts(client: &Client, to: &S3Path, id: &str, sent: Outcome<Vec<Value>>) -> Outcome<()> {
    let mut input = input(to);
    input["UploadId"] = json!(id);
    match sent {
        Ok(parts) => {
            input["MultipartUpload"] = json!({ "Parts": parts });
            client.call("CompleteMultipartUpload", &input).await.map(|_| ())
        }
        Err(failure) => {
            // What went up so far is of no use to anybody.
            let _ = client.call("AbortMultipartUpload", &input).await;
            Err(failure)
        }
    }
}

async fn download(client: &Client, from: &S3Path, to: &End) -> Outcome<()> {
    let answer = client.send("GetObject", &input(from), None).await?;
    let Some(mut body) = answer.body else { return Err(Failure::other("the answer has no body")) };
    match to {
        End::Local(path) => {
            let failed = |e: std::io::Error| Failure::other(format!("{}: {e}", path.display()));
            if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let name = path.to_str().ok_or_else(|| Failure::other("the path is not UTF-8"))?;
            api::save(body, name).await
        }
        _ => {
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(|e| Failure::other(format!("the download broke: {e}")))?;
                if let Ok(data) = frame.into_data() {
                    out::bytes(&data);
                }
            }
            Ok(())
        }
    }
}

async fn copy(client: &Client, options: &Options, from: &S3Path, to: &S3Path) -> Outcome<()> {
    use crate::sandbox::aws::s3::percent;
    let mut input = put_input(options, to, None);
    let source = format!("{}/{}", from.bucket, percent::encode(&from.key, b"/"));
    input["CopySource"] = json!(source);
    if let Some(directive) = options.put.get("MetadataDirective") {
        input["MetadataDirective"] = directive.clone();
    } else if options.put.keys().any(|name| name != "ACL" && name != "StorageClass") {
        input["MetadataDirective"] = json!("REPLACE");
    }
    client.call("CopyObject", &input).await.map(|_| ())
}
