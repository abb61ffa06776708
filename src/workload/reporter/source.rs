//! Reads the finished tasks of a day from the index `status_index`, page by page.
//!
//! Called by `run.rs`. While one page is being written the next one is already on its way; there are never more
//! than two pages in memory.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use tokio_util::task::AbortOnDropHandle;

use super::day::Day;
use crate::workload::failure::{Failure, Request};

type Item = HashMap<String, AttributeValue>;

/// What to ask for.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) day: Day,
    pub(super) page_size: i32,
    /// The endpoint, for errors.
    pub(super) place: String,
}

/// The pages of one query, in the order of the index (by completion time).
pub(super) struct Pages {
    question: Question,
    coming: Option<AbortOnDropHandle<Result<QueryOutput, Failure>>>,
}

impl Pages {
    /// Asks for the first page. A day that the zone skipped has no page: DynamoDB refuses an upside-down range.
    pub(super) fn open(question: Question) -> Self {
        let mut pages = Self { question, coming: None };
        if pages.question.day.start <= pages.question.day.end {
            pages.ask(None);
        }
        pages
    }

    /// The next page, or None after the last; the page after it is asked for before this returns.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Item>>, Failure> {
        let Some(coming) = self.coming.take() else { return Ok(None) };
        let page =
            coming.await.map_err(|error| Failure::Unexpected { operation: "Query", message: error.to_string() })??;
        if page.last_evaluated_key.is_some() {
            tracing::info!("processing next chunk...");
            self.ask(page.last_evaluated_key);
        }
        Ok(Some(page.items.unwrap_or_default()))
    }

    fn ask(&mut self, after: Option<Item>) {
        let question = self.question.clone();
        self.coming = Some(AbortOnDropHandle::new(tokio::spawn(question.page(after))));
    }
}

impl Question {
    async fn page(self, after: Option<Item>) -> Result<QueryOutput, Failure> {
        let names = [("#s", "status"), ("#u", "updated_at"), ("#i", "task_id"), ("#n", "user_name"), ("#t", "title")];
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name("status_index")
            .key_condition_expression("#s = :done AND #u BETWEEN :start AND :end")
            .projection_expression("#i, #n, #u, #t")
            .expression_attribute_values(":done", AttributeValue::S("DONE".to_owned()))
            .expression_attribute_values(":start", AttributeValue::N(self.day.start.to_string()))
            .expression_attribute_values(":end", AttributeValue::N(self.day.end.to_string()))
            .limit(self.page_size)
            .set_exclusive_start_key(after);
        for (short, name) in names {
            query = query.expression_attribute_names(short, name);
        }
        let request = Request { operation: "Query", object: &self.table, place: &self.place };
        query.send().await.map_err(|error| request.failed(error))
    }
}
