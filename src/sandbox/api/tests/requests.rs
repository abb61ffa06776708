//! Raw requests: negotiation, paging, validation, limits, the clock, who may ask.

use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};

use super::harness::{TOKEN, api, ask, send};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const JSON: &[&str] = &["content-type: application/json"];

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}

#[tokio::test]
async fn a_list_in_chunks_shows_one_moment() {
    let api = api().await;
    for name in ["a", "b", "c"] {
        ask(&api, "POST", MAPS, JSON, config_map(name).to_string()).await;
    }
    let first = ask(&api, "GET", &format!("{MAPS}?limit=2"), &[], "").await.json();
    assert_eq!(first["metadata"]["remainingItemCount"], 1);
    ask(&api, "DELETE", &format!("{MAPS}/c"), &[], "").await;
    ask(&api, "POST", MAPS, JSON, config_map("d").to_string()).await;
    let token = first["metadata"]["continue"].as_str().expect("a token");
    let second = ask(&api, "GET", &format!("{MAPS}?limit=2&continue={token}"), &[], "").await.json();
    assert_eq!(second["items"].as_array().map(Vec::len), Some(1), "{second}");
    assert_eq!(second["items"][0]["metadata"]["name"], "c", "as it was at the first chunk");
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    assert!(second["metadata"].get("continue").is_none());
}

#[tokio::test]
async fn unknown_fields_are_taken_as_asked() {
    let api = api().await;
    let mut map = config_map("x");
    map["dta"] = json!({});
    let post = |how: &str| format!("{MAPS}?dryRun=All{how}");
    let warned = ask(&api, "POST", &post(""), JSON, map.to_string()).await;
    assert_eq!(
        (warned.code, &warned.headers["warning"]),
        (201, &"299 - \"unknown field \\\"dta\\\"\"".parse().expect("a header"))
    );
    let silent = ask(&api, "POST", &post("&fieldValidation=Ignore"), JSON, map.to_string()).await;
    assert!(silent.code == 201 && !silent.headers.contains_key("warning"));
    let strict = ask(&api, "POST", &post("&fieldValidation=Strict"), JSON, map.to_string()).await;
    assert_eq!(strict.code, 400);
    let message = strict.json()["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.ends_with("strict decoding error: unknown field \"dta\""), "{message}");
}

#[tokio::test]
async fn yaml_goes_in_and_out() {
    let api = api().await;
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: \"1\"\n";
    let made = ask(&api, "POST", MAPS, &["content-type: application/yaml"], text).await;
    assert_eq!(made.code, 201, "{:?}", made.bytes);
    let read = ask(&api, "GET", &format!("{MAPS}/x"), &["accept: application/yaml"], "").await;
    assert_eq!(read.headers["content-type"], "application/yaml");
    assert!(read.bytes.starts_with(b"kind: ConfigMap\n"), "{:?}", read.bytes);
}

#[tokio::test]
async fn bodies_have_limits() {
    let api = api().await;
    let huge = vec![b' '; (3 << 20) + 1];
    let answer = ask(&api, "POST", MAPS, JSON, huge).await;
    assert_eq!((answer.code, answer.json()["reason"].clone()), (413, "RequestEntityTooLarge".into()));
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(ask(&api, "POST", MAPS, JSON, deep).await.code, 400);
    let unknown = ask(&api, "POST", MAPS, &["content-type: text/csv"], "a,b").await;
    assert_eq!(unknown.code, 415);
    let cbor = &["content-type: application/apply-patch+cbor"];
    assert_eq!(ask(&api, "PATCH", &format!("{MAPS}/x"), cbor, "x").await.code, 415);
}

#[tokio::test]
async fn immutable_metadata_stays() {
    let api = api().await;
    let made = ask(&api, "POST", MAPS, JSON, config_map("x").to_string()).await.json();
    let path = format!("{MAPS}/x");
    let mut other = made.clone();
    other["metadata"]["uid"] = "11111111-1111-1111-1111-111111111111".into();
    assert_eq!(ask(&api, "PUT", &path, JSON, other.to_string()).await.code, 409);
    let mut other = made.clone();
    other["metadata"]["creationTimestamp"] = "2001-01-01T00:00:00Z".into();
    assert_eq!(ask(&api, "PUT", &path, JSON, other.to_string()).await.code, 422);
    let renamed = ask(&api, "PUT", &path, JSON, config_map("y").to_string()).await;
    assert_eq!(renamed.json()["message"], "the name of the object (y) does not match the name on the URL (x)");
    let kept = ask(&api, "PUT", &path, JSON, config_map("x").to_string()).await.json();
    assert_eq!(kept["metadata"]["uid"], made["metadata"]["uid"]);
    assert_eq!(kept["metadata"]["creationTimestamp"], made["metadata"]["creationTimestamp"]);
}

#[tokio::test]
async fn names_that_could_be_paths_are_refused() {
    let api = api().await;
    for name in ["../x", "a/b", "A", ".", "a\u{0}b", ""] {
        let answer = ask(&api, "POST", MAPS, JSON, config_map(name).to_string()).await;
        assert_eq!(answer.code, 422, "{name:?}");
    }
    let listed = ask(&api, "GET", MAPS, &[], "").await.json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn pretty_is_for_people() {
    let api = api().await;
    let pretty = ask(&api, "GET", "/version?pretty=true", &[], "").await;
    assert!(pretty.bytes.starts_with(b"{\n  \"major\": \"1\",\n"));
    let curl = ask(&api, "GET", "/version", &["user-agent: curl/8.5.0"], "").await;
    assert!(curl.bytes.starts_with(b"{\n"));
    let plain = ask(&api, "GET", "/version", &[], "").await;
    assert!(plain.bytes.starts_with(b"{\"major\"") && plain.bytes.ends_with(b"}\n"));
    assert!(plain.headers.contains_key("audit-id"));
    assert_eq!(plain.headers["cache-control"], "no-cache, private");
}

#[tokio::test]
async fn who_may_ask() {
    let api = api().await;
    let get = |path: &str, token: Option<&str>| {
        let mut request = Request::get(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(Full::default()).expect("a request")
    };
    let wrong = send(&api, get("/api/v1/namespaces", Some("nonsense"))).await;
    let wanted = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "Unauthorized", "reason": "Unauthorized", "code": 401});
    assert_eq!((wrong.code, wrong.json()), (401, wanted));
    let none = send(&api, get("/api/v1/namespaces", None)).await;
    let wanted = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope",
        "reason": "Forbidden", "details": {"kind": "namespaces"}, "code": 403});
    assert_eq!((none.code, none.json()), (403, wanted));
    assert_eq!(send(&api, get("/sandbox/v1/clock", None)).await.code, 403);
    for open in ["/healthz", "/livez", "/readyz", "/version"] {
        assert_eq!(send(&api, get(open, None)).await.code, 200, "{open}");
    }
    assert_eq!(send(&api, get("/api/v1/namespaces", Some(TOKEN))).await.code, 200);
}

#[tokio::test]
async fn a_service_account_gets_a_token_that_opens() {
    let api = api().await;
    let accounts = "/api/v1/namespaces/default/serviceaccounts";
    let account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "sa"}});
    ask(&api, "POST", accounts, JSON, account.to_string()).await;
    let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
    let answer = ask(&api, "POST", &format!("{accounts}/sa/token"), JSON, request.to_string()).await;
    assert_eq!(answer.code, 201, "{:?}", answer.bytes);
    let token = answer.json()["status"]["token"].as_str().expect("a token").to_owned();
    let request = Request::get("/api/v1/pods").header("authorization", format!("Bearer {token}"));
    assert_eq!(send(&api, request.body(Full::default()).expect("a request")).await.code, 200);
}

#[tokio::test]
async fn events_live_for_an_hour() {
    let api = api().await;
    let events = "/api/v1/namespaces/default/events";
    let event = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": name}, "reason": "Test",
            "involvedObject": {"kind": "Pod", "namespace": "default", "name": "p"}})
    };
    let mut kept = Vec::new();
    for (name, minutes) in [("first", 1), ("second", 50), ("third", 20)] {
        let to = api.config.clock.now() + jiff::SignedDuration::from_mins(minutes);
        api.config.clock.jump(to).expect("forwards");
        let made = ask(&api, "POST", events, JSON, event(name).to_string()).await;
        assert_eq!(made.code, 201, "{:?}", made.bytes);
        let listed = ask(&api, "GET", events, &[], "").await.json();
        kept.push(listed["items"].as_array().map(Vec::len));
    }
    assert_eq!(kept, [Some(1), Some(2), Some(2)]);
    assert_eq!(ask(&api, "GET", &format!("{events}/first"), &[], "").await.code, 404);
}

#[tokio::test]
async fn the_clock_can_be_set() {
    let api = api().await;
    let path = "/sandbox/v1/clock";
    let shown = ask(&api, "GET", path, &[], "").await.json();
    assert_eq!(shown["speed"], 1.0);
    let set = ask(&api, "PUT", path, JSON, r#"{"speed": 2, "now": "2100-01-01T00:00:00Z"}"#).await.json();
    assert!(set["now"].as_str().expect("a time").starts_with("2100-01-01T00:"), "{set}");
    assert_eq!(set["speed"], 2.0);
    assert_eq!(ask(&api, "PUT", path, JSON, r#"{"now": "1999-01-01T00:00:00Z"}"#).await.code, 400, "never back");
    let made = ask(&api, "POST", MAPS, JSON, config_map("x").to_string()).await.json();
    assert!(made["metadata"]["creationTimestamp"].as_str().expect("a time").starts_with("2100-01-01T00:"));
}
