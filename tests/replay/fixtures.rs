//! The recorded exchanges: one file a kubectl command, in the order in which they were made.

use std::path::Path;

use base64::Engine;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) accept: Option<String>,
    #[serde(rename = "content-type")]
    pub(crate) content_type: Option<String>,
    #[serde(rename = "user-agent")]
    pub(crate) user_agent: Option<String>,
    pub(crate) body: Option<Value>,
    pub(crate) answer: Answer,
}

#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    #[serde(rename = "content-type")]
    pub(crate) content_type: Option<String>,
    pub(crate) warning: Option<String>,
    pub(crate) body: Option<Value>,
    pub(crate) frames: Option<Vec<Value>>,
    /// The recording's body is too large to keep (OpenAPI): only status and type are compared.
    #[serde(default)]
    pub(crate) omitted: bool,
}

pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Exchange {
    pub(crate) fn is_watch(&self) -> bool {
        self.answer.frames.is_some()
    }

    /// The body as it went over the wire.
    pub(crate) fn body_bytes(&self) -> Vec<u8> {
        self.body.as_ref().map(raw).unwrap_or_default()
    }
}

/// A recorded body: JSON as it is, `{"base64":…}` and `{"text":…}` unpacked.
pub(crate) fn raw(body: &Value) -> Vec<u8> {
    if let Some(text) = body.get("base64").and_then(Value::as_str) {
        return base64::engine::general_purpose::STANDARD.decode(text).expect("a recorded body in base64");
    }
    if let Some(text) = body.get("text").and_then(Value::as_str) {
        return text.as_bytes().to_vec();
    }
    serde_json::to_vec(body).expect("JSON")
}

pub(crate) fn load() -> Vec<Command> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/replay");
    let mut commands: Vec<Command> = std::fs::read_dir(&folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("UTF-8");
            let exchanges = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            Command { name: path.file_stem().expect("a name").to_string_lossy().into_owned(), exchanges }
        })
        .collect();
    let number = |name: &str| name.split('-').next().and_then(|n| n.parse::<u32>().ok());
    commands.sort_by(|a, b| number(&a.name).cmp(&number(&b.name)).then_with(|| a.name.cmp(&b.name)));
    commands
}
