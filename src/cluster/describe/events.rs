//! The table of events at the end of every description.

use jiff::Timestamp;
use serde_json::Value;

use super::page::Page;
use super::parts::{span, text, time};

/// Writes the table, the event that was last seen first coming last.
pub(super) fn table(page: &mut Page, events: &[Value], now: Timestamp) {
    if events.is_empty() {
        page.field(0, "Events", "<none>");
        return;
    }
    let mut sorted: Vec<&Value> = events.iter().collect();
    sorted.sort_by_key(|event| time(event, "/lastTimestamp"));
    page.line(0, "Events:");
    page.line(1, "Type\tReason\tAge\tFrom\tMessage");
    page.line(1, "----\t------\t----\t----\t-------");
    for event in sorted {
        let cells = [text(event, "/type"), text(event, "/reason"), &age(event, now), source(event), &message(event)];
        page.line(1, cells.map(|cell| cell.replace(['\t', '\n'], " ")).join("\t"));
    }
}

fn age(event: &Value, now: Timestamp) -> String {
    let since =
        |at: Option<Timestamp>| at.map_or_else(|| "<unknown>".to_owned(), |at| span(now.as_second() - at.as_second()));
    let first = since(time(event, "/eventTime").or_else(|| time(event, "/firstTimestamp")));
    let (count, last) = match event.get("series").filter(|series| series.is_object()) {
        Some(series) => (series["count"].as_i64(), time(series, "/lastObservedTime")),
        None => (event["count"].as_i64(), time(event, "/lastTimestamp")),
    };
    match count {
        Some(count) if count > 1 => format!("{} (x{count} over {first})", since(last)),
        _ => first,
    }
}

fn source(event: &Value) -> &str {
    match text(event, "/source/component") {
        "" => text(event, "/reportingComponent"),
        component => component,
    }
}

/// The sentence; an event about a container begins with it.
fn message(event: &Value) -> String {
    let sentence = text(event, "/message").trim();
    match text(event, "/involvedObject/fieldPath") {
        "" => sentence.to_owned(),
        path => format!("{path}: {sentence}"),
    }
}
