//! Addresses and ports of Services.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Api;
use super::harness::{Answer, api, ask};

const PATH: &str = "/api/v1/namespaces/default/services";

async fn post(api: &Arc<Api>, name: &str, spec: Value) -> Answer {
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec});
    ask(api, "POST", PATH, &["content-type: application/json"], service.to_string()).await
}

fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_first_address_is_the_api_servers() {
    let api = api().await;
    let service = ask(&api, "GET", &format!("{PATH}/kubernetes"), &[], "").await.json();
    assert_eq!(service["spec"]["clusterIP"], "127.71.0.1");
    let made = post(&api, "a", json!({"ports": [{"port": 80}]})).await.json();
    let given = made["spec"]["clusterIP"].as_str().expect("an address").to_owned();
    assert!(given.starts_with("127.71."), "{given}");
    assert_eq!(made["spec"]["clusterIPs"], json!([given]));
    assert!(made["spec"]["ports"][0].get("nodePort").is_none());
    let twice = post(&api, "b", json!({"clusterIP": given, "ports": [{"port": 80}]})).await;
    assert_eq!(twice.code, 422);
    assert!(message(&twice).contains("provided IP is already allocated"), "{}", message(&twice));
    let outside = post(&api, "b", json!({"clusterIP": "10.0.0.1", "ports": [{"port": 80}]})).await;
    assert!(message(&outside).contains("The range of valid IPs is 127.71.0.0/16"), "{}", message(&outside));
    let headless = post(&api, "b", json!({"clusterIP": "None", "ports": [{"port": 80}]})).await.json();
    assert_eq!(headless["spec"]["clusterIPs"], json!(["None"]));
}

#[tokio::test]
async fn node_ports_are_given_once() {
    let api = api().await;
    let port = |number: u64| json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": number}]});
    let asked = post(&api, "a", port(30_000)).await.json();
    assert_eq!(asked["spec"]["ports"][0]["nodePort"], 30_000);
    let twice = post(&api, "b", port(30_000)).await;
    assert_eq!(
        message(&twice),
        "Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 30000: provided port is already allocated"
    );
    let low = post(&api, "b", port(80)).await;
    assert!(message(&low).contains("The range of valid ports is 30000-32767"), "{}", message(&low));
    let free = post(&api, "b", json!({"type": "NodePort", "ports": [{"port": 80}]})).await.json();
    let number = free["spec"]["ports"][0]["nodePort"].as_u64().expect("a port");
    assert!((30_001..=32_767).contains(&number));
    ask(&api, "DELETE", &format!("{PATH}/a"), &[], "").await;
    assert_eq!(post(&api, "c", port(30_000)).await.code, 201, "free again");
}

#[tokio::test]
async fn two_at_once_never_get_the_same_port() {
    let api = api().await;
    let spec = || json!({"type": "NodePort", "ports": [{"port": 80, "nodePort": 31_000}]});
    let (one, two) = tokio::join!(post(&api, "a", spec()), post(&api, "b", spec()));
    let mut codes = [one.code, two.code];
    codes.sort_unstable();
    assert_eq!(codes, [201, 422]);
}

#[tokio::test]
async fn an_update_keeps_what_it_leaves_out() {
    let api = api().await;
    let made = post(&api, "a", json!({"type": "NodePort", "ports": [{"port": 80}]})).await.json();
    let mut changed = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {
        "type": "NodePort", "selector": {"app": "x"}, "ports": [{"port": 80}],
    }});
    let json = &["content-type: application/json"];
    let kept = ask(&api, "PUT", &format!("{PATH}/a"), json, changed.to_string()).await.json();
    assert_eq!(kept["spec"]["clusterIP"], made["spec"]["clusterIP"]);
    assert_eq!(kept["spec"]["ports"], made["spec"]["ports"]);
    changed["spec"]["type"] = "ClusterIP".into();
    let internal = ask(&api, "PUT", &format!("{PATH}/a"), json, changed.to_string()).await.json();
    assert!(internal["spec"]["ports"][0].get("nodePort").is_none(), "{internal}");
}
