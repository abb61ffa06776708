//! `aws s3 ls`.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::failure::{Failure, Outcome};
use super::super::out;
use super::super::request::Client;
use super::Options;
use super::place::S3Path;

/// Runs it.
pub(super) async fn run(client: &Client, options: &Options) -> Outcome<u8> {
    let path = options.paths.first().map_or("s3://", String::as_str);
    let path = if path.starts_with("s3://") { path.to_owned() } else { format!("s3://{path}") };
    let place = S3Path::parse(&path).ok_or_else(|| Failure::parameter("Invalid path"))?;
    if place.bucket.is_empty() {
        return buckets(client).await;
    }
    let delimiter = (!options.recursive).then_some("/");
    let (objects, prefixes) = objects(client, &place.bucket, &place.key, delimiter).await?;
    let strip = if options.recursive { 0 } else { place.key.rfind('/').map_or(0, |at| at + 1) };
    for prefix in &prefixes {
        out::line(&format!("{:>30} {}", "PRE", &prefix[strip.min(prefix.len())..]));
    }
    let mut total = 0;
    for object in &objects {
        total += object.size;
        let size = if options.human { human(object.size) } else { object.size.to_string() };
        out::line(&format!(
            "{} {size:>10} {}",
            local_time(&object.modified),
            &object.key[strip.min(object.key.len())..]
        ));
    }
    if options.summarize {
        let size = if options.human { human(total) } else { total.to_string() };
        out::line(&format!("\nTotal Objects: {}\n   Total Size: {size}", objects.len()));
    }
    let nothing = objects.is_empty() && prefixes.is_empty();
    Ok(u8::from(nothing && !place.key.is_empty()))
}

async fn buckets(client: &Client) -> Outcome<u8> {
    let answer = client.call("ListBuckets", &json!({})).await?;
    for bucket in answer["Buckets"].as_array().into_iter().flatten() {
        let created = local_time(bucket["CreationDate"].as_str().unwrap_or_default());
        out::line(&format!("{created} {}", bucket["Name"].as_str().unwrap_or_default()));
    }
    Ok(0)
}

/// An object of a listing.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size: u64,
    /// ISO 8601
    pub(super) modified: String,
}

/// All objects (and common prefixes) below a prefix, page by page.
pub(super) async fn objects(
    client: &Client,
    bucket: &str,
    prefix: &str,
    delimiter: Option<&str>,
) -> Outcome<(Vec<Listed>, Vec<String>)> {
    let mut input = json!({ "Bucket": bucket, "Prefix": prefix });
    if let Some(delimiter) = delimiter {
        input["Delimiter"] = json!(delimiter);
    }
    let (mut objects, mut prefixes) = (Vec::new(), Vec::new());
    loop {
        let page = client.call("ListObjectsV2", &input).await?;
        for object in page["Contents"].as_array().into_iter().flatten() {
            let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
            let size = object["Size"].as_u64().unwrap_or(0);
            objects.push(Listed { key: text("Key"), size, modified: text("LastModified") });
        }
        let found = page["CommonPrefixes"].as_array().into_iter().flatten();
        prefixes.extend(found.filter_map(|p| p["Prefix"].as_str()).map(str::to_owned));
        match &page["NextContinuationToken"] {
            Value::String(token) => input["ContinuationToken"] = json!(token),
            _ => return Ok((objects, prefixes)),
        }
    }
}

fn local_time(text: &str) -> String {
    let Ok(time) = text.parse::<Timestamp>() else { return text.to_owned() };
    time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `7 Bytes`, `1.2 KiB`: botocore's words.
pub(super) fn human(size: u64) -> String {
    if size == 1 {
        return "1 Byte".to_owned();
    }
    if size < 1024 {
        return format!("{size} Bytes");
    }
    #[expect(clippy::cast_precision_loss, reason = "one decimal is printed")]
    let mut value = size as f64;
    for unit in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
        value /= 1024.0;
        if (value * 10.0).round() / 10.0 < 1024.0 {
            return format!("{value:.1} {unit}");
        }
    }
    format!("{value:.1} EiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        for (size, wanted) in
            [(0, "0 Bytes"), (1, "1 Byte"), (1023, "1023 Bytes"), (1024, "1.0 KiB"), (20_000_000, "19.1 MiB")]
        {
            assert_eq!(human(size), wanted);
        }
    }
}
