//! Services, and the EndpointSlices behind them.

use serde_json::Value;

use super::page::Page;
use super::parts::{annotations, head, items, labels, pairs, text, word, word_or};

/// So many addresses are named; the others are counted.
const NAMED: usize = 3;

/// `slices`: its EndpointSlices.
pub(super) fn service(page: &mut Page, object: &Value, slices: &[Value]) {
    head(page, object);
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    let selector = pairs(object, "/spec/selector").join(",");
    page.field(0, "Selector", if selector.is_empty() { "<none>" } else { &selector });
    page.field(0, "Type", text(object, "/spec/type"));
    page.field(0, "IP Family Policy", word_or(object, "/spec/ipFamilyPolicy", "<none>"));
    page.field(0, "IP Families", listed(object, "/spec/ipFamilies"));
    page.field(0, "IP", text(object, "/spec/clusterIP"));
    page.field(0, "IPs", listed(object, "/spec/clusterIPs"));
    if !items(object, "/spec/externalIPs").is_empty() {
        page.field(0, "External IPs", listed(object, "/spec/externalIPs"));
    }
    if let Some(name) = word(object, "/spec/externalName") {
        page.field(0, "External Name", name);
    }
    for port in items(object, "/spec/ports") {
        let (name, protocol) = (word_or(port, "/name", "<unset>"), word_or(port, "/protocol", "TCP"));
        page.line(0, format!("Port:\t{name}\t{}/{protocol}", word_or(port, "/port", "0")));
        page.field(0, "TargetPort", format!("{}/{protocol}", word_or(port, "/targetPort", "0")));
        if let Some(node_port) = word(port, "/nodePort") {
            page.line(0, format!("NodePort:\t{name}\t{node_port}/{protocol}"));
        }
        page.field(0, "Endpoints", addresses(text(port, "/name"), slices));
    }
    page.field(0, "Session Affinity", word_or(object, "/spec/sessionAffinity", "None"));
    for (title, pointer) in [
        ("External Traffic Policy", "/spec/externalTrafficPolicy"),
        ("Internal Traffic Policy", "/spec/internalTrafficPolicy"),
    ] {
        if let Some(policy) = word(object, pointer) {
            page.field(0, title, policy);
        }
    }
}

/// Who is ready behind one port, as `address:port`.
fn addresses(port: &str, slices: &[Value]) -> String {
    let mut all = Vec::new();
    for slice in slices {
        for number in items(slice, "/ports").iter().filter(|of| text(of, "/name") == port) {
            let number = word_or(number, "/port", "0");
            let ready = |endpoint: &&Value| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false));
            for endpoint in items(slice, "/endpoints").iter().filter(ready) {
                let addresses = items(endpoint, "/addresses").iter().filter_map(Value::as_str);
                all.extend(addresses.map(|address| format!("{address}:{number}")));
            }
        }
    }
    match all.len() {
        0 => String::new(),
        n if n > NAMED => format!("{} + {} more...", all[..NAMED].join(","), n - NAMED),
        _ => all.join(","),
    }
}

pub(super) fn endpoint_slice(page: &mut Page, object: &Value) {
    head(page, object);
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    page.field(0, "AddressType", text(object, "/addressType"));
    let ports = items(object, "/ports");
    if ports.is_empty() {
        page.line(0, "Ports: <unset>");
    } else {
        page.line(0, "Ports:");
        page.line(1, "Name\tPort\tProtocol");
        page.line(1, "----\t----\t--------");
    }
    for port in ports {
        let [name, number] = ["/name", "/port"].map(|pointer| word_or(port, pointer, "<unset>"));
        page.line(1, format!("{name}\t{number}\t{}", word_or(port, "/protocol", "TCP")));
    }
    let endpoints = items(object, "/endpoints");
    page.line(0, if endpoints.is_empty() { "Endpoints: <none>" } else { "Endpoints:" });
    for endpoint in endpoints {
        page.field(1, "- Addresses", listed(endpoint, "/addresses"));
        page.line(2, "Conditions:");
        page.field(3, "Ready", word_or(endpoint, "/conditions/ready", "<unset>"));
        page.field(2, "Hostname", word_or(endpoint, "/hostname", "<unset>"));
        if let Some(target) = endpoint.get("targetRef") {
            page.field(2, "TargetRef", format!("{}/{}", text(target, "/kind"), text(target, "/name")));
        }
        page.field(2, "NodeName", word_or(endpoint, "/nodeName", "<unset>"));
        page.field(2, "Zone", word_or(endpoint, "/zone", "<unset>"));
    }
}

fn listed(object: &Value, pointer: &str) -> String {
    let words: Vec<&str> = items(object, pointer).iter().filter_map(Value::as_str).collect();
    if words.is_empty() { "<none>".to_owned() } else { words.join(",") }
}
