//! Does a pod fit a node? The real scheduler's filters that a one-node sandbox can meet, with its words. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    Node, NodeSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, ResourceRequirements, Taint, Toleration,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::sandbox::controllers::objects::{is_deleting, name};
use crate::sandbox::controllers::pods::is_finished;

/// Resource name to amount: thousandths of a core, bytes, pieces.
type Amounts = BTreeMap<String, i128>;

/// A node that takes the pod, or why none does.
pub(super) fn choose<'a>(pod: &Pod, nodes: &'a [Arc<Node>], pods: &[Arc<Pod>]) -> Result<&'a Node, String> {
    let nodes: Vec<&Arc<Node>> = nodes.iter().filter(|node| !is_deleting(node.as_ref())).collect();
    if nodes.is_empty() {
        return Err("no nodes available to schedule pods".to_owned());
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut helpless = 0;
    for node in &nodes {
        let refused = refusals(pod, node, pods);
        if refused.is_empty() {
            return Ok(node);
        }
        for reason in refused {
            *reasons.entry(reason).or_default() += 1;
        }
        helpless += 1;
    }
    let all = nodes.len();
    let list: Vec<String> = reasons.into_iter().map(|(reason, number)| format!("{number} {reason}")).collect();
    Err(format!(
        "0/{all} nodes are available: {}. no new claims to deallocate, preemption: 0/{all} nodes are available: \
         {helpless} Preemption is not helpful for scheduling.",
        list.join(", ")
    ))
}

/// What of a node counts for scheduling; its heartbeat does not.
pub(super) fn offer(node: &Node) -> impl PartialEq + use<> {
    let spec = node.spec.clone().unwrap_or_default();
    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.clone());
    (node.metadata.labels.clone(), spec.taints, spec.unschedulable, allocatable, is_deleting(node))
}

/// Why this node does not take the pod: the first filter that says no, as the real scheduler tells it.
fn refusals(pod: &Pod, node: &Node, pods: &[Arc<Pod>]) -> Vec<String> {
    let default = PodSpec::default();
    let spec = pod.spec.as_ref().unwrap_or(&default);
    let tolerations = spec.tolerations.as_deref().unwrap_or_default();
    let node_spec = node.spec.clone().unwrap_or_default();
    let cordon = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        effect: "NoSchedule".to_owned(),
        ..Taint::default()
    };
    if node_spec.unschedulable == Some(true) && !tolerated(&cordon, tolerations) {
        return vec!["node(s) were unschedulable".to_owned()];
    }
    let hard = |taint: &&Taint| matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute");
    let taint = node_spec.taints.iter().flatten().filter(hard).find(|taint| !tolerated(taint, tolerations));
    if taint.is_some() {
        return vec!["node(s) had untolerated taint(s)".to_owned()];
    }
    if !selected(spec, node) {
        return vec!["node(s) didn't match Pod's node affinity/selector".to_owned()];
    }
    short_of(spec, node, pods)
}

fn tolerated(taint: &Taint, tolerations: &[Toleration]) -> bool {
    tolerations.iter().any(|toleration| {
        let effect = toleration.effect.as_deref().unwrap_or_default();
        let key = toleration.key.as_deref().unwrap_or_default();
        let exists = toleration.operator.as_deref() == Some("Exists");
        let value = toleration.value.as_deref().unwrap_or_default() == taint.value.as_deref().unwrap_or_default();
        (effect.is_empty() || effect == taint.effect)
            && (key == taint.key && (exists || value) || key.is_empty() && exists)
    })
}

/// nodeSelector and required node affinity.
fn selected(spec: &PodSpec, node: &Node) -> bool {
    let labels = node.metadata.labels.clone().unwrap_or_default();
    let plain = spec.node_selector.iter().flatten().all(|(key, value)| labels.get(key) == Some(value));
    let affinity = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
    let required = affinity.and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    plain
        && required
            .is_none_or(|required| required.node_selector_terms.iter().any(|term| term_fits(term, node, &labels)))
}

fn term_fits(term: &NodeSelectorTerm, node: &Node, labels: &BTreeMap<String, String>) -> bool {
    let fields: BTreeMap<String, String> = [("metadata.name".to_owned(), name(node).to_owned())].into();
    let (by_label, by_field) = (term.match_expressions.iter().flatten(), term.match_fields.iter().flatten());
    // A term that says nothing fits nothing.
    (term.match_expressions.is_some() || term.match_fields.is_some())
        && by_label.into_iter().all(|one| requirement_fits(one, labels))
        && by_field.into_iter().all(|one| requirement_fits(one, &fields))
}

fn requirement_fits(one: &NodeSelectorRequirement, labels: &BTreeMap<String, String>) -> bool {
    let value = labels.get(&one.key);
    let values = one.values.as_deref().unwrap_or_default();
    let listed = value.is_some_and(|value| values.contains(value));
    let numbers = || -> Option<(i64, i64)> { Some((value?.parse().ok()?, values.first()?.parse().ok()?)) };
    match one.operator.as_str() {
        "In" => listed,
        "NotIn" => !listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => numbers().is_some_and(|(have, than)| have > than),
        "Lt" => numbers().is_some_and(|(have, than)| have < than),
        _ => false,
    }
}

/// Resources of which the node has too little left.
fn short_of(spec: &PodSpec, node: &Node, pods: &[Arc<Pod>]) -> Vec<String> {
    let allocatable = node.status.as_ref().and_then(|status| status.allocatable.as_ref());
    let mut left: Amounts =
        allocatable.into_iter().flatten().map(|(key, amount)| (key.clone(), amount_of(amount))).collect();
    let there = pods.iter().filter_map(|pod| pod.spec.as_ref().filter(|_| !is_finished(pod)));
    for used in there.filter(|spec| spec.node_name.as_deref() == Some(name(node))) {
        for (key, amount) in requests(used) {
            left.entry(key).and_modify(|left| *left -= amount);
        }
    }
    let mut short = Vec::new();
    for (key, amount) in requests(spec) {
        if amount > left.get(&key).copied().unwrap_or(0) {
            short.push(if key == "pods" { "Too many pods".to_owned() } else { format!("Insufficient {key}") });
        }
    }
    short
}

/// What a pod asks for: the sum of its containers, or its largest init container, and one place.
fn requests(spec: &PodSpec) -> Amounts {
    let mut amounts = Amounts::new();
    for container in &spec.containers {
        for (key, amount) in requested(container.resources.as_ref()) {
            *amounts.entry(key).or_default() += amount;
        }
    }
    for container in spec.init_containers.iter().flatten() {
        for (key, amount) in requested(container.resources.as_ref()) {
            let known = amounts.entry(key).or_default();
            *known = amount.max(*known);
        }
    }
    amounts.insert("pods".to_owned(), 1000);
    amounts
}

fn requested(resources: Option<&ResourceRequirements>) -> impl Iterator<Item = (String, i128)> {
    let requests = resources.and_then(|resources| resources.requests.as_ref());
    requests.into_iter().flatten().map(|(key, amount)| (key.clone(), amount_of(amount)))
}

/// A quantity in thousandths; 0 if it is none (the API server has refused it).
fn amount_of(quantity: &Quantity) -> i128 {
    const SUFFIXES: [(&str, f64); 16] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("Ei", 1_152_921_504_606_846_976.0),
        ("n", 1e-9),
        ("u", 1e-6),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
        ("", 1.0),
    ];
    let text = quantity.0.trim();
    let read = |(suffix, scale): &(&str, f64)| {
        let number: f64 = text.strip_suffix(suffix)?.parse().ok()?;
        Some(number * scale * 1000.0)
    };
    let thousandths = SUFFIXES.iter().find_map(read).unwrap_or(0.0);
    thousandths.ceil() as i128
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(extra: serde_json::Value) -> Arc<Node> {
        let node = serde_json::json!({
            "metadata": {"name": "node-1", "labels": {"disk": "ssd"}}, "spec": extra,
            "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"}},
        });
        Arc::new(serde_json::from_value(node).expect("a node"))
    }

    fn pod(spec: serde_json::Value) -> Pod {
        serde_json::from_value(serde_json::json!({"metadata": {"name": "p"}, "spec": spec})).expect("a pod")
    }

    fn asking(cpu: &str) -> serde_json::Value {
        serde_json::json!({"containers": [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]})
    }

    fn why(pod: &Pod, node: Arc<Node>) -> String {
        choose(pod, &[node], &[]).expect_err("does not fit")
    }

    #[test]
    fn the_words_of_the_real_scheduler() {
        // d-pending
        assert_eq!(
            why(&pod(asking("100")), node(serde_json::json!({}))),
            "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are \
             available: 1 Preemption is not helpful for scheduling."
        );
        assert_eq!(choose(&pod(asking("1")), &[], &[]), Err("no nodes available to schedule pods".to_owned()));
        let chosen = pod(serde_json::json!({"containers": [], "nodeSelector": {"disk": "tape"}}));
        assert!(
            why(&chosen, node(serde_json::json!({}))).contains("1 node(s) didn't match Pod's node affinity/selector.")
        );
        let cordoned = node(serde_json::json!({"unschedulable": true}));
        assert!(why(&pod(asking("1")), cordoned).contains("1 node(s) were unschedulable."));
    }

    #[test]
    fn what_runs_already_counts_and_what_has_ended_does_not() {
        let on_node = |phase: &str| {
            let mut spec = asking("3500m");
            spec["nodeName"] = "node-1".into();
            let pod = serde_json::json!({"metadata": {"name": "q"}, "spec": spec, "status": {"phase": phase}});
            Arc::new(serde_json::from_value(pod).expect("a pod"))
        };
        let nodes = [node(serde_json::json!({}))];
        let asked = pod(asking("1"));
        assert!(choose(&asked, &nodes, &[on_node("Running")]).is_err());
        assert!(choose(&asked, &nodes, &[on_node("Succeeded")]).is_ok());
    }

    #[test]
    fn taints_need_tolerations() {
        let tainted = || node(serde_json::json!({"taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]}));
        assert!(why(&pod(asking("1")), tainted()).contains("untolerated taint"));
        let tolerant =
            |toleration: serde_json::Value| pod(serde_json::json!({"containers": [], "tolerations": [toleration]}));
        assert!(choose(&tolerant(serde_json::json!({"key": "k", "value": "v"})), &[tainted()], &[]).is_ok());
        assert!(choose(&tolerant(serde_json::json!({"operator": "Exists"})), &[tainted()], &[]).is_ok());
        assert!(choose(&tolerant(serde_json::json!({"key": "k", "value": "w"})), &[tainted()], &[]).is_err());
    }

    #[test]
    fn quantities() {
        let thousandths = |text: &str| amount_of(&Quantity(text.to_owned()));
        assert_eq!(
            [thousandths("100m"), thousandths("2"), thousandths("1Ki"), thousandths("1.5G")],
            [100, 2000, 1_024_000, 1_500_000_000_000]
        );
    }
}
