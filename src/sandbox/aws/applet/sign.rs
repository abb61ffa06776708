//! Signature version 4: the stand-in lets anybody in, but what a learner prints or presigns is to be real.

use sha2::{Digest, Sha256};

use crate::sandbox::aws::s3::percent;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Who signs.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) access_key: String,
    pub(super) secret_key: String,
    pub(super) token: Option<String>,
}

/// What a signature covers besides the request.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a> {
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) now: jiff::Timestamp,
}

impl Scope<'_> {
    fn stamp(&self) -> String {
        self.now.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    fn text(&self) -> String {
        format!("{}/{}/{}/aws4_request", &self.stamp()[..8], self.region, self.service)
    }
}

/// The headers that sign a request: x-amz-date, x-amz-content-sha256, Authorization, the token's.
/// `path` is encoded, `query` holds decoded pairs.
pub(super) fn headers(
    credentials: &Credentials,
    scope: &Scope<'_>,
    method: &str,
    host: &str,
    path: &str,
    query: &[(String, String)],
    body: &[u8],
) -> Vec<(String, String)> {
    let hash = hex(&Sha256::digest(body));
    let mut signed = vec![
        ("host".to_owned(), host.to_owned()),
        ("x-amz-content-sha256".to_owned(), hash.clone()),
        ("x-amz-date".to_owned(), scope.stamp()),
    ];
    if let Some(token) = &credentials.token {
        signed.push(("x-amz-security-token".to_owned(), token.clone()));
    }
    let names = signed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let signature = signature(credentials, scope, &canonical(method, path, query, &signed, &names, &hash));
    let key = &credentials.access_key;
    let value = format!("{ALGORITHM} Credential={key}/{}, SignedHeaders={names}, Signature={signature}", scope.text());
    signed.remove(0);
    signed.push(("Authorization".to_owned(), value));
    signed
}

/// The query of a URL that anybody may open for `seconds`.
pub(super) fn presign(credentials: &Credentials, scope: &Scope<'_>, host: &str, path: &str, seconds: u64) -> String {
    let mut query = vec![
        ("X-Amz-Algorithm".to_owned(), ALGORITHM.to_owned()),
        ("X-Amz-Credential".to_owned(), format!("{}/{}", credentials.access_key, scope.text())),
        ("X-Amz-Date".to_owned(), scope.stamp()),
        ("X-Amz-Expires".to_owned(), seconds.to_string()),
        ("X-Amz-SignedHeaders".to_owned(), "host".to_owned()),
    ];
    if let Some(token) = &credentials.token {
        query.push(("X-Amz-Security-Token".to_owned(), token.clone()));
    }
    let signed = [("host".to_owned(), host.to_owned())];
    let request = canonical("GET", path, &query, &signed, "host", "UNSIGNED-PAYLOAD");
    let signature = signature(credentials, scope, &request);
    format!("{}&X-Amz-Signature={signature}", encode_query(&query))
}

/// `a=b&c=d`, encoded.
pub(super) fn encode_query(query: &[(String, String)]) -> String {
    let pairs = query.iter().map(|(n, v)| format!("{}={}", percent::encode(n, b""), percent::encode(v, b"")));
    pairs.collect::<Vec<_>>().join("&")
}

fn canonical(
    method: &str,
    path: &str,
    query: &[(String, String)],
    signed: &[(String, String)],
    names: &str,
    hash: &str,
) -> String {
    let mut sorted: Vec<_> = query.to_vec();
    sorted.sort();
    let headers: String = signed.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    format!("{method}\n{path}\n{}\n{headers}\n{names}\n{hash}", encode_query(&sorted))
}

fn signature(credentials: &Credentials, scope: &Scope<'_>, request: &str) -> String {
    let stamp = scope.stamp();
    let text = format!("{ALGORITHM}\n{stamp}\n{}\n{}", scope.text(), hex(&Sha256::digest(request)));
    let first = format!("AWS4{}", credentials.secret_key);
    let key = ["aws4_request"].iter().fold(
        [&stamp[..8], scope.region, scope.service]
            .iter()
            .fold(first.into_bytes(), |key, part| hmac(&key, part.as_bytes())),
        |key, part| hmac(&key, part.as_bytes()),
    );
    hex(&hmac(&key, text.as_bytes()))
}

/// HMAC-SHA256.
fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        let short = Sha256::digest(key);
        block[..short.len()].copy_from_slice(&short);
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(data).finalize();
    Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example "GET Object presigned URL" of the AWS documentation.
    #[test]
    fn a_presigned_url_is_signed_as_aws_documents_it() {
        let credentials = Credentials {
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            token: None,
        };
        let now = "2013-05-24T00:00:00Z".parse().unwrap();
        let scope = Scope { region: "us-east-1", service: "s3", now };
        let query = presign(&credentials, &scope, "examplebucket.s3.amazonaws.com", "/test.txt", 86400);
        let wanted = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert!(query.ends_with(&format!("X-Amz-Signature={wanted}")), "{query}");
    }
}
