//! Buckets and objects through aws-sdk-s3.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, Delete, ObjectIdentifier};
use std::time::Duration;

use super::{Standin, get};

const BUCKET: &str = "completed-task-report-bucket";

async fn with_bucket() -> (Standin, aws_sdk_s3::Client) {
    let standin = Standin::in_memory().await;
    let s3 = standin.s3();
    s3.create_bucket().bucket(BUCKET).send().await.expect("a bucket");
    (standin, s3)
}

async fn put(s3: &aws_sdk_s3::Client, key: &str, body: &'static [u8]) {
    s3.put_object().bucket(BUCKET).key(key).body(ByteStream::from_static(body)).send().await.expect("a put");
}

#[tokio::test]
async fn a_bucket_is_made_twice_without_harm_and_goes_when_empty() {
    let (_standin, s3) = with_bucket().await;
    s3.create_bucket().bucket(BUCKET).send().await.expect("one's own bucket again");
    put(&s3, "a", b"1").await;
    let refused = s3.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("BucketNotEmpty"));
    s3.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    let gone = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(gone.code(), Some("NoSuchBucket"));
    assert_eq!(gone.message(), Some("The specified bucket does not exist"));
}

#[tokio::test]
async fn an_object_comes_back_with_all_that_was_said_about_it() {
    let (_standin, s3) = with_bucket().await;
    let key = "報告/完了 task+1%.csv";
    s3.put_object()
        .bucket(BUCKET)
        .key(key)
        .body(ByteStream::from_static("工藤,完了\n".as_bytes()))
        .content_type("text/csv")
        .cache_control("no-store")
        .metadata("owner", "kudoh")
        .tagging("kind=report")
        .checksum_algorithm(ChecksumAlgorithm::Sha256)
        .send()
        .await
        .unwrap();
    let got = s3.get_object().bucket(BUCKET).key(key).checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(got.content_type(), Some("text/csv"));
    assert_eq!(got.cache_control(), Some("no-store"));
    assert_eq!(got.metadata().unwrap()["owner"], "kudoh");
    assert_eq!(got.tag_count(), Some(1));
    assert!(got.checksum_sha256().is_some());
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "工藤,完了\n".as_bytes());
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.contents()[0].key(), Some(key));
    let tags = s3.get_object_tagging().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!((tags.tag_set()[0].key(), tags.tag_set()[0].value()), ("kind", "report"));
}

#[tokio::test]
async fn every_checksum_is_checked_and_told() {
    let (_standin, s3) = with_bucket().await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let key = algorithm.as_str();
        // A streaming body goes as aws-chunked with the sum in a trailer.
        let body = ByteStream::from(vec![7u8; 100_000]);
        s3.put_object().bucket(BUCKET).key(key).body(body).checksum_algorithm(algorithm.clone()).send().await.unwrap();
        let head = s3.head_object().bucket(BUCKET).key(key).checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        let told = [
            head.checksum_crc32(),
            head.checksum_crc32_c(),
            head.checksum_crc64_nvme(),
            head.checksum_sha1(),
            head.checksum_sha256(),
        ];
        assert_eq!(told.iter().flatten().count(), 1, "{algorithm}");
    }
    let wrong = s3
        .put_object()
        .bucket(BUCKET)
        .key("wrong")
        .body(ByteStream::from_static(b"x"))
        .checksum_crc32("AAAAAA==")
        .send()
        .await
        .unwrap_err();
    assert_eq!(wrong.code(), Some("BadDigest"));
    assert!(s3.head_object().bucket(BUCKET).key("wrong").send().await.is_err());
}

#[tokio::test]
async fn ranges_and_conditions() {
    let (_standin, s3) = with_bucket().await;
    put(&s3, "k", b"0123456789").await;
    let piece = s3.get_object().bucket(BUCKET).key("k").range("bytes=2-4").send().await.unwrap();
    assert_eq!(piece.content_range(), Some("bytes 2-4/10"));
    assert_eq!(piece.body.collect().await.unwrap().into_bytes().as_ref(), b"234");
    let tail = s3.get_object().bucket(BUCKET).key("k").range("bytes=-3").send().await.unwrap();
    assert_eq!(tail.body.collect().await.unwrap().into_bytes().as_ref(), b"789");
    let beyond = s3.get_object().bucket(BUCKET).key("k").range("bytes=10-").send().await.unwrap_err();
    assert_eq!(beyond.code(), Some("InvalidRange"));
    let head = s3.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    let tag = head.e_tag().unwrap();
    let same = s3.get_object().bucket(BUCKET).key("k").if_none_match(tag).send().await.unwrap_err();
    assert_eq!(same.raw_response().map(|r| r.status().as_u16()), Some(304));
    let other = s3.get_object().bucket(BUCKET).key("k").if_match("\"x\"").send().await.unwrap_err();
    assert_eq!(other.code(), Some("PreconditionFailed"));
    let again = s3.put_object().bucket(BUCKET).key("k").if_none_match("*").send().await.unwrap_err();
    assert_eq!(again.code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn lists_go_page_by_page() {
    let (_standin, s3) = with_bucket().await;
    for key in ["a.csv", "d/1", "d/2", "d/e/3", "f/4", "z"] {
        put(&s3, key, b"x").await;
    }
    let mut pages = s3.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(1).into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert_eq!(page.key_count(), Some(1));
        seen.extend(page.contents().iter().filter_map(|o| o.key().map(str::to_owned)));
        seen.extend(page.common_prefixes().iter().filter_map(|p| p.prefix().map(str::to_owned)));
    }
    assert_eq!(seen, ["a.csv", "d/", "f/", "z"]);
    let one = s3.list_objects().bucket(BUCKET).prefix("d/").delimiter("/").max_keys(2).send().await.unwrap();
    assert_eq!(one.next_marker(), Some("d/2"));
    let rest = s3.list_objects().bucket(BUCKET).prefix("d/").delimiter("/").marker("d/2").send().await.unwrap();
    assert_eq!(rest.common_prefixes()[0].prefix(), Some("d/e/"));
    assert_eq!(rest.is_truncated(), Some(false));
    let after = s3.list_objects_v2().bucket(BUCKET).start_after("d/2").send().await.unwrap();
    assert_eq!(after.contents()[0].key(), Some("d/e/3"));
}

#[tokio::test]
async fn copies_and_deletions() {
    let (_standin, s3) = with_bucket().await;
    put(&s3, "日本/a b", b"body").await;
    let source = format!("{BUCKET}/%E6%97%A5%E6%9C%AC/a%20b");
    s3.copy_object().bucket(BUCKET).key("copy").copy_source(&source).send().await.unwrap();
    let itself = s3.copy_object().bucket(BUCKET).key("日本/a b").copy_source(&source).send().await.unwrap_err();
    assert_eq!(itself.code(), Some("InvalidRequest"));
    let keys = ["copy", "日本/a b", "never-there"].map(|k| ObjectIdentifier::builder().key(k).build().unwrap());
    let delete = Delete::builder().set_objects(Some(keys.to_vec())).build().unwrap();
    let gone = s3.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!(gone.deleted().len(), 3);
    assert_eq!(s3.list_objects_v2().bucket(BUCKET).send().await.unwrap().key_count(), Some(0));
}

#[tokio::test]
async fn presigned_urls_open_without_keys() {
    let (_standin, s3) = with_bucket().await;
    put(&s3, "a b", b"body").await;
    let hour = PresigningConfig::expires_in(Duration::from_secs(3600)).unwrap();
    let url = s3.get_object().bucket(BUCKET).key("a b").presigned(hour).await.unwrap();
    assert_eq!(get(url.uri()).await, (200, "body".to_owned()));
    let old = url.uri().replace("X-Amz-Expires=3600", "X-Amz-Expires=0").replace("X-Amz-Date=2", "X-Amz-Date=1");
    let (status, text) = get(&old).await;
    assert_eq!(status, 403);
    assert!(text.contains("<Code>AccessDenied</Code><Message>Request has expired</Message>"), "{text}");
}

#[tokio::test]
async fn versions_are_kept_where_versioning_is_on() {
    use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
    let (_standin, s3) = with_bucket().await;
    put(&s3, "k", b"before").await;
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket(BUCKET).versioning_configuration(on).send().await.unwrap();
    put(&s3, "k", b"after").await;
    let marker = s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(marker.delete_marker(), Some(true));
    assert_eq!(s3.get_object().bucket(BUCKET).key("k").send().await.unwrap_err().code(), Some("NoSuchKey"));
    let old = s3.get_object().bucket(BUCKET).key("k").version_id("null").send().await.unwrap();
    assert_eq!(old.body.collect().await.unwrap().into_bytes().as_ref(), b"before");
    let all = s3.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert_eq!((all.versions().len(), all.delete_markers().len()), (2, 1));
    assert_eq!(all.delete_markers()[0].is_latest(), Some(true));
    s3.delete_object().bucket(BUCKET).key("k").version_id(marker.version_id().unwrap()).send().await.unwrap();
    let back = s3.get_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(back.body.collect().await.unwrap().into_bytes().as_ref(), b"after");
}
