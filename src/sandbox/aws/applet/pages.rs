//! Answers in pages, joined as the real CLI joins them.

use base64::Engine;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::failure::{Failure, Outcome};
use super::model::{Operation, Pages};
use super::request::Client;
use crate::sandbox::aws::python_json;

/// `--max-items`, `--starting-token`, `--page-size`.
#[derive(Clone, Debug, Default)]
pub(super) struct Paging {
    max_items: Option<usize>,
    starting_token: Option<String>,
    page_size: Option<i64>,
}

impl Paging {
    pub(super) fn set(&mut self, name: &str, value: &str) -> Outcome<()> {
        let invalid = || Failure::usage(format!("argument --{name}: invalid int value: '{value}'"));
        match name {
            "max-items" => self.max_items = Some(value.parse().map_err(|_| invalid())?),
            "page-size" => self.page_size = Some(value.parse().map_err(|_| invalid())?),
            _ => self.starting_token = Some(value.to_owned()),
        }
        Ok(())
    }
}

/// Calls an operation; where it answers in pages and the caller did not page by hand, all of them.
pub(super) async fn call(
    client: &Client,
    operation: &Operation,
    input: Value,
    payload: Option<Bytes>,
    paging: &Paging,
) -> Outcome<Value> {
    let pages = client.model.pages(operation.name).filter(|pages| !by_hand(pages, &input));
    match pages {
        Some(pages) => joined(client, operation, pages, input, paging).await,
        None => client.send(operation.name, &input, payload).await.map(|answer| answer.value),
    }
}

/// A token or limit of the service's own among the options turns paging off.
fn by_hand(pages: &Pages, input: &Value) -> bool {
    let mut names = pages.input.iter().copied().chain(pages.limit);
    names.any(|name| input.get(name).is_some())
}

async fn joined(
    client: &Client,
    operation: &Operation,
    pages: &Pages,
    mut input: Value,
    paging: &Paging,
) -> Outcome<Value> {
    let mut all = Map::new();
    let mut constants: Option<Map<String, Value>> = None;
    let mut skip = start(pages, &mut input, paging)?;
    if let (Some(limit), Some(size)) = (pages.limit, paging.page_size) {
        input[limit] = json!(size);
    }
    let main = pages.result.first().copied().unwrap_or_default();
    let mut next_token = None;
    loop {
        let answer = client.call(operation.name, &input).await?;
        constants.get_or_insert_with(|| constant_part(pages, &answer));
        let mut got = 0;
        for name in &pages.result {
            if let Some(value) = answer.get(*name) {
                let value = if *name == main { skipped(value, skip) } else { value.clone() };
                add(&mut all, name, value);
            }
        }
        if let Some(list) = all.get(main).and_then(Value::as_array) {
            got = list.len();
        }
        if let Some(most) = paging.max_items.filter(|most| got > *most) {
            let dropped = got - most;
            let page = answer.get(main).and_then(Value::as_array).map_or(0, Vec::len);
            if let Some(Value::Array(list)) = all.get_mut(main) {
                list.truncate(most);
            }
            next_token = Some(token(pages, &input, Some(page - dropped.min(page))));
            break;
        }
        skip = 0;
        let Some(following) = following(pages, &answer) else { break };
        for (name, value) in following {
            input[name] = value;
        }
        if paging.max_items == Some(got) {
            next_token = Some(token(pages, &input, None));
            break;
        }
    }
    // A bare count of what was asked for, then what does not change from page to page.
    for (name, value) in constants.unwrap_or_default() {
        all.entry(name).or_insert(value);
    }
    if let Some(token) = next_token {
        all.insert("NextToken".to_owned(), json!(token));
    }
    Ok(Value::Object(all))
}

fn constant_part(pages: &Pages, answer: &Value) -> Map<String, Value> {
    pages.constant.iter().map(|name| ((*name).to_owned(), answer.get(*name).cloned().unwrap_or_default())).collect()
}

fn add(all: &mut Map<String, Value>, name: &str, value: Value) {
    match (all.get_mut(name), value) {
        (None, value) => {
            all.insert(name.to_owned(), value);
        }
        (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
        (Some(sum), Value::Number(more)) => {
            let total = sum.as_i64().unwrap_or(0) + more.as_i64().unwrap_or(0);
            *sum = json!(total);
        }
        _ => {}
    }
}

fn skipped(value: &Value, count: usize) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().skip(count).cloned().collect()),
        other => other.clone(),
    }
}

/// What the next request carries, `None` after the last page.
fn following(pages: &Pages, answer: &Value) -> Option<Vec<(&'static str, Value)>> {
    if pages.more.is_some_and(|more| answer.get(more) != Some(&Value::Bool(true))) {
        return None;
    }
    let found: Vec<_> = pages
        .input
        .iter()
        .zip(&pages.output)
        .filter_map(|(input, output)| Some((*input, output_token(output, answer)?)))
        .collect();
    if found.is_empty() { None } else { Some(found) }
}

/// `NextMarker||Contents[-1].Key`: the first of the names that is there.
fn output_token(output: &str, answer: &Value) -> Option<Value> {
    let found = output.split("||").find_map(|name| match name.split_once("[-1].") {
        Some((list, member)) => answer.get(list)?.as_array()?.last()?.get(member).cloned(),
        None => answer.get(name).cloned(),
    });
    found.filter(|value| !value.is_null() && value != "" && *value != json!({}))
}

/// The real CLI's token: base64 of the request's own tokens and how much of that page was printed.
fn token(pages: &Pages, input: &Value, printed: Option<usize>) -> String {
    let mut map: Map<String, Value> =
        pages.input.iter().map(|name| ((*name).to_owned(), input.get(*name).cloned().unwrap_or_default())).collect();
    if let Some(printed) = printed {
        map.insert("boto_truncate_amount".to_owned(), json!(printed));
    }
    base64::engine::general_purpose::STANDARD.encode(python_json::to_text(&Value::Object(map)))
}

fn start(pages: &Pages, input: &mut Value, paging: &Paging) -> Outcome<usize> {
    let Some(text) = &paging.starting_token else { return Ok(0) };
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok();
    let map = bytes.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let map = map.ok_or_else(|| Failure::other(format!("Bad starting token: {text}")))?;
    for name in &pages.input {
        if let Some(value) = map.get(*name).filter(|v| !v.is_null()) {
            input[*name] = value.clone();
        }
    }
    let skip = map.get("boto_truncate_amount").and_then(Value::as_u64).unwrap_or(0);
    Ok(usize::try_from(skip).unwrap_or(0))
}
