//! Values that come from somewhere else: envFrom and valueFrom.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::EnvVarSource;

use super::{Context, EnvError, field, resource_field};
use crate::sandbox::agent::sources::{Data, Kind};

/// All of envFrom, in order; later ones win.
pub(super) async fn from_objects(context: &Context<'_>, namespace: &str) -> Result<BTreeMap<String, String>, EnvError> {
    let mut result = BTreeMap::new();
    for from in context.container.env_from.as_deref().unwrap_or_default() {
        let (kind, name, optional) = if let Some(source) = &from.config_map_ref {
            (Kind::ConfigMap, &source.name, source.optional)
        } else if let Some(source) = &from.secret_ref {
            (Kind::Secret, &source.name, source.optional)
        } else {
            continue;
        };
        let Some(data) = read(context, kind, namespace, name).await? else {
            if optional == Some(true) {
                continue;
            }
            return Err(EnvError::NoObject { kind, name: name.clone() });
        };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        for (key, value) in data {
            let name = format!("{prefix}{key}");
            // Such a name cannot be a variable; a kubelet skips it, too.
            if !name.contains(['=', '\0']) {
                result.insert(name, text(value));
            }
        }
    }
    Ok(result)
}

/// One valueFrom; `None` when it is optional and not there.
pub(super) async fn value_from(
    context: &Context<'_>,
    namespace: &str,
    from: &EnvVarSource,
) -> Result<Option<String>, EnvError> {
    if let Some(source) = &from.field_ref {
        let value = field(context.pod, &source.field_path, context.pod_ip, context.host_ip);
        return value.map(Some).ok_or_else(|| EnvError::Field(source.field_path.clone()));
    }
    if let Some(source) = &from.resource_field_ref {
        let divisor = source.divisor.as_ref().map(|d| d.0.as_str());
        let value = resource_field(
            context.pod,
            Some(context.container),
            source.container_name.as_deref(),
            &source.resource,
            divisor,
        );
        return value.map(Some).ok_or_else(|| EnvError::Field(source.resource.clone()));
    }
    let (kind, name, key, optional) = if let Some(source) = &from.config_map_key_ref {
        (Kind::ConfigMap, &source.name, &source.key, source.optional == Some(true))
    } else if let Some(source) = &from.secret_key_ref {
        (Kind::Secret, &source.name, &source.key, source.optional == Some(true))
    } else {
        return Ok(None);
    };
    let Some(mut data) = read(context, kind, namespace, name).await? else {
        return if optional { Ok(None) } else { Err(EnvError::NoObject { kind, name: name.clone() }) };
    };
    match data.remove(key) {
        Some(value) => Ok(Some(text(value))),
        None if optional => Ok(None),
        None => Err(EnvError::NoKey { key: key.clone(), kind, namespace: namespace.to_owned(), name: name.clone() }),
    }
}

async fn read(context: &Context<'_>, kind: Kind, namespace: &str, name: &str) -> Result<Option<Data>, EnvError> {
    context.sources.data(kind, namespace, name).await.map_err(|source| EnvError::Api {
        what: format!("{} {namespace}/{name}", kind.camel()),
        source: Box::new(source),
    })
}

fn text(value: Vec<u8>) -> String {
    // A variable cannot hold a zero byte.
    String::from_utf8_lossy(&value).split('\0').next().unwrap_or_default().to_owned()
}
