//! The tutorial's table through aws-sdk-dynamodb.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue as V, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, Put, PutRequest, ScalarAttributeType, TransactWriteItem, WriteRequest,
};

use super::Standin;

fn key(name: &str, kind: KeyType) -> KeySchemaElement {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
}

fn attribute(name: &str, kind: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
}

/// The table `tasks` with its index by status.
pub(super) async fn create_table(db: &Client) -> Result<String, String> {
    let index = GlobalSecondaryIndex::builder()
        .index_name("status_index")
        .key_schema(key("status", KeyType::Hash))
        .key_schema(key("updated_at", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
        .unwrap();
    let made = db
        .create_table()
        .table_name("tasks")
        .attribute_definitions(attribute("task_id", ScalarAttributeType::S))
        .attribute_definitions(attribute("status", ScalarAttributeType::S))
        .attribute_definitions(attribute("updated_at", ScalarAttributeType::N))
        .key_schema(key("task_id", KeyType::Hash))
        .global_secondary_indexes(index)
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await
        .map_err(|e| e.code().unwrap_or("?").to_owned())?;
    Ok(made.table_description().and_then(|t| t.table_arn()).unwrap_or_default().to_owned())
}

pub(super) async fn put(db: &Client, id: &str, status: &str, updated: i64) {
    db.put_item()
        .table_name("tasks")
        .item("task_id", V::S(id.to_owned()))
        .item("title", V::S("デザイン\"レビュー\"".to_owned()))
        .item("status", V::S(status.to_owned()))
        .item("updated_at", V::N(updated.to_string()))
        .send()
        .await
        .expect("a put");
}

#[tokio::test]
async fn the_reports_query_goes_page_by_page() {
    let standin = Standin::in_memory().await;
    let db = standin.dynamodb();
    assert_eq!(create_table(&db).await.as_deref(), Ok("arn:aws:dynamodb:us-east-1:000000000000:table/tasks"));
    assert_eq!(create_table(&db).await, Err("ResourceInUseException".to_owned()));
    for n in 0..25 {
        put(&db, &format!("t{n}"), if n % 5 == 0 { "UNDONE" } else { "DONE" }, 100 + n).await;
    }
    let mut pages = db
        .query()
        .table_name("tasks")
        .index_name("status_index")
        .key_condition_expression("#s = :done AND updated_at BETWEEN :from AND :to")
        .expression_attribute_names("#s", "status")
        .expression_attribute_values(":done", V::S("DONE".to_owned()))
        .expression_attribute_values(":from", V::N("101".to_owned()))
        .expression_attribute_values(":to", V::N("120".to_owned()))
        .limit(10)
        .into_paginator()
        .send();
    let mut counts = Vec::new();
    while let Some(page) = pages.next().await {
        counts.push(page.unwrap().count());
    }
    assert_eq!(counts.iter().sum::<i32>(), 16);
    assert_eq!(counts[0], 10);
}

#[tokio::test]
async fn writes_with_conditions_batches_and_transactions() {
    let standin = Standin::in_memory().await;
    let db = standin.dynamodb();
    create_table(&db).await.unwrap();
    put(&db, "a", "UNDONE", 1).await;
    let updated = db
        .update_item()
        .table_name("tasks")
        .key("task_id", V::S("a".to_owned()))
        .update_expression("SET #s = :s, updated_at = :now")
        .condition_expression("attribute_exists(task_id)")
        .expression_attribute_names("#s", "status")
        .expression_attribute_values(":s", V::S("DONE".to_owned()))
        .expression_attribute_values(":now", V::N("5".to_owned()));
    updated.send().await.unwrap();
    let missing = db.update_item().table_name("tasks").key("task_id", V::S("zz".to_owned()));
    let missing = missing.update_expression("SET x = :x").condition_expression("attribute_exists(task_id)");
    let missing = missing.expression_attribute_values(":x", V::Bool(true)).send().await.unwrap_err();
    assert_eq!(missing.code(), Some("ConditionalCheckFailedException"));
    let write = |id: &str| {
        let put = PutRequest::builder().item("task_id", V::S(id.to_owned())).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let batch = db.batch_write_item().request_items("tasks", ["b", "c"].map(write).to_vec());
    assert!(batch.send().await.unwrap().unprocessed_items().is_none_or(|u| u.is_empty()));
    let put_new = |id: &str| {
        let put = Put::builder().table_name("tasks").item("task_id", V::S(id.to_owned()));
        let put = put.condition_expression("attribute_not_exists(task_id)").build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let both = db.transact_write_items().transact_items(put_new("d")).transact_items(put_new("a"));
    assert_eq!(both.send().await.unwrap_err().code(), Some("TransactionCanceledException"));
    let all = db.scan().table_name("tasks").send().await.unwrap();
    assert_eq!(all.count(), 3, "the transaction left nothing behind");
}

#[tokio::test]
async fn expressions_that_are_too_much_do_not_end_the_process() {
    let standin = Standin::in_memory().await;
    let db = standin.dynamodb();
    create_table(&db).await.unwrap();
    let filters = [
        format!("{}a = :b{}", "(".repeat(2000), ")".repeat(2000)),
        format!("{}a = :b{}", "(".repeat(290), ")".repeat(290)),
        format!("{} a = :b", "NOT ".repeat(1000)),
        format!("{} a = :b", "NOT ".repeat(60)),
        format!("a = {}", "b".repeat(5000)),
        format!("{}a = :b{}", "NOT (".repeat(290), ")".repeat(290)),
    ];
    for filter in filters {
        let scan = db.scan().table_name("tasks").filter_expression(&filter);
        let answer = scan.expression_attribute_values(":b", V::S("x".to_owned())).send().await;
        if let Err(e) = answer {
            assert_eq!(e.code(), Some("ValidationException"), "{}", &filter[..20]);
        }
    }
    assert_eq!(db.list_tables().send().await.unwrap().table_names(), ["tasks"]);
}
