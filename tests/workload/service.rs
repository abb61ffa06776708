//! The task-service as a process.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::{Dynamo, Running, http, tutorial};

const PROGRAM: &str = env!("CARGO_BIN_EXE_task-service");
const JSON: &[(&str, &str)] = &[("Content-Type", "application/json")];

struct Service {
    running: Running,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

fn start(endpoint: &str) -> Service {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tutorial(PROGRAM, endpoint, folder.path());
    command.env("LISTEN_ADDR", "127.0.0.1").env("PORT", "0");
    let mut running = Running::start(command);
    let line = running.until("listening on ");
    let address = line.split("listening on ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    Service { running, address, _folder: folder }
}

impl Service {
    fn send(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let (status, _, body) = http(self.address, method, path, JSON, body.to_string().as_bytes());
        (status, body)
    }

    fn get(&self, path: &str) -> (u16, String) {
        let (status, _, body) = http(self.address, "GET", path, &[], b"");
        (status, body)
    }
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn a_task_is_added_listed_and_finished() {
    let dynamo = Dynamo::with_table();
    let service = start(&dynamo.url());
    let title = "設計 \"x\"\n<script>alert(1)</script>";
    let (status, body) = service.send(
        "POST",
        "/api/tasks",
        &json!({"userName": "工藤 a,b", "title": title, "startAt": 1_700_000_000, "contents": "c"}),
    );
    assert_eq!(status, 201, "{body}");
    let id = parsed(&body)["taskId"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36);

    let client = dynamo.client();
    let key = aws_sdk_dynamodb::types::AttributeValue::S(id.clone());
    let item = || {
        let get = client.get_item().table_name("tasks").key("task_id", key.clone()).send();
        dynamo.runtime.block_on(get).unwrap().item.unwrap()
    };
    let fresh = item();
    assert!(!fresh.contains_key("updated_at"), "a new task must not stand in status_index");
    assert_eq!(fresh["status"].as_s().unwrap(), "UNDONE");

    let query = "/api/tasks?userName=%E5%B7%A5%E8%97%A4%20a%2Cb&start=0";
    let task = json!({"userName": "工藤 a,b", "startAt": 1_700_000_000, "taskId": id, "title": title, "contents": "c",
        "notified": false, "done": false});
    assert_eq!(parsed(&service.get(query).1), json!([task]));
    let mut done = task.clone();
    done["done"] = json!(true);
    assert_eq!(service.send("PUT", "/api/tasks", &done), (200, "ok".to_owned()));
    assert_eq!(parsed(&service.get(query).1), json!([done]));
    let changed = item();
    assert_eq!(changed["status"].as_s().unwrap(), "DONE");
    assert!(changed.contains_key("updated_at"));

    // Without `start` the list begins today, and this task began in 2023.
    assert_eq!(parsed(&service.get("/api/tasks?userName=%E5%B7%A5%E8%97%A4%20a%2Cb").1), json!([]));
    assert_eq!(parsed(&service.get("/api/tasks?userName=x&start=5&end=4").1), json!([]));
}

#[test]
fn an_unknown_task_is_404_and_is_not_made() {
    let dynamo = Dynamo::with_table();
    let service = start(&dynamo.url());
    let task = json!({"taskId": "nosuch", "userName": "u", "title": "t", "startAt": 1, "done": true});
    let (status, body) = service.send("PUT", "/api/tasks", &task);
    assert_eq!((status, parsed(&body)["error"].as_str()), (404, Some("no such task")));
    assert_eq!(parsed(&service.get("/api/tasks?userName=u&start=0").1), json!([]));
}

#[test]
fn bad_input_is_named_field_by_field() {
    let dynamo = Dynamo::with_table();
    let service = start(&dynamo.url());
    let (status, body) = service.send("POST", "/api/tasks", &json!({"userName": "", "startAt": "soon"}));
    assert_eq!(status, 400);
    assert_eq!(
        parsed(&body),
        json!({"error": "invalid request", "fields": {"userName": "must not be empty", "title": "is missing",
            "startAt": "must be a number (unix seconds)"}})
    );
    let post = |headers: &[(&str, &str)], body: &[u8]| http(service.address, "POST", "/api/tasks", headers, body).0;
    assert_eq!(post(JSON, b"{"), 400);
    assert_eq!(post(JSON, b"[]"), 400);
    assert_eq!(post(&[("Content-Type", "text/plain")], b"{}"), 415);
    assert_eq!(post(JSON, &vec![b' '; 70_000]), 413);
    assert_eq!(service.get("/api/tasks").0, 400);
    assert_eq!(service.get("/api/tasks?userName=u&start=x").0, 400);
    assert_eq!(service.get("/nosuch").0, 404);
    assert_eq!(service.send("DELETE", "/api/tasks", &json!({})).0, 405);
}

#[test]
fn readiness_follows_the_table_and_liveness_does_not() {
    let empty = Dynamo::start();
    let service = start(&empty.url());
    assert_eq!(service.get("/health/liveness").0, 200);
    assert_eq!(service.get("/health/startup").0, 200);
    let (status, body) = service.get("/health/readiness");
    assert_eq!(status, 503);
    assert!(body.contains("no table tasks"), "{body}");

    let whole = Dynamo::with_table();
    assert_eq!(start(&whole.url()).get("/health/readiness"), (200, "ok".to_owned()));

    let nowhere = start("http://127.0.0.1:1");
    let (status, body) = nowhere.get("/health/readiness");
    assert!(status == 503 && body.contains("connection refused"), "{body}");
    assert_eq!(nowhere.get("/api/tasks?userName=u"), (500, "Something wrong...".to_owned()));
}

#[test]
fn the_page_is_served_with_a_policy_and_names_no_other_host() {
    let dynamo = Dynamo::with_table();
    let service = start(&dynamo.url());
    for (path, kind) in [("/", "text/html"), ("/app.js", "text/javascript"), ("/app.css", "text/css")] {
        let (status, head, body) = http(service.address, "GET", path, &[], b"");
        assert_eq!(status, 200, "{path}");
        assert!(head.contains(&format!("content-type: {kind}")), "{head}");
        assert!(head.contains("content-security-policy: default-src 'none'"), "{head}");
        assert!(!body.contains("http://") && !body.contains("https://") && !body.contains("innerHTML"), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_well() {
    let dynamo = Dynamo::with_table();
    let service = start(&dynamo.url());
    assert_eq!(service.get("/health/liveness").0, 200);
    let (code, rest) = service.running.terminate();
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.contains("terminated"), "{rest}");
}

#[test]
fn wrong_settings_and_a_taken_port_end_it_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tutorial(PROGRAM, "http://127.0.0.1:1", folder.path());
    let output = command.env("PORT", "http").env("LISTEN_ADDR", "localhost").output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(log.contains("PORT is \"http\"") && log.contains("LISTEN_ADDR is \"localhost\""), "{log}");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = tutorial(PROGRAM, "http://127.0.0.1:1", folder.path());
    let output = command.env("PORT", &port).env("LISTEN_ADDR", "127.0.0.1").output().unwrap();
    assert_eq!(output.status.code(), Some(8));
    assert!(String::from_utf8(output.stdout).unwrap().contains("cannot listen on 127.0.0.1:"));
}
