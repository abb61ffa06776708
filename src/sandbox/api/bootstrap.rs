//! What every cluster has before anybody comes: four namespaces, and the Service `kubernetes`
//! through which pods find the API server. Run once at each start; changes nothing that is right.

use serde_json::{Value, json};

use crate::sandbox::resources;

use super::lifecycle::{self, Made, Ownership};
use super::request::{Target, WriteOptions};
use super::status::ApiError;
use super::{Api, OpenError};

const NAMESPACES: &[&str] = &["default", "kube-system", "kube-public", "kube-node-lease"];

pub(super) async fn run(api: &Api) -> Result<(), OpenError> {
    for name in NAMESPACES {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        ensure(api, namespace, None).await?;
    }
    ensure(api, service(api), None).await?;
    let addresses = |value: &mut Value, wanted: &Value| {
        value["endpoints"] = wanted["endpoints"].clone();
        value["ports"] = wanted["ports"].clone();
    };
    ensure(api, endpoint_slice(api), Some(&addresses)).await?;
    let subsets = |value: &mut Value, wanted: &Value| value["subsets"] = wanted["subsets"].clone();
    ensure(api, endpoints(api), Some(&subsets)).await
}

type Mend<'a> = &'a (dyn Fn(&mut Value, &Value) + Sync);

/// Creates the object, or mends an older one that tells an address of a former life.
async fn ensure(api: &Api, wanted: Value, mend: Option<Mend<'_>>) -> Result<(), OpenError> {
    let text = |field: &str| wanted[field].as_str().unwrap_or_default();
    let Some(resource) = resources::by_kind(text("apiVersion"), text("kind")) else { return Ok(()) };
    let name = super::object::name(&wanted).to_owned();
    let namespace = super::object::namespace(&wanted).to_owned();
    let target = Target { resource, namespace, name };
    let what = format!("{} {}", resource.singular, target.name);
    let options = WriteOptions::internal();
    let failed = |why: ApiError| OpenError::Bootstrap { what: what.clone(), why };
    match lifecycle::create(api, &target, wanted.clone(), &options, Ownership::Record).await {
        Ok(_) => return Ok(()),
        Err(error) if error.reason == "AlreadyExists" => {}
        Err(error) => return Err(failed(error)),
    }
    let Some(mend) = mend else { return Ok(()) };
    let make = |live: &Value| {
        let mut value = live.clone();
        mend(&mut value, &wanted);
        Ok(Made { value, ownership: Ownership::Record })
    };
    lifecycle::update(api, &target, None, &options, make).await.map(drop).map_err(failed)
}

const LABELS: [(&str, &str); 2] = [("component", "apiserver"), ("provider", "kubernetes")];

fn service(api: &Api) -> Value {
    let labels: serde_json::Map<_, _> = LABELS.iter().map(|(k, v)| ((*k).to_owned(), Value::from(*v))).collect();
    let address = api.config.plan.service_ip(1).map(|ip| ip.to_string());
    json!({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "kubernetes", "namespace": "default", "labels": labels},
        "spec": {
            "clusterIP": address, "clusterIPs": [address], "type": "ClusterIP", "sessionAffinity": "None",
            "ports": [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": api.config.port}],
        },
    })
}

fn endpoint_slice(api: &Api) -> Value {
    json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {
            "name": "kubernetes", "namespace": "default", "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "endpoints": [{"addresses": [api.config.plan.node_ip().to_string()], "conditions": {"ready": true}}],
        "ports": [{"name": "https", "protocol": "TCP", "port": api.config.port}],
    })
}

fn endpoints(api: &Api) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Endpoints",
        "metadata": {
            "name": "kubernetes", "namespace": "default", "labels": {"endpointslice.kubernetes.io/skip-mirror": "true"},
        },
        "subsets": [{
            "addresses": [{"ip": api.config.plan.node_ip().to_string()}],
            "ports": [{"name": "https", "protocol": "TCP", "port": api.config.port}],
        }],
    })
}
