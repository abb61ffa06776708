//! The short hash of a pod template that names a Deployment's ReplicaSets. Pure.
//!
//! Kubernetes hashes a dump of Go's own memory layout, which nobody else can write; this one hashes the template's JSON
//! with the same function (FNV-1a, 32 bits) into the same letters, so names look alike but differ.

use k8s_openapi::api::core::v1::PodTemplateSpec;

/// Letters that form no words.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// Up to ten letters; `collisions` gives another hash when a name was taken.
pub(super) fn template_hash(template: &PodTemplateSpec, collisions: Option<i32>) -> String {
    let json = serde_json::to_vec(template).unwrap_or_default();
    let mut hash = fnv(0x811c_9dc5, &json);
    if let Some(collisions) = collisions {
        hash = fnv(hash, &collisions.to_le_bytes());
    }
    hash.to_string().bytes().map(|digit| char::from(LETTERS[usize::from(digit) % LETTERS.len()])).collect()
}

fn fnv(start: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(start, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_stable_and_short() {
        let template: PodTemplateSpec = serde_json::from_value(serde_json::json!({
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]},
        }))
        .expect("a template");
        let hash = template_hash(&template, None);
        assert_eq!(hash, template_hash(&template.clone(), None));
        assert_ne!(hash, template_hash(&template, Some(1)));
        assert_ne!(hash, template_hash(&PodTemplateSpec::default(), None));
        assert!((1..=10).contains(&hash.len()) && hash.bytes().all(|letter| LETTERS.contains(&letter)), "{hash}");
    }
}
