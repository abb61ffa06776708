//! Puts the finished file into the bucket and looks whether it arrived whole.
//!
//! Called by `run.rs`. Up to 8 MiB in one request; above that in parts, and a transfer that does not end well is
//! aborted, because S3 keeps (and bills) the parts of an unfinished one for ever.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use tokio::io::{AsyncReadExt, BufReader};
use tokio_util::sync::CancellationToken;

use super::spool::Spooled;
use crate::workload::failure::{Failure, Request};

const PART: u64 = 8 * 1024 * 1024;
/// S3's own limit; at 8 MiB a part that is 80 GB.
const MAX_PARTS: u64 = 10_000;
/// How long an abort may hold up the end of the pod.
const ABORT_PATIENCE: Duration = Duration::from_secs(5);
const CONTENT_TYPE: &str = "text/csv; charset=utf-8";

/// Where the report goes.
pub(super) struct Upload {
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) key: String,
    /// The endpoint, for errors.
    pub(super) place: String,
    /// Kept as the object's metadata, so that it tells which run wrote it: `pod`, `job`, `run`, `day`.
    pub(super) lineage: Vec<(&'static str, String)>,
}

impl Upload {
    pub(super) async fn check_bucket(&self) -> Result<(), Failure> {
        let answer = self.client.head_bucket().bucket(&self.bucket).send().await;
        answer.map(drop).map_err(|error| self.request("HeadBucket").failed(error))
    }

    /// Uploads `file` and verifies it. Cancelled: nothing half done stays behind, `Interrupted` is returned.
    pub(super) async fn send(&self, file: &Spooled, rows: u64, cancel: &CancellationToken) -> Result<(), Failure> {
        if file.size <= PART {
            let put = self.put(file, rows);
            cancel.run_until_cancelled(Box::pin(put)).await.ok_or(Failure::Interrupted)??;
        } else {
            self.put_in_parts(file, rows, cancel).await?;
        }
        cancel.run_until_cancelled(self.verify(file.size)).await.ok_or(Failure::Interrupted)?
    }

    async fn put(&self, file: &Spooled, rows: u64) -> Result<(), Failure> {
        let bytes = tokio::fs::read(file.path()).await.map_err(|error| file.failed(error))?;
        let put = self.client.put_object().bucket(&self.bucket).key(&self.key).content_type(CONTENT_TYPE);
        let put = put.set_metadata(Some(self.metadata(rows)));
        let answer = put.body(ByteStream::from(bytes)).send().await;
        answer.map(drop).map_err(|error| self.request("PutObject").failed(error))
    }

    async fn put_in_parts(&self, file: &Spooled, rows: u64, cancel: &CancellationToken) -> Result<(), Failure> {
        let create = self.client.create_multipart_upload().bucket(&self.bucket).key(&self.key);
        let create = create.content_type(CONTENT_TYPE).set_metadata(Some(self.metadata(rows)));
        let request = self.request("CreateMultipartUpload");
        let created = create.send().await.map_err(|error| request.failed(error))?;
        let id = created.upload_id().ok_or_else(|| request.unexpected("no upload id in the answer".to_owned()))?;
        let sent = cancel.run_until_cancelled(self.parts(file, id)).await.unwrap_or(Err(Failure::Interrupted));
        if sent.is_err() {
            self.abort(id).await;
        }
        sent
    }

    async fn parts(&self, file: &Spooled, id: &str) -> Result<(), Failure> {
        let count = file.size.div_ceil(PART);
        if count > MAX_PARTS {
            return Err(self.request("UploadPart").unexpected(format!("{} bytes are more than S3 takes", file.size)));
        }
        let opened = tokio::fs::File::open(file.path()).await.map_err(|error| file.failed(error))?;
        let mut reader = BufReader::new(opened);
        let mut parts = Vec::new();
        for number in 1..=count {
            let mut bytes = Vec::new();
            let mut part = (&mut reader).take(PART);
            part.read_to_end(&mut bytes).await.map_err(|error| file.failed(error))?;
            parts.push(self.part(id, i32::try_from(number).unwrap_or(i32::MAX), bytes).await?);
        }
        let whole = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(id);
        let answer = complete.multipart_upload(whole).send().await;
        answer.map(drop).map_err(|error| self.request("CompleteMultipartUpload").failed(error))
    }

    async fn part(&self, id: &str, number: i32, bytes: Vec<u8>) -> Result<CompletedPart, Failure> {
        let put = self.client.upload_part().bucket(&self.bucket).key(&self.key).upload_id(id).part_number(number);
        let answer = put.body(ByteStream::from(bytes)).send().await;
        let answer = answer.map_err(|error| self.request("UploadPart").failed(error))?;
        // The SDK sends a CRC32 with each part; S3 wants to see it again when the parts are joined.
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(answer.e_tag)
            .set_checksum_crc32(answer.checksum_crc32)
            .build())
    }

    async fn abort(&self, id: &str) {
        let abort = self.client.abort_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(id);
        let aborted = tokio::time::timeout(ABORT_PATIENCE, abort.send()).await;
        if !matches!(aborted, Ok(Ok(_))) {
            tracing::warn!("the unfinished upload {id} of {} could not be aborted", self.key);
        }
    }

    async fn verify(&self, size: u64) -> Result<(), Failure> {
        let request = self.request("HeadObject");
        let head = self.client.head_object().bucket(&self.bucket).key(&self.key).send().await;
        let head = head.map_err(|error| request.failed(error))?;
        match head.content_length().and_then(|length| u64::try_from(length).ok()) {
            Some(length) if length == size => Ok(()),
            length => Err(request.unexpected(format!("{} has {length:?} bytes, {size} were sent", self.key))),
        }
    }

    fn metadata(&self, rows: u64) -> HashMap<String, String> {
        // Metadata travels as HTTP headers, which take nothing but visible ASCII unharmed.
        let plain = self.lineage.iter().filter(|(_, value)| value.bytes().all(|byte| byte.is_ascii_graphic()));
        let named = plain.map(|(name, value)| ((*name).to_owned(), value.clone()));
        named.chain([("rows".to_owned(), rows.to_string())]).collect()
    }

    fn request(&self, operation: &'static str) -> Request<'_> {
        Request { operation, object: &self.bucket, place: &self.place }
    }
}
