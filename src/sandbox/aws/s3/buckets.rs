//! Buckets: create, head, list, delete, location.

use redb::ReadableTable;
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::backend::{owner, timestamp};
use super::errors::{self, say};
use super::store::records::BucketRecord;
use super::store::{BUCKETS, OBJECTS, Store, UPLOADS, bucket_for_write, from_bytes, to_bytes};
use super::uploads;
use crate::sandbox::clock::Clock;

/// The region of buckets that name none.
const DEFAULT_REGION: &str = "us-east-1";

/// Makes a bucket; one's own bucket again is no error, whatever the region.
pub(super) async fn create(store: &Store, input: CreateBucketInput) -> S3Result<CreateBucketOutput> {
    let name = input.bucket.to_string();
    let constraint = input.create_bucket_configuration.and_then(|c| c.location_constraint);
    let location = constraint.map(|c| c.as_str().to_owned()).unwrap_or_default();
    if location == DEFAULT_REGION {
        let text = "The specified location-constraint is not valid";
        return Err(say(S3ErrorCode::InvalidLocationConstraint, text));
    }
    let place = format!("/{name}");
    let record = BucketRecord {
        created: Clock::real().now().as_millisecond(),
        location,
        acl: input.acl.map(|acl| acl.as_str().to_owned()),
        ..BucketRecord::default()
    };
    store
        .write(move |write| {
            let mut table = write.open_table(BUCKETS).map_err(errors::storage)?;
            if table.get(name.as_str()).map_err(errors::storage)?.is_none() {
                table.insert(name.as_str(), to_bytes(&record)?.as_slice()).map_err(errors::storage)?;
            }
            Ok(())
        })
        .await?;
    Ok(CreateBucketOutput { location: Some(place) })
}

/// Is it there, and in which region.
pub(super) fn head(store: &Store, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
    let bucket = store.bucket(&input.bucket)?;
    Ok(HeadBucketOutput { bucket_region: Some(region(&bucket)), ..HeadBucketOutput::default() })
}

/// Where it is: nothing for us-east-1, as S3 answers.
pub(super) fn location(store: &Store, input: &GetBucketLocationInput) -> S3Result<GetBucketLocationOutput> {
    let bucket = store.bucket(&input.bucket)?;
    let constraint = (!bucket.location.is_empty()).then(|| BucketLocationConstraint::from(bucket.location));
    Ok(GetBucketLocationOutput { location_constraint: constraint })
}

/// All buckets by name.
pub(super) fn list(store: &Store, input: &ListBucketsInput) -> S3Result<ListBucketsOutput> {
    let read = store.read()?;
    let table = read.open_table(BUCKETS).map_err(errors::storage)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.clone().unwrap_or_default();
    let max = input.max_buckets.and_then(|m| usize::try_from(m).ok()).unwrap_or(10_000);
    let mut found = Vec::new();
    let mut more = None;
    for entry in table.iter().map_err(errors::storage)? {
        let (name, bytes) = entry.map_err(errors::storage)?;
        let name = name.value();
        let bucket: BucketRecord = from_bytes(bytes.value())?;
        let region = region(&bucket);
        if !name.starts_with(&prefix)
            || name <= after.as_str()
            || input.bucket_region.as_ref().is_some_and(|r| *r != region)
        {
            continue;
        }
        if found.len() == max {
            more = found.last().and_then(|b: &Bucket| b.name.clone());
            break;
        }
        found.push(Bucket {
            name: Some(name.to_owned()),
            creation_date: Some(timestamp(bucket.created)),
            bucket_region: (input.max_buckets.is_some() || input.bucket_region.is_some()).then_some(region),
        });
    }
    Ok(ListBucketsOutput {
        buckets: Some(found),
        continuation_token: more,
        owner: Some(owner()),
        prefix: input.prefix.clone(),
    })
}

/// Removes a bucket that holds nothing. Unfinished uploads go with it.
pub(super) async fn delete(store: &Store, input: DeleteBucketInput) -> S3Result<()> {
    let name = input.bucket.to_string();
    let files = store
        .write(move |write| {
            bucket_for_write(write, &name)?;
            let objects = write.open_table(OBJECTS).map_err(errors::storage)?;
            let mut inside = objects.range((name.as_str(), "", 0)..).map_err(errors::storage)?;
            if let Some(entry) = inside.next() {
                let (at, _) = entry.map_err(errors::storage)?;
                if at.value().0 == name {
                    let text = "The bucket you tried to delete is not empty";
                    return Err(say(S3ErrorCode::BucketNotEmpty, text));
                }
            }
            drop(inside);
            drop(objects);
            let open = uploads_of(&write.open_table(UPLOADS).map_err(errors::storage)?, &name)?;
            let mut files = Vec::new();
            for (key, id) in open {
                files.extend(uploads::forget(write, &name, &key, &id, &[])?);
            }
            let mut buckets = write.open_table(BUCKETS).map_err(errors::storage)?;
            buckets.remove(name.as_str()).map_err(errors::storage)?;
            Ok(files)
        })
        .await?;
    store.blobs().discard(files).await;
    Ok(())
}

fn uploads_of(
    table: &impl ReadableTable<(&'static str, &'static str, &'static str), &'static [u8]>,
    bucket: &str,
) -> S3Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in table.range((bucket, "", "")..).map_err(errors::storage)? {
        let (at, _) = entry.map_err(errors::storage)?;
        let (name, key, id) = at.value();
        if name != bucket {
            break;
        }
        found.push((key.to_owned(), id.to_owned()));
    }
    Ok(found)
}

fn region(bucket: &BucketRecord) -> String {
    if bucket.location.is_empty() { DEFAULT_REGION.to_owned() } else { bucket.location.clone() }
}
