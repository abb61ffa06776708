//! CompleteMultipartUpload: the parts become one object without being copied.

use redb::ReadableTable;
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::checksum::{self, Algorithm, Sum, tell_sum};
use super::conditions::check_write;
use super::errors::{self, say};
use super::store::records::{ObjectPart, ObjectRecord, PartRecord, UploadRecord};
use super::store::{PARTS, Store, bucket_for_write, from_bytes, versions};
use super::uploads;
use crate::sandbox::clock::Clock;

/// Every part but the last has at least this many bytes.
const SMALLEST: u64 = 5 * 1024 * 1024;

/// CompleteMultipartUpload.
pub(super) async fn complete(
    store: &Store,
    mut input: CompleteMultipartUploadInput,
    host: &str,
) -> S3Result<CompleteMultipartUploadOutput> {
    let listed = input.multipart_upload.take().and_then(|m| m.parts).unwrap_or_default();
    if listed.is_empty() {
        return Err(say(S3ErrorCode::MalformedXML, "You must specify at least one part"));
    }
    let (bucket, key) = (input.bucket.to_string(), input.key.clone());
    let location = format!("http://{host}/{bucket}/{}", super::percent::encode(&key, b"/"));
    let (record, told, files) = store
        .write(move |write| {
            let about = bucket_for_write(write, &bucket)?;
            let upload = uploads::find_for_write(write, &bucket, &key, &input.upload_id)?;
            let existing = versions::newest_for_write(write, &bucket, &key)?;
            check_write(input.if_match.as_ref(), input.if_none_match.as_ref(), existing.as_ref())?;
            let parts = {
                let table = write.open_table(PARTS).map_err(errors::storage)?;
                collect(&table, &input.upload_id, &listed)?
            };
            let record = join(&upload, parts)?;
            check_said(&input, &record)?;
            let mut files = uploads::forget(write, &bucket, &key, &input.upload_id, &record.blobs)?;
            let (record, gone) = versions::add(write, &bucket, &about, &key, record)?;
            files.extend(gone);
            let told = record.told_version(&about);
            Ok((record, told, files))
        })
        .await?;
    store.blobs().discard(files).await;
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input_bucket(&location)),
        e_tag: Some(ETag::Strong(record.etag.clone())),
        location: Some(location),
        checksum_type: record.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned())),
        server_side_encryption: record.headers.encryption.clone().map(ServerSideEncryption::from),
        version_id: told,
        ..CompleteMultipartUploadOutput::default()
    };
    tell_sum!(output, record.sum.as_ref());
    Ok(output)
}

fn input_bucket(location: &str) -> String {
    location.split('/').nth(3).unwrap_or_default().to_owned()
}

/// The listed parts in their order, checked as S3 checks them.
fn collect(
    table: &impl ReadableTable<(&'static str, u32), &'static [u8]>,
    id: &str,
    listed: &[CompletedPart],
) -> S3Result<Vec<(u32, PartRecord)>> {
    let mut found: Vec<(u32, PartRecord)> = Vec::new();
    for part in listed {
        let number = part.part_number.and_then(|n| u32::try_from(n).ok()).ok_or_else(invalid_part)?;
        if found.last().is_some_and(|(before, _)| *before >= number) {
            let text = "The list of parts was not in ascending order. The parts list must be specified in order by part number.";
            return Err(say(S3ErrorCode::InvalidPartOrder, text));
        }
        let bytes = table.get((id, number)).map_err(errors::storage)?.ok_or_else(invalid_part)?;
        let record: PartRecord = from_bytes(bytes.value())?;
        if part.e_tag.as_ref().is_some_and(|tag| tag.value() != record.etag) || !sums_agree(part, &record.sum) {
            return Err(invalid_part());
        }
        found.push((number, record));
    }
    let last = found.len() - 1;
    if found[..last].iter().any(|(_, part)| part.blob.size < SMALLEST) {
        let text = "Your proposed upload is smaller than the minimum allowed size";
        return Err(say(S3ErrorCode::EntityTooSmall, text));
    }
    Ok(found)
}

fn sums_agree(part: &CompletedPart, sum: &Sum) -> bool {
    let said = [
        (Algorithm::Crc32, &part.checksum_crc32),
        (Algorithm::Crc32c, &part.checksum_crc32c),
        (Algorithm::Crc64Nvme, &part.checksum_crc64nvme),
        (Algorithm::Sha1, &part.checksum_sha1),
        (Algorithm::Sha256, &part.checksum_sha256),
    ];
    said.iter().all(|(algorithm, value)| match value {
        Some(value) if *algorithm == sum.algorithm => *value == sum.value,
        _ => true,
    })
}

fn join(upload: &UploadRecord, parts: Vec<(u32, PartRecord)>) -> S3Result<ObjectRecord> {
    let tags: Vec<_> = parts.iter().map(|(_, part)| part.etag.as_str()).collect();
    let etag = format!("{}-{}", checksum::md5_of_hex(&tags), parts.len());
    let uniform = parts.iter().all(|(_, part)| part.sum.algorithm == upload.algorithm);
    let sum = if !uniform {
        None
    } else if upload.full {
        let sums: Vec<_> = parts.iter().map(|(_, part)| (part.sum.clone(), part.blob.size)).collect();
        checksum::join(upload.algorithm, &sums)
    } else {
        let sums: Vec<_> = parts.iter().map(|(_, part)| part.sum.clone()).collect();
        Some(checksum::composite(upload.algorithm, &sums))
    };
    Ok(ObjectRecord {
        size: parts.iter().map(|(_, part)| part.blob.size).sum(),
        etag,
        modified: Clock::real().now().as_millisecond(),
        headers: upload.headers.clone(),
        sum,
        parts: parts
            .iter()
            .map(|(number, part)| ObjectPart {
                number: *number,
                size: part.blob.size,
                sum: upload.named.then(|| part.sum.clone()),
            })
            .collect(),
        blobs: parts.into_iter().map(|(_, part)| part.blob).collect(),
        ..ObjectRecord::default()
    })
}

/// Compares the size and the sum that the client says with ours.
fn check_said(input: &CompleteMultipartUploadInput, record: &ObjectRecord) -> S3Result<()> {
    if let Some(size) = input.mpu_object_size
        && size != super::get::signed(record.size)
    {
        let text = format!(
            "The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {}",
            record.size
        );
        return Err(errors::invalid_request(text));
    }
    let Some(sum) = &record.sum else { return Ok(()) };
    let said = match sum.algorithm {
        Algorithm::Crc32 => &input.checksum_crc32,
        Algorithm::Crc32c => &input.checksum_crc32c,
        Algorithm::Crc64Nvme => &input.checksum_crc64nvme,
        Algorithm::Sha1 => &input.checksum_sha1,
        Algorithm::Sha256 => &input.checksum_sha256,
    };
    // A composite may be told with or without its count.
    let bare = |value: &str| value.split_once('-').map_or(value.to_owned(), |(v, _)| v.to_owned());
    match said {
        Some(said) if bare(said) != bare(&sum.value) => {
            let name = sum.algorithm.name().to_lowercase();
            let text = format!("The {name} you specified did not match the calculated checksum.");
            Err(say(S3ErrorCode::BadDigest, text))
        }
        _ => Ok(()),
    }
}

fn invalid_part() -> S3Error {
    let text = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                specified entity tag may not match the part's entity tag.";
    say(S3ErrorCode::InvalidPart, text)
}
