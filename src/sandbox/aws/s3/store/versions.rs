//! Versions of a key: the newest, a named one, adding one, removing one.

use redb::{ReadTransaction, ReadableTable, WriteTransaction};
use s3s::S3Result;

use super::blobs::{self, BlobRef};
use super::records::{BucketRecord, NULL_VERSION, ObjectRecord};
use super::{NUMBERS, OBJECTS, from_bytes, to_bytes};
use crate::sandbox::aws::s3::errors;

/// The newest version of a key, a delete marker too.
pub(in crate::sandbox::aws::s3) fn newest(
    read: &ReadTransaction,
    bucket: &str,
    key: &str,
) -> S3Result<Option<ObjectRecord>> {
    Ok(first(&read.open_table(OBJECTS).map_err(errors::storage)?, bucket, key)?.map(|(_, record)| record))
}

/// As [`newest`], inside a write.
pub(in crate::sandbox::aws::s3) fn newest_for_write(
    write: &WriteTransaction,
    bucket: &str,
    key: &str,
) -> S3Result<Option<ObjectRecord>> {
    Ok(first(&write.open_table(OBJECTS).map_err(errors::storage)?, bucket, key)?.map(|(_, record)| record))
}

/// The object a request means: the newest version, or the named one. Delete markers are told as S3 tells them.
pub(in crate::sandbox::aws::s3) fn find(
    read: &ReadTransaction,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> S3Result<ObjectRecord> {
    let table = read.open_table(OBJECTS).map_err(errors::storage)?;
    match version {
        None => match first(&table, bucket, key)? {
            Some((_, record)) if !record.marker => Ok(record),
            _ => Err(errors::no_such_key()),
        },
        Some(version) => match named(&table, bucket, key, version)? {
            Some((_, record)) if record.marker => Err(errors::is_delete_marker()),
            Some((_, record)) => Ok(record),
            None => Err(errors::no_such_version()),
        },
    }
}

fn first(
    table: &impl ReadableTable<(&'static str, &'static str, u64), &'static [u8]>,
    bucket: &str,
    key: &str,
) -> S3Result<Option<(u64, ObjectRecord)>> {
    let mut range = table.range((bucket, key, 0)..=(bucket, key, u64::MAX)).map_err(errors::storage)?;
    let Some(entry) = range.next() else { return Ok(None) };
    let (at, bytes) = entry.map_err(errors::storage)?;
    Ok(Some((at.value().2, from_bytes(bytes.value())?)))
}

fn named(
    table: &impl ReadableTable<(&'static str, &'static str, u64), &'static [u8]>,
    bucket: &str,
    key: &str,
    version: &str,
) -> S3Result<Option<(u64, ObjectRecord)>> {
    for entry in table.range((bucket, key, 0)..=(bucket, key, u64::MAX)).map_err(errors::storage)? {
        let (at, bytes) = entry.map_err(errors::storage)?;
        let record: ObjectRecord = from_bytes(bytes.value())?;
        if record.version == version {
            return Ok(Some((at.value().2, record)));
        }
    }
    Ok(None)
}

/// Writes a version as the newest, by the bucket's versioning. Returns it with its version id set, and the
/// files to be removed after the commit.
pub(in crate::sandbox::aws::s3) fn add(
    write: &WriteTransaction,
    bucket: &str,
    about: &BucketRecord,
    key: &str,
    mut record: ObjectRecord,
) -> S3Result<(ObjectRecord, Vec<BlobRef>)> {
    let age = next_age(write)?;
    let mut gone = Vec::new();
    {
        let mut table = write.open_table(OBJECTS).map_err(errors::storage)?;
        if about.versioning.as_deref() == Some("Enabled") {
            record.version = version_id(age);
        } else {
            record.version = NULL_VERSION.to_owned();
            if let Some((old, before)) = named(&table, bucket, key, NULL_VERSION)? {
                table.remove((bucket, key, old)).map_err(errors::storage)?;
                gone = before.blobs;
            }
        }
        table.insert((bucket, key, age), to_bytes(&record)?.as_slice()).map_err(errors::storage)?;
    }
    Ok((record, blobs::forget(write, gone)?))
}

/// Changes a version in place (tags, ACL).
pub(in crate::sandbox::aws::s3) fn change(
    write: &WriteTransaction,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    change: impl FnOnce(&mut ObjectRecord),
) -> S3Result<ObjectRecord> {
    let mut table = write.open_table(OBJECTS).map_err(errors::storage)?;
    let found = match version {
        None => first(&table, bucket, key)?.filter(|(_, record)| !record.marker).ok_or_else(errors::no_such_key)?,
        Some(version) => named(&table, bucket, key, version)?.ok_or_else(errors::no_such_version)?,
    };
    let (age, mut record) = found;
    if record.marker {
        return Err(errors::is_delete_marker());
    }
    change(&mut record);
    table.insert((bucket, key, age), to_bytes(&record)?.as_slice()).map_err(errors::storage)?;
    Ok(record)
}

/// Removes a named version for good. `None` when it was not there.
pub(in crate::sandbox::aws::s3) fn remove(
    write: &WriteTransaction,
    bucket: &str,
    key: &str,
    version: &str,
) -> S3Result<Option<(ObjectRecord, Vec<BlobRef>)>> {
    let found = {
        let mut table = write.open_table(OBJECTS).map_err(errors::storage)?;
        let found = named(&table, bucket, key, version)?;
        if let Some((age, _)) = &found {
            table.remove((bucket, key, *age)).map_err(errors::storage)?;
        }
        found
    };
    let Some((_, record)) = found else { return Ok(None) };
    let files = blobs::forget(write, record.blobs.clone())?;
    Ok(Some((record, files)))
}

/// Counts down, so that newer versions sort first.
fn next_age(write: &WriteTransaction) -> S3Result<u64> {
    let mut table = write.open_table(NUMBERS).map_err(errors::storage)?;
    let last = table.get("age").map_err(errors::storage)?.map_or(u64::MAX, |value| value.value());
    let next = last - 1;
    table.insert("age", next).map_err(errors::storage)?;
    Ok(next)
}

fn version_id(age: u64) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!("{}{:016x}", &random[..16], u64::MAX - age)
}
