//! Multipart uploads: create, abort, list; what the parts and the completion share.

use redb::{ReadableTable, WriteTransaction};
use s3s::S3Result;
use s3s::dto::*;

use super::backend::{initiator, owner, timestamp};
use super::checksum::Algorithm;
use super::errors;
use super::list::Encoding;
use super::put::{check_metadata, kept_headers};
use super::store::blobs::{self, BlobRef};
use super::store::records::{PartRecord, UploadRecord};
use super::store::{PARTS, Store, UPLOADS, bucket_for_write, from_bytes, to_bytes};
use crate::sandbox::clock::Clock;

/// CreateMultipartUpload.
pub(super) async fn create(store: &Store, input: CreateMultipartUploadInput) -> S3Result<CreateMultipartUploadOutput> {
    let kept = kept_headers!(input);
    check_metadata(&kept)?;
    let named = input.checksum_algorithm.as_ref().map(|a| Algorithm::parse(a.as_str())).transpose()?;
    let algorithm = named.unwrap_or(Algorithm::Crc64Nvme);
    let full = match input.checksum_type.as_ref().map(ChecksumType::as_str) {
        Some("FULL_OBJECT") if !algorithm.is_crc() => return Err(wrong_type("FULL_OBJECT", algorithm)),
        Some("COMPOSITE") if algorithm == Algorithm::Crc64Nvme => return Err(wrong_type("COMPOSITE", algorithm)),
        Some(kind) => kind == "FULL_OBJECT",
        None => algorithm == Algorithm::Crc64Nvme,
    };
    let started = Clock::real().now().as_millisecond();
    let record = UploadRecord { started, headers: kept, algorithm, named: named.is_some(), full };
    let id = uuid::Uuid::new_v4().simple().to_string();
    let encryption = record.headers.encryption.clone();
    let (bucket, key, upload) = (input.bucket.to_string(), input.key.clone(), id.clone());
    store
        .write(move |write| {
            bucket_for_write(write, &bucket)?;
            let mut table = write.open_table(UPLOADS).map_err(errors::storage)?;
            let at = (bucket.as_str(), key.as_str(), upload.as_str());
            table.insert(at, to_bytes(&record)?.as_slice()).map_err(errors::storage)?;
            Ok(())
        })
        .await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: named.map(|_| ChecksumType::from(if full { "FULL_OBJECT" } else { "COMPOSITE" }.to_owned())),
        server_side_encryption: encryption.map(ServerSideEncryption::from),
        ..CreateMultipartUploadOutput::default()
    })
}

fn wrong_type(kind: &str, algorithm: Algorithm) -> s3s::S3Error {
    let name = algorithm.name().to_lowercase();
    errors::invalid_request(format!("The {kind} checksum type cannot be used with the {name} checksum algorithm."))
}

/// AbortMultipartUpload.
pub(super) async fn abort(store: &Store, input: AbortMultipartUploadInput) -> S3Result<()> {
    let bucket = input.bucket.to_string();
    let files = store
        .write(move |write| {
            bucket_for_write(write, &bucket)?;
            find_for_write(write, &bucket, &input.key, &input.upload_id)?;
            forget(write, &bucket, &input.key, &input.upload_id, &[])
        })
        .await?;
    store.blobs().discard(files).await;
    Ok(())
}

/// ListMultipartUploads.
pub(super) fn list(store: &Store, input: ListMultipartUploadsInput) -> S3Result<ListMultipartUploadsOutput> {
    store.bucket(&input.bucket)?;
    let url = Encoding::of(input.encoding_type.as_ref())?;
    let max = input.max_uploads.unwrap_or(1000).clamp(0, 1000);
    let keep = usize::try_from(max).unwrap_or(0);
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = (input.key_marker.clone().unwrap_or_default(), input.upload_id_marker.clone());
    let delimiter = input.delimiter.clone().filter(|d| !d.is_empty());
    let read = store.read()?;
    let table = read.open_table(UPLOADS).map_err(errors::storage)?;
    let (mut found, mut prefixes) = (Vec::<(String, MultipartUpload)>::new(), Vec::<String>::new());
    let mut truncated = false;
    for entry in table.range((input.bucket.as_str(), prefix.as_str(), "")..).map_err(errors::storage)? {
        let (at, bytes) = entry.map_err(errors::storage)?;
        let (bucket, key, id) = at.value();
        if bucket != input.bucket || !key.starts_with(&prefix) {
            break;
        }
        let told = key < after.0.as_str() || (key == after.0 && after.1.as_deref().is_none_or(|marker| id <= marker));
        if !after.0.is_empty() && told {
            continue;
        }
        let common = delimiter
            .as_deref()
            .and_then(|d| key[prefix.len()..].find(d).map(|end| key[..prefix.len() + end + d.len()].to_owned()));
        if common.as_ref().is_some_and(|c| prefixes.last() == Some(c)) {
            continue;
        }
        if found.len() + prefixes.len() == keep {
            truncated = keep > 0;
            break;
        }
        match common {
            Some(common) => prefixes.push(common),
            None => found.push((key.to_owned(), upload(url.write(key), id, &from_bytes(bytes.value())?))),
        }
    }
    let last = found.last().filter(|_| truncated).cloned();
    Ok(ListMultipartUploadsOutput {
        common_prefixes: Some(prefixes.iter().map(|p| CommonPrefix { prefix: Some(url.write(p)) }).collect()),
        is_truncated: Some(truncated),
        key_marker: Some(url.write(&after.0)),
        upload_id_marker: Some(after.1.unwrap_or_default()),
        next_key_marker: last.as_ref().map(|(key, _)| url.write(key)),
        next_upload_id_marker: last.and_then(|(_, upload)| upload.upload_id),
        max_uploads: Some(max),
        prefix: input.prefix.as_deref().map(|p| url.write(p)),
        delimiter: input.delimiter.as_deref().map(|d| url.write(d)),
        encoding_type: input.encoding_type,
        uploads: Some(found.into_iter().map(|(_, upload)| upload).collect()),
        bucket: Some(input.bucket),
        request_charged: None,
    })
}

fn upload(key: String, id: &str, record: &UploadRecord) -> MultipartUpload {
    let kind = if record.full { "FULL_OBJECT" } else { "COMPOSITE" };
    MultipartUpload {
        checksum_algorithm: record.named.then(|| ChecksumAlgorithm::from(record.algorithm.name().to_owned())),
        checksum_type: record.named.then(|| ChecksumType::from(kind.to_owned())),
        initiated: Some(timestamp(record.started)),
        initiator: Some(initiator()),
        key: Some(key),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from(
            record.headers.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()),
        )),
        upload_id: Some(id.to_owned()),
    }
}

/// An upload, or the error a client gets.
pub(super) fn find(store: &Store, bucket: &str, key: &str, id: &str) -> S3Result<UploadRecord> {
    let read = store.read()?;
    find_in(&read.open_table(UPLOADS).map_err(errors::storage)?, bucket, key, id)
}

/// As [`find`], inside a write.
pub(super) fn find_for_write(write: &WriteTransaction, bucket: &str, key: &str, id: &str) -> S3Result<UploadRecord> {
    find_in(&write.open_table(UPLOADS).map_err(errors::storage)?, bucket, key, id)
}

fn find_in(
    table: &impl ReadableTable<(&'static str, &'static str, &'static str), &'static [u8]>,
    bucket: &str,
    key: &str,
    id: &str,
) -> S3Result<UploadRecord> {
    let found = table.get((bucket, key, id)).map_err(errors::storage)?;
    found.map_or_else(|| Err(errors::no_such_upload()), |bytes| from_bytes(bytes.value()))
}

/// Removes an upload and its parts; bodies named in `taken` belong to the object now. Returns files to remove.
pub(super) fn forget(
    write: &WriteTransaction,
    bucket: &str,
    key: &str,
    id: &str,
    taken: &[BlobRef],
) -> S3Result<Vec<BlobRef>> {
    let mut uploads = write.open_table(UPLOADS).map_err(errors::storage)?;
    uploads.remove((bucket, key, id)).map_err(errors::storage)?;
    let mut gone = Vec::new();
    {
        let mut parts = write.open_table(PARTS).map_err(errors::storage)?;
        let mut numbers = Vec::new();
        for entry in parts.range((id, 0)..=(id, u32::MAX)).map_err(errors::storage)? {
            let (at, bytes) = entry.map_err(errors::storage)?;
            numbers.push(at.value().1);
            let part: PartRecord = from_bytes(bytes.value())?;
            gone.push(part.blob);
        }
        for number in numbers {
            parts.remove((id, number)).map_err(errors::storage)?;
        }
    }
    gone.retain(|blob| !taken.contains(blob));
    blobs::forget(write, gone)
}
