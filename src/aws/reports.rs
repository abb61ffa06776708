//! The report bucket: what `k8s-tutor report` lists and fetches.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;
use serde::Serialize;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::BUCKET;
use super::connect::Endpoint;
use super::error::{AwsError, Request};

/// One object of the bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Its key. Foreign text: check it before it becomes a path.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Option<Timestamp>,
}

/// The bucket at one endpoint.
#[derive(Clone, Debug)]
pub struct Reports {
    client: Client,
    endpoint: String,
}

impl Reports {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        Self { client: endpoint.s3(), endpoint: endpoint.url().to_owned() }
    }

    /// Whether the bucket is there.
    ///
    /// # Errors
    /// It is missing, or nobody answers.
    pub async fn ready(&self) -> Result<(), AwsError> {
        let answer = self.client.head_bucket().bucket(BUCKET).send().await;
        answer.map(drop).map_err(|error| self.request("HeadBucket").failed(error))
    }

    /// All reports, by key: for the tutorial's keys that is by day.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn list(&self) -> Result<Vec<Report>, AwsError> {
        let (mut reports, mut after) = (Vec::new(), None);
        loop {
            let list = self.client.list_objects_v2().bucket(BUCKET).set_continuation_token(after).send().await;
            let page = list.map_err(|error| self.request("ListObjectsV2").failed(error))?;
            reports.extend(page.contents().iter().map(report));
            after = page.next_continuation_token.filter(|_| page.is_truncated == Some(true));
            if after.is_none() {
                reports.sort_by(|a, b| a.key.cmp(&b.key));
                return Ok(reports);
            }
        }
    }

    /// The report that was written last; of two written in the same instant the one with the greater key.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn newest(&self) -> Result<Option<Report>, AwsError> {
        let reports = self.list().await?;
        Ok(reports.into_iter().max_by(|a, b| (a.modified, &a.key).cmp(&(b.modified, &b.key))))
    }

    /// A report's bytes as they arrive.
    ///
    /// # Errors
    /// There is no such report, the bucket is missing, or nobody answers.
    pub async fn get(&self, key: &str) -> Result<ByteStream, AwsError> {
        match self.client.get_object().bucket(BUCKET).key(key).send().await {
            Ok(answer) => Ok(answer.body),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_no_such_key()) => {
                Err(AwsError::NoReport { key: key.to_owned() })
            }
            Err(error) => Err(self.request("GetObject").failed(error)),
        }
    }

    /// Copies a report into `out`, chunk by chunk, and returns its size in bytes.
    ///
    /// # Errors
    /// As [`Reports::get`]; the transfer broke off, or `out` could not take it.
    pub async fn copy<W: AsyncWrite + Unpin>(&self, key: &str, out: &mut W) -> Result<u64, AwsError> {
        let failed = |source| AwsError::Copy { key: key.to_owned(), source };
        let mut body = self.get(key).await?;
        let mut size = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| failed(std::io::Error::other(error)))?;
            out.write_all(&chunk).await.map_err(failed)?;
            size += chunk.len() as u64;
        }
        out.flush().await.map_err(failed)?;
        Ok(size)
    }

    /// Deletes a report; one that is not there is as good as deleted.
    ///
    /// # Errors
    /// The bucket is missing or nobody answers.
    pub async fn delete(&self, key: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_object().bucket(BUCKET).key(key).send().await;
        answer.map(drop).map_err(|error| self.request("DeleteObject").failed(error))
    }

    fn request(&self, operation: &'static str) -> Request<'_> {
        Request { operation, endpoint: &self.endpoint, object: BUCKET }
    }
}

fn report(object: &aws_sdk_s3::types::Object) -> Report {
    let modified = object.last_modified().and_then(|at| Timestamp::new(at.secs(), 0).ok());
    Report {
        key: object.key().unwrap_or_default().to_owned(),
        size: object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
        modified,
    }
}
