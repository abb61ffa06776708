//! The kubectl or aws line that does what an action of the lab does: what a learner copies and understands.
//!
//! One function an action. `lab` announces it before it acts, the dashboard shows it before it asks.

use serde_json::{Value, json};

use super::command::ShellCommand;
use super::object::ObjectRef;

/// The lab's DynamoDB table.
const TABLE: &str = "tasks";

/// `kubectl …`, with `-n` where the namespace is not the one that kubectl would take anyway.
pub fn kubectl(namespace: &str, line: &str) -> ShellCommand {
    let command = ShellCommand::line("kubectl");
    let command = match namespace {
        "default" => command,
        other => command.arg("-n").arg(other),
    };
    line.split_whitespace().fold(command, ShellCommand::arg)
}

/// `aws --endpoint-url …`.
pub fn aws(endpoint: &str, line: &str) -> ShellCommand {
    let command = ShellCommand::line("aws --endpoint-url").arg(endpoint);
    line.split_whitespace().fold(command, ShellCommand::arg)
}

/// A Job out of a CronJob.
pub fn run_job(namespace: &str, job: &str, cronjob: &str) -> ShellCommand {
    kubectl(namespace, "create job").arg(job).arg(format!("--from=cronjob/{cronjob}"))
}

/// An object removed.
pub fn delete(namespace: &str, object: &ObjectRef) -> ShellCommand {
    kubectl(namespace, "delete").arg(object.kind.word()).arg(&object.name)
}

/// A CronJob changed.
pub fn patch_cronjob(namespace: &str, name: &str, patch: &Value) -> ShellCommand {
    kubectl(namespace, "patch cronjob").arg(name).arg("--patch").arg(patch.to_string())
}

/// The patch that suspends or resumes.
pub fn suspend_patch(suspend: bool) -> Value {
    json!({"spec": {"suspend": suspend}})
}

/// The patch that gives another schedule.
pub fn schedule_patch(schedule: &str) -> Value {
    json!({"spec": {"schedule": schedule}})
}

/// A Service's port moved.
pub fn patch_service(namespace: &str, service: &str, patch: &Value) -> ShellCommand {
    kubectl(namespace, "patch service").arg(service).arg("--type=json").arg("-p").arg(patch.to_string())
}

/// The JSON patch that moves a port; `test` refuses where someone moved it meanwhile.
pub fn port_operations(index: usize, from: u16, to: u16) -> Vec<Value> {
    let port = format!("/spec/ports/{index}/port");
    vec![json!({"op": "test", "path": port, "value": from}), json!({"op": "replace", "path": port, "value": to})]
}

/// An object as YAML.
pub fn get_yaml(namespace: &str, object: &ObjectRef) -> ShellCommand {
    kubectl(namespace, "get").arg(object.kind.word()).arg(&object.name).arg("-o").arg("yaml")
}

/// An object in words.
pub fn describe(namespace: &str, object: &ObjectRef) -> ShellCommand {
    kubectl(namespace, "describe").arg(object.kind.word()).arg(&object.name)
}

/// An object edited.
pub fn edit(namespace: &str, object: &ObjectRef) -> ShellCommand {
    kubectl(namespace, "edit").arg(object.kind.word()).arg(&object.name)
}

/// A pod's log.
pub fn pod_log(namespace: &str, pod: &str, previous: bool) -> ShellCommand {
    let command = kubectl(namespace, "logs").arg(pod);
    if previous { command.arg("--previous") } else { command.arg("--follow") }
}

/// The logs of all attempts of a Job.
pub fn job_log(namespace: &str, job: &str) -> ShellCommand {
    kubectl(namespace, "logs --prefix --tail=-1 -l").arg(format!("job-name={job}"))
}

/// A task written as a whole.
pub fn put_task(endpoint: &str, item: &Value) -> ShellCommand {
    aws(endpoint, "dynamodb put-item --table-name").arg(TABLE).arg("--item").arg(item.to_string())
}

/// A task finished or opened again.
pub fn finish_task(endpoint: &str, id: &str, done: bool, at: i64) -> ShellCommand {
    let status = if done { "DONE" } else { "UNDONE" };
    update_task(endpoint, id, "SET #s = :s, updated_at = :now")
        .arg("--expression-attribute-names")
        .arg(json!({"#s": "status"}).to_string())
        .arg("--expression-attribute-values")
        .arg(json!({":s": {"S": status}, ":now": {"N": at.to_string()}}).to_string())
}

/// A task's title changed.
pub fn retitle_task(endpoint: &str, id: &str, title: &str, at: i64) -> ShellCommand {
    update_task(endpoint, id, "SET title = :t, updated_at = :now")
        .arg("--expression-attribute-values")
        .arg(json!({":t": {"S": title}, ":now": {"N": at.to_string()}}).to_string())
}

/// Without the condition an update of a task that is gone would make half a task.
fn update_task(endpoint: &str, id: &str, expression: &str) -> ShellCommand {
    aws(endpoint, "dynamodb update-item --table-name")
        .arg(TABLE)
        .arg("--key")
        .arg(task_key(id))
        .arg("--condition-expression")
        .arg("attribute_exists(task_id)")
        .arg("--update-expression")
        .arg(expression)
}

/// A task removed.
pub fn delete_task(endpoint: &str, id: &str) -> ShellCommand {
    aws(endpoint, "dynamodb delete-item --table-name").arg(TABLE).arg("--key").arg(task_key(id))
}

/// The tasks listed.
pub fn scan_tasks(endpoint: &str) -> ShellCommand {
    aws(endpoint, "dynamodb scan --table-name").arg(TABLE)
}

/// A report saved to a file, or to standard output for `-`.
pub fn copy_report(endpoint: &str, bucket: &str, key: &str, to: &str) -> ShellCommand {
    aws(endpoint, "s3 cp").arg(format!("s3://{bucket}/{key}")).arg(to)
}

/// A report removed.
pub fn delete_report(endpoint: &str, bucket: &str, key: &str) -> ShellCommand {
    aws(endpoint, "s3 rm").arg(format!("s3://{bucket}/{key}"))
}

/// The reports listed.
pub fn list_reports(endpoint: &str, bucket: &str) -> ShellCommand {
    aws(endpoint, "s3 ls").arg(format!("s3://{bucket}"))
}

fn task_key(id: &str) -> String {
    json!({"task_id": {"S": id}}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::Kind;

    #[test]
    fn lines_are_what_a_person_would_type() {
        assert_eq!(
            run_job("default", "test1", "task-reporter").to_string(),
            "kubectl create job test1 --from=cronjob/task-reporter"
        );
        assert_eq!(delete("lab", &ObjectRef::new(Kind::Job, "x")).to_string(), "kubectl -n lab delete job x");
        assert_eq!(
            patch_cronjob("default", "c", &suspend_patch(true)).to_string(),
            r#"kubectl patch cronjob c --patch '{"spec":{"suspend":true}}'"#
        );
        assert_eq!(
            finish_task("http://h:1", "i", false, 7).to_string(),
            "aws --endpoint-url http://h:1 dynamodb update-item --table-name tasks --key '{\"task_id\":{\"S\":\"i\"}}' \
             --condition-expression 'attribute_exists(task_id)' --update-expression 'SET #s = :s, updated_at = :now' \
             --expression-attribute-names '{\"#s\":\"status\"}' \
             --expression-attribute-values '{\":s\":{\"S\":\"UNDONE\"},\":now\":{\"N\":\"7\"}}'"
        );
        assert_eq!(
            copy_report("http://127.0.0.1:30000", "b", "a b.csv", "."),
            ShellCommand::new(["aws", "--endpoint-url", "http://127.0.0.1:30000", "s3", "cp", "s3://b/a b.csv", "."])
        );
    }
}
