//! Pods.

use serde_json::Value;

use super::containers::{Place, containers, tolerations};
use super::page::Page;
use super::parts::{annotations, controlled_by, date, head, items, labels, pairs, text, word, word_or};
use super::volumes::volumes;

pub(super) fn pod(page: &mut Page, object: &Value) {
    head(page, object);
    if let Some(priority) = word(object, "/spec/priority") {
        page.field(0, "Priority", priority);
    }
    page.field(0, "Service Account", text(object, "/spec/serviceAccountName"));
    match text(object, "/spec/nodeName") {
        "" => page.field(0, "Node", "<none>"),
        node => page.field(0, "Node", format!("{node}/{}", text(object, "/status/hostIP"))),
    }
    if let Some(start) = date(object, "/status/startTime") {
        page.field(0, "Start Time", start);
    }
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    status(page, object);
    controlled_by(page, object);
    let inits = items(object, "/spec/initContainers");
    let place = Place { level: 0, extra: "" };
    if !inits.is_empty() {
        containers(page, "Init Containers", inits, items(object, "/status/initContainerStatuses"), place);
    }
    let statuses = items(object, "/status/containerStatuses");
    containers(page, "Containers", items(object, "/spec/containers"), statuses, place);
    conditions(page, object);
    volumes(page, items(object, "/spec/volumes"), place);
    page.field(0, "QoS Class", word_or(object, "/status/qosClass", "BestEffort"));
    page.fields(0, "Node-Selectors", &pairs(object, "/spec/nodeSelector"));
    page.fields(0, "Tolerations", &tolerations(items(object, "/spec/tolerations")));
}

fn status(page: &mut Page, object: &Value) {
    match date(object, "/metadata/deletionTimestamp") {
        Some(at) => {
            page.field(0, "Status", format!("Terminating (since {at})"));
            let grace = word_or(object, "/metadata/deletionGracePeriodSeconds", "0");
            page.field(0, "Termination Grace Period", format!("{grace}s"));
        }
        None => page.field(0, "Status", text(object, "/status/phase")),
    }
    for (title, pointer) in [("Reason", "/status/reason"), ("Message", "/status/message")] {
        if let Some(value) = word(object, pointer) {
            page.field(0, title, value.replace('\n', " "));
        }
    }
    page.field(0, "IP", text(object, "/status/podIP"));
    let addresses = items(object, "/status/podIPs");
    if addresses.is_empty() {
        page.field(0, "IPs", "<none>");
        return;
    }
    page.line(0, "IPs:");
    for address in addresses {
        page.field(1, "IP", text(address, "/ip"));
    }
}

fn conditions(page: &mut Page, object: &Value) {
    let conditions = items(object, "/status/conditions");
    if conditions.is_empty() {
        return;
    }
    page.line(0, "Conditions:");
    page.line(1, "Type\tStatus");
    for condition in conditions {
        // kubectl's own blank behind each cell.
        page.line(1, format!("{} \t{} ", text(condition, "/type"), text(condition, "/status")));
    }
}
