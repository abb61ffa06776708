//! Defaults of pod specs: shared by Pod and by every kind that carries a pod template.
//!
//! Follows `k8s.io/kubernetes/pkg/apis/core/v1/defaults.go`. Called by the kinds' files; what only
//! pods themselves get (tolerations, service account) stands in `pod.rs`.

use serde_json::{Value, json};

use super::quantity::canonicalize;
use super::value::{child, drop_empty, fill, fill_text, flag, int, items_mut, text};

/// Fills in a `PodTemplateSpec`.
pub(super) fn default_template(template: &mut Value) {
    drop_empty(child(template, "metadata"), &["labels", "annotations", "finalizers", "ownerReferences"]);
    default_spec(child(template, "spec"));
}

/// Fills in a `PodSpec`.
pub(super) fn default_spec(spec: &mut Value) {
    drop_empty(
        spec,
        &[
            "volumes",
            "initContainers",
            "ephemeralContainers",
            "nodeSelector",
            "imagePullSecrets",
            "tolerations",
            "hostAliases",
            "readinessGates",
            "topologySpreadConstraints",
            "schedulingGates",
            "resourceClaims",
            "serviceAccountName",
            "serviceAccount",
            "nodeName",
            "hostname",
            "subdomain",
            "priorityClassName",
        ],
    );
    fill_text(spec, "restartPolicy", "Always");
    fill(spec, "terminationGracePeriodSeconds", 30);
    fill_text(spec, "dnsPolicy", "ClusterFirst");
    mirror_service_account(spec);
    drop_false(spec, &["hostNetwork", "hostPID", "hostIPC"]);
    child(spec, "securityContext");
    fill_text(spec, "schedulerName", "default-scheduler");
    let host_network = flag(spec, "/hostNetwork");
    for key in ["/initContainers", "/containers", "/ephemeralContainers"] {
        for container in items_mut(spec, key) {
            default_container(container, host_network);
        }
    }
    for volume in items_mut(spec, "/volumes") {
        default_volume(volume);
    }
}

/// `serviceAccount` is the old name of `serviceAccountName`; both are written.
fn mirror_service_account(spec: &mut Value) {
    let name = match text(spec, "/serviceAccountName") {
        "" => text(spec, "/serviceAccount").to_owned(),
        name => name.to_owned(),
    };
    if !name.is_empty() {
        spec["serviceAccountName"] = name.clone().into();
        spec["serviceAccount"] = name.into();
    }
}

fn drop_false(value: &mut Value, keys: &[&str]) {
    for key in keys {
        if value.get(*key) == Some(&Value::Bool(false)) {
            super::value::remove(value, key);
        }
    }
}

fn default_container(container: &mut Value, host_network: bool) {
    drop_empty(
        container,
        &[
            "command",
            "args",
            "ports",
            "env",
            "envFrom",
            "volumeMounts",
            "volumeDevices",
            "workingDir",
            "resizePolicy",
            "image",
        ],
    );
    drop_false(container, &["stdin", "stdinOnce", "tty"]);
    for variable in items_mut(container, "/env") {
        default_env(variable);
    }
    for port in items_mut(container, "/ports") {
        drop_empty(port, &["name", "hostIP"]);
        fill_text(port, "protocol", "TCP");
        if host_network && let Some(number) = int(port, "/containerPort") {
            fill(port, "hostPort", number);
        }
    }
    let resources = child(container, "resources");
    canonicalize(resources.get_mut("limits"));
    canonicalize(resources.get_mut("requests"));
    drop_empty(resources, &["limits", "requests", "claims"]);
    for mount in items_mut(container, "/volumeMounts") {
        drop_empty(mount, &["subPath", "subPathExpr"]);
        drop_false(mount, &["readOnly"]);
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        default_probe(container, probe);
    }
    for hook in ["postStart", "preStop"] {
        if let Some(action) = container.pointer_mut(&format!("/lifecycle/{hook}/httpGet")) {
            default_http_get(action);
        }
    }
    fill_text(container, "terminationMessagePath", "/dev/termination-log");
    fill_text(container, "terminationMessagePolicy", "File");
    let policy = pull_policy(text(container, "/image"));
    fill_text(container, "imagePullPolicy", policy);
}

fn default_env(variable: &mut Value) {
    drop_empty(variable, &["value"]);
    if let Some(field) = variable.pointer_mut("/valueFrom/fieldRef") {
        fill_text(field, "apiVersion", "v1");
    }
    if let Some(field) = variable.pointer_mut("/valueFrom/resourceFieldRef") {
        fill(field, "divisor", "0");
    }
}

/// An image without a tag is `latest`, and that one is always pulled.
fn pull_policy(image: &str) -> &'static str {
    let last = image.rsplit('/').next().unwrap_or_default();
    let tag = last.split_once(':').map_or("latest", |(_, tag)| tag);
    if !last.contains('@') && tag == "latest" { "Always" } else { "IfNotPresent" }
}

fn default_probe(container: &mut Value, key: &str) {
    let Some(probe) = container.get_mut(key).filter(|p| p.is_object()) else { return };
    if let Some(action) = probe.get_mut("httpGet") {
        default_http_get(action);
    }
    if let Some(action) = probe.get_mut("grpc") {
        fill(action, "service", "");
    }
    for (field, default) in
        [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
    {
        // Zero is Go's "not set" here.
        if int(probe, &format!("/{field}")).is_none_or(|n| n == 0) {
            probe[field] = default.into();
        }
    }
    if int(probe, "/initialDelaySeconds") == Some(0) {
        super::value::remove(probe, "initialDelaySeconds");
    }
}

fn default_http_get(action: &mut Value) {
    drop_empty(action, &["host", "httpHeaders"]);
    fill_text(action, "path", "/");
    fill_text(action, "scheme", "HTTP");
}

fn default_volume(volume: &mut Value) {
    // A volume of which only the name is told is an empty folder.
    if volume.as_object().is_some_and(|v| v.keys().all(|key| key == "name")) {
        volume["emptyDir"] = json!({});
    }
    for (source, mode) in [
        ("secret", "defaultMode"),
        ("configMap", "defaultMode"),
        ("downwardAPI", "defaultMode"),
        ("projected", "defaultMode"),
    ] {
        if let Some(source) = volume.get_mut(source) {
            fill(source, mode, 0o644);
        }
    }
    if let Some(path) = volume.get_mut("hostPath") {
        fill(path, "type", "");
    }
    if let Some(folder) = volume.get_mut("emptyDir") {
        drop_empty(folder, &["medium"]);
        if let Some(limit) = folder.get_mut("sizeLimit")
            && let Some(quantity) = super::quantity::Quantity::of(limit)
        {
            *limit = quantity.canonical().into();
        }
    }
    for item in items_mut(volume, "/downwardAPI/items") {
        default_downward(item);
    }
    for source in items_mut(volume, "/projected/sources") {
        if let Some(token) = source.get_mut("serviceAccountToken") {
            fill(token, "expirationSeconds", 3600);
        }
        for item in items_mut(source, "/downwardAPI/items") {
            default_downward(item);
        }
    }
}

fn default_downward(item: &mut Value) {
    if let Some(field) = item.get_mut("fieldRef") {
        fill_text(field, "apiVersion", "v1");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_latest_is_pulled_each_time() {
        for (image, policy) in [
            ("busybox", "Always"),
            ("busybox:latest", "Always"),
            ("busybox:1.36", "IfNotPresent"),
            ("localhost:5000/busybox", "Always"),
            ("localhost:5000/busybox:1", "IfNotPresent"),
            ("busybox@sha256:abc", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }
}
