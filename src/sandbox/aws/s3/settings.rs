//! Tags, versioning, policy, ACLs: what is kept about buckets and objects besides their bytes.

use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};

use super::backend::owner;
use super::errors::{self, say};
use super::put::check_tags;
use super::store::records::BucketRecord;
use super::store::{BUCKETS, Store, bucket_for_write, to_bytes, versions};

/// Changes what is known of a bucket.
async fn change(
    store: &Store,
    bucket: &BucketName,
    change: impl FnOnce(&mut BucketRecord) + Send + 'static,
) -> S3Result<()> {
    let name = bucket.to_string();
    store
        .write(move |write| {
            let mut record = bucket_for_write(write, &name)?;
            change(&mut record);
            let mut table = write.open_table(BUCKETS).map_err(errors::storage)?;
            table.insert(name.as_str(), to_bytes(&record)?.as_slice()).map_err(errors::storage)?;
            Ok(())
        })
        .await
}

/// PutBucketVersioning.
pub(super) async fn put_versioning(store: &Store, input: PutBucketVersioningInput) -> S3Result<()> {
    let status = input.versioning_configuration.status.map(|s| s.as_str().to_owned());
    match status.as_deref() {
        Some("Enabled" | "Suspended") => {}
        _ => {
            let text = "The XML you provided was not well-formed or did not validate against our published schema";
            return Err(say(S3ErrorCode::MalformedXML, text));
        }
    }
    change(store, &input.bucket, move |bucket| bucket.versioning = status).await
}

/// GetBucketVersioning.
pub(super) fn versioning(store: &Store, bucket: &str) -> S3Result<GetBucketVersioningOutput> {
    let status = store.bucket(bucket)?.versioning.map(BucketVersioningStatus::from);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

fn pairs(tags: Tagging, most: usize) -> S3Result<Vec<(String, String)>> {
    let pairs: Vec<_> =
        tags.tag_set.into_iter().map(|t| (t.key.unwrap_or_default(), t.value.unwrap_or_default())).collect();
    check_tags(&pairs, most)?;
    Ok(pairs)
}

fn tag_set(pairs: Vec<(String, String)>) -> Vec<Tag> {
    pairs.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) }).collect()
}

/// PutBucketTagging; `None` removes them.
pub(super) async fn put_bucket_tags(store: &Store, bucket: &BucketName, tags: Option<Tagging>) -> S3Result<()> {
    let tags = tags.map(|tags| pairs(tags, 50)).transpose()?;
    change(store, bucket, move |record| record.tags = tags).await
}

/// GetBucketTagging.
pub(super) fn bucket_tags(store: &Store, bucket: &str) -> S3Result<GetBucketTaggingOutput> {
    let tags = store.bucket(bucket)?.tags.ok_or_else(|| {
        let code = S3ErrorCode::NoSuchTagSet;
        say(code, "The TagSet does not exist")
    })?;
    Ok(GetBucketTaggingOutput { tag_set: tag_set(tags) })
}

/// PutObjectTagging; `None` removes them. Returns the version told.
pub(super) async fn put_object_tags(
    store: &Store,
    bucket: &BucketName,
    key: String,
    version: Option<String>,
    tags: Option<Tagging>,
) -> S3Result<Option<String>> {
    let tags = tags.map(|tags| pairs(tags, 10)).transpose()?.unwrap_or_default();
    let name = bucket.to_string();
    store
        .write(move |write| {
            let about = bucket_for_write(write, &name)?;
            let record = versions::change(write, &name, &key, version.as_deref(), |r| r.headers.tags = tags)?;
            Ok(record.told_version(&about))
        })
        .await
}

/// GetObjectTagging.
pub(super) fn object_tags(store: &Store, input: &GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    let about = store.bucket(&input.bucket)?;
    let record = versions::find(&store.read()?, &input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(GetObjectTaggingOutput { version_id: record.told_version(&about), tag_set: tag_set(record.headers.tags) })
}

/// PutBucketPolicy; `None` removes it.
pub(super) async fn put_policy(store: &Store, bucket: &BucketName, policy: Option<String>) -> S3Result<()> {
    if policy.as_deref().is_some_and(|text| serde_json::from_str::<serde_json::Value>(text).is_err()) {
        let text = "Policies must be valid JSON and the first byte must be '{'";
        return Err(say(S3ErrorCode::MalformedPolicy, text));
    }
    change(store, bucket, move |record| record.policy = policy).await
}

/// GetBucketPolicy.
pub(super) fn policy(store: &Store, bucket: &str) -> S3Result<GetBucketPolicyOutput> {
    let policy = store.bucket(bucket)?.policy.ok_or_else(no_policy)?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

/// GetBucketPolicyStatus: public where a statement allows everybody something.
pub(super) fn policy_status(store: &Store, bucket: &str) -> S3Result<GetBucketPolicyStatusOutput> {
    let policy = store.bucket(bucket)?.policy.ok_or_else(no_policy)?;
    let status = PolicyStatus { is_public: Some(is_public(&policy)) };
    Ok(GetBucketPolicyStatusOutput { policy_status: Some(status) })
}

fn no_policy() -> s3s::S3Error {
    say(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist")
}

fn is_public(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<serde_json::Value>(policy) else { return false };
    let everybody = |principal: &serde_json::Value| {
        principal == "*"
            || principal["AWS"] == "*"
            || principal["AWS"].as_array().is_some_and(|l| l.iter().any(|p| p == "*"))
    };
    let statements = match &policy["Statement"] {
        serde_json::Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    statements.iter().any(|s| s["Effect"] == "Allow" && everybody(&s["Principal"]) && s["Condition"].is_null())
}

/// PutBucketAcl with a canned ACL.
pub(super) async fn put_bucket_acl(store: &Store, input: PutBucketAclInput) -> S3Result<()> {
    let acl = input.acl.map(|acl| acl.as_str().to_owned());
    change(store, &input.bucket, move |record| record.acl = acl).await
}

/// PutObjectAcl with a canned ACL.
pub(super) async fn put_object_acl(store: &Store, input: PutObjectAclInput) -> S3Result<()> {
    let acl = input.acl.map(|acl| acl.as_str().to_owned());
    let name = input.bucket.to_string();
    store
        .write(move |write| {
            bucket_for_write(write, &name)?;
            versions::change(write, &name, &input.key, input.version_id.as_deref(), |r| r.headers.acl = acl)?;
            Ok(())
        })
        .await
}

/// GetBucketAcl.
pub(super) fn bucket_acl(store: &Store, bucket: &str) -> S3Result<GetBucketAclOutput> {
    let grants = grants(store.bucket(bucket)?.acl.as_deref());
    Ok(GetBucketAclOutput { grants: Some(grants), owner: Some(owner()) })
}

/// GetObjectAcl.
pub(super) fn object_acl(store: &Store, input: &GetObjectAclInput) -> S3Result<GetObjectAclOutput> {
    store.bucket(&input.bucket)?;
    let record = versions::find(&store.read()?, &input.bucket, &input.key, input.version_id.as_deref())?;
    Ok(GetObjectAclOutput {
        grants: Some(grants(record.headers.acl.as_deref())),
        owner: Some(owner()),
        request_charged: None,
    })
}

/// What a canned ACL stands for.
fn grants(canned: Option<&str>) -> Vec<Grant> {
    const ALL: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const KNOWN: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    let group = |uri: &str, permission: &str| Grant {
        grantee: Some(Grantee {
            type_: Type::from("Group".to_owned()),
            uri: Some(uri.to_owned()),
            display_name: None,
            email_address: None,
            id: None,
        }),
        permission: Some(Permission::from(permission.to_owned())),
    };
    let own = owner();
    let mut grants = vec![Grant {
        grantee: Some(Grantee {
            type_: Type::from("CanonicalUser".to_owned()),
            id: own.id,
            display_name: own.display_name,
            email_address: None,
            uri: None,
        }),
        permission: Some(Permission::from("FULL_CONTROL".to_owned())),
    }];
    match canned {
        Some("public-read") => grants.push(group(ALL, "READ")),
        Some("public-read-write") => grants.extend([group(ALL, "READ"), group(ALL, "WRITE")]),
        Some("authenticated-read") => grants.push(group(KNOWN, "READ")),
        _ => {}
    }
    grants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_public_when_it_allows_everybody() {
        let policy = |effect: &str, principal: &str| {
            format!(r#"{{"Statement":[{{"Effect":"{effect}","Principal":{principal},"Action":"s3:GetObject"}}]}}"#)
        };
        assert!(is_public(&policy("Allow", "\"*\"")));
        assert!(is_public(&policy("Allow", r#"{"AWS":"*"}"#)));
        assert!(!is_public(&policy("Deny", "\"*\"")));
        assert!(!is_public(&policy("Allow", r#"{"AWS":"arn:aws:iam::1:root"}"#)));
    }
}
