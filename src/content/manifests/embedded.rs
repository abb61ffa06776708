//! The files of `k8s/` as they were when the program was built.
//!
//! A list and not a build script: a newcomer sees at once where a file goes, and a test says when one is missing.

use std::borrow::Cow;

use super::{ManifestFile, Stage};

macro_rules! files {
    ($($path:literal),+ $(,)?) => { &[$(($path, include_str!(concat!("../../../k8s/", $path)))),+] };
}

/// What applying a stage puts into the cluster, in this order: what a pod refers to comes before the pod.
const FILES: &[(&str, &str)] = files![
    "v1/localstack/localstack-init-scripts-config.yaml",
    "v2/localstack/localstack-init-scripts-config.yaml",
    "localstack/service.yaml",
    "localstack/deployment.yaml",
    "v1/task-service/configmap.yaml",
    "v1/task-service/deployment.yaml",
    "v1/task-service/service.yaml",
    "v1/ingress/ingress.yaml",
    "v2/task-service/configmap.yaml",
    "v2/task-service/deployment.yaml",
    "v2/task-service/service.yaml",
    "v2/task-reporter/configmap.yaml",
    "v2/task-reporter/cronjob.yaml",
    "v2/ingress/ingress.yaml",
];

/// The built-in manifests of `stage`, LocalStack's own included, in the order to apply them.
#[must_use]
pub fn embedded(stage: Stage) -> Vec<ManifestFile> {
    all().into_iter().filter(|file| belongs(&file.path, stage)).collect()
}

/// Every built-in file, of both stages.
#[must_use]
pub fn all() -> Vec<ManifestFile> {
    FILES.iter().map(|(path, text)| ManifestFile { path: (*path).to_owned(), text: Cow::Borrowed(*text) }).collect()
}

/// Whether a file of the exported tree is part of `stage`: not below the other stage's folder.
pub(super) fn belongs(path: &str, stage: Stage) -> bool {
    let other = match stage {
        Stage::V1 => Stage::V2,
        Stage::V2 => Stage::V1,
    };
    path.split('/').next() != Some(other.name())
}

#[cfg(test)]
mod tests {
    use super::{all, embedded};
    use crate::content::manifests::{Stage, load_stage, parse};
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn k8s() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("k8s")
    }

    #[test]
    fn the_list_is_the_folder() {
        let mut on_disk = BTreeSet::new();
        for stage in [Stage::V1, Stage::V2] {
            on_disk.extend(load_stage(&k8s(), stage).unwrap().into_iter().map(|file| (file.path, file.text)));
        }
        let built_in: BTreeSet<_> = all().into_iter().map(|file| (file.path, file.text)).collect();
        assert_eq!(built_in, on_disk);
    }

    #[test]
    fn every_object_of_a_stage_is_ours_by_label() {
        for (stage, objects) in [(Stage::V1, 7), (Stage::V2, 9)] {
            let manifests = parse(&embedded(stage)).unwrap();
            assert_eq!(manifests.len(), objects, "{stage}");
            for manifest in manifests {
                let label = manifest.value.pointer("/metadata/labels/app.kubernetes.io~1managed-by");
                assert_eq!(label.and_then(|label| label.as_str()), Some("k8s-tutor"), "{}", manifest.file);
            }
        }
    }

    #[test]
    fn every_mounted_script_of_v2_is_an_executable_entry_of_the_configmap() {
        let manifests = parse(&embedded(Stage::V2)).unwrap();
        let find = |kind: &str, name: &str| {
            let found = manifests.iter().find(|m| m.value["kind"] == kind && m.value["metadata"]["name"] == name);
            found.unwrap().value.clone()
        };
        let scripts = find("ConfigMap", "localstack-init-scripts-config");
        let pod = find("Deployment", "localstack")["spec"]["template"]["spec"].clone();
        assert_eq!(pod["volumes"][0]["configMap"]["defaultMode"], 0o755);
        let mounts = pod["containers"][0]["volumeMounts"].as_array().unwrap();
        let mounted: BTreeSet<_> = mounts.iter().map(|mount| mount["subPath"].as_str().unwrap()).collect();
        let entries: BTreeSet<_> = scripts["data"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(mounted, entries);
        for text in scripts["data"].as_object().unwrap().values() {
            assert!(text.as_str().unwrap().starts_with("#!/bin/sh\n"));
        }
    }
}
