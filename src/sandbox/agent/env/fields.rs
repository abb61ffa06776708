//! The downward API: a pod's own fields as values (`fieldRef`).

use k8s_openapi::api::core::v1::Pod;

/// The value of a fieldPath; `None` if there is no such field.
pub(in crate::sandbox::agent) fn field(pod: &Pod, path: &str, pod_ip: &str, host_ip: &str) -> Option<String> {
    let meta = &pod.metadata;
    let spec = pod.spec.as_ref();
    if let Some(key) = subscript(path, "metadata.labels") {
        return Some(meta.labels.as_ref().and_then(|all| all.get(key)).cloned().unwrap_or_default());
    }
    if let Some(key) = subscript(path, "metadata.annotations") {
        return Some(meta.annotations.as_ref().and_then(|all| all.get(key)).cloned().unwrap_or_default());
    }
    Some(match path {
        "metadata.name" => meta.name.clone().unwrap_or_default(),
        "metadata.namespace" => meta.namespace.clone().unwrap_or_default(),
        "metadata.uid" => meta.uid.clone().unwrap_or_default(),
        "metadata.labels" => quoted(meta.labels.as_ref()),
        "metadata.annotations" => quoted(meta.annotations.as_ref()),
        "spec.nodeName" => spec.and_then(|s| s.node_name.clone()).unwrap_or_default(),
        "spec.serviceAccountName" => spec.and_then(|s| s.service_account_name.clone()).unwrap_or_default(),
        "status.hostIP" | "status.hostIPs" => host_ip.to_owned(),
        "status.podIP" | "status.podIPs" => pod_ip.to_owned(),
        _ => return None,
    })
}

/// `metadata.labels['x']` -> `x`.
fn subscript<'p>(path: &'p str, of: &str) -> Option<&'p str> {
    path.strip_prefix(of)?.strip_prefix("['")?.strip_suffix("']")
}

/// All labels or annotations, one a line, as a downwardAPI file has them.
fn quoted(map: Option<&std::collections::BTreeMap<String, String>>) -> String {
    let lines: Vec<_> =
        map.into_iter().flatten().map(|(k, v)| format!("{k}={}", serde_json::Value::from(v.as_str()))).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pods_own_fields() {
        let pod: Pod = serde_json::from_value(serde_json::json!({
            "metadata": {"name": "p", "namespace": "n", "annotations": {"batch.kubernetes.io/job-completion-index": "3"}},
            "spec": {"containers": [], "nodeName": "sandbox"},
        }))
        .expect("a pod");
        let get = |path| field(&pod, path, "127.64.0.7", "127.0.0.1");
        assert_eq!(get("metadata.annotations['batch.kubernetes.io/job-completion-index']").as_deref(), Some("3"));
        assert_eq!(get("metadata.labels['none']").as_deref(), Some(""));
        assert_eq!(get("status.podIP").as_deref(), Some("127.64.0.7"));
        assert_eq!(get("spec.nodeName").as_deref(), Some("sandbox"));
        assert_eq!(get("metadata.annotations").as_deref(), Some("batch.kubernetes.io/job-completion-index=\"3\""));
        assert_eq!(get("spec.nosuch"), None);
    }
}
