//! Mount paths: links inside a container's root that lead to its volumes.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::{Container, VolumeMount};

use super::{Mounted, Mounts};
use crate::sandbox::agent::launch::LaunchError;
use crate::sandbox::agent::paths::{self, ContainerPaths, PodPaths};

/// The links of one container.
#[derive(Debug, Default)]
pub(in crate::sandbox::agent) struct Linked {
    /// Mount paths and where they really are.
    pub(in crate::sandbox::agent) rewrites: Vec<(String, String)>,
    /// The folders among them that it may write to.
    pub(in crate::sandbox::agent) writable: Vec<PathBuf>,
}

impl Mounts {
    /// Puts the links for a container's volumeMounts into its root.
    pub(in crate::sandbox::agent) fn link(
        &self,
        pod: &PodPaths,
        paths: &ContainerPaths,
        container: &Container,
    ) -> Result<Linked, LaunchError> {
        let mut linked = Linked::default();
        let mut mounts: Vec<_> = container.volume_mounts.iter().flatten().collect();
        // A mount inside another mount comes after it.
        mounts.sort_by_key(|m| m.mount_path.len());
        for (i, mount) in mounts.into_iter().enumerate() {
            let Some(volume) = self.volumes.get(&mount.name) else { continue };
            let target = self.target(pod, paths, volume, mount, i)?;
            let at = paths
                .inside(&mount.mount_path)
                .ok_or_else(|| LaunchError::Refused(format!("mountPath {} must not contain '..'", mount.mount_path)))?;
            if at == paths.root() {
                return Err(LaunchError::Refused("a volume cannot be mounted at / in the sandbox".into()));
            }
            if let Some(parent) = at.parent() {
                make_dir_inside(&pod.root, &paths.root(), parent)?;
            }
            replace_link(&target, &at)?;
            linked.rewrites.push((mount.mount_path.trim_end_matches('/').to_owned(), at.display().to_string()));
            if !volume.from_objects && mount.read_only != Some(true) {
                linked.writable.push(target);
            }
        }
        Ok(linked)
    }

    fn target(
        &self,
        pod: &PodPaths,
        paths: &ContainerPaths,
        volume: &Mounted,
        mount: &VolumeMount,
        i: usize,
    ) -> Result<PathBuf, LaunchError> {
        let Some(sub_path) = mount.sub_path.as_deref().filter(|p| !p.is_empty()) else {
            return Ok(volume.folder.clone());
        };
        let relative = paths::relative(sub_path).filter(|_| !sub_path.starts_with('/')).ok_or_else(|| {
            LaunchError::Refused(format!("subPath {sub_path} must be relative and must not contain '..'"))
        })?;
        let inside = volume.folder.join(relative);
        if volume.from_objects {
            // Never updated: what a real subPath mount shows is the file as it was at the start.
            let copy = paths.base.join("subpaths").join(i.to_string());
            copy_once(&inside, &copy)?;
            return Ok(copy);
        }
        if !inside.exists() {
            make_dir_inside(&volume.folder, &volume.folder, &inside)?;
        }
        // A process may have put a link there that leads out of the volume.
        let within = |path: &Path| path.canonicalize().ok();
        match (within(&inside), within(&volume.folder).or_else(|| within(&pod.root))) {
            (Some(real), Some(home)) if real.starts_with(&home) => Ok(real),
            _ => Err(LaunchError::Refused(format!("subPath {sub_path} leads out of volume {}", mount.name))),
        }
    }
}

/// Copies a file or a flat folder; a missing one becomes an empty folder, as on a real node.
fn copy_once(from: &Path, to: &Path) -> Result<(), LaunchError> {
    let failed = |source| LaunchError::Files { path: to.to_owned(), source };
    let _ = std::fs::remove_file(to);
    let _ = std::fs::remove_dir_all(to);
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    if from.is_file() {
        std::fs::copy(from, to).map_err(failed)?;
        return Ok(());
    }
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).map_err(failed)?;
        }
    }
    Ok(())
}

fn replace_link(target: &Path, at: &Path) -> Result<(), LaunchError> {
    let failed = |source| LaunchError::Files { path: at.to_owned(), source };
    if std::fs::read_link(at).ok().as_deref() == Some(target) {
        return Ok(());
    }
    match std::fs::symlink_metadata(at) {
        Ok(meta) if meta.is_dir() => std::fs::remove_dir_all(at).map_err(failed)?,
        Ok(_) => std::fs::remove_file(at).map_err(failed)?,
        Err(_) => {}
    }
    symlink(target, at).map_err(failed)
}

/// Makes `folder`, which lies under `root`, one step after the other. A step that a process of the
/// pod has replaced by a link out of `limit` is replaced by a folder, never followed.
pub(in crate::sandbox::agent) fn make_dir_inside(limit: &Path, root: &Path, folder: &Path) -> Result<(), LaunchError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LaunchError::Files { path, source }
    };
    std::fs::create_dir_all(root).map_err(failed(root))?;
    let limit = limit.canonicalize().map_err(failed(limit))?;
    let mut at = root.to_owned();
    for step in folder.strip_prefix(root).into_iter().flatten() {
        at.push(step);
        let inside = at.canonicalize().is_ok_and(|real| real.starts_with(&limit) && real.is_dir());
        if inside {
            continue;
        }
        if std::fs::symlink_metadata(&at).is_ok() {
            std::fs::remove_file(&at).map_err(failed(&at))?;
        }
        std::fs::create_dir(&at).map_err(failed(&at))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_out_is_not_followed() {
        let temp = tempfile::tempdir().expect("a folder");
        let outside = tempfile::tempdir().expect("a folder");
        let root = temp.path().join("root");
        std::fs::create_dir_all(&root).expect("made");
        symlink(outside.path(), root.join("etc")).expect("a link");
        make_dir_inside(temp.path(), &root, &root.join("etc/x")).expect("made");
        assert!(root.join("etc/x").is_dir());
        assert_eq!(std::fs::read_dir(outside.path()).expect("readable").count(), 0);
    }

    #[test]
    fn mounts_nest_and_sub_paths_stay_inside() {
        let temp = tempfile::tempdir().expect("a folder");
        let pod = PodPaths { root: temp.path().to_owned() };
        let paths = pod.container("c").expect("a name");
        let volume = |name: &str, from_objects| {
            let folder = pod.volume(name).expect("a name");
            std::fs::create_dir_all(&folder).expect("made");
            (name.to_owned(), Mounted { folder, from_objects })
        };
        let mounts = Mounts { volumes: [volume("data", false), volume("conf", true)].into() };
        std::fs::write(pod.volume("conf").expect("a name").join("k"), "v1").expect("written");
        let container = |mounts: serde_json::Value| -> Container {
            serde_json::from_value(serde_json::json!({"name": "c", "volumeMounts": mounts})).expect("a container")
        };
        let good = container(serde_json::json!([
            {"name": "conf", "mountPath": "/data/conf.d/k", "subPath": "k"},
            {"name": "data", "mountPath": "/data"},
            {"name": "data", "mountPath": "/part", "subPath": "p/q"},
        ]));
        let linked = mounts.link(&pod, &paths, &good).expect("linked");
        assert_eq!(std::fs::read_to_string(paths.root().join("data/conf.d/k")).expect("text"), "v1");
        std::fs::write(paths.root().join("part/f"), "x").expect("written");
        assert!(temp.path().join("volumes/data/p/q/f").exists());
        assert_eq!(linked.writable.len(), 2);
        // The copy stays when the volume changes.
        std::fs::write(pod.volume("conf").expect("a name").join("k"), "v2").expect("written");
        assert_eq!(std::fs::read_to_string(paths.root().join("data/conf.d/k")).expect("text"), "v1");

        symlink("/", pod.volume("data").expect("a name").join("out")).expect("a link");
        for bad in ["../x", "out"] {
            let mount = container(serde_json::json!([{"name": "data", "mountPath": "/x", "subPath": bad}]));
            assert!(matches!(mounts.link(&pod, &paths, &mount), Err(LaunchError::Refused(_))), "{bad}");
        }
    }
}
