//! UploadPart, UploadPartCopy, ListParts.

use http::HeaderMap;
use s3s::S3Result;
use s3s::dto::*;

use super::backend::{initiator, owner, timestamp};
use super::checksum::{Summing, Sums, tell_sum};
use super::chunked::Trailers;
use super::conditions::Conditions;
use super::copy::source;
use super::errors;
use super::get::signed;
use super::store::blobs::{self, Received};
use super::store::records::PartRecord;
use super::store::{PARTS, Store, from_bytes, to_bytes, versions};
use super::uploads;
use crate::sandbox::clock::Clock;

/// S3's largest part number.
const MOST: i32 = 10_000;

/// UploadPart.
pub(super) async fn upload(
    store: &Store,
    input: UploadPartInput,
    headers: &HeaderMap,
    trailers: Option<&Trailers>,
) -> S3Result<UploadPartOutput> {
    let number = part_number(input.part_number)?;
    store.bucket(&input.bucket)?;
    let about = uploads::find(store, &input.bucket, &input.key, &input.upload_id)?;
    let summing = Summing::start(headers, about.algorithm)?;
    let (received, sums) = store.blobs().receive(input.body, summing, trailers).await?;
    if about.named && sums.sum.algorithm != about.algorithm {
        let text = format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            about.algorithm.name().to_lowercase(),
            sums.sum.algorithm.name().to_lowercase()
        );
        return Err(errors::invalid_request(text));
    }
    let record = keep(store, (input.bucket.to_string(), input.key, input.upload_id), number, received, sums).await?;
    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(record.etag.clone())),
        server_side_encryption: about.headers.encryption.map(ServerSideEncryption::from),
        ..UploadPartOutput::default()
    };
    tell_sum!(output, Some(&record.sum));
    Ok(output)
}

/// UploadPartCopy.
pub(super) async fn copy(store: &Store, input: UploadPartCopyInput) -> S3Result<UploadPartCopyOutput> {
    let number = part_number(input.part_number)?;
    let (bucket, key, version) = source(&input.copy_source)?;
    store.bucket(&input.bucket)?;
    let about = uploads::find(store, &input.bucket, &input.key, &input.upload_id)?;
    let from_about = store.bucket(&bucket)?;
    let object = versions::find(&store.read()?, &bucket, &key, version.as_deref())?;
    Conditions {
        matches: input.copy_source_if_match,
        none_match: input.copy_source_if_none_match,
        modified_since: input.copy_source_if_modified_since,
        unmodified_since: input.copy_source_if_unmodified_since,
    }
    .check_copy(&object)?;
    let range = match input.copy_source_range.as_deref() {
        None => 0..object.size,
        Some(text) => copy_range(text, object.size)?,
    };
    let body = store.stream(&object.blobs, range).await?;
    let (received, sums) = store.blobs().receive(Some(body), Summing::own(about.algorithm), None).await?;
    let record = keep(store, (input.bucket.to_string(), input.key, input.upload_id), number, received, sums).await?;
    let mut result = CopyPartResult {
        e_tag: Some(ETag::Strong(record.etag.clone())),
        last_modified: Some(timestamp(record.modified)),
        ..CopyPartResult::default()
    };
    if about.named {
        tell_sum!(result, Some(&record.sum));
    }
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: object.told_version(&from_about),
        ..UploadPartCopyOutput::default()
    })
}

/// ListParts.
pub(super) fn list(store: &Store, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    store.bucket(&input.bucket)?;
    let about = uploads::find(store, &input.bucket, &input.key, &input.upload_id)?;
    let max = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let keep = usize::try_from(max).unwrap_or(0);
    let after = u32::try_from(input.part_number_marker.unwrap_or(0)).unwrap_or(0);
    let read = store.read()?;
    let table = read.open_table(PARTS).map_err(errors::storage)?;
    let id = input.upload_id.as_str();
    let (mut found, mut truncated) = (Vec::new(), false);
    for entry in table.range((id, after + 1)..=(id, u32::MAX)).map_err(errors::storage)? {
        let (at, bytes) = entry.map_err(errors::storage)?;
        if found.len() == keep {
            truncated = true;
            break;
        }
        let record: PartRecord = from_bytes(bytes.value())?;
        found.push(part(at.value().1, &record, about.named));
    }
    let kind = if about.full { "FULL_OBJECT" } else { "COMPOSITE" };
    Ok(ListPartsOutput {
        checksum_algorithm: about.named.then(|| ChecksumAlgorithm::from(about.algorithm.name().to_owned())),
        checksum_type: about.named.then(|| ChecksumType::from(kind.to_owned())),
        initiator: Some(initiator()),
        is_truncated: Some(truncated),
        max_parts: Some(max),
        next_part_number_marker: found.last().and_then(|p: &Part| p.part_number),
        owner: Some(owner()),
        part_number_marker: Some(input.part_number_marker.unwrap_or(0)),
        parts: Some(found),
        storage_class: Some(StorageClass::from(about.headers.storage_class.unwrap_or_else(|| "STANDARD".to_owned()))),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        ..ListPartsOutput::default()
    })
}

fn part(number: u32, record: &PartRecord, sums: bool) -> Part {
    let mut told = Part {
        e_tag: Some(ETag::Strong(record.etag.clone())),
        last_modified: Some(timestamp(record.modified)),
        part_number: i32::try_from(number).ok(),
        size: Some(signed(record.blob.size)),
        ..Part::default()
    };
    if sums {
        tell_sum!(told, Some(&record.sum));
    }
    told
}

/// Writes a part, in place of an earlier one with its number.
async fn keep(
    store: &Store,
    upload: (String, String, String),
    number: u32,
    received: Received,
    sums: Sums,
) -> S3Result<PartRecord> {
    let modified = Clock::real().now().as_millisecond();
    let (record, files) = store
        .write(move |write| {
            let (bucket, key, id) = &upload;
            // It may have been aborted while the part came in.
            uploads::find_for_write(write, bucket, key, id)?;
            let blob = received.keep(write)?;
            let record = PartRecord { blob, etag: sums.md5, modified, sum: sums.sum };
            let mut gone = Vec::new();
            {
                let mut table = write.open_table(PARTS).map_err(errors::storage)?;
                let bytes = to_bytes(&record)?;
                let before = table.insert((id.as_str(), number), bytes.as_slice()).map_err(errors::storage)?;
                if let Some(before) = before {
                    gone.push(from_bytes::<PartRecord>(before.value())?.blob);
                }
            }
            Ok((record, blobs::forget(write, gone)?))
        })
        .await?;
    store.blobs().discard(files).await;
    Ok(record)
}

fn part_number(number: i32) -> S3Result<u32> {
    let text = "Part number must be an integer between 1 and 10000, inclusive";
    let number = if (1..=MOST).contains(&number) { u32::try_from(number).ok() } else { None };
    number.ok_or_else(|| errors::invalid_argument(text))
}

/// `bytes=0-99`, both ends given and inside the source.
fn copy_range(text: &str, size: u64) -> S3Result<std::ops::Range<u64>> {
    let malformed = || {
        errors::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy",
        )
    };
    let (first, last) = text.strip_prefix("bytes=").and_then(|r| r.split_once('-')).ok_or_else(malformed)?;
    let (first, last): (u64, u64) = first.parse().ok().zip(last.parse().ok()).ok_or_else(malformed)?;
    if first > last {
        return Err(malformed());
    }
    if last >= size {
        return Err(errors::invalid_argument(format!(
            "Range specified is not valid for source object of size: {size}"
        )));
    }
    Ok(first..last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_a_copy_lie_inside_the_source() {
        assert_eq!(copy_range("bytes=0-9", 10).unwrap(), 0..10);
        for bad in ["bytes=0-10", "bytes=5-1", "bytes=-5", "0-9", "bytes=a-b"] {
            assert!(copy_range(bad, 10).is_err(), "{bad}");
        }
    }
}
