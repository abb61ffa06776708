//! Content negotiation: what `Accept` asks for. Pure; called by `handle` before anything is done.

use super::status::ApiError;

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) media: Media,
    pub(super) shape: Shape,
}

/// The encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Yaml,
}

/// What of an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// All of it.
    Full,
    /// `as=Table`, as kubectl shows it; the version is `v1` or `v1beta1`.
    Table(&'static str),
    /// `as=PartialObjectMetadata` or `…List`.
    Partial(&'static str),
}

impl Format {
    pub(super) const JSON: Self = Self { media: Media::Json, shape: Shape::Full };

    /// The first alternative of `Accept` that is served. Protobuf is not; clients that prefer it
    /// name JSON second.
    ///
    /// # Errors
    /// 406 with the real server's words.
    pub(super) fn parse(accept: &str) -> Result<Self, ApiError> {
        if accept.trim().is_empty() {
            return Ok(Self::JSON);
        }
        accept.split(',').find_map(alternative).ok_or_else(not_acceptable)
    }
}

fn not_acceptable() -> ApiError {
    let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, \
                   application/vnd.kubernetes.protobuf, application/json;stream=watch, \
                   application/vnd.kubernetes.protobuf;stream=watch";
    ApiError { details: serde_json::json!({}), ..ApiError::new(406, "NotAcceptable", message) }
}

fn alternative(text: &str) -> Option<Format> {
    let (kind, parameters) = media_type(text);
    let media = match kind {
        "application/json" | "application/*" | "*/*" => Media::Json,
        "application/yaml" => Media::Yaml,
        _ => return None,
    };
    let parameter = |name: &str| parameters.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let shape = match (parameter("as"), parameter("g"), parameter("v")) {
        (None, _, _) => Shape::Full,
        (Some("Table"), Some("meta.k8s.io"), Some("v1")) => Shape::Table("v1"),
        (Some("Table"), Some("meta.k8s.io"), Some("v1beta1")) => Shape::Table("v1beta1"),
        (Some("PartialObjectMetadata" | "PartialObjectMetadataList"), Some("meta.k8s.io"), Some("v1")) => {
            Shape::Partial("v1")
        }
        (Some("PartialObjectMetadata" | "PartialObjectMetadataList"), Some("meta.k8s.io"), Some("v1beta1")) => {
            Shape::Partial("v1beta1")
        }
        _ => return None,
    };
    Some(Format { media, shape })
}

/// `a/b;c=d` as `a/b` and its parameters.
pub(super) fn media_type(text: &str) -> (&str, Vec<(&str, &str)>) {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    (kind, parts.filter_map(|part| part.split_once('=')).collect())
}

/// The version of aggregated discovery that is asked for: `v2` or `v2beta1`; `None` for the plain one.
pub(super) fn aggregated_discovery(accept: &str) -> Option<&'static str> {
    for text in accept.split(',') {
        let (kind, parameters) = media_type(text);
        let has = |key, value| parameters.contains(&(key, value));
        if kind != "application/json" {
            continue;
        }
        if !parameters.iter().any(|(key, _)| *key == "as") {
            return None;
        }
        if has("as", "APIGroupDiscoveryList") && has("g", "apidiscovery.k8s.io") {
            if has("v", "v2") {
                return Some("v2");
            }
            if has("v", "v2beta1") {
                return Some("v2beta1");
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_served_alternative_wins() {
        let shape = |accept: &str| Format::parse(accept).expect("acceptable").shape;
        assert_eq!(shape("application/vnd.kubernetes.protobuf,application/json"), Shape::Full);
        assert_eq!(shape("application/json;as=Table;v=v1;g=meta.k8s.io,application/json"), Shape::Table("v1"));
        assert_eq!(
            shape("application/json;as=Nonsense;v=v1;g=meta.k8s.io, application/json;q=0.9"),
            Shape::Full,
            "an unknown transformation is passed over"
        );
        assert_eq!(Format::parse("text/html").expect_err("refused").code, 406);
        assert_eq!(Format::parse("").expect("anything"), Format::JSON);
    }

    #[test]
    fn old_and_new_kubectl_ask_for_their_discovery() {
        let v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        let old = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
        assert_eq!(aggregated_discovery(v2), Some("v2"));
        assert_eq!(aggregated_discovery(old), Some("v2beta1"));
        assert_eq!(aggregated_discovery(&format!("application/json, {v2}")), None);
        assert_eq!(aggregated_discovery(""), None);
    }
}
