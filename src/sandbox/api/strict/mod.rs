//! Decoding of request bodies as a Go API server decodes them: typed, with unknown and duplicate fields reported.
//!
//! Kubernetes decodes a body into a Go struct and writes that struct out again, so unknown fields, nulls and empty
//! optional fields vanish, nested structs appear, and a wrong type is an error in the words of Go's JSON package.
//! [`typed`] does the same to a value by the schema; it is to be called on every object that a client sent or
//! that a patch produced. Called by the request handlers; must not default or validate.

mod check;
mod json;
mod node;
pub mod quantity;
mod scalars;
pub(super) use self::scalars::written_time;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::node::Node;
use super::schema;
use super::status::ApiError;
use crate::text::yaml as reader;

/// A decoded object, and what strict decoding has to say: `unknown field "spec.x"`, `duplicate field "spec.y"`.
pub type Decoded = (Value, Vec<String>);

/// Decodes a JSON body that is to hold an object of this kind. `apiVersion` and `kind` may be left out of it.
///
/// # Errors
/// 400 in the words of a real server: no JSON, another kind, a field of the wrong type.
pub fn json(body: &[u8], api_version: &str, kind: &str) -> Result<Decoded, ApiError> {
    match json::parse(body) {
        Ok(node) => object(&node, body, api_version, kind),
        Err(error) => {
            let error = format!("couldn't get version/kind; json parse error: {error}");
            Err(unrecognized(kind, &error, body))
        }
    }
}

/// Decodes a YAML body (also the body of a server-side apply). Duplicate keys are reported, the last one counts.
///
/// # Errors
/// As [`json`]; YAML that cannot be read is 400 with the line.
pub fn yaml(body: &[u8], api_version: &str, kind: &str) -> Result<Decoded, ApiError> {
    let text = String::from_utf8_lossy(body);
    let (value, duplicates) = reader::lenient(&text)
        .map_err(|error| unrecognized(kind, &format!("error converting YAML to JSON: {}", error.as_go()), body))?;
    let (value, fields) = object(&Node::from(&value), body, api_version, kind)?;
    let mut warnings: Vec<String> = Vec::new();
    if !duplicates.is_empty() {
        let lines: Vec<_> =
            duplicates.iter().map(|d| format!("  line {}: key {:?} already set in map", d.line, d.key)).collect();
        warnings.push(format!("yaml: unmarshal errors:\n{}", lines.join("\n")));
    }
    warnings.extend(fields);
    Ok((value, warnings))
}

/// What strict decoding has to say of a value; type mismatches are not reported.
pub fn check(object: &Value, api_version: &str, kind: &str) -> Vec<String> {
    typed(object, api_version, kind).map(|(_, warnings)| warnings).unwrap_or_default()
}

/// A value as Go would write it after reading it into the kind's struct, and its unknown fields.
///
/// # Errors
/// 400 where a field has the wrong type. An unknown kind is passed through unchecked.
pub fn typed(object: &Value, api_version: &str, kind: &str) -> Result<Decoded, ApiError> {
    typed_node(&Node::from(object), api_version, kind)
}

/// The 400 that `fieldValidation=Strict` answers.
pub fn strict_error(warnings: &[String], api_version: &str, kind: &str) -> ApiError {
    handled(api_version, kind, kind, &format!("strict decoding error: {}", warnings.join(", ")))
}

fn typed_node(node: &Node, api_version: &str, kind: &str) -> Result<Decoded, ApiError> {
    match schema::kind(api_version, kind) {
        None => Ok((node.clone().into_value(), Vec::new())),
        Some(id) => check::decode(node, id).map_err(|error| handled(api_version, kind, kind, &error)),
    }
}

/// Decodes a body's tree after looking at the kind it claims to be.
fn object(node: &Node, body: &[u8], api_version: &str, kind: &str) -> Result<Decoded, ApiError> {
    for word in ["apiVersion", "kind"] {
        if let Some(error) = not_text(node, word) {
            return Err(unrecognized(kind, &error, body));
        }
    }
    let claimed = |word| node.get(word).and_then(Node::text).filter(|text| !text.is_empty());
    let (body_version, body_kind) = (claimed("apiVersion").unwrap_or(api_version), claimed("kind").unwrap_or(kind));
    if (body_version, body_kind) != (api_version, kind) && body_kind != "DeleteOptions" {
        return Err(another_kind(body_version, body_kind, api_version, kind));
    }
    let (mut value, warnings) = typed_node(node, api_version, kind)?;
    if let Value::Object(map) = &mut value {
        map.entry("apiVersion").or_insert_with(|| api_version.into());
        map.entry("kind").or_insert_with(|| kind.into());
    }
    Ok((value, warnings))
}

/// The error for a body without a usable `apiVersion` or `kind`.
fn not_text(node: &Node, word: &str) -> Option<String> {
    let head = "couldn't get version/kind; json parse error: json: cannot unmarshal";
    let Node::Object(_) = node else {
        let go =
            r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#;
        return Some(format!("{head} {} into Go value of type {go}", check::described(node)));
    };
    match node.get(word)? {
        Node::Text(_) | Node::Null => None,
        other => Some(format!("{head} {} into Go struct field .{word} of type string", check::described(other))),
    }
}

fn another_kind(body_version: &str, body_kind: &str, api_version: &str, kind: &str) -> ApiError {
    let error = match schema::kind(body_version, body_kind) {
        Some(_) => {
            let (_, version) = split(body_version);
            let (group, _) = split(api_version);
            let group = group.split('.').next().filter(|g| !g.is_empty()).unwrap_or("core");
            format!("converting ({version}.{body_kind}) to ({group}.{kind}): unknown conversion")
        }
        None => format!(
            "no kind {body_kind:?} is registered for version {body_version:?} in scheme \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\""
        ),
    };
    handled(body_version, body_kind, kind, &error)
}

fn split(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

fn handled(body_version: &str, body_kind: &str, kind: &str, error: &str) -> ApiError {
    let (_, version) = split(body_version);
    ApiError::bad_request(format!("{body_kind} in version {version:?} cannot be handled as a {kind}: {error}"))
}

/// The 400 for a body that does not even tell its kind; the body's beginning is quoted.
fn unrecognized(kind: &str, error: &str, body: &[u8]) -> ApiError {
    let (head, more) = if body.len() > 30 { (&body[..30], " ...") } else { (body, "") };
    let shown = match body.first() {
        None => "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(head).into_owned() + more,
        Some(_) => head.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + more,
    };
    ApiError::bad_request(format!("the object provided is unrecognized (must be of type {kind}): {error} ({shown})"))
}
