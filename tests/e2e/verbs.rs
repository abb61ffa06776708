//! The verbs for tasks and reports, and the forms that every verb prints in, on a lab of their own.

use serde_json::Value;

use crate::support::{Lab, Ran};

/// The equivalent commands that were told.
fn commands(ran: &Ran) -> Vec<&str> {
    ran.err.lines().filter_map(|line| line.trim_start().strip_prefix("$ ")).collect()
}

/// The JSON in single quotes after a flag of a command.
fn quoted(command: &str, flag: &str) -> Value {
    let rest = command.split_once(flag).unwrap_or_else(|| panic!("no {flag} in {command}")).1;
    let text = rest.split('\'').nth(1).unwrap_or_else(|| panic!("nothing quoted in {rest}"));
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn items(ran: &Ran) -> Vec<Value> {
    ran.json()["items"].as_array().cloned().unwrap_or_else(|| panic!("no items: {ran}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[test]
fn tasks_and_reports_are_made_changed_compared_and_removed() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    let id = tasks_are_changed(&lab);
    let first = a_report_tells_its_run(&lab, &id);
    reports_are_compared_and_removed(&lab, &first, &id);
    every_verb_prints_as_asked(&lab);
    cron_tells_that_it_is_suspended(&lab);
    a_second_sandbox_finds_the_folder_taken(&lab);
    down_is_honest_and_takes_the_context_back(&lab);
}

fn tasks_are_changed(lab: &Lab) -> String {
    let added = lab.tutor(&["task", "add", "--user", "kudoh", "--title", "plan", "-o", "json"]).ok();
    let id = text(&added.json()["id"]);
    let item = quoted(commands(&added)[0], "--item");
    assert_eq!(text(&item["task_id"]["S"]), id, "the line that is printed makes the very same task: {added}");
    assert_eq!(item["notified"]["BOOL"], false, "and all of it: {added}");

    let unknown = lab.tutor(&["task", "done", "nosuchtask"]);
    assert_eq!((unknown.code, commands(&unknown).len()), (4, 0), "nothing is announced: {unknown}");
    let done = lab.tutor(&["task", "done", &id, "-o", "json"]).ok();
    assert_eq!((&done.json()["changed"], &done.json()["done"]), (&true.into(), &true.into()), "{done}");
    assert!(commands(&done)[0].contains("attribute_exists(task_id)"), "{done}");
    let again = lab.tutor(&["task", "done", &id, "-o", "json"]).ok();
    again.says("finished already");
    assert_eq!(again.json()["updated_at"], done.json()["updated_at"], "its time is left alone");
    assert!(commands(&again).is_empty(), "{again}");

    assert_eq!(lab.tutor(&["task", "reopen", &id, "-o", "json"]).ok().json()["done"], false);
    let dry = lab.tutor(&["task", "edit", &id, "--title", "再 \"plan\"", "--dry-run"]).ok();
    assert_eq!((commands(&dry).len(), dry.out.as_str()), (1, ""), "{dry}");
    let edited = lab.tutor(&["task", "edit", &id, "--title", "再 \"plan\"", "-o", "json"]).ok();
    assert_eq!((text(&edited.json()["title"]).as_str(), &edited.json()["done"]), ("再 \"plan\"", &false.into()));
    lab.tutor(&["task", "done", &id]).ok();

    let seeded = lab.tutor(&["task", "seed", "4", "-o", "json"]).ok();
    seeded.says("BatchWriteItem puts 4 items");
    let of_line = quoted(commands(&seeded)[0], "--item");
    assert_eq!(text(&of_line["task_id"]["S"]), text(&items(&seeded)[0]["id"]), "a real item: {seeded}");
    id
}

/// Runs the report and returns its rows' ids.
fn a_report_tells_its_run(lab: &Lab, id: &str) -> Vec<String> {
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
    let shown = lab.tutor(&["report", "show", "-o", "json"]).ok();
    let report = shown.json();
    let lineage = &report["lineage"];
    let job = lab.tutor(&["job", "show", "test1", "-o", "json"]).ok().json();
    assert_eq!(lineage["pod"], job["attempts"][0]["pod"], "{shown}");
    assert_eq!((lineage["job"].as_str(), lineage["rows"].as_u64()), (Some("test1"), Some(4)), "{shown}");
    assert_eq!(format!("completed-tasks-{}.csv", text(&lineage["day"])), text(&report["key"]));
    assert_eq!(report["header"][0], "taskId");
    let table = lab.tutor(&["report", "show", &text(&report["key"])]).ok();
    table.says("of job test1");
    assert!(table.out.starts_with("taskId ") && table.out.contains("再 \"plan\""), "{table}");
    let ids: Vec<String> = report["rows"].as_array().expect("rows").iter().map(|row| text(&row["cells"][0])).collect();
    assert!(ids.iter().any(|row| row == id), "{shown}");
    ids
}

fn reports_are_compared_and_removed(lab: &Lab, first: &[String], id: &str) {
    let key = text(&items(&lab.tutor(&["report", "ls", "-o", "json"]).ok())[0]["key"]);
    assert_eq!(lab.tutor(&["report", "ls", "-o", "json"]).ok().json()["items"][0].get("lineage"), None);
    let same = lab.tutor(&["report", "diff", &key, &key]).ok();
    assert_eq!(same.out, format!("0 added, 0 removed, 0 changed, {} unchanged\n", first.len()));
    let unknown = lab.tutor(&["report", "diff", &key, "nosuch.csv"]);
    assert_eq!(unknown.code, 4, "{unknown}");
    unknown.says("nosuch.csv");

    let none = lab.tutor(&["report", "rm", &key, "nosuch.csv"]);
    assert_eq!((none.code, commands(&none).len()), (4, 0), "one is not there, so none is removed: {none}");
    let removed = lab.tutor(&["report", "rm", &key]).ok();
    assert_eq!(removed.out, format!("report {key} deleted\n"));
    assert!(commands(&removed)[0].contains("s3 rm"), "{removed}");
    assert_eq!(lab.tutor(&["report", "cat"]).code, 4);

    let removed = lab.tutor(&["task", "rm", id, id, "-o", "name"]).ok();
    assert_eq!(removed.out, format!("{id}\n"), "one named twice is removed once");
    assert_eq!(lab.tutor(&["task", "rm", id]).code, 4);
}

fn every_verb_prints_as_asked(lab: &Lab) {
    let lines = lab.tutor(&["job", "logs", "test1", "-o", "json"]).ok();
    for line in lines.out.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(line["attempt"], 1, "{line}");
    }
    assert!(lines.out.contains("completed!!"), "{lines}");
    let parts = lab.tutor(&["logs", "-o", "name"]).ok();
    assert!(parts.out.lines().count() >= 2 && parts.out.lines().all(|line| line.starts_with("pod/")), "{parts}");
    let gone = lab.tutor(&["job", "rm", "test1", "-o", "json"]).ok();
    assert_eq!((text(&items(&gone)[0]["name"]), text(&items(&gone)[0]["outcome"])), ("test1".into(), "deleted".into()));
    let config = lab.tutor(&["kubeconfig", "-o", "json"]).ok().json();
    assert_eq!((text(&config["path"]), text(&config["context"])), (lab.kubeconfig(), "k8s-tutor-sandbox".into()));
    let diff = items(&lab.tutor(&["manifests", "diff", "-o", "json"]).ok());
    assert!(diff.iter().any(|file| file["new"] == "v2/task-reporter/cronjob.yaml"), "{diff:?}");
    let export = lab.tutor(&["manifests", "export", "mine", "--dry-run"]).ok();
    assert_eq!((commands(&export), export.out.as_str()), (vec!["cp -R k8s/. mine"], ""), "{export}");
    assert!(!lab.home().join("mine").exists());
    let wrong = lab.tutor(&["job", "run", "--wiat"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.starts_with("error: unexpected argument '--wiat' found\n"), "{wrong}");
    assert!(wrong.err.ends_with("next:  k8s-tutor job run --help\n"), "{wrong}");
}

fn cron_tells_that_it_is_suspended(lab: &Lab) {
    let next = lab.tutor(&["cron", "next", "-n", "1"]).ok();
    assert!(!next.err.contains("suspended"), "{next}");
    lab.tutor(&["cron", "suspend"]).ok();
    let next = lab.tutor(&["cron", "next", "-n", "1"]).ok();
    next.says("task-reporter is suspended");
    assert_eq!(next.out.lines().count(), 2, "{next}");
    let resumed = lab.tutor(&["cron", "resume", "-o", "json"]).ok();
    assert_eq!(resumed.json()["changed"], true, "{resumed}");
}

fn a_second_sandbox_finds_the_folder_taken(lab: &Lab) {
    let second = lab.tutor(&["sandbox", "serve"]);
    assert_eq!(second.code, 5, "{second}");
    second.says("another sandbox already serves");
}

fn down_is_honest_and_takes_the_context_back(lab: &Lab) {
    let own = lab.home().join(".kube/config");
    lab.tutor(&["kubeconfig", "--merge"]).ok();
    assert!(std::fs::read_to_string(&own).expect("a file").contains("k8s-tutor-sandbox"));
    let dry = lab.tutor(&["down", "--purge", "--dry-run"]).ok();
    assert_eq!(dry.out, "", "nothing was removed: {dry}");
    let told = commands(&dry);
    assert!(told.contains(&"kubectl delete cronjob task-reporter"), "{dry}");
    assert!(told.iter().any(|line| line.starts_with("kubectl config delete-context k8s-tutor-sandbox")), "{dry}");
    assert!(std::fs::read_to_string(&own).expect("a file").contains("k8s-tutor-sandbox"));
    lab.tutor(&["down", "--purge"]).ok().says("context k8s-tutor-sandbox removed");
    assert!(!std::fs::read_to_string(&own).expect("a file").contains("k8s-tutor-sandbox"));
    assert!(!lab.data().join("sandbox").exists());
}
