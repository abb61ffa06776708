//! The tutorial from its first step to its last, with its own command lines, on kubectl 1.36 and 1.37.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::support::{self, Lab, until};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_whole_tutorial_with_kubectl_1_36() {
    if let (Some(kubectl), Some(aws)) = (support::kubectl("1.36"), support::aws()) {
        tutorial(&kubectl, &aws);
    }
}

#[test]
fn the_whole_tutorial_with_kubectl_1_37() {
    if let (Some(kubectl), Some(aws)) = (support::kubectl("1.37"), support::aws()) {
        tutorial(&kubectl, &aws);
    }
}

fn tutorial(kubectl: &Path, aws: &Path) {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard", "--stage", "v1"]).ok();
    lab.tutor(&["manifests", "export", "k8s"]).ok();
    let k = |args: &[&str]| lab.kubectl(kubectl, args);

    step_1_a_bucket_by_an_init_script(&k);
    step_2_the_batch_is_deployed(&k);
    step_3_and_4_a_first_run(&k);
    step_5_a_report_with_tasks(&lab, &k, aws);
    step_6_broken_and_repaired(&lab, &k, kubectl);
    step_7_a_schedule(&lab, &k, kubectl);
    step_8_suspend_and_resume(&k);

    let down = lab.tutor(&["down"]).ok();
    down.says("task-reporter");
    assert!(lab.tutor(&["sandbox", "status"]).code != 0, "the sandbox is down");
}

type Kubectl<'a> = dyn Fn(&[&str]) -> support::Ran + 'a;

fn step_1_a_bucket_by_an_init_script(k: &Kubectl<'_>) {
    k(&["apply", "-f", "k8s/v2/localstack/localstack-init-scripts-config.yaml"]).ok().says("configured");
    k(&["rollout", "restart", "deploy", "localstack"]).ok().says("deployment.apps/localstack restarted");
    k(&["rollout", "status", "deploy", "localstack", "--timeout=60s"]).ok().says("successfully rolled out");
    let log = k(&["logs", "deploy/localstack"]).ok();
    log.says("completed-task-report-bucket");
}

fn step_2_the_batch_is_deployed(k: &Kubectl<'_>) {
    let applied = k(&["apply", "-R", "-f", "k8s/v2"]).ok();
    applied.says("cronjob.batch/task-reporter created").says("deployment.apps/task-service");
    k(&["rollout", "status", "deploy", "task-service", "--timeout=60s"]).ok();
}

fn step_3_and_4_a_first_run(k: &Kubectl<'_>) {
    let told = k(&["describe", "cj", "task-reporter"]).ok();
    for line in [
        "Schedule:                      0 15 * * *",
        "Concurrency Policy:            Allow",
        "Suspend:                       False",
    ] {
        told.says(line);
    }
    k(&["create", "job", "test1", "--from", "cj/task-reporter"]).ok().says("job.batch/test1 created");
    k(&["wait", "--for=condition=complete", "job/test1", "--timeout=60s"]).ok().says("condition met");
    k(&["get", "job,pod", "-l", "app=task-reporter"]).ok().says("1/1").says("Completed");
}

fn step_5_a_report_with_tasks(lab: &Lab, k: &Kubectl<'_>, aws: &Path) {
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "スプリントプランニング", "--done"]).ok();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "say \"hi\", twice", "--done"]).ok();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "not yet"]).ok();
    k(&["create", "job", "test2", "--from", "cj/task-reporter"]).ok();
    k(&["wait", "--for=condition=complete", "job/test2", "--timeout=60s"]).ok();
    k(&["logs", "job/test2"]).ok().says("completed!!");

    let listed = lab.aws(aws, &["s3", "ls", "s3://completed-task-report-bucket"]).ok();
    let name = listed.out.split_whitespace().last().unwrap_or_default().to_owned();
    assert!(name.starts_with("completed-tasks-") && name.ends_with(".csv"), "{listed}");
    lab.aws(aws, &["s3", "cp", &format!("s3://completed-task-report-bucket/{name}"), "."]).ok().says("download:");
    let csv = std::fs::read_to_string(lab.home().join(&name)).expect("the report");
    assert!(csv.starts_with("taskId,userName,completedTime,title\n"), "{csv}");
    assert!(csv.contains(",\"スプリントプランニング\"\n"), "{csv}");
    assert!(csv.contains(",\"say \"\"hi\"\", twice\"\n"), "{csv}");
    assert!(!csv.contains("not yet"), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

fn step_6_broken_and_repaired(lab: &Lab, k: &Kubectl<'_>, kubectl: &Path) {
    let edit = |from: &str, to: &str| {
        let editor = format!("sed -i -e s/port:.{from}/port:\\ {to}/");
        let edited =
            support::run(lab.command(kubectl).env("KUBECONFIG", lab.kubeconfig()).env("KUBE_EDITOR", editor).args([
                "edit",
                "svc",
                "localstack",
            ]));
        edited.ok().says("service/localstack edited");
    };
    edit("4566", "4567");
    k(&["create", "job", "test3", "--from", "cj/task-reporter"]).ok();
    // The back-off is 10, 20, 40 s: the sandbox's clock hurries, the reporter does not.
    lab.clock(kubectl, &json!({"speed": 10}));
    let sorted = || k(&["get", "pod", "-l", "job-name=test3", "--sort-by", ".status.startTime"]);
    until("two attempts end in Error", MINUTE, || {
        let pods = sorted().ok();
        if pods.out.matches(" Error ").count() >= 2 { Ok(()) } else { Err(pods.out) }
    });
    edit("4567", "4566");
    k(&["wait", "--for=condition=complete", "job/test3", "--timeout=90s"]).ok();
    lab.clock(kubectl, &json!({"speed": 1}));
    sorted().ok().says("Completed").says("Error");
}

fn step_7_a_schedule(lab: &Lab, k: &Kubectl<'_>, kubectl: &Path) {
    k(&["patch", "cj", "task-reporter", "--patch", r#"{"spec": {"schedule": "*/3 * * * *"}}"#]).ok().says("patched");
    let columns = "custom-columns=NAME:.metadata.name,START:.status.startTime,COMPLETED:.status.completionTime";
    let jobs = || {
        let shown = k(&["get", "job", "-l", "app=task-reporter", "--sort-by", "status.startTime", "-o", columns]).ok();
        let names =
            shown.out.lines().filter(|l| l.starts_with("task-reporter-")).map(str::to_owned).collect::<Vec<_>>();
        (shown, names)
    };
    lab.clock(kubectl, &json!({"speed": 100}));
    let minute = |line: &String| -> u64 {
        let name = line.split_whitespace().next().unwrap_or_default();
        name.rsplit('-').next().and_then(|m| m.parse().ok()).unwrap_or_else(|| panic!("no minutes in {name}"))
    };
    let first = until("a scheduled job", MINUTE, || jobs().1.first().map(minute).ok_or_else(|| "none".to_owned()));
    assert_eq!(first % 3, 0, "a Job of */3 is named by a minute that 3 divides");
    until("the oldest of four is gone", 2 * MINUTE, || {
        let (shown, names) = jobs();
        let old_gone = names.iter().map(minute).all(|m| m > first);
        if old_gone && !names.is_empty() { Ok(()) } else { Err(shown.out) }
    });
    lab.clock(kubectl, &json!({"speed": 1}));
    until("three finished are kept", MINUTE, || {
        let (shown, names) = jobs();
        let finished = names.iter().filter(|l| !l.contains("<none>")).count();
        if finished == 3 { Ok(()) } else { Err(shown.out) }
    });
}

fn step_8_suspend_and_resume(k: &Kubectl<'_>) {
    k(&["patch", "cj", "task-reporter", "--patch", r#"{"spec": {"suspend": true}}"#]).ok().says("patched");
    let shown = k(&["get", "cj"]).ok();
    assert!(shown.out.lines().any(|l| l.starts_with("task-reporter") && l.contains(" True ")), "{shown}");
    k(&["patch", "cj", "task-reporter", "--patch", r#"{"spec": {"suspend": false}}"#]).ok().says("patched");
    let shown = k(&["get", "cj"]).ok();
    assert!(shown.out.lines().any(|l| l.starts_with("task-reporter") && l.contains(" False ")), "{shown}");
}
