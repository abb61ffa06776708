//! What was acknowledged is there after a kill, and a second process waits for the first.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_s3::primitives::ByteStream;

use super::{Standin, dynamodb};
use crate::sandbox::aws::{Options, Persistence};

fn in_folder(path: &Path) -> Options {
    Options { persistence: Persistence::Folder(path.to_owned()), ..Options::in_memory() }
}

#[tokio::test]
async fn a_stand_in_that_ended_comes_back_with_everything() {
    let folder = tempfile::tempdir().unwrap();
    let standin = Standin::start(in_folder(folder.path())).await;
    let (s3, db) = (standin.s3(), standin.dynamodb());
    s3.create_bucket().bucket("reports").send().await.unwrap();
    for (key, size) in [("small", 10), ("large", 300_000)] {
        let body = ByteStream::from(vec![1u8; size]);
        s3.put_object().bucket("reports").key(key).body(body).send().await.unwrap();
    }
    dynamodb::create_table(&db).await.unwrap();
    dynamodb::put(&db, "a", "DONE", 1).await;
    standin.stop().await;
    let orphan = folder.path().join("s3/blobs/0123456789abcdef0123456789abcdef");
    std::fs::write(&orphan, "left by a crash").unwrap();
    let again = Standin::start(in_folder(folder.path())).await;
    let large = again.s3().get_object().bucket("reports").key("large").send().await.unwrap();
    assert_eq!(large.body.collect().await.unwrap().into_bytes().len(), 300_000);
    let all = again.dynamodb().scan().table_name("tasks").send().await.unwrap();
    assert_eq!(all.count(), 1);
    assert!(!orphan.exists(), "what no record names is swept");
}

/// Not a test of its own: the process that [`nothing_acknowledged_is_lost_by_a_kill`] kills.
#[test]
#[ignore = "run by another test, as a process"]
fn child() {
    if std::env::var_os("K8S_TUTOR_STATE_DIR").is_some() {
        crate::sandbox::aws::localstack_main();
    }
}

/// A stand-in in a process of its own, on a port that was free a moment ago.
fn spawn(folder: &Path) -> (Child, String) {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sandbox::aws::tests::durability::child", "--ignored", "--nocapture"])
        .env("K8S_TUTOR_STATE_DIR", folder)
        .env("K8S_TUTOR_ROOT", folder)
        .env("TMPDIR", folder)
        .env("PERSISTENCE", "1")
        .env("GATEWAY_LISTEN", free.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    (child, free.to_string())
}

async fn answers(address: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while tokio::net::TcpStream::connect(address).await.is_err() {
        assert!(Instant::now() < deadline, "{address} does not answer");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = 0;
    for round in 0..3 {
        let (mut process, address) = spawn(folder.path());
        answers(&address).await;
        let standin = Standin { address: address.parse().unwrap(), cancel: Default::default(), served: None };
        let (s3, db) = (standin.s3(), standin.dynamodb());
        s3.create_bucket().bucket("reports").send().await.unwrap();
        let _ = dynamodb::create_table(&db).await;
        for n in 0..acknowledged {
            let got = s3.get_object().bucket("reports").key(format!("k{n}")).send().await.unwrap();
            let size = got.body.collect().await.unwrap().into_bytes().len();
            assert_eq!(size, if n % 2 == 0 { 50 } else { 200_000 }, "round {round}, k{n}");
        }
        assert_eq!(db.scan().table_name("tasks").send().await.unwrap().count(), acknowledged);
        for _ in 0..10 {
            let size = if acknowledged % 2 == 0 { 50 } else { 200_000 };
            let body = ByteStream::from(vec![3u8; size]);
            s3.put_object().bucket("reports").key(format!("k{acknowledged}")).body(body).send().await.unwrap();
            dynamodb::put(&db, &format!("t{acknowledged}"), "DONE", 1).await;
            acknowledged += 1;
        }
        process.kill().unwrap();
        process.wait().unwrap();
    }
}

#[tokio::test]
async fn a_second_process_waits_for_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let first = Standin::start(in_folder(folder.path())).await;
    first.s3().create_bucket().bucket("from-the-first").send().await.unwrap();
    let path = folder.path().to_owned();
    let second = tokio::spawn(async move { Standin::start(in_folder(&path)).await });
    assert!(!second.is_finished());
    first.stop().await;
    let second = second.await.unwrap();
    assert!(second.s3().head_bucket().bucket("from-the-first").send().await.is_ok());
}
