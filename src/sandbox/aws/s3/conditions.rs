//! Conditional requests: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since.

use http::{HeaderMap, StatusCode};
use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::backend::timestamp;
use super::errors::{no_such_key, precondition_failed};
use super::store::records::ObjectRecord;

/// The four conditions as they came.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub(super) matches: Option<ETagCondition>,
    pub(super) none_match: Option<ETagCondition>,
    pub(super) modified_since: Option<Timestamp>,
    pub(super) unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// For reading: a failed If-None-Match or If-Modified-Since is 304.
    pub(super) fn check_read(&self, object: &ObjectRecord) -> S3Result<()> {
        self.check(object, not_modified)
    }

    /// For the source of a copy: every failure is 412.
    pub(super) fn check_copy(&self, object: &ObjectRecord) -> S3Result<()> {
        self.check(object, |_| precondition_failed())
    }

    fn check(&self, object: &ObjectRecord, unchanged: impl Fn(&ObjectRecord) -> S3Error) -> S3Result<()> {
        // Whole seconds: that is all an HTTP date can say.
        let modified = timestamp(object.modified / 1000 * 1000);
        match (&self.matches, &self.unmodified_since) {
            (Some(condition), _) if !holds(condition, object) => return Err(precondition_failed()),
            (None, Some(since)) if modified > *since => return Err(precondition_failed()),
            _ => {}
        }
        match (&self.none_match, &self.modified_since) {
            (Some(condition), _) if holds(condition, object) => Err(unchanged(object)),
            (None, Some(since)) if modified <= *since => Err(unchanged(object)),
            _ => Ok(()),
        }
    }
}

/// For writing: If-None-Match `*` wants no object, If-Match wants that one.
pub(super) fn check_write(
    matches: Option<&ETagCondition>,
    none_match: Option<&ETagCondition>,
    existing: Option<&ObjectRecord>,
) -> S3Result<()> {
    let existing = existing.filter(|object| !object.marker);
    if let Some(condition) = matches {
        match existing {
            None => return Err(no_such_key()),
            Some(object) if !holds(condition, object) => return Err(precondition_failed()),
            Some(_) => {}
        }
    }
    match (none_match, existing) {
        (Some(condition), Some(object)) if holds(condition, object) => Err(precondition_failed()),
        _ => Ok(()),
    }
}

fn holds(condition: &ETagCondition, object: &ObjectRecord) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == object.etag,
    }
}

fn not_modified(object: &ObjectRecord) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::NotModified, "Not Modified");
    error.set_status_code(StatusCode::NOT_MODIFIED);
    let mut headers = HeaderMap::new();
    if let Ok(value) = ETag::Strong(object.etag.clone()).to_http_header() {
        headers.insert(http::header::ETAG, value);
    }
    error.set_headers(headers);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> ObjectRecord {
        ObjectRecord { etag: "aa".to_owned(), modified: 1_000_000_500, ..ObjectRecord::default() }
    }

    fn tag(value: &str) -> Option<ETagCondition> {
        Some(ETagCondition::ETag(ETag::Strong(value.to_owned())))
    }

    #[test]
    fn reading() {
        let refused = |conditions: Conditions| conditions.check_read(&object()).err().map(|e| e.code().clone());
        assert_eq!(refused(Conditions { matches: tag("aa"), ..Default::default() }), None);
        assert_eq!(
            refused(Conditions { matches: tag("bb"), ..Default::default() }),
            Some(S3ErrorCode::PreconditionFailed)
        );
        assert_eq!(refused(Conditions { none_match: tag("aa"), ..Default::default() }), Some(S3ErrorCode::NotModified));
        let at = |ms| Some(timestamp(ms));
        assert_eq!(
            refused(Conditions { modified_since: at(1_000_000_000), ..Default::default() }),
            Some(S3ErrorCode::NotModified)
        );
        assert_eq!(refused(Conditions { modified_since: at(999_999_000), ..Default::default() }), None);
        assert_eq!(
            refused(Conditions { unmodified_since: at(999_999_000), ..Default::default() }),
            Some(S3ErrorCode::PreconditionFailed)
        );
    }

    #[test]
    fn writing() {
        let any = Some(ETagCondition::Any);
        assert!(check_write(None, any.as_ref(), None).is_ok());
        assert!(check_write(None, any.as_ref(), Some(&object())).is_err());
        assert!(check_write(tag("aa").as_ref(), None, Some(&object())).is_ok());
        assert_eq!(*check_write(tag("aa").as_ref(), None, None).unwrap_err().code(), S3ErrorCode::NoSuchKey);
    }
}
