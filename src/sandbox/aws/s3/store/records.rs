//! What is written about buckets, objects, uploads and parts (JSON; members may be added, not renamed).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::blobs::BlobRef;
use crate::sandbox::aws::s3::checksum::{Algorithm, Sum};

/// The version id of objects in a bucket without versioning.
pub(in crate::sandbox::aws::s3) const NULL_VERSION: &str = "null";

/// A bucket.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::sandbox::aws::s3) struct BucketRecord {
    /// Milliseconds since 1970.
    pub(in crate::sandbox::aws::s3) created: i64,
    /// The location constraint, empty for us-east-1.
    pub(in crate::sandbox::aws::s3) location: String,
    /// `Enabled`, `Suspended`, or never set.
    pub(in crate::sandbox::aws::s3) versioning: Option<String>,
    /// Tags of the bucket.
    pub(in crate::sandbox::aws::s3) tags: Option<Vec<(String, String)>>,
    /// The policy document as it came.
    pub(in crate::sandbox::aws::s3) policy: Option<String>,
    /// The canned ACL: `private`, `public-read`, …
    pub(in crate::sandbox::aws::s3) acl: Option<String>,
}

/// The headers of an object that S3 keeps and tells again.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::sandbox::aws::s3) struct ObjectHeaders {
    pub(in crate::sandbox::aws::s3) content_type: Option<String>,
    pub(in crate::sandbox::aws::s3) cache_control: Option<String>,
    pub(in crate::sandbox::aws::s3) content_disposition: Option<String>,
    pub(in crate::sandbox::aws::s3) content_encoding: Option<String>,
    pub(in crate::sandbox::aws::s3) content_language: Option<String>,
    /// As an HTTP date.
    pub(in crate::sandbox::aws::s3) expires: Option<String>,
    pub(in crate::sandbox::aws::s3) website_redirect: Option<String>,
    pub(in crate::sandbox::aws::s3) storage_class: Option<String>,
    /// `AES256` or `aws:kms`: told again, nothing is encrypted here.
    pub(in crate::sandbox::aws::s3) encryption: Option<String>,
    pub(in crate::sandbox::aws::s3) kms_key: Option<String>,
    /// `x-amz-meta-*`, names in lower case.
    pub(in crate::sandbox::aws::s3) metadata: BTreeMap<String, String>,
    pub(in crate::sandbox::aws::s3) tags: Vec<(String, String)>,
    /// The canned ACL.
    pub(in crate::sandbox::aws::s3) acl: Option<String>,
}

/// A part of an object that was uploaded in parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::sandbox::aws::s3) struct ObjectPart {
    pub(in crate::sandbox::aws::s3) number: u32,
    pub(in crate::sandbox::aws::s3) size: u64,
    pub(in crate::sandbox::aws::s3) sum: Option<Sum>,
}

/// One version of an object, or a delete marker.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::sandbox::aws::s3) struct ObjectRecord {
    /// [`NULL_VERSION`] or an opaque id.
    pub(in crate::sandbox::aws::s3) version: String,
    /// True for a delete marker.
    pub(in crate::sandbox::aws::s3) marker: bool,
    /// Bytes.
    pub(in crate::sandbox::aws::s3) size: u64,
    /// Without quotes.
    pub(in crate::sandbox::aws::s3) etag: String,
    /// Milliseconds since 1970.
    pub(in crate::sandbox::aws::s3) modified: i64,
    pub(in crate::sandbox::aws::s3) headers: ObjectHeaders,
    pub(in crate::sandbox::aws::s3) sum: Option<Sum>,
    /// The body, in this order.
    pub(in crate::sandbox::aws::s3) blobs: Vec<BlobRef>,
    /// Empty unless uploaded in parts.
    pub(in crate::sandbox::aws::s3) parts: Vec<ObjectPart>,
}

impl ObjectRecord {
    /// The version id a client is told: none where versioning was never on.
    pub(in crate::sandbox::aws::s3) fn told_version(&self, bucket: &BucketRecord) -> Option<String> {
        bucket.versioning.as_ref().map(|_| self.version.clone())
    }
}

/// A multipart upload that is not complete.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::sandbox::aws::s3) struct UploadRecord {
    /// Milliseconds since 1970.
    pub(in crate::sandbox::aws::s3) started: i64,
    pub(in crate::sandbox::aws::s3) headers: ObjectHeaders,
    /// What its parts are summed with.
    pub(in crate::sandbox::aws::s3) algorithm: Algorithm,
    /// True where the client named the algorithm.
    pub(in crate::sandbox::aws::s3) named: bool,
    /// True: the sum of the whole object is told; false: the composite.
    pub(in crate::sandbox::aws::s3) full: bool,
}

/// A part that waits for its upload's end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::sandbox::aws::s3) struct PartRecord {
    pub(in crate::sandbox::aws::s3) blob: BlobRef,
    /// MD5 in hex.
    pub(in crate::sandbox::aws::s3) etag: String,
    /// Milliseconds since 1970.
    pub(in crate::sandbox::aws::s3) modified: i64,
    pub(in crate::sandbox::aws::s3) sum: Sum,
}
