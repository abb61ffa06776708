//! The manifests of a stage, sorted by the step that applies them.

use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{LOCALSTACK, LabError, faults};
use crate::content::manifests::{self, Manifest, Stage};
use crate::domain::fault::PORTS;

/// The ConfigMap with LocalStack's init scripts.
const INIT: &str = "localstack-init-scripts-config";
/// On LocalStack's pod template: changed scripts make a new pod, for scripts run at a start only.
const INIT_HASH: &str = "k8s-tutor.dev/init-scripts";

/// Manifests by step.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// The init scripts.
    pub init: Vec<Manifest>,
    /// LocalStack's Service, which a fault may live on.
    pub service: Vec<Manifest>,
    /// The rest of LocalStack.
    pub localstack: Vec<Manifest>,
    /// Everything else.
    pub app: Vec<Manifest>,
}

impl Parts {
    /// What ships for a stage, or what a folder of the user's holds; LocalStack itself comes from what
    /// ships where the folder has none.
    pub(super) fn load(stage: Stage, dir: Option<&Path>) -> Result<Self, LabError> {
        let shipped = Self::sorted(placed(Path::new("k8s"), manifests::parse(&manifests::embedded(stage))?));
        let Some(dir) = dir else { return Ok(shipped.linked()) };
        let mut files = manifests::load_stage(dir, stage)?;
        for file in &mut files {
            file.path = dir.join(&file.path).display().to_string();
        }
        let mut own = Self::sorted(manifests::parse(&files)?);
        if own.localstack.is_empty() && own.service.is_empty() {
            own.localstack = shipped.localstack;
            own.service = shipped.service;
        }
        if own.init.is_empty() {
            own.init = shipped.init;
        }
        Ok(own.linked())
    }

    /// True where something is to write reports.
    pub(super) fn has_batch(&self) -> bool {
        self.app.iter().any(|manifest| matches!(manifest.value["kind"].as_str(), Some("CronJob" | "Job")))
    }

    fn sorted(all: Vec<Manifest>) -> Self {
        let mut parts = Self::default();
        for manifest in all {
            let word = |path: &str| manifest.value.pointer(path).and_then(Value::as_str).unwrap_or_default();
            let (kind, name) = (word("/kind"), word("/metadata/name"));
            let labelled = word("/metadata/labels/app.kubernetes.io~1name") == LOCALSTACK;
            let part = match (kind, name) {
                ("ConfigMap", INIT) => &mut parts.init,
                ("Service", LOCALSTACK) => &mut parts.service,
                (_, LOCALSTACK) => &mut parts.localstack,
                _ if labelled => &mut parts.localstack,
                _ => &mut parts.app,
            };
            part.push(manifest);
        }
        parts
    }

    /// Ties LocalStack's pods to their init scripts, and notes the Service's own ports on it.
    fn linked(mut self) -> Self {
        let hash = self.init_hash();
        for manifest in &mut self.localstack {
            if manifest.value["kind"] == "Deployment" {
                annotate(&mut manifest.value["spec"]["template"], INIT_HASH, &hash);
            }
        }
        for manifest in &mut self.service {
            let ports = faults::ports_note(&manifest.value);
            annotate(&mut manifest.value, PORTS, &ports);
        }
        self
    }

    fn init_hash(&self) -> String {
        let mut hasher = Sha256::new();
        for manifest in &self.init {
            hasher.update(manifest.value["data"].to_string());
        }
        hasher.finalize().iter().take(8).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    }

    /// All of them, in the order of application.
    pub(super) fn all(&self) -> impl Iterator<Item = &Manifest> {
        self.init.iter().chain(&self.localstack).chain(&self.service).chain(&self.app)
    }

    /// The names of the Deployments of a part.
    pub(super) fn deployments(part: &[Manifest]) -> Vec<String> {
        let of_kind = part.iter().filter(|m| m.value["kind"] == "Deployment");
        of_kind.filter_map(|m| m.value["metadata"]["name"].as_str().map(str::to_owned)).collect()
    }

    /// The images that the manifests name, each once.
    pub(super) fn images(&self) -> Vec<String> {
        let mut images = Vec::new();
        for manifest in self.all() {
            collect_images(&manifest.value, &mut images);
        }
        images.sort();
        images.dedup();
        images
    }
}

/// The same manifests with their files' paths as a person would type them.
fn placed(folder: &Path, mut manifests: Vec<Manifest>) -> Vec<Manifest> {
    for manifest in &mut manifests {
        manifest.file = folder.join(&manifest.file).display().to_string();
    }
    manifests
}

fn annotate(object: &mut Value, key: &str, value: &str) {
    let Some(object) = object.as_object_mut() else { return };
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        if let Some(annotations) = annotations.as_object_mut() {
            annotations.insert(key.to_owned(), value.into());
        }
    }
}

fn collect_images(value: &Value, images: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                if let ("containers" | "initContainers", Value::Array(containers)) = (key.as_str(), inner) {
                    images.extend(containers.iter().filter_map(|c| c["image"].as_str().map(str::to_owned)));
                } else {
                    collect_images(inner, images);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_images(item, images)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(value: Value) -> Manifest {
        Manifest { file: "x.yaml".into(), line: 1, value }
    }

    #[test]
    fn each_manifest_goes_to_its_step() {
        let all = vec![
            manifest(json!({"kind": "ConfigMap", "metadata": {"name": INIT}, "data": {"01.sh": "true"}})),
            manifest(json!({"kind": "Service", "metadata": {"name": "localstack"},
                "spec": {"ports": [{"name": "edge", "port": 4566}]}})),
            manifest(json!({"kind": "Deployment", "metadata": {"name": "localstack"},
                "spec": {"template": {"spec": {"containers": [{"image": "localstack/localstack:4"}]}}}})),
            manifest(json!({"kind": "CronJob", "metadata": {"name": "task-reporter"}})),
        ];
        let parts = Parts::sorted(all).linked();
        assert_eq!((parts.init.len(), parts.service.len(), parts.localstack.len(), parts.app.len()), (1, 1, 1, 1));
        assert_eq!(Parts::deployments(&parts.localstack), ["localstack"]);
        assert_eq!(parts.images(), ["localstack/localstack:4"]);
        let template = &parts.localstack[0].value["spec"]["template"];
        assert_eq!(template["metadata"]["annotations"][INIT_HASH].as_str().unwrap().len(), 16);
        assert_eq!(parts.service[0].value["metadata"]["annotations"][PORTS], r#"{"edge":4566}"#);
    }
}
