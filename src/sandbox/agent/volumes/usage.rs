//! emptyDir sizeLimit: measured now and then; a pod over it is evicted. Medium Memory is a folder
//! like any other here, so it is measured, too, instead of being full.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::Pod;

use crate::sandbox::agent::env::quantity;
use crate::sandbox::agent::paths::PodPaths;

/// A limit to watch.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox::agent) struct Limit {
    volume: String,
    folder: PathBuf,
    /// As written in the manifest.
    text: String,
    bytes: f64,
}

/// The limits of a pod's emptyDirs.
pub(in crate::sandbox::agent) fn limits(pod: &Pod, paths: &PodPaths) -> Vec<Limit> {
    let volumes = pod.spec.as_ref().and_then(|s| s.volumes.as_deref()).unwrap_or_default();
    let limit = |volume: &k8s_openapi::api::core::v1::Volume| {
        let text = volume.empty_dir.as_ref()?.size_limit.as_ref()?.0.clone();
        let bytes = quantity(&text).filter(|b| *b > 0.0)?;
        Some(Limit { volume: volume.name.clone(), folder: paths.volume(&volume.name)?, text, bytes })
    };
    volumes.iter().filter_map(limit).collect()
}

/// The kubelet's words about the first volume that is over its limit.
pub(in crate::sandbox::agent) fn over_limit(limits: &[Limit]) -> Option<String> {
    let over = limits.iter().find(|limit| size(&limit.folder) as f64 > limit.bytes)?;
    // The trailing blank is the kubelet's own.
    Some(format!("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", over.volume, over.text))
}

/// What a folder takes on the disk; links are not followed.
fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let each = entries.map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.blocks() * 512,
        Err(_) => 0,
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_volume_over_its_limit_is_named_in_the_kubelets_words() {
        let temp = tempfile::tempdir().expect("a folder");
        let paths = PodPaths { root: temp.path().to_owned() };
        let pod: Pod = serde_json::from_value(serde_json::json!({"spec": {"containers": [], "volumes": [
            {"name": "free", "emptyDir": {}},
            {"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}},
        ]}}))
        .expect("a pod");
        let limits = limits(&pod, &paths);
        assert_eq!(limits.len(), 1);
        let folder = paths.volume("scratch").expect("a name");
        std::fs::create_dir_all(folder.join("deep")).expect("made");
        assert_eq!(over_limit(&limits), None);
        std::fs::write(folder.join("deep/f"), vec![1; 3 << 20]).expect("written");
        // As recorded from Kubernetes 1.36 (reference/node.md).
        let expected = "Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ";
        assert_eq!(over_limit(&limits).as_deref(), Some(expected));
    }
}
