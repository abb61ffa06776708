//! The recorded lab as messages: objects into rows by the same functions that the watches use.

use std::io::Read;

use jiff::Timestamp;
use k8s_tutor::app::Message;
use k8s_tutor::app::message::Body;
use k8s_tutor::cluster;
use k8s_tutor::domain::object::{Kind, Uid};
use k8s_tutor::domain::watch::{News, Row, WatchEvent};
use serde::Deserialize;
use serde_json::Value;

const RECORDING: &[u8] = include_bytes!("../fixtures/screens/lab.jsonl.gz");

#[derive(Deserialize)]
struct Change {
    seen: Timestamp,
    r#type: String,
    object: Value,
}

/// Everything that the watches tell, each kind's list first as empty and ready.
pub(crate) fn messages() -> Vec<Message> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(RECORDING).read_to_string(&mut text).unwrap();
    let changes: Vec<Change> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let begin = changes[0].seen;
    let mut messages = Vec::new();
    for kind in Kind::ALL {
        messages.push(watch(begin, kind, News::Begin));
        messages.push(watch(begin, kind, News::Ready));
    }
    messages.extend(changes.into_iter().map(message));
    messages
}

/// One message of a watch.
pub(crate) fn watch(at: Timestamp, kind: Kind, news: News) -> Message {
    Message { at, body: Body::Watch(0, WatchEvent { kind, news }) }
}

fn message(change: Change) -> Message {
    let kind = Kind::of_name(change.object["kind"].as_str().unwrap()).unwrap();
    let news = if change.r#type == "DELETED" {
        News::Gone(Uid::new(change.object["metadata"]["uid"].as_str().unwrap()))
    } else {
        News::Rows(vec![row(kind, change.object, change.seen)])
    };
    watch(change.seen, kind, news)
}

fn row(kind: Kind, object: Value, seen: Timestamp) -> Row {
    fn read<T: serde::de::DeserializeOwned>(object: Value) -> T {
        serde_json::from_value(object).unwrap()
    }
    match kind {
        Kind::CronJob => Row::CronJob(Box::new(cluster::cronjob_row(&read(object), seen))),
        Kind::Job => Row::Job(Box::new(cluster::job_facts(&read(object)))),
        Kind::Pod => Row::Pod(Box::new(cluster::pod_facts(&read(object)))),
        Kind::Event => Row::Event(Box::new(cluster::event_row(read(object)))),
        Kind::Deployment => Row::Deployment(Box::new(cluster::deployment_row(&read(object)))),
        Kind::Service => Row::Service(Box::new(cluster::service_row(&read(object)))),
        Kind::EndpointSlice => Row::Endpoints(Box::new(cluster::endpoints_row(&read(object)))),
        Kind::ConfigMap => panic!("no watch tells of ConfigMaps"),
    }
}
