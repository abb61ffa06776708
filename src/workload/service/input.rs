//! Checks what a client sends, and says everything that is wrong with it at once.
//!
//! Called by `handlers.rs`. Pure: bytes and strings in, a checked value or a list of problems out. Fields that are
//! not known are ignored, as the web page of the original sends more than the API reads.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value};

use super::answer::Problem;

const MAX_NAME: usize = 100;
const MAX_TITLE: usize = 1_000;
const MAX_CONTENTS: usize = 10_000;
const MAX_ID: usize = 128;
/// 9999-12-31T23:59:59Z: later seconds are no date that anyone can print.
const MAX_SECOND: i64 = 253_402_300_799;

/// A task to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewTask {
    pub(crate) user_name: String,
    pub(crate) title: String,
    /// Unix seconds.
    pub(crate) start_at: i64,
    pub(crate) contents: String,
}

/// A task's new state, in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) task_id: String,
    pub(crate) task: NewTask,
    pub(crate) notified: bool,
    pub(crate) done: bool,
}

/// Which tasks to list: `start` and `end` in unix seconds, both included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) user_name: String,
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
}

/// A JSON object from a request body.
pub(super) fn object(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Map<String, Value>, Problem> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => one("body", "could not be read"),
    })?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    // A form or text/plain can be sent by any page on the net without asking; application/json cannot.
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::NotJson);
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(one("body", "must be a JSON object")),
        Err(error) => Err(one("body", &format!("is no JSON: {error}"))),
    }
}

fn one(name: &str, problem: &str) -> Problem {
    Problem::Invalid(vec![(name.to_owned(), problem.to_owned())])
}

/// Reads the body of `POST /api/tasks`.
pub(super) fn new_task(object: &Map<String, Value>) -> Result<NewTask, Problem> {
    let mut fields = Fields { object, problems: Vec::new() };
    let task = fields.task();
    fields.finish(task)
}

/// Reads the body of `PUT /api/tasks`.
pub(super) fn update(object: &Map<String, Value>) -> Result<Update, Problem> {
    let mut fields = Fields { object, problems: Vec::new() };
    let update = Update {
        task_id: fields.text("taskId", 1, MAX_ID),
        task: fields.task(),
        notified: fields.flag("notified", Some(false)),
        done: fields.flag("done", None),
    };
    fields.finish(update)
}

/// Reads the query of `GET /api/tasks`.
pub(super) fn selection(query: &HashMap<String, String>) -> Result<Selection, Problem> {
    let mut problems = Vec::new();
    let mut second = |name: &str| {
        let text = query.get(name).filter(|text| !text.is_empty())?;
        let parsed = text.parse().ok().filter(|second| (0..=MAX_SECOND).contains(second));
        if parsed.is_none() {
            problems.push((name.to_owned(), format!("must be unix seconds from 0 to {MAX_SECOND}")));
        }
        parsed
    };
    let (start, end) = (second("start"), second("end"));
    let user_name = query.get("userName").cloned().unwrap_or_default();
    if let Some(problem) = length(&user_name, 1, MAX_NAME) {
        problems.push(("userName".to_owned(), problem));
    }
    if problems.is_empty() { Ok(Selection { user_name, start, end }) } else { Err(Problem::Invalid(problems)) }
}

struct Fields<'a> {
    object: &'a Map<String, Value>,
    problems: Vec<(String, String)>,
}

impl Fields<'_> {
    fn task(&mut self) -> NewTask {
        NewTask {
            user_name: self.text("userName", 1, MAX_NAME),
            title: self.text("title", 1, MAX_TITLE),
            start_at: self.second("startAt"),
            contents: self.text("contents", 0, MAX_CONTENTS),
        }
    }

    fn text(&mut self, name: &str, min: usize, max: usize) -> String {
        match self.object.get(name) {
            Some(Value::String(text)) => match length(text, min, max) {
                None => return text.clone(),
                Some(problem) => self.problem(name, &problem),
            },
            None | Some(Value::Null) if min == 0 => {}
            None | Some(Value::Null) => self.problem(name, "is missing"),
            Some(_) => self.problem(name, "must be a string"),
        }
        String::new()
    }

    fn second(&mut self, name: &str) -> i64 {
        match self.object.get(name) {
            Some(Value::Number(number)) => match number.as_i64().filter(|second| (0..=MAX_SECOND).contains(second)) {
                Some(second) => return second,
                None => self.problem(name, &format!("must be whole unix seconds from 0 to {MAX_SECOND}")),
            },
            None | Some(Value::Null) => self.problem(name, "is missing (unix seconds)"),
            Some(_) => self.problem(name, "must be a number (unix seconds)"),
        }
        0
    }

    fn flag(&mut self, name: &str, default: Option<bool>) -> bool {
        match (self.object.get(name), default) {
            (Some(Value::Bool(flag)), _) => return *flag,
            (None | Some(Value::Null), Some(default)) => return default,
            (None | Some(Value::Null), None) => self.problem(name, "is missing (true or false)"),
            _ => self.problem(name, "must be true or false"),
        }
        false
    }

    fn problem(&mut self, name: &str, problem: &str) {
        self.problems.push((name.to_owned(), problem.to_owned()));
    }

    fn finish<T>(self, value: T) -> Result<T, Problem> {
        if self.problems.is_empty() { Ok(value) } else { Err(Problem::Invalid(self.problems)) }
    }
}

/// What is wrong with the length of `text`, counted in characters.
fn length(text: &str, min: usize, max: usize) -> Option<String> {
    if min > 0 && text.trim().is_empty() {
        return Some("must not be empty".to_owned());
    }
    (text.chars().count() > max).then(|| format!("must have at most {max} characters"))
}

#[cfg(test)]
mod tests {
    use super::{Problem, new_task, selection, update};
    use serde_json::{Value, json};
    use std::collections::HashMap;

    fn problems<T: std::fmt::Debug>(result: Result<T, Problem>) -> Vec<String> {
        match result {
            Err(Problem::Invalid(fields)) => fields.into_iter().map(|(name, text)| format!("{name} {text}")).collect(),
            other => panic!("expected problems, got {other:?}"),
        }
    }

    fn fields(value: Value) -> serde_json::Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn every_wrong_field_is_named() {
        let body = fields(json!({"userName": "  ", "title": 1, "startAt": 1.5, "contents": "x".repeat(10_001)}));
        assert_eq!(
            problems(new_task(&body)),
            [
                "userName must not be empty",
                "title must be a string",
                "startAt must be whole unix seconds from 0 to 253402300799",
                "contents must have at most 10000 characters",
            ]
        );
        assert_eq!(
            problems(update(&fields(json!({"title": "t", "userName": "u", "startAt": 0, "notified": "no"})))),
            ["taskId is missing", "notified must be true or false", "done is missing (true or false)"]
        );
    }

    #[test]
    fn contents_may_be_left_out() {
        let task = new_task(&fields(json!({"userName": "u", "title": "設計 \"x\"\n", "startAt": 1}))).unwrap();
        assert_eq!((task.contents.as_str(), task.title.as_str()), ("", "設計 \"x\"\n"));
    }

    #[test]
    fn a_selection_needs_a_user_and_takes_seconds() {
        let query = |pairs: &[(&str, &str)]| -> HashMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        assert_eq!(selection(&query(&[("userName", "u"), ("start", "5"), ("end", "")])).unwrap().start, Some(5));
        assert_eq!(problems(selection(&query(&[("start", "today"), ("end", "-1")]))).len(), 3);
    }
}
