//! ListObjects, ListObjectsV2, ListObjectVersions.

use base64::Engine;
use s3s::S3Result;
use s3s::dto::*;

use super::backend::{owner, timestamp};
use super::errors;
use super::get::signed;
use super::percent;
use super::store::records::ObjectRecord;
use super::store::{OBJECTS, Store, from_bytes};

/// S3's largest page.
const PAGE: i32 = 1000;
/// Sorts behind every key that begins with what stands before it.
const LAST: char = '\u{10FFFF}';

/// What is looked for.
struct Wanted<'a> {
    bucket: &'a str,
    prefix: &'a str,
    delimiter: Option<&'a str>,
    /// Keys and common prefixes up to this one were told already.
    after: &'a str,
    /// With `after`: the version told last; versions of the same key behind it follow.
    after_version: Option<&'a str>,
    max: usize,
    /// Every version and delete marker, or the newest of each key.
    versions: bool,
}

struct Entry {
    key: String,
    record: ObjectRecord,
    latest: bool,
}

#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    prefixes: Vec<String>,
    truncated: bool,
    /// The key or common prefix told last, and its version.
    last: Option<(String, Option<String>)>,
}

/// ListObjects.
pub(super) fn v1(store: &Store, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let max = page(input.max_keys)?;
    let wanted = Wanted {
        bucket: &input.bucket,
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter(input.delimiter.as_deref()),
        after: input.marker.as_deref().unwrap_or_default(),
        after_version: None,
        max: count(max),
        versions: false,
    };
    let found = search(store, &wanted)?;
    let url = Encoding::of(input.encoding_type.as_ref())?;
    let next = found.last.clone().filter(|_| found.truncated && wanted.delimiter.is_some());
    Ok(ListObjectsOutput {
        next_marker: next.map(|(key, _)| url.write(&key)),
        is_truncated: Some(found.truncated),
        contents: Some(found.entries.into_iter().map(|e| object(e, url, true)).collect()),
        common_prefixes: common_prefixes(found.prefixes, url),
        name: Some(input.bucket),
        prefix: Some(url.write(input.prefix.as_deref().unwrap_or_default())),
        marker: Some(url.write(input.marker.as_deref().unwrap_or_default())),
        max_keys: Some(max),
        delimiter: input.delimiter.as_deref().map(|d| url.write(d)),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

/// ListObjectsV2.
pub(super) fn v2(store: &Store, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let max = page(input.max_keys)?;
    let token = input.continuation_token.as_deref().map(read_token).transpose()?;
    let wanted = Wanted {
        bucket: &input.bucket,
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter(input.delimiter.as_deref()),
        after: token.as_deref().or(input.start_after.as_deref()).unwrap_or_default(),
        after_version: None,
        max: count(max),
        versions: false,
    };
    let found = search(store, &wanted)?;
    let url = Encoding::of(input.encoding_type.as_ref())?;
    let with_owner = input.fetch_owner.unwrap_or(false);
    Ok(ListObjectsV2Output {
        next_continuation_token: found.last.as_ref().filter(|_| found.truncated).map(|(key, _)| write_token(key)),
        is_truncated: Some(found.truncated),
        key_count: i32::try_from(found.entries.len() + found.prefixes.len()).ok(),
        contents: Some(found.entries.into_iter().map(|e| object(e, url, with_owner)).collect()),
        common_prefixes: common_prefixes(found.prefixes, url),
        name: Some(input.bucket),
        prefix: Some(url.write(input.prefix.as_deref().unwrap_or_default())),
        max_keys: Some(max),
        continuation_token: input.continuation_token,
        delimiter: input.delimiter.as_deref().map(|d| url.write(d)),
        encoding_type: input.encoding_type,
        start_after: input.start_after.as_deref().map(|s| url.write(s)),
        request_charged: None,
    })
}

/// ListObjectVersions.
pub(super) fn versions(store: &Store, input: ListObjectVersionsInput) -> S3Result<ListObjectVersionsOutput> {
    let max = page(input.max_keys)?;
    let wanted = Wanted {
        bucket: &input.bucket,
        prefix: input.prefix.as_deref().unwrap_or_default(),
        delimiter: delimiter(input.delimiter.as_deref()),
        after: input.key_marker.as_deref().unwrap_or_default(),
        after_version: input.version_id_marker.as_deref(),
        max: count(max),
        versions: true,
    };
    let found = search(store, &wanted)?;
    let url = Encoding::of(input.encoding_type.as_ref())?;
    let next = found.last.clone().filter(|_| found.truncated);
    let (markers, kept): (Vec<_>, Vec<_>) = found.entries.into_iter().partition(|e| e.record.marker);
    Ok(ListObjectVersionsOutput {
        next_key_marker: next.as_ref().map(|(key, _)| url.write(key)),
        next_version_id_marker: next.and_then(|(_, version)| version),
        is_truncated: Some(found.truncated),
        versions: Some(kept.into_iter().map(|e| version(e, url)).collect()),
        delete_markers: Some(markers.into_iter().map(|e| marker(e, url)).collect()),
        common_prefixes: common_prefixes(found.prefixes, url),
        name: Some(input.bucket),
        prefix: Some(url.write(input.prefix.as_deref().unwrap_or_default())),
        key_marker: Some(url.write(input.key_marker.as_deref().unwrap_or_default())),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        max_keys: Some(max),
        delimiter: input.delimiter.as_deref().map(|d| url.write(d)),
        encoding_type: input.encoding_type,
        request_charged: None,
    })
}

fn search(store: &Store, wanted: &Wanted<'_>) -> S3Result<Found> {
    store.bucket(wanted.bucket)?;
    let read = store.read()?;
    let table = read.open_table(OBJECTS).map_err(errors::storage)?;
    let mut found = Found::default();
    if wanted.max == 0 {
        return Ok(found);
    }
    let mut from = wanted.prefix.max(wanted.after).to_owned();
    // Whether the version named by the marker has been passed.
    let mut passed = wanted.after_version.is_none();
    'seek: loop {
        let mut before = String::new();
        for entry in table.range((wanted.bucket, from.as_str(), 0)..).map_err(errors::storage)? {
            let (at, bytes) = entry.map_err(errors::storage)?;
            let (bucket, key, _) = at.value();
            if bucket != wanted.bucket || !key.starts_with(wanted.prefix) {
                return Ok(found);
            }
            let newest = key != before;
            if newest {
                key.clone_into(&mut before);
            }
            if key < wanted.after || (key == wanted.after && !wanted.after.is_empty() && wanted.after_version.is_none())
            {
                continue;
            }
            let record: ObjectRecord = from_bytes(bytes.value())?;
            if !passed && key == wanted.after {
                passed = Some(record.version.as_str()) == wanted.after_version;
                continue;
            }
            if !wanted.versions && (!newest || record.marker) {
                continue;
            }
            let common = wanted.delimiter.and_then(|d| common_prefix(key, wanted.prefix, d));
            if common.as_deref().is_some_and(|c| c == wanted.after) {
                from = format!("{}{LAST}", wanted.after);
                continue 'seek;
            }
            if found.entries.len() + found.prefixes.len() == wanted.max {
                found.truncated = true;
                return Ok(found);
            }
            if let Some(common) = common {
                from = format!("{common}{LAST}");
                found.last = Some((common.clone(), None));
                found.prefixes.push(common);
                continue 'seek;
            }
            found.last = Some((key.to_owned(), wanted.versions.then(|| record.version.clone())));
            found.entries.push(Entry { key: key.to_owned(), record, latest: newest });
        }
        return Ok(found);
    }
}

/// Up to and with the first delimiter behind the prefix.
fn common_prefix(key: &str, prefix: &str, delimiter: &str) -> Option<String> {
    let at = key[prefix.len()..].find(delimiter)?;
    Some(key[..prefix.len() + at + delimiter.len()].to_owned())
}

fn delimiter(given: Option<&str>) -> Option<&str> {
    given.filter(|d| !d.is_empty())
}

fn page(asked: Option<i32>) -> S3Result<i32> {
    match asked {
        Some(n) if n < 0 => {
            Err(errors::invalid_argument("Argument maxKeys must be an integer between 0 and 2147483647"))
        }
        Some(n) => Ok(n.min(PAGE)),
        None => Ok(PAGE),
    }
}

fn count(max: i32) -> usize {
    usize::try_from(max).unwrap_or(0)
}

fn write_token(key: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(key)
}

fn read_token(token: &str) -> S3Result<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(token).ok();
    let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| errors::invalid_argument("The continuation token provided is incorrect"))
}

/// How keys are written into the answer.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    /// As they are.
    Plain,
    /// Percent-encoded.
    Url,
}

impl Encoding {
    /// `url` or nothing.
    pub(super) fn of(given: Option<&EncodingType>) -> S3Result<Self> {
        match given.map(EncodingType::as_str) {
            None | Some("") => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => Err(errors::invalid_argument("Invalid Encoding Method specified in Request")),
        }
    }

    /// A key, prefix or marker.
    pub(super) fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => percent::encode(text, b"/"),
        }
    }
}

fn common_prefixes(prefixes: Vec<String>, url: Encoding) -> Option<Vec<CommonPrefix>> {
    let written = prefixes.iter().map(|p| CommonPrefix { prefix: Some(url.write(p)) });
    Some(written.collect())
}

fn storage_class(record: &ObjectRecord) -> String {
    record.headers.storage_class.clone().unwrap_or_else(|| "STANDARD".to_owned())
}

fn sums(record: &ObjectRecord) -> Option<Vec<ChecksumAlgorithm>> {
    record.sum.as_ref().map(|sum| vec![ChecksumAlgorithm::from(sum.algorithm.name().to_owned())])
}

fn sums_type(record: &ObjectRecord) -> Option<ChecksumType> {
    record.sum.as_ref().map(|sum| ChecksumType::from(sum.kind().to_owned()))
}

fn object(entry: Entry, url: Encoding, with_owner: bool) -> Object {
    let record = entry.record;
    Object {
        checksum_algorithm: sums(&record),
        checksum_type: sums_type(&record),
        storage_class: Some(ObjectStorageClass::from(storage_class(&record))),
        key: Some(url.write(&entry.key)),
        last_modified: Some(timestamp(record.modified)),
        owner: with_owner.then(owner),
        restore_status: None,
        size: Some(signed(record.size)),
        e_tag: Some(ETag::Strong(record.etag)),
    }
}

fn version(entry: Entry, url: Encoding) -> ObjectVersion {
    let record = entry.record;
    ObjectVersion {
        checksum_algorithm: sums(&record),
        checksum_type: sums_type(&record),
        storage_class: Some(ObjectVersionStorageClass::from(storage_class(&record))),
        is_latest: Some(entry.latest),
        key: Some(url.write(&entry.key)),
        last_modified: Some(timestamp(record.modified)),
        owner: Some(owner()),
        restore_status: None,
        size: Some(signed(record.size)),
        version_id: Some(record.version),
        e_tag: Some(ETag::Strong(record.etag)),
    }
}

fn marker(entry: Entry, url: Encoding) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        is_latest: Some(entry.latest),
        key: Some(url.write(&entry.key)),
        last_modified: Some(timestamp(entry.record.modified)),
        owner: Some(owner()),
        version_id: Some(entry.record.version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_prefixes_end_with_the_delimiter() {
        assert_eq!(common_prefix("a/b/c", "", "/").as_deref(), Some("a/"));
        assert_eq!(common_prefix("a/b/c", "a/", "/").as_deref(), Some("a/b/"));
        assert_eq!(common_prefix("a/b", "a/", "/"), None);
        assert_eq!(common_prefix("日本/x", "日", "/").as_deref(), Some("日本/"));
    }

    #[test]
    fn tokens_come_back() {
        assert_eq!(read_token(&write_token("日本/x")).unwrap(), "日本/x");
        assert!(read_token("!").is_err());
    }
}
