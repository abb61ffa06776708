//! Volumes: what a lab's pods have, in kubectl's words; others by their type alone.

use serde_json::Value;

use super::containers::Place;
use super::page::Page;
use super::parts::{items, text, word_or};

pub(super) fn volumes(page: &mut Page, volumes: &[Value], place: Place) {
    if volumes.is_empty() {
        page.field(place.level, "Volumes", "<none>");
        return;
    }
    page.line(place.level, "Volumes:");
    for volume in volumes {
        page.line(1, format!("{}{}:", place.extra, text(volume, "/name")));
        for (title, value) in fields(volume) {
            page.field(2, title, value);
        }
    }
}

fn fields(volume: &Value) -> Vec<(&'static str, String)> {
    let source = volume.as_object().and_then(|fields| fields.iter().find(|(key, _)| *key != "name"));
    let Some((kind, source)) = source else { return vec![("Type", "<unknown>".into())] };
    let optional = || ("Optional", word_or(source, "/optional", "false"));
    let field = |pointer: &str| text(source, pointer).to_owned();
    match kind.as_str() {
        "configMap" => {
            vec![("Type", "ConfigMap (a volume populated by a ConfigMap)".into()), ("Name", field("/name")), optional()]
        }
        "secret" => vec![
            ("Type", "Secret (a volume populated by a Secret)".into()),
            ("SecretName", field("/secretName")),
            optional(),
        ],
        "emptyDir" => vec![
            ("Type", "EmptyDir (a temporary directory that shares a pod's lifetime)".into()),
            ("Medium", field("/medium")),
            ("SizeLimit", word_or(source, "/sizeLimit", "<unset>")),
        ],
        "hostPath" => vec![
            ("Type", "HostPath (bare host directory volume)".into()),
            ("Path", field("/path")),
            ("HostPathType", field("/type")),
        ],
        "persistentVolumeClaim" => vec![
            ("Type", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)".into()),
            ("ClaimName", field("/claimName")),
            ("ReadOnly", word_or(source, "/readOnly", "false")),
        ],
        "projected" => projected(source),
        other => vec![("Type", other.to_owned())],
    }
}

fn projected(source: &Value) -> Vec<(&'static str, String)> {
    let mut fields =
        vec![("Type", "Projected (a volume that contains injected data from multiple sources)".to_owned())];
    for part in items(source, "/sources") {
        if let Some(secret) = part.get("secret") {
            fields.push(("SecretName", text(secret, "/name").into()));
            fields.push(("Optional", word_or(secret, "/optional", "false")));
        } else if part.get("downwardAPI").is_some() {
            fields.push(("DownwardAPI", "true".into()));
        } else if let Some(map) = part.get("configMap") {
            fields.push(("ConfigMapName", text(map, "/name").into()));
            fields.push(("Optional", word_or(map, "/optional", "false")));
        } else if let Some(token) = part.get("serviceAccountToken") {
            fields.push(("TokenExpirationSeconds", word_or(token, "/expirationSeconds", "3600")));
        }
    }
    fields
}
