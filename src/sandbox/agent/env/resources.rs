//! Resource requests and limits as values (`resourceFieldRef`), and quantities as numbers.

use k8s_openapi::api::core::v1::{Container, Pod};

/// The value of `limits.cpu` and such, divided by `divisor`, rounded up. A missing limit is the
/// machine's size, as on a real node. `None` for a resource that the downward API does not know.
pub(in crate::sandbox::agent) fn value(
    pod: &Pod,
    own: Option<&Container>,
    name: Option<&str>,
    resource: &str,
    divisor: Option<&str>,
) -> Option<String> {
    let spec = pod.spec.as_ref()?;
    let mut all = spec.containers.iter().chain(spec.init_containers.iter().flatten());
    let container = match name.filter(|n| !n.is_empty()) {
        Some(name) => all.find(|c| c.name == name),
        None => own,
    }?;
    let (which, kind) = resource.split_once('.')?;
    let wanted = container.resources.as_ref();
    let limits = wanted.and_then(|r| r.limits.as_ref()).and_then(|l| l.get(kind));
    let requests = wanted.and_then(|r| r.requests.as_ref()).and_then(|l| l.get(kind));
    let amount = match which {
        "limits" => limits.and_then(|q| quantity(&q.0)).or_else(|| machine(kind)),
        "requests" => Some(requests.or(limits).and_then(|q| quantity(&q.0)).unwrap_or(0.0)),
        _ => None,
    }?;
    let divisor = divisor.and_then(quantity).filter(|d| *d > 0.0).unwrap_or(1.0);
    // A tiny amount less than a whole stays that whole: 0.1 / 0.1 must not become 2.
    Some(format!("{:.0}", (amount / divisor - 1e-9).ceil().max(0.0)))
}

fn machine(kind: &str) -> Option<f64> {
    match kind {
        "cpu" => std::thread::available_parallelism().ok().and_then(|n| u32::try_from(n.get()).ok()).map(f64::from),
        "memory" => Some(crate::sandbox::agent::node_status::memory_bytes() as f64),
        "ephemeral-storage" => Some(0.0),
        _ => None,
    }
}

/// A Kubernetes quantity (`250m`, `64Mi`, `1e3`) as a number of base units.
pub(in crate::sandbox::agent) fn quantity(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || "+-.".contains(c))).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let factor = match suffix {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1_048_576.0,
        "Gi" => 1_073_741_824.0,
        "Ti" => 1_099_511_627_776.0,
        "Pi" => 1_125_899_906_842_624.0,
        "Ei" => 1_152_921_504_606_846_976.0,
        // The exponent form: 1e3, 5E2.
        _ => return text.parse().ok(),
    };
    number.parse::<f64>().ok().map(|n| n * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        for (text, number) in
            [("250m", 0.25), ("1Mi", 1_048_576.0), ("2", 2.0), ("1e3", 1000.0), ("1.5Gi", 1_610_612_736.0)]
        {
            assert_eq!(quantity(text), Some(number), "{text}");
        }
        assert_eq!(quantity("lots"), None);
    }

    #[test]
    fn a_limit_is_divided_and_rounded_up() {
        let pod: Pod = serde_json::from_value(serde_json::json!({"spec": {"containers": [
            {"name": "c", "resources": {"limits": {"cpu": "1500m", "memory": "64Mi"}, "requests": {"cpu": "100m"}}},
        ]}}))
        .expect("a pod");
        let get = |resource, divisor| value(&pod, None, Some("c"), resource, divisor);
        assert_eq!(get("limits.cpu", None).as_deref(), Some("2"));
        assert_eq!(get("limits.cpu", Some("1m")).as_deref(), Some("1500"));
        assert_eq!(get("requests.cpu", Some("100m")).as_deref(), Some("1"));
        assert_eq!(get("limits.memory", Some("1Mi")).as_deref(), Some("64"));
        assert_eq!(get("limits.gpu", None), None);
    }
}
