//! `limit` and `continue`: a list in chunks that all show the same revision. Called by `list`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};

use super::super::status::ApiError;

/// Where the next chunk begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The revision that the first chunk showed.
    pub(super) revision: u64,
    /// The last key that was handed out.
    pub(super) after: String,
}

impl Token {
    pub(super) fn encode(&self) -> String {
        BASE64.encode(json!({"v": "meta.k8s.io/v1", "rv": self.revision, "start": self.after}).to_string())
    }

    pub(super) fn decode(text: &str) -> Result<Self, ApiError> {
        let invalid = |why: &str| ApiError::bad_request(format!("continue key is not valid: {why}"));
        let bytes = BASE64.decode(text).map_err(|error| invalid(&error.to_string()))?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| invalid(&error.to_string()))?;
        match (value["rv"].as_u64(), value["start"].as_str()) {
            (Some(revision), Some(after)) => Ok(Self { revision, after: after.to_owned() }),
            _ => Err(invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_as_they_were() {
        let token = Token { revision: 7, after: "batch/jobs/demo/x".into() };
        assert_eq!(Token::decode(&token.encode()).expect("decodes"), token);
        assert_eq!(Token::decode("!").expect_err("refused").code, 400);
        assert_eq!(Token::decode("e30").expect_err("refused").code, 400);
    }
}
