//! `aws … wait …`: asks again until the thing is there, or gone.

use std::time::Duration;

use serde_json::Value;

use super::api;
use super::failure::{Failure, Outcome};
use super::request::Client;

/// What a waiter asks and what ends it.
struct Waiter {
    name: &'static str,
    title: &'static str,
    command: &'static str,
    /// True for an answer that ends the waiting well.
    done: fn(Result<&Value, &Failure>) -> bool,
    delay: Duration,
    tries: u32,
}

const WAITERS: [Waiter; 6] = [
    Waiter {
        name: "table-exists",
        title: "TableExists",
        command: "describe-table",
        done: |answer| answer.is_ok_and(|v| v["Table"]["TableStatus"] == "ACTIVE"),
        delay: Duration::from_secs(20),
        tries: 25,
    },
    Waiter {
        name: "table-not-exists",
        title: "TableNotExists",
        command: "describe-table",
        done: |answer| is_error(answer, &["ResourceNotFoundException"]),
        delay: Duration::from_secs(20),
        tries: 25,
    },
    Waiter {
        name: "bucket-exists",
        title: "BucketExists",
        command: "head-bucket",
        done: |answer| answer.is_ok(),
        delay: Duration::from_secs(5),
        tries: 20,
    },
    Waiter {
        name: "bucket-not-exists",
        title: "BucketNotExists",
        command: "head-bucket",
        done: |answer| is_error(answer, &["404", "NoSuchBucket"]),
        delay: Duration::from_secs(5),
        tries: 20,
    },
    Waiter {
        name: "object-exists",
        title: "ObjectExists",
        command: "head-object",
        done: |answer| answer.is_ok(),
        delay: Duration::from_secs(5),
        tries: 20,
    },
    Waiter {
        name: "object-not-exists",
        title: "ObjectNotExists",
        command: "head-object",
        done: |answer| is_error(answer, &["404", "NoSuchKey"]),
        delay: Duration::from_secs(5),
        tries: 20,
    },
];

/// The stand-in is quick: the first questions follow each other faster than the real CLI's.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

fn is_error(answer: Result<&Value, &Failure>, codes: &[&str]) -> bool {
    answer.is_err_and(|failure| failure.service.as_deref().is_some_and(|code| codes.contains(&code)))
}

/// Runs `wait NAME …`.
pub(super) async fn run(client: &Client, args: &[String]) -> Outcome<u8> {
    let Some((name, rest)) = args.split_first() else {
        return Err(Failure::usage("the following arguments are required: waiter"));
    };
    let waiter = WAITERS.iter().find(|w| w.name == name && client.model.operation(w.command).is_some());
    let waiter = waiter.ok_or_else(|| Failure::usage(format!("argument waiter: Invalid choice: '{name}'")))?;
    let operation = client.model.operation(waiter.command).cloned();
    let operation = operation.ok_or_else(|| Failure::usage(format!("no operation {}", waiter.command)))?;
    let parsed = api::parse(&client.model, &operation, rest)?;
    let mut pause = FIRST_PAUSE;
    let mut waited = Duration::ZERO;
    loop {
        let answer = client.call(operation.name, &parsed.input).await;
        if (waiter.done)(answer.as_ref()) {
            return Ok(0);
        }
        let waits_for_error = waiter.name.ends_with("not-exists");
        match &answer {
            // Nobody answers, or the request itself is wrong: asking again would not help.
            Err(failure) if failure.service.is_none() => return Err(failure.clone()),
            Err(failure) if waits_for_error || !is_missing(failure) => {
                return Err(Failure::other(format!("Waiter {} failed: {}", waiter.title, failure.line())));
            }
            _ => {}
        }
        if waited >= waiter.delay * waiter.tries {
            return Err(Failure::other(format!("Waiter {} failed: Max attempts exceeded", waiter.title)));
        }
        tokio::time::sleep(pause).await;
        waited += pause;
        pause = (pause * 2).min(waiter.delay);
    }
}

fn is_missing(failure: &Failure) -> bool {
    is_error(Err(failure), &["ResourceNotFoundException", "404", "NoSuchBucket", "NoSuchKey"])
}
