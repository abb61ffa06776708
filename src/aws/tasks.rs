//! The tasks table: what `k8s-tutor task` shows and changes.
//!
//! Items have exactly the shape that the task-service writes: the web page and the report see no difference.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, IndexStatus, PutRequest, TableStatus, WriteRequest};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::connect::Endpoint;
use super::error::{AwsError, Request};
use super::seed;
use super::{TABLE, ZONE};

/// Requests that a BatchWriteItem takes.
const BATCH: usize = 25;
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

    /// Adds a task that starts now; `done` finishes it in the same breath.
    ///
    /// # Errors
    /// The table is missing or nobody answers.
    pub async fn add(&self, user: &str, title: &str, done: bool) -> Result<Task, AwsError> {
        let now = Timestamp::now().as_second();
        let task = Task {
            task_id: uuid::Uuid::new_v4().to_string(),
            user_name: user.to_owned(),
            title: title.to_owned(),
            contents: String::new(),
            done,
            notified: false,
            start_at: Some(now),
            updated_at: done.then_some(now),
        };
        let put = self.client.put_item().table_name(TABLE).set_item(Some(item(&task))).send().await;
        put.map_err(|error| self.request("PutItem").failed(error))?;
        Ok(task)
    }

    /// Finishes a task, now.
    ///
    /// # Errors
    /// There is no such task, the table is missing, or nobody answers.
    pub async fn done(&self, id: &str) -> Result<Task, AwsError> {
        let update = self
            .client
            .update_item()
            .table_name(TABLE)
            .key("task_id", text(id))
            // Without the condition an update would make a task of its own: DynamoDB's update is an upsert.
            .condition_expression("attribute_exists(task_id)")
            .update_expression("SET #s = :done, updated_at = :now")
            .expression_attribute_names("#s", "status")
            .expression_attribute_values(":done", text("DONE"))
            .expression_attribute_values(":now", number(Timestamp::now().as_second()))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllNew);
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

    /// Adds `n` tasks of several users, two thirds of them finished today by the clock of the tutorial's `TZ`.
    ///
    /// # Errors
    /// The table is missing or nobody answers; what was written until then stays.
    pub async fn seed(&self, n: usize) -> Result<Vec<Task>, AwsError> {
        // The zone is part of the program; UTC stands in where a test has taken it out.
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        self.seed_at(n, Timestamp::now(), &zone).await
    }

    /// As [`Tasks::seed`], at a time and in a zone of the caller's choice.
    ///
    /// # Errors
    /// As [`Tasks::seed`].
    pub async fn seed_at(&self, n: usize, now: Timestamp, zone: &TimeZone) -> Result<Vec<Task>, AwsError> {
        let tasks = seed::tasks(n, now, zone);
        for batch in tasks.chunks(BATCH) {
            self.write(batch).await?;
        }
        Ok(tasks)
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

/// The item of a task. A task never changed has no `updated_at`, hence no place in `status_index`.
fn item(task: &Task) -> Item {
    let mut item = HashMap::from([
        ("task_id".to_owned(), text(&task.task_id)),
        ("user_name".to_owned(), text(&task.user_name)),
        ("title".to_owned(), text(&task.title)),
        ("contents".to_owned(), text(&task.contents)),
        ("notified".to_owned(), AttributeValue::Bool(task.notified)),
        ("status".to_owned(), text(if task.done { "DONE" } else { "UNDONE" })),
    ]);
    for (name, second) in [("start_at", task.start_at), ("updated_at", task.updated_at)] {
        if let Some(second) = second {
            item.insert(name.to_owned(), number(second));
        }
    }
    item
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
    use super::{item, task};
    use crate::aws::seed;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    #[test]
    fn a_task_survives_its_item() {
        for one in seed::tasks(12, Timestamp::from_second(1_700_000_000).unwrap(), &TimeZone::UTC) {
            assert_eq!(task(&item(&one)), one);
        }
    }
}
