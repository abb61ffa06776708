//! Volumes: folders of the pod, filled from objects, and links to them at the mount paths.
//!
//! Called by the pod's worker before the first container starts, again when an object changes, and
//! at the pod's end. A mount here is a symbolic link inside the container's own root.

mod content;
mod files;
mod mount;
mod usage;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use k8s_openapi::api::core::v1::{HostPathVolumeSource, Pod, Volume};

pub(super) use mount::make_dir_inside;
pub(super) use usage::{Limit, limits, over_limit};
pub(super) use watch::watch_sources;

use super::paths::{self, PodPaths};
use super::sources::Sources;

/// Why a volume cannot be set up; the texts follow a kubelet's
/// `MountVolume.SetUp failed for volume "v" : …`.
#[derive(Debug, thiserror::Error)]
#[error("MountVolume.SetUp failed for volume \"{volume}\" : {why}")]
pub(super) struct MountError {
    volume: String,
    why: String,
}

/// A pod's volumes that are set up.
#[derive(Clone, Debug, Default)]
pub(super) struct Mounts {
    volumes: BTreeMap<String, Mounted>,
}

#[derive(Clone, Debug)]
struct Mounted {
    folder: PathBuf,
    /// Filled from objects: containers read it only, and a subPath of it is a copy.
    from_objects: bool,
}

/// What volumes are set up from.
pub(super) struct Context<'a> {
    pub(super) pod: &'a Pod,
    pub(super) paths: &'a PodPaths,
    pub(super) data_dir: &'a Path,
    pub(super) sources: &'a Sources,
    pub(super) pod_ip: &'a str,
    pub(super) host_ip: &'a str,
}

impl Mounts {
    /// The folders of all volumes.
    pub(super) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.volumes.values().map(|v| &v.folder)
    }
}

/// Sets all volumes of a pod up; done again, it brings those that come from objects up to date.
pub(super) async fn set_up(context: &Context<'_>) -> Result<Mounts, MountError> {
    let mut mounts = Mounts::default();
    let volumes = context.pod.spec.as_ref().and_then(|s| s.volumes.as_deref()).unwrap_or_default();
    for volume in volumes {
        let mounted = one(context, volume).await;
        let mounted = mounted.map_err(|why| MountError { volume: volume.name.clone(), why })?;
        mounts.volumes.insert(volume.name.clone(), mounted);
    }
    Ok(mounts)
}

async fn one(context: &Context<'_>, volume: &Volume) -> Result<Mounted, String> {
    let folder = context.paths.volume(&volume.name).ok_or("the volume's name is not a plain name")?;
    if volume.empty_dir.is_some() {
        make(&folder)?;
        return Ok(Mounted { folder, from_objects: false });
    }
    if let Some(host_path) = &volume.host_path {
        return Ok(Mounted { folder: self::host_path(context.data_dir, host_path)?, from_objects: false });
    }
    let Some(content) = content::of(context, volume).await? else {
        return Err(
            "the sandbox has emptyDir, configMap, secret, projected, downwardAPI and hostPath volumes only".into()
        );
    };
    make(&folder)?;
    files::write_atomically(&folder, &content).map_err(|e| format!("cannot write {}: {e}", folder.display()))?;
    Ok(Mounted { folder, from_objects: true })
}

fn make(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("cannot create {}: {e}", folder.display()))
}

/// hostPath is the one way out of the pod's folder, so it only leads into the data directory.
fn host_path(data_dir: &Path, source: &HostPathVolumeSource) -> Result<PathBuf, String> {
    let allowed = data_dir.join("host");
    let wanted = Path::new(&source.path);
    let inside = wanted.strip_prefix(&allowed).ok().and_then(Path::to_str).and_then(paths::relative);
    let folder = allowed.join(inside.ok_or_else(|| {
        format!(
            "hostPath {} is outside {}, the one folder that the sandbox lends to pods",
            source.path,
            allowed.display()
        )
    })?);
    let kind = source.type_.as_deref().unwrap_or_default();
    make(&allowed)?;
    if kind == "DirectoryOrCreate" {
        make_dir_inside(&allowed, &allowed, &folder).map_err(|e| e.to_string())?;
    }
    let real =
        folder.canonicalize().map_err(|_| format!("hostPath type check failed: {} does not exist", source.path))?;
    let fits = match kind {
        "Directory" | "DirectoryOrCreate" => real.is_dir(),
        "File" => real.is_file(),
        _ => true,
    };
    let home = allowed.canonicalize().map_err(|e| e.to_string())?;
    if !real.starts_with(&home) {
        return Err(format!("hostPath {} leads out of {}", source.path, allowed.display()));
    }
    if !fits {
        return Err(format!("hostPath type check failed: {} is not a {}", source.path, kind.to_lowercase()));
    }
    Ok(real)
}

/// Removes what a finished pod's volumes hold; its logs stay until the pod object goes.
pub(super) fn tear_down(paths: &PodPaths) {
    let folder = paths.root.join("volumes");
    if let Err(error) = std::fs::remove_dir_all(&folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(folder = %folder.display(), %error, "volumes not removed");
    }
}
