//! CopyObject.

use http::HeaderMap;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::backend::timestamp;
use super::checksum::{Algorithm, Summing, tell_sum};
use super::conditions::Conditions;
use super::errors::{self, say};
use super::put::{check_metadata, kept_headers};
use super::store::records::{ObjectHeaders, ObjectRecord};
use super::store::{Store, bucket_for_write, versions};
use crate::sandbox::clock::Clock;

/// Copies an object within the stand-in; small bodies and whole files alike.
pub(super) async fn copy(store: &Store, input: CopyObjectInput, headers: &HeaderMap) -> S3Result<CopyObjectOutput> {
    let (from_bucket, from_key, from_version) = source(&input.copy_source)?;
    let (bucket, key) = (input.bucket.to_string(), input.key.clone());
    let from_about = store.bucket(&from_bucket)?;
    store.bucket(&bucket)?;
    let object = versions::find(&store.read()?, &from_bucket, &from_key, from_version.as_deref())?;
    Conditions {
        matches: input.copy_source_if_match.clone(),
        none_match: input.copy_source_if_none_match.clone(),
        modified_since: input.copy_source_if_modified_since.clone(),
        unmodified_since: input.copy_source_if_unmodified_since.clone(),
    }
    .check_copy(&object)?;
    let kept = new_headers(&input, &object)?;
    let to_itself = from_bucket == bucket && from_key == key && from_version.is_none();
    let replaces = input.metadata_directive.as_ref().is_some_and(|d| d.as_str() == "REPLACE");
    if to_itself
        && !replaces
        && input.storage_class.is_none()
        && input.server_side_encryption.is_none()
        && input.website_redirect_location.is_none()
        && from_about.versioning.is_none()
    {
        let text = "This copy request is illegal because it is trying to copy an object to itself without changing \
                    the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(errors::invalid_request(text));
    }
    let told_source = object.told_version(&from_about);
    let (record, told) = store_copy(store, bucket, key, object, kept, headers).await?;
    let mut result = CopyObjectResult {
        e_tag: Some(ETag::Strong(record.etag.clone())),
        last_modified: Some(timestamp(record.modified)),
        checksum_type: record.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned())),
        ..CopyObjectResult::default()
    };
    tell_sum!(result, record.sum.as_ref());
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: told_source,
        server_side_encryption: record.headers.encryption.clone().map(ServerSideEncryption::from),
        version_id: told,
        ..CopyObjectOutput::default()
    })
}

async fn store_copy(
    store: &Store,
    bucket: String,
    key: String,
    object: ObjectRecord,
    kept: ObjectHeaders,
    headers: &HeaderMap,
) -> S3Result<(ObjectRecord, Option<String>)> {
    let wanted = match headers.get("x-amz-checksum-algorithm").and_then(|v| v.to_str().ok()) {
        Some(name) => Some(Algorithm::parse(name)?),
        None => None,
    };
    let algorithm = wanted.or(object.sum.as_ref().map(|s| s.algorithm)).unwrap_or(Algorithm::Crc64Nvme);
    let same_sum = object.sum.as_ref().is_some_and(|sum| sum.full && sum.algorithm == algorithm);
    let mut bodies = Vec::new();
    let mut record = ObjectRecord { headers: kept, modified: Clock::real().now().as_millisecond(), ..object.clone() };
    if object.parts.is_empty() && same_sum {
        for blob in &object.blobs {
            bodies.push(store.duplicate(blob).await?);
        }
    } else {
        // A copy is one body: its ETag and sum are of the whole.
        let body = store.stream(&object.blobs, 0..object.size).await?;
        let (received, sums) = store.blobs().receive(Some(body), Summing::own(algorithm), None).await?;
        record.etag = sums.md5;
        record.sum = Some(sums.sum);
        bodies.push(received);
    }
    record.parts = Vec::new();
    let (record, told, files) = store
        .write(move |write| {
            let about = bucket_for_write(write, &bucket)?;
            record.blobs = bodies.into_iter().map(|body| body.keep(write)).collect::<S3Result<_>>()?;
            let (record, files) = versions::add(write, &bucket, &about, &key, record)?;
            let told = record.told_version(&about);
            Ok((record, told, files))
        })
        .await?;
    store.blobs().discard(files).await;
    Ok((record, told))
}

/// By the directives: the source's headers and tags, or the request's.
fn new_headers(input: &CopyObjectInput, object: &ObjectRecord) -> S3Result<ObjectHeaders> {
    let given = kept_headers!(input);
    check_metadata(&given)?;
    let replaces = |directive: Option<&str>| match directive {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(say(S3ErrorCode::InvalidArgument, "Unknown metadata directive.")),
    };
    let metadata = replaces(input.metadata_directive.as_ref().map(MetadataDirective::as_str))?;
    let tags = replaces(input.tagging_directive.as_ref().map(TaggingDirective::as_str))?;
    let mut kept = if metadata { given.clone() } else { object.headers.clone() };
    kept.tags = if tags { given.tags } else { object.headers.tags.clone() };
    kept.storage_class = given.storage_class;
    kept.encryption = given.encryption.or(kept.encryption);
    kept.website_redirect = given.website_redirect;
    kept.acl = given.acl;
    Ok(kept)
}

/// Bucket, key and version of `x-amz-copy-source`.
pub(super) fn source(source: &CopySource) -> S3Result<(String, String, Option<String>)> {
    match source {
        CopySource::Bucket { bucket, key, version_id } => {
            Ok((bucket.to_string(), key.to_string(), version_id.as_ref().map(ToString::to_string)))
        }
        _ => Err(say(S3ErrorCode::NotImplemented, "The sandbox has no access points; name the bucket.")),
    }
}
