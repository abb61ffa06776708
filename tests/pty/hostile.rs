//! Text of strangers on the screen: it shows, and does nothing to the terminal.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Event;
use k8s_tutor::aws::BUCKET;
use k8s_tutor::cluster::{Cluster, Target};
use kube::Api;
use kube::api::PostParams;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::support::{Lab, until};
use crate::terminal::Terminal;

/// A window title, the clipboard, a cleared screen, a colour, C1's CSI and OSC, text turned round, a return.
const PAYLOAD: &str = "\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{7}\u{1b}[2Jcleared\u{1b}[41m\u{9b}2J\u{9d}0;c1\u{9c}\
    \u{202e}gpj.\u{2066}\u{200f}\rreturned";

/// The same as `printf` of a shell takes it.
const PRINTF: &str = "\\033]0;owned\\007\\033]52;c;b3duZWQ=\\007\\033[2Jcleared\\033[41m\\302\\2332J\\302\\2350;c1\
    \\302\\234\\342\\200\\256gpj.\\342\\201\\246\\342\\200\\217\\rreturned\\n";

fn busybox() -> Lab {
    let lab = Lab::with_busybox();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab
}

async fn cluster(lab: &Lab) -> Cluster {
    let target = Target { kubeconfig: Some(lab.kubeconfig().into()), ..Target::default() };
    Cluster::connect(&target).await.unwrap()
}

fn object<K: DeserializeOwned>(object: Value) -> K {
    serde_json::from_value(object).unwrap()
}

/// A Job that prints the payload, and an event about it that tells it.
async fn plant_in_cluster(lab: &Lab) {
    let client = cluster(lab).await.client;
    let script = format!("printf 'log-line {PRINTF}'");
    let container = json!({"name": "c", "image": "busybox", "command": ["sh", "-c", script]});
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [container]}});
    let job: Job = object(json!({"metadata": {"name": "hostile"}, "spec": {"template": template}}));
    let job = Api::default_namespaced(client.clone()).create(&PostParams::default(), &job).await.unwrap();
    let now = jiff::Timestamp::now().to_string();
    let about = json!({"kind": "Job", "namespace": "default", "name": "hostile", "uid": job.metadata.uid});
    let event: Event = object(json!({"metadata": {"name": "hostile.1"}, "involvedObject": about, "type": "Warning",
        "reason": "Hostile", "message": format!("event-message {PAYLOAD}"), "firstTimestamp": now,
        "lastTimestamp": now, "count": 1, "source": {"component": "stranger"}}));
    Api::default_namespaced(client).create(&PostParams::default(), &event).await.unwrap();
}

/// An object whose key holds the payload.
async fn plant_in_bucket(lab: &Lab) {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version_latest()
        .region(aws_sdk_s3::config::Region::new("us-east-1"))
        .endpoint_url(format!("http://{}:30000", lab.node_ip()))
        .force_path_style(true)
        .credentials_provider(aws_credential_types::Credentials::new("localstack", "localstack", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let put = aws_sdk_s3::Client::from_conf(config).put_object().bucket(BUCKET).key(format!("key-{PAYLOAD}.csv"));
    put.body(ByteStream::from_static(b"taskId,title\n1,x\n")).send().await.unwrap();
}

/// Nothing of the payload that acts on a terminal is among these bytes.
#[track_caller]
fn is_harmless(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    // The program itself sets no title, and the clipboard only at a key: there is no OSC at all.
    for acts in ["\u{1b}]", "\u{1b}[2Jcleared", "\u{1b}[41m", "\u{7}", "\rreturned"] {
        assert!(!text.contains(acts), "{acts:?} reached the terminal");
    }
    let acts = |c: char| ('\u{80}'..='\u{9f}').contains(&c) || "\u{202e}\u{2066}\u{200f}".contains(c);
    assert_eq!(text.chars().find(|c| acts(*c)), None, "a control character reached the terminal");
}

#[test]
fn it_is_shown_on_every_panel_and_does_nothing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let lab = busybox();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", &format!("title-{PAYLOAD}"), "--done"]).ok();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        plant_in_cluster(&lab).await;
        plant_in_bucket(&lab).await;
    });
    until("the Job has ended", Duration::from_secs(60), || {
        let job = lab.tutor(&["job", "show", "hostile", "-o", "json"]).ok().json();
        if job["status"] == "complete" { Ok(()) } else { Err(job.to_string()) }
    });

    let mut terminal = Terminal::open(&lab, &["--panel", "tasks"]);
    terminal.wait_for("● live");
    terminal.wait_for("title-\\u{1b}]0;owned\\u{7}");
    terminal.send("e");
    terminal.wait_until("the title in its field", |screen| screen.contains("Title:") && screen.contains("returned"));
    terminal.send("\u{1b}");
    terminal.wait_for_not("Title:");
    terminal.send("\u{4}");
    terminal.wait_for("Delete 1?");
    terminal.send("\u{1b}");
    terminal.wait_for_not("Delete 1?");
    terminal.send("9");
    terminal.wait_for("key-\\u{1b}]0;owned");
    terminal.send("\r");
    terminal.wait_until("the report", |screen| screen.contains("taskId") && screen.contains("key-"));
    terminal.send("3");
    terminal.wait_for("hostile");
    terminal.send("l");
    terminal.wait_for("log-line");
    terminal.send("7");
    terminal.wait_for("event-message");
    terminal.send("3");
    terminal.send("d");
    terminal.wait_until("the description", |screen| screen.contains("Name:") && screen.contains("hostile"));
    terminal.send("G");
    terminal.wait_for("event-message");
    terminal.send("M");
    terminal.wait_for("nothing was said yet");
    is_harmless(&terminal.raw());
    terminal.send("q");
    let after = terminal.ended();
    is_harmless(&after.raw);
    after.is_restored();
}

#[test]
fn nor_in_plain_lines_or_a_snapshot() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", &format!("title-{PAYLOAD}"), "--done"]).ok();
    for args in [&["--plain", "--for", "1s"][..], &["--snapshot", "120x30", "--panel", "tasks"]] {
        let ran = lab.tutor(args).ok();
        is_harmless(ran.out.as_bytes());
        is_harmless(ran.err.as_bytes());
    }
}
