//! Endpoints: the addresses behind a Service, the older form of EndpointSlices.

use serde_json::Value;

use super::columns::{AGE, NAME, NONE, age, column, name};
use super::value::{drop_empty, fill_text, int, items, items_mut, text};
use super::{Column, Context, Strategy};

/// The rules of Endpoints.
pub(super) struct Endpoints;

const COLUMNS: &[Column] = &[
    NAME,
    column(
        "Endpoints",
        "The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs they share. A single address with multiple ports, some of which are ready and some of which are not (because they come from different containers) will result in the address being displayed in different subsets for the different ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addresses and ports that comprise a service.",
    ),
    AGE,
];

impl Strategy for Endpoints {
    fn default(&self, object: &mut Value) {
        drop_empty(object, &["subsets"]);
        for subset in items_mut(object, "/subsets") {
            drop_empty(subset, &["addresses", "notReadyAddresses", "ports"]);
            for port in items_mut(subset, "/ports") {
                fill_text(port, "protocol", "TCP");
            }
        }
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![name(object), addresses(object).into(), age(object, context.now)]
    }
}

fn addresses(object: &Value) -> String {
    if items(object, "/subsets").is_empty() {
        return NONE.to_owned();
    }
    let mut list = Vec::new();
    for subset in items(object, "/subsets") {
        let ips = || items(subset, "/addresses").iter().map(|a| text(a, "/ip"));
        match items(subset, "/ports") {
            [] => list.extend(ips().map(str::to_owned)),
            ports => {
                for port in ports {
                    let port = int(port, "/port").unwrap_or_default();
                    list.extend(ips().map(|ip| format!("{ip}:{port}")));
                }
            }
        }
    }
    super::columns::first_three(&list)
}
