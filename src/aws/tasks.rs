//! The tasks table: what `k8s-tutor task` shows and changes.
//!
//! Items have exactly the shape that the task-service writes: the web page and the report see no difference.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, IndexStatus, PutRequest, ReturnValue, TableStatus, WriteRequest};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::TABLE;
use super::connect::Endpoint;
use super::error::{AwsError, Request};

/// Requests that a BatchWriteItem takes.
pub const BATCH: usize = 25;
/// Rounds of handing back what a batch left unprocessed.
const ROUNDS: usize = 20;

type Item = HashMap<String, AttributeValue>;

/// One task; times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    /// A uuid.
    pub task_id: String,
    /// Whose it is.
    pub user_name: String,
    /// What is to be done. Foreign text.
    pub title: String,
    /// More about it; may be empty. Foreign text.
    pub contents: String,
    /// True when it is finished.
    pub done: bool,
    /// True when the user has been reminded.
    pub notified: bool,
    /// When it starts.
    pub start_at: Option<i64>,
    /// When it was last changed; a task that never was stands in no report.
    pub updated_at: Option<i64>,
}

impl Task {
    /// A new task that starts at `now`; `done` finishes it in the same breath.
    #[must_use]
    pub fn new(user: &str, title: &str, done: bool, now: Timestamp) -> Self {
        let now = now.as_second();
        Self {
            task_id: uuid::Uuid::new_v4().to_string(),
            user_name: user.to_owned(),
            title: title.to_owned(),
            contents: String::new(),
            done,
            notified: false,
            start_at: Some(now),
            updated_at: done.then_some(now),
        }
    }

    /// The item in DynamoDB's JSON: exactly what [`Tasks::put`] writes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let member = |(name, value): (&str, AttributeValue)| {
            let value = match value {
                AttributeValue::S(text) => json!({"S": text}),
                AttributeValue::N(number) => json!({"N": number}),
                AttributeValue::Bool(flag) => json!({"BOOL": flag}),
                // `attributes` makes the three above only.
                _ => json!({"NULL": true}),
            };
            (name.to_owned(), value)
        };
        Value::Object(attributes(self).into_iter().map(member).collect())
    }
}

/// The table at one endpoint.
#[derive(Clone, Debug)]
pub struct Tasks {
    client: Client,
    endpoint: String,
}

impl Tasks {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(endpoint: &Endpoint) -> Self {
        Self { client: endpoint.dynamodb(), endpoint: endpoint.url().to_owned() }
    }

    /// Whether the table can be used: ACTIVE, and both indexes with it.
    ///
    /// # Errors
    /// It is missing, not ready, or nobody answers.
    pub async fn ready(&self) -> Result<(), AwsError> {
        let answer = self.client.describe_table().table_name(TABLE).send().await;
        let answer = answer.map_err(|error| self.request("DescribeTable").failed(error))?;
        let not_ready =
            |what: String| Err(AwsError::NotReady { table: TABLE.to_owned(), endpoint: self.endpoint.clone(), what });
        let Some(table) = answer.table else { return not_ready("it has no description".to_owned()) };
        if table.table_status() != Some(&TableStatus::Active) {
            return not_ready("it is not ACTIVE yet".to_owned());
        }
        for name in ["user_index", "status_index"] {
            let index = table.global_secondary_indexes().iter().find(|index| index.index_name() == Some(name));
            match index.map(|index| index.index_status()) {
                Some(Some(IndexStatus::Active)) => {}
                Some(_) => return not_ready(format!("index {name} is not ACTIVE yet")),
                None => return not_ready(format!("it has no index {name}")),
            }
        }
        Ok(())
    }

    /// Writes a task as a whole.
    ///
    /// # Errors
    /// The table is missing or nobody answers.
    pub async fn put(&self, task: &Task) -> Result<(), AwsError> {
        let put = self.client.put_item().table_name(TABLE).set_item(Some(item(task))).send().await;
        put.map(drop).map_err(|error| self.request("PutItem").failed(error))
    }

    /// One task.
    ///
    /// # Errors
    /// There is no such task, the table is missing, or nobody answers.
    pub async fn get(&self, id: &str) -> Result<Task, AwsError> {
        // DynamoDB refuses an empty key in words about keys; nobody's task has it.
        if id.is_empty() {
            return Err(AwsError::NoTask { id: String::new() });
        }
        let get = self.client.get_item().table_name(TABLE).key("task_id", text(id)).consistent_read(true);
        let answer = get.send().await.map_err(|error| self.request("GetItem").failed(error))?;
        answer.item().map(task).ok_or_else(|| AwsError::NoTask { id: id.to_owned() })
    }

    /// Finishes a task at `at` (unix seconds), or opens it again.
    ///
    /// # Errors
    /// There is no such task, the table is missing, or nobody answers.
    pub async fn finish(&self, id: &str, done: bool, at: i64) -> Result<Task, AwsError> {
        let update = self
            .update(id, at)
            .update_expression("SET #s = :s, updated_at = :now")
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":s", text(status(done)));
        self.updated(id, update).await
    }

    /// Gives a task another title, at `at` (unix seconds).
    ///
    /// # Errors
    /// There is no such task, the table is missing, or nobody answers.
    pub async fn retitle(&self, id: &str, title: &str, at: i64) -> Result<Task, AwsError> {
        let update = self.update(id, at).update_expression("SET title = :t, updated_at = :now");
        self.updated(id, update.expression_attribute_values(":t", text(title))).await
    }

    /// Deletes a task; one that is not there is as good as deleted.
    ///
    /// # Errors
    /// The table is missing or nobody answers.
    pub async fn delete(&self, id: &str) -> Result<(), AwsError> {
        let delete = self.client.delete_item().table_name(TABLE).key("task_id", text(id)).send().await;
        delete.map(drop).map_err(|error| self.request("DeleteItem").failed(error))
    }

    fn update(&self, id: &str, at: i64) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(TABLE).key("task_id", text(id));
        // Without the condition an update would make a task of its own: DynamoDB's update is an upsert.
        let update = update.condition_expression("attribute_exists(task_id)");
        update.expression_attribute_values(":now", number(at)).return_values(ReturnValue::AllNew)
    }

    async fn updated(&self, id: &str, update: UpdateItemFluentBuilder) -> Result<Task, AwsError> {
        match update.send().await {
            Ok(answer) => Ok(task(&answer.attributes.unwrap_or_default())),
            Err(error)
                if error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception()) =>
            {
                Err(AwsError::NoTask { id: id.to_owned() })
            }
            Err(error) => Err(self.request("UpdateItem").failed(error)),
        }
    }

    /// All tasks, in no order.
    ///
    /// # Errors
    /// The table is missing or nobody answers.
    pub async fn list(&self) -> Result<Vec<Task>, AwsError> {
        let (mut tasks, mut after) = (Vec::new(), None);
        loop {
            let scan = self.client.scan().table_name(TABLE).set_exclusive_start_key(after).send().await;
            let page = scan.map_err(|error| self.request("Scan").failed(error))?;
            tasks.extend(page.items().iter().map(task));
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(tasks);
            }
        }
    }

    /// Writes many tasks, [`BATCH`] a request.
    ///
    /// # Errors
    /// The table is missing or nobody answers; what was written until then stays.
    pub async fn put_all(&self, tasks: &[Task]) -> Result<(), AwsError> {
        for batch in tasks.chunks(BATCH) {
            self.write(batch).await?;
        }
        Ok(())
    }

    async fn write(&self, batch: &[Task]) -> Result<(), AwsError> {
        let request = self.request("BatchWriteItem");
        let mut writes = Vec::with_capacity(batch.len());
        for task in batch {
            let put = PutRequest::builder().set_item(Some(item(task))).build();
            let put = put.map_err(|error| request.other(error.to_string()))?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        let mut left = Some(HashMap::from([(TABLE.to_owned(), writes)]));
        for _ in 0..ROUNDS {
            let answer = self.client.batch_write_item().set_request_items(left).send().await;
            // A batch may be done in part; what was not is handed back to be sent again.
            left = answer.map_err(|error| request.failed(error))?.unprocessed_items.filter(|left| !left.is_empty());
            if left.is_none() {
                return Ok(());
            }
        }
        Err(request.other("the table keeps handing items back".to_owned()))
    }

    fn request(&self, operation: &'static str) -> Request<'_> {
        Request { operation, endpoint: &self.endpoint, object: TABLE }
    }
}

fn item(task: &Task) -> Item {
    attributes(task).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The attributes of a task. A task never changed has no `updated_at`, hence no place in `status_index`.
fn attributes(task: &Task) -> Vec<(&'static str, AttributeValue)> {
    let mut all = vec![
        ("task_id", text(&task.task_id)),
        ("user_name", text(&task.user_name)),
        ("title", text(&task.title)),
        ("contents", text(&task.contents)),
        ("notified", AttributeValue::Bool(task.notified)),
        ("status", text(status(task.done))),
    ];
    let times = [("start_at", task.start_at), ("updated_at", task.updated_at)];
    all.extend(times.into_iter().filter_map(|(name, second)| Some((name, number(second?)))));
    all
}

fn status(done: bool) -> &'static str {
    if done { "DONE" } else { "UNDONE" }
}

fn task(item: &Item) -> Task {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let second = |name: &str| item.get(name).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok());
    Task {
        task_id: text("task_id"),
        user_name: text("user_name"),
        title: text("title"),
        contents: text("contents"),
        done: text("status") == "DONE",
        notified: item.get("notified").and_then(|value| value.as_bool().ok()).copied().unwrap_or_default(),
        start_at: second("start_at"),
        updated_at: second("updated_at"),
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Task, item, task};
    use crate::aws::seed;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use serde_json::json;

    #[test]
    fn a_task_survives_its_item() {
        for one in seed::tasks(12, Timestamp::from_second(1_700_000_000).unwrap(), &TimeZone::UTC) {
            assert_eq!(task(&item(&one)), one);
        }
    }

    #[test]
    fn the_json_is_the_item() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let one = Task::new("kudoh", "say \"hi\"", true, now);
        let second = json!({"N": "1700000000"});
        let wanted = json!({"task_id": {"S": one.task_id}, "user_name": {"S": "kudoh"}, "title": {"S": "say \"hi\""},
            "contents": {"S": ""}, "notified": {"BOOL": false}, "status": {"S": "DONE"}, "start_at": second,
            "updated_at": second});
        assert_eq!(one.to_json(), wanted);
        assert_eq!(item(&one).len(), wanted.as_object().unwrap().len());
        assert!(Task::new("k", "t", false, now).to_json().get("updated_at").is_none());
    }
}
