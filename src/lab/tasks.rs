//! Tasks: what the task app keeps in DynamoDB, written and read straight there.

use jiff::Timestamp;

use super::{Lab, LabError};
use crate::aws::{Endpoint, Task, Tasks};
use crate::domain::equivalent::aws;
use crate::domain::task::TaskRow;

/// More than that is a load test, not a lesson.
const MOST_SEEDED: usize = 100_000;

/// All tasks.
///
/// # Errors
/// The table does not answer.
pub async fn list(lab: &Lab) -> Result<Vec<TaskRow>, LabError> {
    let (tasks, _) = table(lab).await?;
    let mut rows: Vec<TaskRow> = tasks.list().await?.into_iter().map(row).collect();
    rows.sort_by(|a, b| (&a.user, a.start_at, &a.id).cmp(&(&b.user, b.start_at, &b.id)));
    Ok(rows)
}

/// Adds a task, finished at once if `done`. `None` on a dry run.
///
/// # Errors
/// The user is empty, or the table does not answer.
pub async fn add(lab: &Lab, user: &str, title: &str, done: bool) -> Result<Option<TaskRow>, LabError> {
    if user.is_empty() || title.is_empty() {
        return Err(LabError::Value("a task needs a user and a title".to_owned()));
    }
    let (tasks, endpoint) = table(lab).await?;
    let status = if done { "DONE" } else { "UNDONE" };
    let item = serde_json::json!({"task_id": {"S": "(a new UUID)"}, "user_name": {"S": user}, "title": {"S": title},
        "status": {"S": status}});
    if !lab.announce(aws(&endpoint, "dynamodb put-item --table-name tasks --item").arg(item.to_string())) {
        return Ok(None);
    }
    Ok(Some(row(tasks.add(user, title, done).await?)))
}

/// Finishes a task. `None` on a dry run.
///
/// # Errors
/// There is no such task, or the table does not answer.
pub async fn done(lab: &Lab, id: &str) -> Result<Option<TaskRow>, LabError> {
    let (tasks, endpoint) = table(lab).await?;
    let key = serde_json::json!({"task_id": {"S": id}}).to_string();
    let now = Timestamp::now().as_second();
    let command = aws(&endpoint, "dynamodb update-item --table-name tasks --key")
        .arg(key)
        .arg("--update-expression")
        .arg("SET #s = :done, updated_at = :now")
        .arg("--expression-attribute-names")
        .arg(r##"{"#s":"status"}"##)
        .arg("--expression-attribute-values")
        .arg(format!(r#"{{":done":{{"S":"DONE"}},":now":{{"N":"{now}"}}}}"#));
    if !lab.announce(command) {
        return Ok(None);
    }
    Ok(Some(row(tasks.done(id).await?)))
}

/// Adds `n` tasks of several users, two thirds of them finished today. Empty on a dry run.
///
/// # Errors
/// `n` is too large, or the table does not answer.
pub async fn seed(lab: &Lab, n: usize) -> Result<Vec<TaskRow>, LabError> {
    if n == 0 || n > MOST_SEEDED {
        return Err(LabError::Value(format!("seed takes 1 to {MOST_SEEDED} tasks, not {n}")));
    }
    let (tasks, endpoint) = table(lab).await?;
    let command =
        aws(&endpoint, "dynamodb batch-write-item --request-items").arg(format!("({n} items for table tasks)"));
    if !lab.announce(command) {
        return Ok(Vec::new());
    }
    Ok(tasks.seed(n).await?.into_iter().map(row).collect())
}

async fn table(lab: &Lab) -> Result<(Tasks, String), LabError> {
    let endpoint = lab.aws_endpoint().await?;
    Ok((Tasks::new(&Endpoint::new(endpoint.clone())), endpoint))
}

fn row(task: Task) -> TaskRow {
    let time = |seconds: Option<i64>| seconds.and_then(|s| Timestamp::from_second(s).ok());
    TaskRow {
        id: task.task_id,
        user: task.user_name,
        title: task.title,
        done: task.done,
        start_at: time(task.start_at),
        updated_at: time(task.updated_at),
    }
}
