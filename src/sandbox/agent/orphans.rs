//! Processes of a former life: after a `kill -9` of the agent none may run on unadopted.
//!
//! Two traces lead to them: the record that each attempt writes (pid and start time), and the mark
//! in the environment of every process that a sandbox with this data directory has started.

use std::path::Path;
use std::time::Duration;

use super::attempt::Record;
use super::paths;
use crate::process::table::{self, Found};
use nix::sys::signal::Signal;

/// How long they have between TERM and KILL, of real time.
const GRACE: Duration = Duration::from_secs(2);

/// Ends every process of a former life and removes the records. What their pods become, the pods'
/// workers decide: a container whose process is gone has ended with 137.
pub(super) async fn end_former_life(data_dir: &Path, mark: &str) {
    let (data_dir, mark) = (data_dir.to_owned(), mark.to_owned());
    // Reading the process table blocks; nothing else runs yet.
    let ended = tokio::task::spawn_blocking(move || end_all(&data_dir, &mark)).await;
    if let Ok(n @ 1..) = ended {
        tracing::info!(processes = n, "ended processes of a former life");
    }
}

fn end_all(data_dir: &Path, mark: &str) -> usize {
    let found = former(data_dir, mark);
    for process in &found {
        table::signal(process, Signal::SIGTERM);
    }
    let deadline = std::time::Instant::now() + GRACE;
    while found.iter().any(|p| table::is_running(p.pid)) && std::time::Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    // Anew: one of them may have started another meanwhile.
    for process in former(data_dir, mark) {
        table::signal(&process, Signal::SIGKILL);
    }
    table::kill_marked(mark, 100);
    for record in records(data_dir) {
        let _ = std::fs::remove_file(record);
    }
    found.len()
}

fn former(data_dir: &Path, mark: &str) -> Vec<Found> {
    let mut found = table::with_mark(mark);
    for file in records(data_dir) {
        let record = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice::<Record>(&text).ok());
        if let Some(Record { pid, started: Some(started) }) = record
            && table::is_alive(pid, started)
            && !found.iter().any(|p| p.pid == pid)
        {
            found.push(Found { pid, group: pid, environ: Vec::new() });
        }
    }
    found
}

fn records(data_dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
    entries(paths::pods(data_dir))
        .flat_map(|pod| entries(pod.path().join("containers")))
        .map(|container| container.path().join("process.json"))
        .filter(|file| file.exists())
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::process::{Spec, lines};

    #[tokio::test]
    async fn a_process_of_a_former_life_is_ended_by_its_mark_and_by_its_record() {
        let folder = tempfile::tempdir().expect("a folder");
        let value = uuid::Uuid::new_v4().to_string();
        let mut marked = Spec::new("/bin/sh", ["-c", "echo up; sleep 600"]);
        marked.env.push(("K8S_TUTOR_NODE".into(), value.clone().into()));
        let mut marked = marked.spawn().await.expect("sh");
        let mut recorded = Spec::new("/bin/sh", ["-c", "trap '' TERM; echo up; sleep 600"]).spawn().await.expect("sh");
        for child in [&mut marked, &mut recorded] {
            let mut out = lines(child.take_stdout().expect("a pipe"));
            assert_eq!(out.recv().await.as_deref(), Some("up"));
        }
        let container = folder.path().join("pods/u/containers/c");
        std::fs::create_dir_all(&container).expect("a folder");
        let record = Record { pid: recorded.pid(), started: recorded.start_time() };
        std::fs::write(container.join("process.json"), serde_json::to_vec(&record).expect("JSON")).expect("written");

        let ends = tokio::spawn(async move { (marked.wait().await, recorded.wait().await) });
        end_former_life(folder.path(), &format!("K8S_TUTOR_NODE={value}")).await;
        let (marked, recorded) = ends.await.expect("no panic");
        assert_eq!(marked.expect("ended").signal, Some(15));
        assert_eq!(recorded.expect("ended").signal, Some(9));
        assert!(!container.join("process.json").exists());
    }
}
