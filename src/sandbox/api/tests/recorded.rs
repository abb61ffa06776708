//! The errors of a real Kubernetes 1.36, asked for again. `tests/fixtures/api/errors.json` holds
//! the exchanges, one a line; a `null` answer compares the code only.

use serde_json::{Value, json};

use super::harness::{api, ask};

const ERRORS: &str = include_str!("../../../../tests/fixtures/api/errors.json");

/// What differs and why. The test fails when one of these is no longer true.
const DIFFERENT: &[(&str, &str)] = &[];

/// Uids and numbers differ from run to run.
fn neutral(text: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut out = String::new();
    for part in text.split_inclusive(|c| !word(c)) {
        let (text, end) = part.split_at(part.find(|c| !word(c)).unwrap_or(part.len()));
        let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        out.push_str(if number || uuid::Uuid::try_parse(text).is_ok_and(|_| text.len() == 36) { "#" } else { text });
        out.push_str(end);
    }
    out
}

#[tokio::test]
async fn errors_read_as_recorded() {
    let api = api().await;
    let json = &["content-type: application/json"];
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}});
    ask(&api, "POST", "/api/v1/namespaces", json, namespace.to_string()).await;
    let cron = json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "task-reporter"}, "spec": {
        "schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": {"spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}],
        }}}},
    }});
    let made = ask(&api, "POST", "/apis/batch/v1/namespaces/demo/cronjobs", json, cron.to_string()).await;
    assert_eq!(made.code, 201, "{:?}", made.bytes);
    let exchanges: Vec<Value> = serde_json::from_str(ERRORS).expect("a fixture");
    let mut found = Vec::new();
    for exchange in &exchanges {
        let text = |field: &str| exchange[field].as_str().unwrap_or_default();
        let headers: Vec<String> = exchange["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}: {}", value.as_str().unwrap_or_default()))
            .collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = ask(&api, text("method"), text("path"), &headers, text("body").to_owned()).await;
        let body = match serde_json::from_slice(&answer.bytes) {
            Ok(value) => value,
            Err(_) => json!({"text": String::from_utf8_lossy(&answer.bytes)}),
        };
        let warning = answer.headers.get("warning").and_then(|value| value.to_str().ok());
        let recorded = &exchange["answer"];
        let same_body = recorded.is_null()
            || body["kind"] == "Status" && neutral(&body.to_string()) == neutral(&recorded.to_string())
            || strip(&body) == strip(recorded);
        if u64::from(answer.code) != exchange["status"].as_u64().unwrap_or(0)
            || !same_body
            || warning != exchange["warning"].as_str()
        {
            found.push((text("name").to_owned(), format!("{} {warning:?} {body}", answer.code), exchange.to_string()));
        }
    }
    let unexpected: Vec<_> =
        found.iter().filter(|(name, ..)| !DIFFERENT.iter().any(|(known, _)| known == name)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let cured: Vec<_> = DIFFERENT.iter().filter(|(known, _)| !found.iter().any(|(name, ..)| name == known)).collect();
    assert!(cured.is_empty(), "no longer different: {cured:?}");
}

fn strip(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("resourceVersion");
    }
    value
}
