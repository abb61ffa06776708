//! Health, init scripts and their states.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Standin, get};
use crate::sandbox::aws::Options;

fn script(folder: &Path, name: &str, text: &str, mode: u32) {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Asks until the stage is complete.
async fn completed(standin: &Standin, stage: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (status, text) = get(&format!("{}/_localstack/init/{stage}", standin.url())).await;
        assert_eq!(status, 200);
        let report: Value = serde_json::from_str(&text).unwrap();
        if report["completed"] == true {
            return report;
        }
        assert!(Instant::now() < deadline, "{text}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn scripts_run_in_order_and_their_states_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let line = |word: &str| format!("#!/bin/sh\necho {word} >> {}\n", trace.display());
    script(&folder.path().join("boot.d"), "00.sh", &line("boot"), 0o755);
    script(&folder.path().join("ready.d"), "02-b.sh", &(line("second") + "exit 7\n"), 0o755);
    script(&folder.path().join("ready.d"), "01-a.sh", &line("first"), 0o755);
    script(&folder.path().join("ready.d"), "03-c.sh", &line("never"), 0o644);
    script(&folder.path().join("ready.d"), "notes.txt", "no script", 0o755);
    script(&folder.path().join("shutdown.d"), "00.sh", &line("shutdown"), 0o755);
    let standin = Standin::start(Options { init: folder.path().to_owned(), ..Options::in_memory() }).await;
    let report = completed(&standin, "ready").await;
    let states: Vec<_> = report["scripts"].as_array().unwrap().iter().map(|s| s["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["SUCCESSFUL", "ERROR", "ERROR"]);
    assert_eq!(report["scripts"][0]["name"], "01-a.sh");
    assert_eq!(report["scripts"][0]["stage"], "READY");
    standin.stop().await;
    assert_eq!(std::fs::read_to_string(&trace).unwrap(), "boot\nfirst\nsecond\nshutdown\n");
}

#[tokio::test]
async fn health_and_unknown_paths_answer_as_localstack_does() {
    let standin = Standin::in_memory().await;
    let (status, text) = get(&format!("{}/_localstack/health", standin.url())).await;
    let health: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 200);
    assert_eq!((&health["services"]["s3"], &health["services"]["dynamodb"]), (&"running".into(), &"running".into()));
    assert_eq!(health["edition"], "community");
    assert_eq!(get(&format!("{}/_localstack/init/nonsense", standin.url())).await.0, 404);
    assert_eq!(get(&format!("{}/_localstack/nonsense", standin.url())).await.0, 404);
    let init = get(&format!("{}/_localstack/init", standin.url())).await.1;
    assert!(init.starts_with("{\"completed\": {\"BOOT\": true, "), "{init}");
}

#[tokio::test]
async fn a_port_in_use_is_said() {
    let standin = Standin::in_memory().await;
    let options = Options { listen: standin.address, ..Options::in_memory() };
    let error = super::serve(options, tokio_util::sync::CancellationToken::new()).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on {}: ", standin.address)), "{error}");
}
