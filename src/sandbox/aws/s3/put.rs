//! PutObject.

use http::HeaderMap;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::checksum::{Algorithm, Summing, tell_sum};
use super::chunked::Trailers;
use super::conditions::check_write;
use super::errors::{self, say};
use super::percent;
use super::store::records::{ObjectHeaders, ObjectRecord};
use super::store::{Store, bucket_for_write, versions};
use crate::sandbox::clock::Clock;

/// What S3 takes for the type of a body without one.
const DEFAULT_TYPE: &str = "binary/octet-stream";
/// S3's limit of all user metadata of an object.
const METADATA_BYTES: usize = 2048;

/// Takes the headers that are kept out of the input of PutObject, CopyObject or CreateMultipartUpload.
macro_rules! kept_headers {
    ($input:expr) => {
        $crate::sandbox::aws::s3::store::records::ObjectHeaders {
            content_type: $input.content_type.clone(),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $input.content_encoding.clone(),
            content_language: $input.content_language.clone(),
            expires: $input.expires.as_ref().and_then($crate::sandbox::aws::s3::put::http_date),
            website_redirect: $input.website_redirect_location.clone(),
            storage_class: $input.storage_class.as_ref().map(|c| c.as_str().to_owned()).filter(|c| c != "STANDARD"),
            encryption: $input.server_side_encryption.as_ref().map(|e| e.as_str().to_owned()),
            kms_key: $input.ssekms_key_id.clone(),
            metadata: $input
                .metadata
                .clone()
                .unwrap_or_default()
                .into_iter()
                .map(|(n, v)| (n.to_lowercase(), v))
                .collect(),
            tags: $crate::sandbox::aws::s3::put::parse_tags($input.tagging.as_deref().unwrap_or_default())?,
            acl: $input.acl.as_ref().map(|acl| acl.as_str().to_owned()),
        }
    };
}
pub(super) use kept_headers;

/// Stores a body under a key.
pub(super) async fn put(
    store: &Store,
    input: PutObjectInput,
    headers: &HeaderMap,
    trailers: Option<&Trailers>,
) -> S3Result<PutObjectOutput> {
    store.bucket(&input.bucket)?;
    let kept = kept_headers!(input);
    check_metadata(&kept)?;
    let summing = Summing::start(headers, Algorithm::Crc64Nvme)?;
    let (received, sums) = store.blobs().receive(input.body, summing, trailers).await?;
    let record = ObjectRecord {
        size: received.blob.size,
        etag: sums.md5,
        modified: Clock::real().now().as_millisecond(),
        headers: kept,
        sum: Some(sums.sum),
        ..ObjectRecord::default()
    };
    let (bucket, key) = (input.bucket.to_string(), input.key);
    let (matches, none_match) = (input.if_match, input.if_none_match);
    let (record, told, files) = store
        .write(move |write| {
            let about = bucket_for_write(write, &bucket)?;
            let existing = versions::newest_for_write(write, &bucket, &key)?;
            check_write(matches.as_ref(), none_match.as_ref(), existing.as_ref())?;
            let mut record = record;
            record.blobs = vec![received.keep(write)?];
            let (record, files) = versions::add(write, &bucket, &about, &key, record)?;
            let told = record.told_version(&about);
            Ok((record, told, files))
        })
        .await?;
    store.blobs().discard(files).await;
    let mut output = PutObjectOutput {
        e_tag: Some(ETag::Strong(record.etag.clone())),
        checksum_type: record.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned())),
        server_side_encryption: record.headers.encryption.clone().map(ServerSideEncryption::from),
        ssekms_key_id: record.headers.kms_key.clone(),
        version_id: told,
        ..PutObjectOutput::default()
    };
    tell_sum!(output, record.sum.as_ref());
    Ok(output)
}

/// The type told for an object.
pub(super) fn content_type(headers: &ObjectHeaders) -> String {
    headers.content_type.clone().unwrap_or_else(|| DEFAULT_TYPE.to_owned())
}

/// A time as an HTTP date.
pub(super) fn http_date(time: &Timestamp) -> Option<String> {
    let mut text = Vec::new();
    time.format(TimestampFormat::HttpDate, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// S3's limits of user metadata.
pub(super) fn check_metadata(headers: &ObjectHeaders) -> S3Result<()> {
    let size: usize = headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > METADATA_BYTES {
        let text = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(say(S3ErrorCode::MetadataTooLarge, text));
    }
    Ok(())
}

/// `a=b&c=d` of the header x-amz-tagging.
pub(super) fn parse_tags(text: &str) -> S3Result<Vec<(String, String)>> {
    let mut tags = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = percent::decode(name, true).zip(percent::decode(value, true));
        let text = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
        tags.push(decoded.ok_or_else(|| errors::invalid_argument(text))?);
    }
    check_tags(&tags, 10)?;
    Ok(tags)
}

/// S3's limits of tags.
pub(super) fn check_tags(tags: &[(String, String)], most: usize) -> S3Result<()> {
    if tags.len() > most {
        let text = format!("Object tags cannot be greater than {most}");
        return Err(errors::other("BadRequest", http::StatusCode::BAD_REQUEST, text));
    }
    for (at, (name, value)) in tags.iter().enumerate() {
        if name.is_empty() || name.chars().count() > 128 {
            return Err(say(S3ErrorCode::InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(say(S3ErrorCode::InvalidTag, "The TagValue you have provided is invalid"));
        }
        if tags[..at].iter().any(|(other, _)| other == name) {
            return Err(say(S3ErrorCode::InvalidTag, "Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_header() {
        let tags = parse_tags("kind=report&owner=%E5%B7%A5%E8%97%A4").unwrap();
        assert_eq!(tags, [("kind".to_owned(), "report".to_owned()), ("owner".to_owned(), "工藤".to_owned())]);
        assert!(parse_tags("a=1&a=2").is_err());
        assert!(parse_tags(&"x=1&".repeat(11)).is_err());
    }
}
