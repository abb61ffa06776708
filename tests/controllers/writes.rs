//! What the controllers write, and what the real ones wrote, in one comparable form.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::Request;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

/// All writes of a client, in order: `{verb, path, body}`.
#[derive(Clone, Default)]
pub(crate) struct Writes {
    all: Arc<Mutex<Vec<Value>>>,
}

impl Writes {
    /// The same client, its writes noted.
    pub(crate) fn recording(&self, client: Client) -> Client {
        let writes = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let (client, writes) = (client.clone(), writes.clone());
            async move {
                let (parts, body) = request.into_parts();
                if parts.method == http::Method::GET {
                    return client.send(Request::from_parts(parts, body)).await;
                }
                let bytes: Bytes = body.collect_bytes().await?;
                let verb = match parts.method.as_str() {
                    "POST" => "create",
                    "PUT" => "update",
                    "PATCH" => "patch",
                    _ => "delete",
                };
                let note = json!({
                    "verb": verb, "path": parts.uri.path(),
                    "body": serde_json::from_slice::<Value>(&bytes).unwrap_or(Value::Null),
                });
                let answer = client.send(Request::from_parts(parts, Body::from(bytes.to_vec()))).await?;
                // What was refused (a conflict) is tried again; only what came to be counts.
                if answer.status().is_success() {
                    writes.all.lock().unwrap().push(note);
                }
                Ok(answer)
            }
        });
        Client::new(service, "default")
    }

    pub(crate) fn all(&self) -> Vec<Value> {
        self.all.lock().unwrap().clone()
    }

    /// The writes of a namespace that touch one of `plurals`, each as one line.
    pub(crate) fn lines(&self, namespace: &str, plurals: &[&str]) -> Vec<String> {
        lines(&self.all(), namespace, plurals)
    }
}

/// The recorded writes in the same form.
pub(crate) fn recorded(text: &str, namespace: &str, plurals: &[&str]) -> Vec<String> {
    let writes: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines(&writes, namespace, plurals)
}

fn lines(writes: &[Value], namespace: &str, plurals: &[&str]) -> Vec<String> {
    let mine = |write: &&Value| {
        let path = write["path"].as_str().unwrap_or_default();
        let rest = path.split(&format!("/namespaces/{namespace}/")).nth(1).unwrap_or_default();
        plurals.contains(&rest.split('/').next().unwrap_or_default()) && !rest.ends_with("/binding")
    };
    writes.iter().filter(mine).map(line).collect()
}

fn line(write: &Value) -> String {
    let path = write["path"].as_str().unwrap_or_default();
    let tail: Vec<&str> = path.split("/namespaces/").nth(1).unwrap_or_default().split('/').skip(1).collect();
    let mut body = write["body"].clone();
    let is_event = tail.first() == Some(&"events");
    if tail.last() == Some(&"status") {
        body = json!({"status": body["status"]});
    }
    if is_event {
        let keep = ["reason", "message", "type", "count"];
        body = Value::Object(keep.iter().map(|key| ((*key).to_owned(), body[*key].clone())).collect());
    }
    for key in ["kind", "apiVersion"] {
        body.as_object_mut().map(|body| body.remove(key));
    }
    if write["verb"] == "delete" && tail.first() == Some(&"pods") {
        // Ours delete exactly the pod they have seen; the real Job and ReplicaSet controllers any of that name.
        body = Value::Null;
    }
    plain(&mut body, "");
    let place: Vec<String> = match tail.as_slice() {
        ["pods", name] => vec!["pods".to_owned(), unnumbered(name)],
        ["events", _] => vec!["events".to_owned()],
        other => other.iter().map(|part| (*part).to_owned()).collect(),
    };
    format!("{} {} {}", write["verb"].as_str().unwrap_or_default(), place.join("/"), sorted(&body))
}

/// Pod names end in five random letters.
fn unnumbered(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((base, suffix)) if suffix.len() == 5 => format!("{base}-?"),
        _ => name.to_owned(),
    }
}

/// Replaces what differs from run to run, and drops what an audit log adds to a body.
fn plain(value: &mut Value, key: &str) {
    match value {
        Value::Object(fields) => {
            for gone in ["resourceVersion", "creationTimestamp", "managedFields"] {
                fields.remove(gone);
            }
            // Defaults that the server adds before the audit log sees the body, and empty things.
            fields.retain(|name, value| {
                let empty = value.is_null()
                    || value.as_object().is_some_and(|map| map.is_empty() && name != "uncountedTerminatedPods");
                !(empty || name == "enableServiceLinks" || name == "namespace")
            });
            fields.iter_mut().for_each(|(name, value)| plain(value, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| plain(item, key)),
        Value::String(text) => {
            let is_uid = text.len() == 36 && text.matches('-').count() == 4;
            if is_uid {
                *text = "UID".to_owned();
            } else if text.parse::<jiff::Timestamp>().is_ok() {
                *text = "TIME".to_owned();
            } else if key == "message" && (text.starts_with("Created pod: ") || text.starts_with("Deleted pod: ")) {
                *text = unnumbered(text);
            }
        }
        _ => {}
    }
}

/// JSON with sorted keys.
fn sorted(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            let parts: Vec<String> = keys.iter().map(|key| format!("{key}:{}", sorted(&fields[*key]))).collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
