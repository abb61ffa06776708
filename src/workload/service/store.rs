//! The tasks table as the service uses it.
//!
//! Called by `handlers.rs`. The shape of an item is a contract with the task-reporter: `status` and `updated_at` put
//! a task into `status_index`, `user_name` and `start_at` into `user_index`. A new task has no `updated_at`, hence
//! no place in `status_index`, until its first update.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::answer::Problem;
use super::config::Config;
use super::input::{NewTask, Update};
use crate::workload::clients::AwsSettings;
use crate::workload::failure::Request;

/// Tasks in one answer; a page shows no more.
const LIMIT: i32 = 100;

type Item = HashMap<String, AttributeValue>;

/// A task as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Task {
    user_name: String,
    start_at: i64,
    task_id: String,
    title: String,
    contents: String,
    notified: bool,
    done: bool,
}

/// The table behind the API.
pub(super) struct Store {
    client: Client,
    table: String,
    place: String,
}

impl Store {
    pub(super) fn new(config: &Config) -> Self {
        let client = AwsSettings::dynamodb(&config.aws.sdk_config());
        Self { client, table: config.table.clone(), place: config.aws.place() }
    }

    /// Writes a new task and returns its id.
    pub(super) async fn add(&self, task: NewTask) -> Result<String, Problem> {
        let id = uuid::Uuid::new_v4().to_string();
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("task_id", text(&id))
            .item("user_name", text(&task.user_name))
            .item("start_at", number(task.start_at))
            .item("title", text(&task.title))
            .item("contents", text(&task.contents))
            .item("notified", AttributeValue::Bool(false))
            .item("status", text("UNDONE"));
        let answer = put.send().await;
        answer.map_err(|error| Problem::Inside(self.request("PutItem").failed(error)))?;
        Ok(id)
    }

    /// Writes the whole new state of a task that is there; `now` becomes its `updated_at`.
    pub(super) async fn update(&self, update: &Update, now: i64) -> Result<(), Problem> {
        let task = &update.task;
        let values = [
            ("user_name", text(&task.user_name)),
            ("start_at", number(task.start_at)),
            ("title", text(&task.title)),
            ("contents", text(&task.contents)),
            ("notified", AttributeValue::Bool(update.notified)),
            ("status", text(if update.done { "DONE" } else { "UNDONE" })),
            ("updated_at", number(now)),
        ];
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("task_id", text(&update.task_id))
            // Without the condition an update would make a task of its own: DynamoDB's update is an upsert.
            .condition_expression("attribute_exists(task_id)");
        let mut set = Vec::new();
        for (name, value) in values {
            set.push(format!("#{name} = :{name}"));
            request = request
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), value);
        }
        let answer = request.update_expression(format!("SET {}", set.join(", "))).send().await;
        match answer {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Err(Problem::NoTask(update.task_id.clone()))
            }
            Err(error) => Err(Problem::Inside(self.request("UpdateItem").failed(error))),
        }
    }

    /// The tasks of `user` that start from `start` to `end`, earliest first, at most a hundred.
    pub(super) async fn list(&self, user: &str, start: i64, end: i64) -> Result<Vec<Task>, Problem> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("user_index")
            .key_condition_expression("user_name = :user AND start_at BETWEEN :start AND :end")
            .expression_attribute_values(":user", text(user))
            .expression_attribute_values(":start", number(start))
            .expression_attribute_values(":end", number(end))
            .limit(LIMIT);
        let answer = query.send().await.map_err(|error| Problem::Inside(self.request("Query").failed(error)))?;
        Ok(answer.items().iter().map(Task::from_item).collect())
    }

    fn request(&self, operation: &'static str) -> Request<'_> {
        Request { operation, object: &self.table, place: &self.place }
    }
}

impl Task {
    fn from_item(item: &Item) -> Self {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let start_at = item.get("start_at").and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
        Self {
            user_name: text("user_name"),
            start_at: start_at.unwrap_or_default(),
            task_id: text("task_id"),
            title: text("title"),
            contents: text("contents"),
            notified: item.get("notified").and_then(|value| value.as_bool().ok()).copied().unwrap_or_default(),
            done: text("status") == "DONE",
        }
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
