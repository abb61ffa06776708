//! Tasks: what the task app keeps in DynamoDB, written and read straight there.
//!
//! Each change looks first: an id that is not there is an error before anything is announced, and what is announced
//! is exactly what is then written.

use jiff::Timestamp;
use serde::Serialize;

use super::{Lab, LabError};
use crate::aws::{self, BATCH, Endpoint, Task, Tasks};
use crate::domain::equivalent;
use crate::domain::task::TaskRow;

/// More than that is a load test, not a lesson.
const MOST_SEEDED: usize = 100_000;

/// What a change did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskChange {
    /// False when it was so already.
    pub changed: bool,
    /// The task afterwards.
    #[serde(flatten)]
    pub task: TaskRow,
}

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
    let task = Task::new(user, title, done, Timestamp::now());
    if !lab.announce(equivalent::put_task(&endpoint, &task.to_json())) {
        return Ok(None);
    }
    tasks.put(&task).await?;
    Ok(Some(row(task)))
}

/// Finishes a task; a finished one keeps its time. `None` on a dry run.
///
/// # Errors
/// There is no such task, or the table does not answer.
pub async fn done(lab: &Lab, id: &str) -> Result<Option<TaskChange>, LabError> {
    finish(lab, id, true).await
}

/// Opens a finished task again. `None` on a dry run.
///
/// # Errors
/// There is no such task, or the table does not answer.
pub async fn reopen(lab: &Lab, id: &str) -> Result<Option<TaskChange>, LabError> {
    finish(lab, id, false).await
}

async fn finish(lab: &Lab, id: &str, done: bool) -> Result<Option<TaskChange>, LabError> {
    let (tasks, endpoint) = table(lab).await?;
    let before = tasks.get(id).await?;
    if before.done == done {
        let task = row(before);
        let word = if done { "finished" } else { "open" };
        let since = task.updated_at.filter(|_| done).map(|at| format!(", since {at}")).unwrap_or_default();
        lab.note(format!("task {id} is {word} already{since}: it is left as it is"));
        return Ok(Some(TaskChange { changed: false, task }));
    }
    let now = Timestamp::now().as_second();
    if !lab.announce(equivalent::finish_task(&endpoint, id, done, now)) {
        return Ok(None);
    }
    let task = row(tasks.finish(id, done, now).await?);
    Ok(Some(TaskChange { changed: true, task }))
}

/// Gives a task another title. `None` on a dry run.
///
/// # Errors
/// The title is empty, there is no such task, or the table does not answer.
pub async fn edit(lab: &Lab, id: &str, title: &str) -> Result<Option<TaskChange>, LabError> {
    if title.is_empty() {
        return Err(LabError::Value("a task needs a title".to_owned()));
    }
    let (tasks, endpoint) = table(lab).await?;
    let before = tasks.get(id).await?;
    if before.title == title {
        lab.note(format!("task {id} has that title already: it is left as it is"));
        return Ok(Some(TaskChange { changed: false, task: row(before) }));
    }
    let now = Timestamp::now().as_second();
    if !lab.announce(equivalent::retitle_task(&endpoint, id, title, now)) {
        return Ok(None);
    }
    if before.done {
        lab.note("a finished task that is edited counts as finished now, as on the web page");
    }
    let task = row(tasks.retitle(id, title, now).await?);
    Ok(Some(TaskChange { changed: true, task }))
}

/// Deletes tasks, and returns what they were; all are looked up before the first is deleted. Empty on a dry run.
///
/// # Errors
/// One of them is not there, or the table does not answer.
pub async fn delete(lab: &Lab, ids: &[String]) -> Result<Vec<TaskRow>, LabError> {
    let (tasks, endpoint) = table(lab).await?;
    let mut found: Vec<TaskRow> = Vec::new();
    for id in ids {
        let task = row(tasks.get(id).await?);
        if !found.contains(&task) {
            found.push(task);
        }
    }
    let mut deleted = Vec::new();
    for task in found {
        if lab.announce(equivalent::delete_task(&endpoint, &task.id)) {
            tasks.delete(&task.id).await?;
            deleted.push(task);
        }
    }
    Ok(deleted)
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
    let seeded = aws::seed(n, Timestamp::now());
    // The whole line would be pages of JSON: what is done is told in words, and one item stands for all.
    lab.note(format!("BatchWriteItem puts {n} items into the table, {BATCH} a request; the first alone would be:"));
    let first = seeded.first().map(Task::to_json).unwrap_or_default();
    if !lab.announce(equivalent::put_task(&endpoint, &first)) {
        return Ok(Vec::new());
    }
    tasks.put_all(&seeded).await?;
    Ok(seeded.into_iter().map(row).collect())
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
