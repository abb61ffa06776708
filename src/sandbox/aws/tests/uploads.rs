//! Multipart uploads through aws-sdk-s3.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, CompletedMultipartUpload, CompletedPart};

use super::Standin;

const MIB: usize = 1024 * 1024;

async fn upload(s3: &aws_sdk_s3::Client, key: &str, sizes: &[usize], algorithm: Option<ChecksumAlgorithm>) -> Vec<u8> {
    let made = s3
        .create_multipart_upload()
        .bucket("b-1")
        .key(key)
        .set_checksum_algorithm(algorithm.clone())
        .send()
        .await
        .unwrap();
    let id = made.upload_id().unwrap().to_owned();
    let (mut parts, mut whole) = (Vec::new(), Vec::new());
    for (number, size) in (1..).zip(sizes) {
        let body: Vec<u8> = (0..*size).map(|i| u8::try_from((i * 7 + size) % 251).unwrap_or(0)).collect();
        whole.extend_from_slice(&body);
        let sent =
            s3.upload_part().bucket("b-1").key(key).upload_id(&id).part_number(number).body(ByteStream::from(body));
        let sent = sent.set_checksum_algorithm(algorithm.clone());
        let sent = sent.send().await.unwrap();
        parts.push(
            CompletedPart::builder()
                .part_number(number)
                .set_e_tag(sent.e_tag().map(str::to_owned))
                .set_checksum_crc32(sent.checksum_crc32().map(str::to_owned))
                .set_checksum_crc64_nvme(sent.checksum_crc64_nvme().map(str::to_owned))
                .build(),
        );
    }
    let listed = s3.list_parts().bucket("b-1").key(key).upload_id(&id).send().await.unwrap();
    assert_eq!(listed.parts().len(), sizes.len());
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    s3.complete_multipart_upload().bucket("b-1").key(key).upload_id(&id).multipart_upload(parts).send().await.unwrap();
    whole
}

async fn started() -> (Standin, aws_sdk_s3::Client) {
    let standin = Standin::in_memory().await;
    let s3 = standin.s3();
    s3.create_bucket().bucket("b-1").send().await.unwrap();
    (standin, s3)
}

#[tokio::test]
async fn parts_become_one_object() {
    let (_standin, s3) = started().await;
    for (key, algorithm) in
        [("plain", None), ("crc32", Some(ChecksumAlgorithm::Crc32)), ("crc64", Some(ChecksumAlgorithm::Crc64Nvme))]
    {
        let whole = upload(&s3, key, &[5 * MIB, 5 * MIB, 1234], algorithm).await;
        let got = s3.get_object().bucket("b-1").key(key).checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
        assert!(got.e_tag().unwrap().ends_with("-3\""), "{key}");
        assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), whole.as_slice(), "{key}");
        let second = s3.get_object().bucket("b-1").key(key).part_number(2).send().await.unwrap();
        assert_eq!(second.parts_count(), Some(3));
        assert_eq!(second.body.collect().await.unwrap().into_bytes().as_ref(), &whole[5 * MIB..10 * MIB]);
        let across = format!("bytes={}-{}", 5 * MIB - 2, 5 * MIB + 1);
        let across = s3.get_object().bucket("b-1").key(key).range(across).send().await.unwrap();
        assert_eq!(across.body.collect().await.unwrap().into_bytes().as_ref(), &whole[5 * MIB - 2..5 * MIB + 2]);
    }
    assert!(s3.list_multipart_uploads().bucket("b-1").send().await.unwrap().uploads().is_empty());
    // A copy of it is one body with an ETag of its own.
    s3.copy_object().bucket("b-1").key("copy").copy_source("b-1/plain").send().await.unwrap();
    let copied = s3.head_object().bucket("b-1").key("copy").send().await.unwrap();
    assert!(!copied.e_tag().unwrap().contains('-'));
}

#[tokio::test]
async fn an_upload_that_makes_no_sense_is_refused() {
    let (_standin, s3) = started().await;
    let made = s3.create_multipart_upload().bucket("b-1").key("k").send().await.unwrap();
    let id = made.upload_id().unwrap();
    let mut parts = Vec::new();
    for number in [1, 2] {
        let body = ByteStream::from_static(b"small");
        let sent =
            s3.upload_part().bucket("b-1").key("k").upload_id(id).part_number(number).body(body).send().await.unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(sent.e_tag().unwrap()).build());
    }
    let complete = |parts: Vec<CompletedPart>| {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        s3.complete_multipart_upload().bucket("b-1").key("k").upload_id(id).multipart_upload(parts).send()
    };
    assert_eq!(complete(parts.clone()).await.unwrap_err().code(), Some("EntityTooSmall"));
    let reversed = parts.iter().rev().cloned().collect();
    assert_eq!(complete(reversed).await.unwrap_err().code(), Some("InvalidPartOrder"));
    let unknown = vec![CompletedPart::builder().part_number(9).e_tag("\"x\"").build()];
    assert_eq!(complete(unknown).await.unwrap_err().code(), Some("InvalidPart"));
    assert_eq!(s3.list_multipart_uploads().bucket("b-1").send().await.unwrap().uploads().len(), 1);
    s3.abort_multipart_upload().bucket("b-1").key("k").upload_id(id).send().await.unwrap();
    assert_eq!(complete(parts).await.unwrap_err().code(), Some("NoSuchUpload"));
}

#[tokio::test]
async fn a_part_can_be_copied() {
    let (_standin, s3) = started().await;
    s3.put_object().bucket("b-1").key("src").body(ByteStream::from_static(b"0123456789")).send().await.unwrap();
    let made = s3.create_multipart_upload().bucket("b-1").key("k").send().await.unwrap();
    let id = made.upload_id().unwrap();
    let part = s3.upload_part_copy().bucket("b-1").key("k").upload_id(id).part_number(1);
    let part = part.copy_source("b-1/src").copy_source_range("bytes=3-5").send().await.unwrap();
    let tag = part.copy_part_result().unwrap().e_tag().unwrap();
    let parts = CompletedPart::builder().part_number(1).e_tag(tag).build();
    let parts = CompletedMultipartUpload::builder().parts(parts).build();
    s3.complete_multipart_upload().bucket("b-1").key("k").upload_id(id).multipart_upload(parts).send().await.unwrap();
    let got = s3.get_object().bucket("b-1").key("k").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes().as_ref(), b"345");
}
