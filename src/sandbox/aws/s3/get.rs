//! GetObject, HeadObject, GetObjectAttributes.

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::backend::timestamp;
use super::checksum::tell_sum;
use super::conditions::Conditions;
use super::errors::{self, say};
use super::put::content_type;
use super::store::records::{BucketRecord, ObjectRecord};
use super::store::{Store, versions};

/// Which bytes of an object an answer holds.
struct Extent {
    bytes: std::ops::Range<u64>,
    /// `bytes 0-4/10` where it is a piece.
    content_range: Option<String>,
    /// How many parts the object has, where a part was asked for.
    parts: Option<i32>,
}

struct Asked<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    conditions: Conditions,
    range: Option<&'a Range>,
    part: Option<i32>,
}

/// The question out of the input of GetObject or HeadObject, whose members have the same names.
macro_rules! asked {
    ($input:expr) => {
        Asked {
            bucket: &$input.bucket,
            key: &$input.key,
            version: $input.version_id.as_deref(),
            conditions: Conditions {
                matches: $input.if_match.clone(),
                none_match: $input.if_none_match.clone(),
                modified_since: $input.if_modified_since.clone(),
                unmodified_since: $input.if_unmodified_since.clone(),
            },
            range: $input.range.as_ref(),
            part: $input.part_number,
        }
    };
}

/// Fills an answer of GetObject or HeadObject.
macro_rules! tell_object {
    ($output:expr, $about:expr, $object:expr, $extent:expr, $sums:expr) => {{
        let headers = &$object.headers;
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = Some(signed($extent.bytes.end - $extent.bytes.start));
        $output.content_range = $extent.content_range.clone();
        $output.parts_count = $extent.parts;
        $output.content_type = Some(content_type(headers));
        $output.cache_control = headers.cache_control.clone();
        $output.content_disposition = headers.content_disposition.clone();
        $output.content_encoding = headers.content_encoding.clone();
        $output.content_language = headers.content_language.clone();
        $output.expires = headers.expires.as_deref().and_then(|e| Timestamp::parse(TimestampFormat::HttpDate, e).ok());
        $output.website_redirect_location = headers.website_redirect.clone();
        $output.storage_class = headers.storage_class.clone().map(StorageClass::from);
        $output.server_side_encryption = headers.encryption.clone().map(ServerSideEncryption::from);
        $output.ssekms_key_id = headers.kms_key.clone();
        $output.e_tag = Some(ETag::Strong($object.etag.clone()));
        $output.last_modified = Some(timestamp($object.modified));
        $output.metadata = Some(headers.metadata.clone().into_iter().collect());
        $output.version_id = $object.told_version(&$about);
        // A sum of the whole says nothing about a piece.
        if $sums && ($extent.content_range.is_none()) {
            tell_sum!($output, $object.sum.as_ref());
            $output.checksum_type = $object.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned()));
        }
    }};
}

/// Reads an object, or a range or part of it.
pub(super) async fn get(store: &Store, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    let (about, object, extent) = look(store, asked!(input))?;
    let mut output = GetObjectOutput::default();
    tell_object!(output, about, object, extent, input.checksum_mode.is_some());
    output.tag_count = i32::try_from(object.headers.tags.len()).ok().filter(|count| *count > 0);
    output.body = Some(store.stream(&object.blobs, extent.bytes).await?);
    Ok(output)
}

/// As [`get`] without the body.
pub(super) fn head(store: &Store, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
    let (about, object, extent) = look(store, asked!(input))?;
    let mut output = HeadObjectOutput::default();
    tell_object!(output, about, object, extent, input.checksum_mode.is_some());
    Ok(output)
}

/// Sizes and sums without the body.
pub(super) fn attributes(store: &Store, input: &GetObjectAttributesInput) -> S3Result<GetObjectAttributesOutput> {
    let about = store.bucket(&input.bucket)?;
    let object = versions::find(&store.read()?, &input.bucket, &input.key, input.version_id.as_deref())?;
    let wanted = |name: &str| input.object_attributes.iter().any(|attribute| attribute.as_str() == name);
    let mut checksum = Checksum::default();
    tell_sum!(checksum, object.sum.as_ref());
    checksum.checksum_type = object.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned()));
    let parts = (!object.parts.is_empty()).then(|| attribute_parts(&object, input));
    Ok(GetObjectAttributesOutput {
        checksum: wanted("Checksum").then_some(checksum),
        e_tag: wanted("ETag").then(|| ETag::Strong(object.etag.clone())),
        last_modified: Some(timestamp(object.modified)),
        object_parts: parts.filter(|_| wanted("ObjectParts")),
        object_size: wanted("ObjectSize").then(|| signed(object.size)),
        storage_class: wanted("StorageClass")
            .then(|| StorageClass::from(object.headers.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned()))),
        version_id: object.told_version(&about),
        ..GetObjectAttributesOutput::default()
    })
}

fn attribute_parts(object: &ObjectRecord, input: &GetObjectAttributesInput) -> GetObjectAttributesParts {
    let after = input.part_number_marker.unwrap_or(0);
    let max = input.max_parts.unwrap_or(1000).clamp(0, 1000);
    let mut listed: Vec<_> = object
        .parts
        .iter()
        .map(|part| {
            let mut told = ObjectPart {
                part_number: i32::try_from(part.number).ok(),
                size: Some(signed(part.size)),
                ..ObjectPart::default()
            };
            tell_sum!(told, part.sum.as_ref());
            told
        })
        .filter(|part| part.part_number > Some(after))
        .collect();
    let keep = usize::try_from(max).unwrap_or(0);
    let truncated = listed.len() > keep;
    listed.truncate(keep);
    GetObjectAttributesParts {
        is_truncated: Some(truncated),
        max_parts: Some(max),
        next_part_number_marker: listed.last().and_then(|part| part.part_number),
        part_number_marker: Some(after),
        parts: Some(listed),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
    }
}

fn look(store: &Store, asked: Asked<'_>) -> S3Result<(BucketRecord, ObjectRecord, Extent)> {
    let about = store.bucket(asked.bucket)?;
    let object = versions::find(&store.read()?, asked.bucket, asked.key, asked.version)
        .map_err(|e| mark_deleted(store, &asked, e))?;
    asked.conditions.check_read(&object)?;
    let extent = match (asked.part, asked.range) {
        (Some(_), Some(_)) => {
            return Err(errors::invalid_request("Cannot specify both Range header and partNumber query parameter"));
        }
        (Some(number), None) => part_extent(&object, number)?,
        (None, Some(range)) => range_extent(&object, range)?,
        (None, None) => Extent { bytes: 0..object.size, content_range: None, parts: None },
    };
    Ok((about, object, extent))
}

/// S3 says x-amz-delete-marker where the newest version is one.
fn mark_deleted(store: &Store, asked: &Asked<'_>, mut error: S3Error) -> S3Error {
    let newest = store.read().and_then(|read| versions::newest(&read, asked.bucket, asked.key)).ok().flatten();
    let marker = newest.is_some_and(|record| record.marker && asked.version.is_none_or(|v| v == record.version));
    if marker {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
        error.set_headers(headers);
    }
    error
}

fn range_extent(object: &ObjectRecord, range: &Range) -> S3Result<Extent> {
    let whole = object.size;
    let Ok(bytes) = range.check(whole) else {
        let mut error = say(S3ErrorCode::InvalidRange, "The requested range is not satisfiable");
        error.set_status_code(StatusCode::RANGE_NOT_SATISFIABLE);
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&format!("bytes */{whole}")) {
            headers.insert(http::header::CONTENT_RANGE, value);
        }
        error.set_headers(headers);
        return Err(error);
    };
    let content_range = Some(format!("bytes {}-{}/{whole}", bytes.start, bytes.end.saturating_sub(1)));
    Ok(Extent { bytes, content_range, parts: None })
}

fn part_extent(object: &ObjectRecord, number: i32) -> S3Result<Extent> {
    let whole = object.size;
    let count = object.parts.len().max(1);
    let at = usize::try_from(number).ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < count);
    let Some(at) = at else {
        let text = "The requested partnumber is not satisfiable";
        return Err(errors::other("InvalidPartNumber", StatusCode::RANGE_NOT_SATISFIABLE, text));
    };
    let bytes = match object.parts.get(at) {
        None => 0..whole,
        Some(part) => {
            let start: u64 = object.parts[..at].iter().map(|p| p.size).sum();
            start..start + part.size
        }
    };
    let parts = i32::try_from(count).ok().filter(|_| !object.parts.is_empty());
    let content_range = (whole > 0).then(|| format!("bytes {}-{}/{whole}", bytes.start, bytes.end.saturating_sub(1)));
    Ok(Extent { bytes, content_range, parts })
}

/// Sizes as S3's shapes have them.
pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
