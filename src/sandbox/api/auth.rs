//! Who asks: the bearer token of the kubeconfig, or one issued for a ServiceAccount.
//!
//! ServiceAccount tokens are JWTs signed with HMAC-SHA256 under the sandbox's own token, so that
//! they survive a restart without being stored. Called by `handle` and by the `token` subresource.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::request::User;
use super::status::ApiError;

/// The user behind the kubeconfig's token.
pub(super) const ADMIN: &str = "kubernetes-admin";

/// Who comes without a token: may ask for health and version only.
pub(super) const ANONYMOUS: &str = "system:anonymous";

/// What `Authorization` says; without the header it is [`ANONYMOUS`].
///
/// # Errors
/// 401 for a wrong token.
pub(super) fn user(header: &str, secret: &str, now: Timestamp) -> Result<User, ApiError> {
    if header.is_empty() {
        return Ok(User { name: ANONYMOUS.into() });
    }
    let token = header.strip_prefix("Bearer ").map(str::trim).ok_or_else(unauthorized)?;
    if same(token.as_bytes(), secret.as_bytes()) {
        return Ok(User { name: ADMIN.into() });
    }
    service_account(token, secret, now).map(|name| User { name }).ok_or_else(unauthorized)
}

fn unauthorized() -> ApiError {
    ApiError::new(401, "Unauthorized", "Unauthorized")
}

/// A token for a ServiceAccount that is good until `until`.
pub(super) fn issue(
    namespace: &str,
    account: &str,
    uid: &str,
    secret: &str,
    now: Timestamp,
    until: Timestamp,
) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let claims = json!({
        "iss": "https://kubernetes.default.svc.cluster.local",
        "sub": format!("system:serviceaccount:{namespace}:{account}"),
        "iat": now.as_second(),
        "nbf": now.as_second(),
        "exp": until.as_second(),
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": account, "uid": uid}},
    });
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = BASE64.encode(hmac(secret.as_bytes(), signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn service_account(token: &str, secret: &str, now: Timestamp) -> Option<String> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = BASE64.decode(signature).ok()?;
    if !same(&signature, &hmac(secret.as_bytes(), signed.as_bytes())) {
        return None;
    }
    let claims: Value = serde_json::from_slice(&BASE64.decode(signed.split_once('.')?.1).ok()?).ok()?;
    let fresh = claims["exp"].as_i64()? > now.as_second();
    fresh.then(|| claims["sub"].as_str().map(str::to_owned)).flatten()
}

/// RFC 2104 over SHA-256.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|b| b ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().into()
}

/// Equality that takes as long wherever the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn only_the_right_token_opens() {
        assert_eq!(user("Bearer secret", "secret", at(NOW)).expect("known").name, ADMIN);
        assert_eq!(user("Bearer wrong", "secret", at(NOW)).expect_err("refused").code, 401);
        assert_eq!(user("Basic c2VjcmV0", "secret", at(NOW)).expect_err("refused").code, 401);
        assert_eq!(user("", "secret", at(NOW)).expect("anonymous").name, ANONYMOUS);
    }

    #[test]
    fn a_service_account_token_lives_until_its_end() {
        let token = issue("ns", "sa", "uid", "secret", at(NOW), at(NOW + 60));
        let header = format!("Bearer {token}");
        assert_eq!(user(&header, "secret", at(NOW)).expect("known").name, "system:serviceaccount:ns:sa");
        assert!(user(&header, "secret", at(NOW + 61)).is_err(), "expired");
        assert!(user(&header, "other", at(NOW)).is_err(), "another sandbox");
        assert!(user(&header.replace("eyJ", "eyK"), "secret", at(NOW)).is_err(), "tampered with");
    }

    #[test]
    fn hmac_follows_rfc_4231() {
        let digest = hmac(b"Jefe", b"what do ya want for nothing?");
        let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
