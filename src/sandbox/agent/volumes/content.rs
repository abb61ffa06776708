//! What the volumes that come from objects hold: ConfigMap, Secret, downward API, projected.

use std::collections::BTreeMap;
use std::path::{Component, PathBuf};

use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, DownwardAPIVolumeFile, KeyToPath, SecretVolumeSource, Volume, VolumeProjection,
};

use super::Context;
use super::files::{Content, FileContent};
use crate::sandbox::agent::sources::{Data, Kind};
use crate::sandbox::agent::{env, paths};

/// A file's mode where neither the item nor the volume says one.
const DEFAULT_MODE: i32 = 0o644;

/// Which keys of which object go where.
struct Selection<'a> {
    kind: Kind,
    name: &'a str,
    items: Option<&'a [KeyToPath]>,
    optional: bool,
    mode: i32,
}

/// The files of a volume; `None` for a kind of volume that does not come from objects.
pub(super) async fn of(context: &Context<'_>, volume: &Volume) -> Result<Option<Content>, String> {
    let mut content = Content::default();
    if let Some(source) = &volume.config_map {
        add(context, selection_of_config_map(source), &mut content).await?;
    } else if let Some(source) = &volume.secret {
        add(context, selection_of_secret(source), &mut content).await?;
    } else if let Some(source) = &volume.downward_api {
        let mode = source.default_mode.unwrap_or(DEFAULT_MODE);
        downward(context, source.items.as_deref(), mode, &mut content)?;
    } else if let Some(source) = &volume.projected {
        let mode = source.default_mode.unwrap_or(DEFAULT_MODE);
        for part in source.sources.as_deref().unwrap_or_default() {
            projected(context, part, mode, &mut content).await?;
        }
    } else {
        return Ok(None);
    }
    Ok(Some(content))
}

fn selection_of_config_map(source: &ConfigMapVolumeSource) -> Selection<'_> {
    Selection {
        kind: Kind::ConfigMap,
        name: &source.name,
        items: source.items.as_deref(),
        optional: source.optional == Some(true),
        mode: source.default_mode.unwrap_or(DEFAULT_MODE),
    }
}

fn selection_of_secret(source: &SecretVolumeSource) -> Selection<'_> {
    Selection {
        kind: Kind::Secret,
        name: source.secret_name.as_deref().unwrap_or_default(),
        items: source.items.as_deref(),
        optional: source.optional == Some(true),
        mode: source.default_mode.unwrap_or(DEFAULT_MODE),
    }
}

async fn projected(
    context: &Context<'_>,
    part: &VolumeProjection,
    mode: i32,
    content: &mut Content,
) -> Result<(), String> {
    if let Some(source) = &part.config_map {
        let optional = source.optional == Some(true);
        let selection =
            Selection { kind: Kind::ConfigMap, name: &source.name, items: source.items.as_deref(), optional, mode };
        add(context, selection, content).await?;
    } else if let Some(source) = &part.secret {
        let optional = source.optional == Some(true);
        let selection =
            Selection { kind: Kind::Secret, name: &source.name, items: source.items.as_deref(), optional, mode };
        add(context, selection, content).await?;
    } else if let Some(source) = &part.downward_api {
        downward(context, source.items.as_deref(), mode, content)?;
    }
    // serviceAccountToken: no token is put into a process that runs as the user.
    Ok(())
}

async fn add(context: &Context<'_>, wanted: Selection<'_>, content: &mut Content) -> Result<(), String> {
    let namespace = context.pod.metadata.namespace.as_deref().unwrap_or("default");
    let data = context.sources.data(wanted.kind, namespace, wanted.name).await.map_err(|e| e.to_string())?;
    let data = match data {
        Some(data) => data,
        None if wanted.optional => Data::new(),
        None => return Err(format!("{} \"{}\" not found", wanted.kind.lower(), wanted.name)),
    };
    let Some(items) = wanted.items.filter(|items| !items.is_empty()) else {
        for (key, bytes) in data {
            content.insert(checked(&key)?, FileContent { bytes, mode: mode(wanted.mode) });
        }
        return Ok(());
    };
    for item in items {
        match data.get(&item.key) {
            Some(bytes) => {
                let mode = mode(item.mode.unwrap_or(wanted.mode));
                content.insert(checked(&item.path)?, FileContent { bytes: bytes.clone(), mode });
            }
            None if wanted.optional => {}
            None => {
                let kind = wanted.kind.lower();
                let key = if wanted.kind == Kind::Secret { "secret" } else { "config" };
                return Err(format!("{kind} references non-existent {key} key: {}", item.key));
            }
        }
    }
    Ok(())
}

fn downward(
    context: &Context<'_>,
    items: Option<&[DownwardAPIVolumeFile]>,
    default_mode: i32,
    content: &mut Content,
) -> Result<(), String> {
    for item in items.unwrap_or_default() {
        let value = if let Some(source) = &item.field_ref {
            env::field(context.pod, &source.field_path, context.pod_ip, context.host_ip)
                .ok_or_else(|| format!("unsupported fieldPath: {}", source.field_path))?
        } else if let Some(source) = &item.resource_field_ref {
            let divisor = source.divisor.as_ref().map(|d| d.0.as_str());
            env::resource_field(context.pod, None, source.container_name.as_deref(), &source.resource, divisor)
                .ok_or_else(|| format!("unsupported resource: {}", source.resource))?
        } else {
            continue;
        };
        let mode = mode(item.mode.unwrap_or(default_mode));
        content.insert(checked(&item.path)?, FileContent { bytes: value.into_bytes(), mode });
    }
    Ok(())
}

fn mode(mode: i32) -> u32 {
    u32::try_from(mode).unwrap_or(0o644) & 0o777
}

/// A path inside a volume: relative, without `..`, and none of the volume's own `..data` names.
fn checked(path: &str) -> Result<PathBuf, String> {
    let clean = paths::relative(path).filter(|p| !p.as_os_str().is_empty() && !path.starts_with('/'));
    let clean = clean.filter(|p| {
        !p.components().any(|c| matches!(c, Component::Normal(name) if name.as_encoded_bytes().starts_with(b"..")))
    });
    clean.ok_or_else(|| format!("invalid path {path:?}: must be relative and must not contain '..'"))
}

/// The ConfigMaps and Secrets that a pod's volumes come from.
pub(super) fn referenced(volumes: &[Volume]) -> BTreeMap<(u8, String), Kind> {
    let mut found = BTreeMap::new();
    let mut add = |kind: Kind, name: &str| {
        found.insert((kind as u8, name.to_owned()), kind);
    };
    for volume in volumes {
        if let Some(source) = &volume.config_map {
            add(Kind::ConfigMap, &source.name);
        }
        if let Some(name) = volume.secret.as_ref().and_then(|s| s.secret_name.as_ref()) {
            add(Kind::Secret, name);
        }
        for part in volume.projected.iter().flat_map(|p| p.sources.iter().flatten()) {
            if let Some(source) = &part.config_map {
                add(Kind::ConfigMap, &source.name);
            }
            if let Some(source) = &part.secret {
                add(Kind::Secret, &source.name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_out_of_the_volume_is_refused() {
        assert_eq!(checked("a/b.txt"), Ok(PathBuf::from("a/b.txt")));
        for bad in ["../x", "/etc/passwd", "a/../../x", "..data", "a/..x", ""] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
