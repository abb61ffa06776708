//! Ingress: which Service answers which host and path from outside.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, first_three, name, or_none};
use super::value::{child, drop_empty, items, set, text};
use super::{Column, Context, Strategy, ingress_rules};
use crate::sandbox::api::status::FieldError;

/// The rules of Ingresses.
pub(super) struct Ingress;

const COLUMNS: &[Column] = &[
    NAME,
    column("Class", "The name of the IngressClass resource that should be used for additional configuration"),
    column("Hosts", "Hosts that incoming requests are matched against before the ingress rule"),
    column("Address", "Address is a list containing ingress points for the load-balancer"),
    column("Ports", "Ports of TLS configurations that open"),
    AGE,
];

impl Strategy for Ingress {
    fn default(&self, object: &mut Value) {
        drop_empty(child(object, "spec"), &["rules", "tls"]);
        child(child(object, "status"), "loadBalancer");
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({"loadBalancer": {}}));
    }

    fn validate(&self, object: &Value, _old: Option<&Value>) -> Vec<FieldError> {
        ingress_rules::check(object)
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let addresses: Vec<_> = items(object, "/status/loadBalancer/ingress")
            .iter()
            .map(|point| if text(point, "/ip").is_empty() { text(point, "/hostname") } else { text(point, "/ip") })
            .filter(|address| !address.is_empty())
            .collect();
        let ports = if items(object, "/spec/tls").is_empty() { "80" } else { "80, 443" };
        vec![
            name(object),
            or_none(text(object, "/spec/ingressClassName")).into(),
            hosts(object).into(),
            addresses.join(",").into(),
            ports.into(),
            age(object, context.now),
        ]
    }
}

fn hosts(object: &Value) -> String {
    let hosts: Vec<_> = items(object, "/spec/rules")
        .iter()
        .map(|rule| text(rule, "/host").to_owned())
        .filter(|host| !host.is_empty())
        .collect();
    if hosts.is_empty() { "*".to_owned() } else { first_three(&hosts) }
}
