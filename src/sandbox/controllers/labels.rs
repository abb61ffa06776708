//! Label selectors: which objects does a ReplicaSet, Job or Service mean? Pure.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

type Labels = BTreeMap<String, String>;

/// Whether all of `wanted` are among `labels`. An empty wish fits everything.
pub(super) fn contains(labels: Option<&Labels>, wanted: &Labels) -> bool {
    wanted.iter().all(|(key, value)| labels.is_some_and(|labels| labels.get(key) == Some(value)))
}

/// Whether `labels` fit the selector. An empty selector fits everything.
pub(super) fn matches(selector: &LabelSelector, labels: Option<&Labels>) -> bool {
    let equal = selector.match_labels.as_ref().is_none_or(|wanted| contains(labels, wanted));
    equal && selector.match_expressions.iter().flatten().all(|requirement| fits(requirement, labels))
}

fn fits(requirement: &LabelSelectorRequirement, labels: Option<&Labels>) -> bool {
    let value = labels.and_then(|labels| labels.get(&requirement.key));
    let listed = value.is_some_and(|value| requirement.values.iter().flatten().any(|one| one == value));
    match requirement.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(json: serde_json::Value) -> LabelSelector {
        serde_json::from_value(json).expect("a selector")
    }

    #[test]
    fn labels_and_expressions_must_all_fit() {
        let labels: Labels = [("app".to_owned(), "web".to_owned()), ("tier".to_owned(), "front".to_owned())].into();
        let check = |json| matches(&selector(json), Some(&labels));
        assert!(check(serde_json::json!({"matchLabels": {"app": "web"}})));
        assert!(!check(serde_json::json!({"matchLabels": {"app": "db"}})));
        let of = |operator: &str, key: &str, values: &[&str]| {
            check(serde_json::json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}))
        };
        assert!(of("In", "tier", &["front", "back"]) && !of("In", "zone", &["a"]));
        assert!(of("NotIn", "zone", &["a"]) && !of("NotIn", "tier", &["front"]));
        assert!(of("Exists", "app", &[]) && of("DoesNotExist", "zone", &[]));
        assert!(matches(&LabelSelector::default(), None));
    }
}
