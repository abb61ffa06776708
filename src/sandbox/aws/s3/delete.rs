//! DeleteObject, DeleteObjects.

use redb::WriteTransaction;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::conditions::check_write;
use super::errors::{precondition_failed, say};
use super::store::blobs::BlobRef;
use super::store::records::{BucketRecord, NULL_VERSION, ObjectRecord};
use super::store::{Store, bucket_for_write, versions};
use crate::sandbox::clock::Clock;

/// S3's largest list of one DeleteObjects.
const MOST: usize = 1000;

/// What became of one key.
struct Outcome {
    /// A delete marker was made, or removed.
    marker: bool,
    version: Option<String>,
    files: Vec<BlobRef>,
}

/// Removes a key, or one version of it. A key that is not there is no error.
pub(super) async fn one(store: &Store, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let bucket = input.bucket.to_string();
    let outcome = store
        .write(move |write| {
            let about = bucket_for_write(write, &bucket)?;
            let existing = versions::newest_for_write(write, &bucket, &input.key)?;
            let live = existing.as_ref().filter(|object| !object.marker);
            if input.if_match.is_some() && live.is_some() {
                check_write(input.if_match.as_ref(), None, live)?;
            }
            if let (Some(size), Some(object)) = (input.if_match_size, live)
                && size != super::get::signed(object.size)
            {
                return Err(precondition_failed());
            }
            remove(write, &bucket, &about, &input.key, input.version_id.as_deref())
        })
        .await?;
    store.blobs().discard(outcome.files).await;
    Ok(DeleteObjectOutput {
        delete_marker: outcome.marker.then_some(true),
        version_id: outcome.version,
        ..DeleteObjectOutput::default()
    })
}

/// Removes a list of keys.
pub(super) async fn many(store: &Store, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    let bucket = input.bucket.to_string();
    let quiet = input.delete.quiet.unwrap_or(false);
    let objects = input.delete.objects;
    if objects.is_empty() || objects.len() > MOST {
        let text = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(say(S3ErrorCode::MalformedXML, text));
    }
    let (deleted, failed, files) = store
        .write(move |write| {
            let about = bucket_for_write(write, &bucket)?;
            let (mut deleted, mut failed, mut files) = (Vec::new(), Vec::new(), Vec::new());
            for object in objects {
                match remove_checked(write, &bucket, &about, &object) {
                    Ok(outcome) => {
                        files.extend(outcome.files);
                        let marker = outcome.marker.then_some(true);
                        let made = outcome.marker && object.version_id.is_none();
                        deleted.push(DeletedObject {
                            delete_marker: marker,
                            delete_marker_version_id: outcome.version.filter(|_| outcome.marker),
                            version_id: if made { None } else { object.version_id },
                            key: Some(object.key),
                        });
                    }
                    Err(e) => failed.push(Error {
                        code: Some(e.code().as_str().to_owned()),
                        message: e.message().map(str::to_owned),
                        key: Some(object.key),
                        version_id: object.version_id,
                    }),
                }
            }
            Ok((deleted, failed, files))
        })
        .await?;
    store.blobs().discard(files).await;
    Ok(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: Some(failed).filter(|list| !list.is_empty()),
        request_charged: None,
    })
}

fn remove_checked(
    write: &WriteTransaction,
    bucket: &str,
    about: &BucketRecord,
    object: &ObjectIdentifier,
) -> S3Result<Outcome> {
    if let Some(tag) = &object.e_tag {
        let existing = versions::newest_for_write(write, bucket, &object.key)?.filter(|o| !o.marker);
        if existing.is_some_and(|e| e.etag != tag.value()) {
            return Err(precondition_failed());
        }
    }
    remove(write, bucket, about, &object.key, object.version_id.as_deref())
}

/// Without versioning the object goes; with it a delete marker is put before it.
fn remove(
    write: &WriteTransaction,
    bucket: &str,
    about: &BucketRecord,
    key: &str,
    version: Option<&str>,
) -> S3Result<Outcome> {
    let wanted = match (version, about.versioning.is_some()) {
        (Some(version), _) => version,
        (None, false) => NULL_VERSION,
        (None, true) => return mark(write, bucket, about, key),
    };
    let gone = versions::remove(write, bucket, key, wanted)?;
    let told = version.filter(|_| about.versioning.is_some()).map(str::to_owned);
    Ok(match gone {
        Some((record, files)) => Outcome { marker: record.marker, version: told, files },
        None => Outcome { marker: false, version: told, files: Vec::new() },
    })
}

fn mark(write: &WriteTransaction, bucket: &str, about: &BucketRecord, key: &str) -> S3Result<Outcome> {
    let marker =
        ObjectRecord { marker: true, modified: Clock::real().now().as_millisecond(), ..ObjectRecord::default() };
    let (record, files) = versions::add(write, bucket, about, key, marker)?;
    Ok(Outcome { marker: true, version: Some(record.version), files })
}
