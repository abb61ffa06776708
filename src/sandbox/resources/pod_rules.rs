//! What makes a pod spec invalid: shared by Pod and by every kind that carries a pod template.
//!
//! Follows `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`. Called by the kinds'
//! `validate`; looks at nothing but the spec.

mod containers;
mod environment;
mod probes;
mod resources;
mod volumes;

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Errors, complain, labels, one_of};
use super::value::{absent, int, items, text};
use super::{meta, names};
use crate::sandbox::api::status::FieldError;

/// A `PodTemplateSpec`: its labels and annotations, then the pod spec.
pub(super) fn template(errors: &mut Errors, template: &Value, path: &str) {
    labels(errors, &format!("{path}.labels"), template, "/metadata/labels");
    meta::annotations(errors, template, "/metadata/annotations", &format!("{path}.annotations"));
    spec(errors, template.get("spec").unwrap_or(&Value::Null), &format!("{path}.spec"));
    if !items(template, "/spec/ephemeralContainers").is_empty() {
        let why = "ephemeral containers not allowed in pod template";
        errors.push(FieldError::forbidden(format!("{path}.spec.ephemeralContainers"), why));
    }
}

/// A `PodSpec`.
pub(super) fn spec(errors: &mut Errors, spec: &Value, path: &str) {
    let volumes: BTreeSet<_> = volumes::check(errors, spec, &format!("{path}.volumes"));
    containers::check(errors, spec, path, &volumes);
    restart_policy(errors, spec, path);
    one_of(
        errors,
        &format!("{path}.dnsPolicy"),
        text(spec, "/dnsPolicy"),
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
    );
    labels(errors, &format!("{path}.nodeSelector"), spec, "/nodeSelector");
    for key in ["serviceAccountName", "nodeName", "priorityClassName"] {
        named_if_there(errors, path, spec, key, names::dns_subdomain);
    }
    for key in ["hostname", "subdomain"] {
        named_if_there(errors, path, spec, key, names::dns_label);
    }
    if let Some(seconds) = int(spec, "/activeDeadlineSeconds").filter(|s| !(1..=i64::from(i32::MAX)).contains(s)) {
        let why = "must be between 1 and 2147483647, inclusive";
        errors.push(FieldError::invalid(format!("{path}.activeDeadlineSeconds"), &seconds.into(), why));
    }
    if let Some(seconds) = int(spec, "/terminationGracePeriodSeconds").filter(|s| *s < 0) {
        let why = "must be greater than or equal to 0";
        errors.push(FieldError::invalid(format!("{path}.terminationGracePeriodSeconds"), &seconds.into(), why));
    }
    tolerations(errors, spec, path);
    host_aliases(errors, spec, path);
}

fn named_if_there(errors: &mut Errors, path: &str, spec: &Value, key: &str, rule: fn(&str) -> names::Complaints) {
    let value = text(spec, &format!("/{key}"));
    if !value.is_empty() {
        complain(errors, &format!("{path}.{key}"), value, rule(value));
    }
}

fn restart_policy(errors: &mut Errors, spec: &Value, path: &str) {
    let path = format!("{path}.restartPolicy");
    match text(spec, "/restartPolicy") {
        "" => errors.push(FieldError::required(path, "")),
        policy => one_of(errors, &path, policy, &["Always", "OnFailure", "Never"]),
    }
}

fn tolerations(errors: &mut Errors, spec: &Value, path: &str) {
    for (index, toleration) in items(spec, "/tolerations").iter().enumerate() {
        let path = format!("{path}.tolerations[{index}]");
        let (key, operator) = (text(toleration, "/key"), text(toleration, "/operator"));
        if key.is_empty() {
            if operator != "Exists" {
                let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
                errors.push(FieldError::invalid(format!("{path}.operator"), &operator.into(), why));
            }
        } else {
            complain(errors, &format!("{path}.key"), key, names::qualified_name(key));
        }
        if !absent(toleration, "/tolerationSeconds") && text(toleration, "/effect") != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.push(FieldError::invalid(format!("{path}.effect"), &text(toleration, "/effect").into(), why));
        }
        if operator == "Exists" && !text(toleration, "/value").is_empty() {
            let why = "value must be empty when `operator` is 'Exists'";
            errors.push(FieldError::invalid(format!("{path}.operator"), &text(toleration, "/value").into(), why));
        }
        one_of(errors, &format!("{path}.operator"), operator, &["Equal", "Exists"]);
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        one_of(errors, &format!("{path}.effect"), text(toleration, "/effect"), &effects);
    }
}

fn host_aliases(errors: &mut Errors, spec: &Value, path: &str) {
    for (index, alias) in items(spec, "/hostAliases").iter().enumerate() {
        let path = format!("{path}.hostAliases[{index}]");
        let ip = text(alias, "/ip");
        if ip.parse::<std::net::IpAddr>().is_err() {
            let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.push(FieldError::invalid(format!("{path}.ip"), &ip.into(), why));
        }
        for (i, name) in items(alias, "/hostnames").iter().filter_map(Value::as_str).enumerate() {
            complain(errors, &format!("{path}.hostnames[{i}]"), name, names::dns_subdomain(name));
        }
    }
}

/// What is allowed but seldom meant: a name that makes poor host names, a variable set twice.
/// `pointer` and `path` name the pod spec in the object.
pub(super) fn warnings(object: &Value, pointer: &str, path: &str) -> Vec<String> {
    let mut warnings = Vec::new();
    let complaints = names::dns_label(text(object, "/metadata/name"));
    if !complaints.is_empty() {
        warnings.push(format!(
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS \
             label is recommended: [{}]",
            complaints.join(" ")
        ));
    }
    for list in ["initContainers", "containers"] {
        for (index, container) in items(object, &format!("{pointer}/{list}")).iter().enumerate() {
            let mut taken = BTreeSet::new();
            for (i, variable) in items(container, "/env").iter().enumerate() {
                let name = text(variable, "/name");
                if !taken.insert(name) {
                    warnings.push(format!(
                        "{path}.{list}[{index}].env[{i}]: hides previous definition of {name:?}, which may be dropped \
                         when using apply"
                    ));
                }
            }
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::pod_template::default_spec;
    use super::*;

    /// The faults of a spec, after defaulting.
    fn faults(mut pod: Value) -> Vec<String> {
        default_spec(&mut pod);
        let mut errors = Vec::new();
        spec(&mut errors, &pod, "spec");
        errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect()
    }

    #[test]
    fn a_sound_spec_passes() {
        let pod = json!({
            "volumes": [{"name": "v"}, {"name": "c", "configMap": {"name": "x", "items": [{"key": "k", "path": "a/b"}]}}],
            "initContainers": [{"name": "i", "image": "x"}],
            "containers": [{
                "name": "c", "image": "x:1", "ports": [{"containerPort": 80, "name": "http"}],
                "env": [{"name": "A.b", "value": "1"}, {"name": "P", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
                "envFrom": [{"configMapRef": {"name": "x"}}],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "c", "mountPath": "/c", "subPath": "b"}],
                "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": 1, "memory": "64Mi"}},
                "readinessProbe": {"httpGet": {"port": "http"}}, "livenessProbe": {"tcpSocket": {"port": 80}},
            }],
        });
        assert_eq!(faults(pod), Vec::<String>::new());
    }

    #[test]
    fn what_is_there_twice_is_named() {
        let container = json!({
            "name": "c", "image": "x", "ports": [{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}],
            "volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "v", "mountPath": "/v"}],
        });
        let pod = json!({"volumes": [{"name": "v"}, {"name": "v"}], "containers": [container, container]});
        let found = faults(pod);
        for expected in [
            "spec.volumes[1].name: Duplicate value: \"v\"",
            "spec.containers[0].ports[1].name: Duplicate value: \"a\"",
            "spec.containers[0].volumeMounts[1].mountPath: Invalid value: \"/v\": must be unique",
            "spec.containers[1].name: Duplicate value: \"c\"",
        ] {
            assert!(found.iter().any(|f| f == expected), "{expected} in {found:#?}");
        }
    }

    #[test]
    fn each_fault_of_a_container_is_named() {
        let pod = json!({
            "restartPolicy": "Sometimes",
            "containers": [{
                "name": "C", "imagePullPolicy": "Maybe",
                "ports": [{"containerPort": 70_000}], "env": [{"name": "", "value": "x"}, {"name": "A=B"}],
                "envFrom": [{}], "volumeMounts": [{"name": "nosuch", "mountPath": "/x", "subPath": "../y"}],
                "resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1500m"}},
                "livenessProbe": {"periodSeconds": -1},
            }],
            "volumes": [{"name": "two", "emptyDir": {}, "hostPath": {"path": "/a/../b"}}],
        });
        assert_eq!(
            faults(pod),
            [
                "spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type",
                "spec.containers[0].name: Invalid value: \"C\": a lowercase RFC 1123 label must consist of lower case \
                 alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  \
                 or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
                "spec.containers[0].image: Required value",
                "spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
                "spec.containers[0].env[0].name: Required value",
                "spec.containers[0].env[1].name: Invalid value: \"A=B\": a valid environment variable name must consist \
                 only of printable ASCII characters other than '='",
                "spec.containers[0].envFrom[0]: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`",
                "spec.containers[0].volumeMounts[0].name: Not found: \"nosuch\"",
                "spec.containers[0].volumeMounts[0].subPath: Invalid value: \"../y\": must not contain '..'",
                "spec.containers[0].imagePullPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \
                 \"IfNotPresent\", \"Never\"",
                "spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of \
                 1500m",
                "spec.containers[0].livenessProbe: Required value: must specify a handler type",
                "spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \
                 \"Never\"",
            ]
        );
    }

    #[test]
    fn doubtful_specs_are_warned_about() {
        let env = json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]);
        let pod = json!({"metadata": {"name": "a.b"}, "spec": {"containers": [{"name": "c", "env": env}]}});
        let found = warnings(&pod, "/spec", "spec");
        assert!(found[0].starts_with("metadata.name: this is used in Pod names"), "{}", found[0]);
        assert_eq!(
            found[1..],
            ["spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply"]
        );
    }
}
