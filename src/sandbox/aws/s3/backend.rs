//! The door s3s knocks at: every operation the stand-in knows, each handed to the file that does it.
//!
//! What is not here s3s answers with NotImplemented.

use std::time::{Duration, SystemTime};

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::chunked::Trailers;
use super::store::Store;
use super::{buckets, copy, delete, get, list, multipart, parts, put, settings, uploads};

/// The only account of the stand-in.
const ACCOUNT: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// S3 over our own store.
pub(super) struct Backend {
    store: Store,
}

impl Backend {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }
}

/// Milliseconds since 1970 as S3's shapes have them.
pub(super) fn timestamp(milliseconds: i64) -> Timestamp {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    Timestamp::from(SystemTime::UNIX_EPOCH + since)
}

/// Who owns everything.
pub(super) fn owner() -> Owner {
    Owner { display_name: Some("webfile".to_owned()), id: Some(ACCOUNT.to_owned()) }
}

/// Who starts uploads.
pub(super) fn initiator() -> Initiator {
    Initiator { display_name: Some("webfile".to_owned()), id: Some(ACCOUNT.to_owned()) }
}

type Answer<T> = S3Result<S3Response<T>>;

fn answer<T>(result: S3Result<T>) -> Answer<T> {
    result.map(S3Response::new)
}

#[async_trait::async_trait]
impl S3 for Backend {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        answer(buckets::create(&self.store, req.input).await)
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        answer(buckets::head(&self.store, &req.input))
    }

    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        answer(buckets::list(&self.store, &req.input))
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> Answer<DeleteBucketOutput> {
        answer(buckets::delete(&self.store, req.input).await.map(|()| DeleteBucketOutput::default()))
    }

    async fn get_bucket_location(&self, req: S3Request<GetBucketLocationInput>) -> Answer<GetBucketLocationOutput> {
        answer(buckets::location(&self.store, &req.input))
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        answer(put::put(&self.store, req.input, &req.headers, req.extensions.get::<Trailers>()).await)
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        answer(get::get(&self.store, req.input).await)
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        answer(get::head(&self.store, &req.input))
    }

    async fn get_object_attributes(
        &self,
        req: S3Request<GetObjectAttributesInput>,
    ) -> Answer<GetObjectAttributesOutput> {
        answer(get::attributes(&self.store, &req.input))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        answer(copy::copy(&self.store, req.input, &req.headers).await)
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        let output = delete::one(&self.store, req.input).await?;
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> Answer<DeleteObjectsOutput> {
        answer(delete::many(&self.store, req.input).await)
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> Answer<ListObjectsOutput> {
        answer(list::v1(&self.store, req.input))
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> Answer<ListObjectsV2Output> {
        answer(list::v2(&self.store, req.input))
    }

    async fn list_object_versions(&self, req: S3Request<ListObjectVersionsInput>) -> Answer<ListObjectVersionsOutput> {
        answer(list::versions(&self.store, req.input))
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        answer(uploads::create(&self.store, req.input).await)
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        answer(parts::upload(&self.store, req.input, &req.headers, req.extensions.get::<Trailers>()).await)
    }

    async fn upload_part_copy(&self, req: S3Request<UploadPartCopyInput>) -> Answer<UploadPartCopyOutput> {
        answer(parts::copy(&self.store, req.input).await)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let host =
            req.headers.get(http::header::HOST).and_then(|h| h.to_str().ok()).unwrap_or("localhost:4566").to_owned();
        let key = req.input.key.clone();
        let output = multipart::complete(&self.store, req.input, &host).await;
        answer(output.map(|output| CompleteMultipartUploadOutput { key: Some(key), ..output }))
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        answer(uploads::abort(&self.store, req.input).await.map(|()| AbortMultipartUploadOutput::default()))
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        answer(parts::list(&self.store, req.input))
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        answer(uploads::list(&self.store, req.input))
    }

    async fn put_bucket_versioning(
        &self,
        req: S3Request<PutBucketVersioningInput>,
    ) -> Answer<PutBucketVersioningOutput> {
        answer(settings::put_versioning(&self.store, req.input).await.map(|()| PutBucketVersioningOutput::default()))
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> Answer<GetBucketVersioningOutput> {
        answer(settings::versioning(&self.store, &req.input.bucket))
    }

    async fn put_bucket_tagging(&self, req: S3Request<PutBucketTaggingInput>) -> Answer<PutBucketTaggingOutput> {
        let done = settings::put_bucket_tags(&self.store, &req.input.bucket, Some(req.input.tagging)).await;
        answer(done.map(|()| PutBucketTaggingOutput::default()))
    }

    async fn get_bucket_tagging(&self, req: S3Request<GetBucketTaggingInput>) -> Answer<GetBucketTaggingOutput> {
        answer(settings::bucket_tags(&self.store, &req.input.bucket))
    }

    async fn delete_bucket_tagging(
        &self,
        req: S3Request<DeleteBucketTaggingInput>,
    ) -> Answer<DeleteBucketTaggingOutput> {
        let done = settings::put_bucket_tags(&self.store, &req.input.bucket, None).await;
        answer(done.map(|()| DeleteBucketTaggingOutput::default()))
    }

    async fn put_object_tagging(&self, req: S3Request<PutObjectTaggingInput>) -> Answer<PutObjectTaggingOutput> {
        let i = req.input;
        let told = settings::put_object_tags(&self.store, &i.bucket, i.key, i.version_id, Some(i.tagging)).await;
        answer(told.map(|version_id| PutObjectTaggingOutput { version_id }))
    }

    async fn get_object_tagging(&self, req: S3Request<GetObjectTaggingInput>) -> Answer<GetObjectTaggingOutput> {
        answer(settings::object_tags(&self.store, &req.input))
    }

    async fn delete_object_tagging(
        &self,
        req: S3Request<DeleteObjectTaggingInput>,
    ) -> Answer<DeleteObjectTaggingOutput> {
        let i = req.input;
        let told = settings::put_object_tags(&self.store, &i.bucket, i.key, i.version_id, None).await;
        answer(told.map(|version_id| DeleteObjectTaggingOutput { version_id }))
    }

    async fn put_bucket_policy(&self, req: S3Request<PutBucketPolicyInput>) -> Answer<PutBucketPolicyOutput> {
        let done = settings::put_policy(&self.store, &req.input.bucket, Some(req.input.policy)).await;
        answer(done.map(|()| PutBucketPolicyOutput::default()))
    }

    async fn get_bucket_policy(&self, req: S3Request<GetBucketPolicyInput>) -> Answer<GetBucketPolicyOutput> {
        answer(settings::policy(&self.store, &req.input.bucket))
    }

    async fn delete_bucket_policy(&self, req: S3Request<DeleteBucketPolicyInput>) -> Answer<DeleteBucketPolicyOutput> {
        let done = settings::put_policy(&self.store, &req.input.bucket, None).await;
        answer(done.map(|()| DeleteBucketPolicyOutput::default()))
    }

    async fn get_bucket_policy_status(
        &self,
        req: S3Request<GetBucketPolicyStatusInput>,
    ) -> Answer<GetBucketPolicyStatusOutput> {
        answer(settings::policy_status(&self.store, &req.input.bucket))
    }

    async fn put_bucket_acl(&self, req: S3Request<PutBucketAclInput>) -> Answer<PutBucketAclOutput> {
        answer(settings::put_bucket_acl(&self.store, req.input).await.map(|()| PutBucketAclOutput::default()))
    }

    async fn get_bucket_acl(&self, req: S3Request<GetBucketAclInput>) -> Answer<GetBucketAclOutput> {
        answer(settings::bucket_acl(&self.store, &req.input.bucket))
    }

    async fn put_object_acl(&self, req: S3Request<PutObjectAclInput>) -> Answer<PutObjectAclOutput> {
        answer(settings::put_object_acl(&self.store, req.input).await.map(|()| PutObjectAclOutput::default()))
    }

    async fn get_object_acl(&self, req: S3Request<GetObjectAclInput>) -> Answer<GetObjectAclOutput> {
        answer(settings::object_acl(&self.store, &req.input))
    }
}
