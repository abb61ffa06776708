//! `/scale`: the number of replicas in a shape that is the same for every kind that has one
//! (`autoscaling/v1 Scale`). kubectl scale patches it.

use serde_json::{Value, json};

use super::super::lifecycle::{self, Made, Ownership};
use super::super::request::{Ask, Target, WriteOptions};
use super::super::respond::Reply;
use super::super::status::{About, ApiError, FieldError};
use super::super::verbs::Patch;
use super::super::{Api, body, object};

const API_VERSION: &str = "autoscaling/v1";
const KIND: &str = "Scale";

pub(super) fn get(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let item = api.store.get(&ask.target.key()).ok_or_else(|| ask.target.not_found())?;
    Ok(Reply::object(scale_of(&item.value)))
}

pub(super) async fn update(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = WriteOptions::parse(ask.call, "UpdateOptions")?;
    let wanted = body::object(ask.call, API_VERSION, KIND, options.validation)?;
    write(api, &ask.target, &options, |_| Ok(wanted.clone())).await
}

pub(super) async fn patch(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = WriteOptions::parse(ask.call, "PatchOptions")?;
    let patch = Patch::parse(ask.call)?;
    write(api, &ask.target, &options, |scale| patch.patched(scale, API_VERSION, KIND)).await
}

async fn write(
    api: &Api,
    target: &Target,
    options: &WriteOptions,
    mut change: impl FnMut(&Value) -> Result<Value, ApiError>,
) -> Result<Reply, ApiError> {
    let make = |live: &Value| {
        let scale = change(&scale_of(live))?;
        let replicas = replicas(&scale, &target.name)?;
        let mut value = live.clone();
        object::map_mut(&mut value, "spec").insert("replicas".into(), replicas.into());
        if let Some(revision) = object::revision(&scale) {
            object::meta_mut(&mut value).insert("resourceVersion".into(), revision.into());
        }
        Ok(Made { value, ownership: Ownership::Record })
    };
    // The subresource is only a view: what is written is the spec of the object itself.
    let written = lifecycle::update(api, target, None, options, make).await?;
    Ok(Reply::object(scale_of(&written.object)))
}

/// A missing number is zero, as for every Go integer without a default.
fn replicas(scale: &Value, name: &str) -> Result<i64, ApiError> {
    let number = &scale["spec"]["replicas"];
    if number.is_null() {
        return Ok(0);
    }
    let found = number.as_i64().ok_or_else(|| {
        ApiError::bad_request("Scale in version \"v1\" cannot be handled as a Scale: spec.replicas must be an integer")
    })?;
    if found < 0 {
        let why = "must be greater than or equal to 0";
        let error = FieldError::invalid("spec.replicas", number, why);
        return Err(ApiError::invalid(About { group: "autoscaling", kind: KIND, name }, &[error]));
    }
    Ok(found)
}

fn scale_of(value: &Value) -> Value {
    let meta = &value["metadata"];
    let mut scale = json!({
        "kind": KIND,
        "apiVersion": API_VERSION,
        "metadata": {
            "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"], "creationTimestamp": meta["creationTimestamp"],
        },
        "spec": {},
        "status": {"replicas": value["status"]["replicas"].as_i64().unwrap_or(0)},
    });
    let wanted = value["spec"]["replicas"].as_i64().unwrap_or(0);
    if wanted != 0 {
        scale["spec"]["replicas"] = wanted.into();
    }
    let selector = selector(&value["spec"]["selector"]);
    if !selector.is_empty() {
        scale["status"]["selector"] = selector.into();
    }
    scale
}

/// A label selector as one string: `app=web,tier in (a,b)`.
fn selector(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut parts: Vec<String> =
        labels.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        let key = expression["key"].as_str().unwrap_or_default();
        let values = object::strings(&expression["values"]).join(",");
        parts.push(match expression["operator"].as_str().unwrap_or_default() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_owned(),
        });
    }
    parts.sort();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_become_text() {
        let wanted = json!({
            "matchLabels": {"b": "2", "a": "1"},
            "matchExpressions": [{"key": "c", "operator": "In", "values": ["x", "y"]}, {"key": "d", "operator": "Exists"}],
        });
        assert_eq!(selector(&wanted), "a=1,b=2,c in (x,y),d");
    }
}
