//! Recorded exchanges of a real API server, for the tests of this room.

use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;

fn unpacked(bytes: &[u8]) -> Value {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Protobuf bodies `{from, body, json}`; `json` is the same object as the server told it in JSON, where it did.
pub(super) fn protobuf_bodies() -> Vec<Value> {
    unpacked(include_bytes!("../../../tests/fixtures/api/protobuf.json.gz")).as_array().unwrap().clone()
}

/// Writes `{from, method, path, query, type, request, before, after}`: the stored object before and the answer.
pub(super) fn writes() -> Vec<Value> {
    unpacked(include_bytes!("../../../tests/fixtures/api/writes.json.gz")).as_array().unwrap().clone()
}

/// The merge extensions in a real server's OpenAPI: type -> property -> extensions; property `""` is the type.
pub(super) fn extensions() -> Value {
    unpacked(include_bytes!("../../../tests/fixtures/api/extensions.json.gz"))
}

/// The text behind a key.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
