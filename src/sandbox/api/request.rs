//! One request, taken apart: who, what, how. Made by `handle` and `route`; pure.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use tokio_util::sync::CancellationToken;

use serde_json::Value;

use crate::sandbox::resources::{self, Resource, StoredAs};

use super::negotiate::Format;
use super::status::{ApiError, FieldError};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    /// `kubernetes-admin`, `system:serviceaccount:default:default` …
    pub(super) name: String,
}

/// A request with its body read.
pub(super) struct Call {
    pub(super) user: User,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What the answer's `Warning` headers say, errors included.
    pub(super) warnings: Mutex<Vec<String>>,
    /// Cancelled when long answers (watches, logs) have to end.
    pub(super) ending: CancellationToken,
}

impl Call {
    /// Adds a warning to the answer, once.
    pub(super) fn warn(&self, texts: impl IntoIterator<Item = String>) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        for text in texts {
            if !warnings.contains(&text) {
                warnings.push(text);
            }
        }
    }

    pub(super) fn header(&self, name: http::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Who writes, for managedFields: `fieldManager`, else the program's name from `User-Agent`.
    pub(super) fn manager(&self) -> Result<String, ApiError> {
        let manager = self.query.get("fieldManager").filter(|m| !m.is_empty());
        let manager = manager.unwrap_or_else(|| self.header(http::header::USER_AGENT).split('/').next().unwrap_or(""));
        if manager.len() > 128 {
            let error = FieldError {
                field: "fieldManager".into(),
                reason: super::status::FieldReason::TooLong,
                message: "Too long: may not be more than 128 bytes".into(),
            };
            return Err(options_invalid("PatchOptions", error));
        }
        Ok(if manager.is_empty() { "unknown".to_owned() } else { manager.to_owned() })
    }
}

/// `PatchOptions.meta.k8s.io "" is invalid: …`.
pub(super) fn options_invalid(kind: &str, error: FieldError) -> ApiError {
    ApiError::invalid(super::status::About { group: "meta.k8s.io", kind, name: "" }, &[error])
}

/// The query parameters, decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(uri: &Uri) -> Result<Self, ApiError> {
        axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map(|query| Self(query.0))
            .map_err(|error| ApiError::bad_request(format!("the query cannot be read: {error}")))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Present and neither `0` nor `false`, as Go's conversion reads booleans.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        match self.get(name).filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| ApiError::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"))),
        }
    }

    pub(super) fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What a request is about.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) resource: &'static Resource,
    /// Empty for cluster-scoped kinds, and for a list over all namespaces.
    pub(super) namespace: String,
    /// Empty for a collection.
    pub(super) name: String,
}

impl Target {
    pub(super) fn key(&self) -> String {
        super::object::key(self.resource, &self.namespace, &self.name)
    }

    pub(super) fn not_found(&self) -> ApiError {
        ApiError::not_found(super::object::about(self.resource, &self.name))
    }
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}/{}", self.plural, self.group, self.version)
    }
}

/// How unknown and duplicate fields are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldValidation {
    /// 400.
    Strict,
    /// A `Warning` header each; the default.
    Warn,
    /// In silence.
    Ignore,
}

/// The options that every write takes.
#[derive(Clone, Debug)]
pub(super) struct WriteOptions {
    pub(super) dry_run: bool,
    pub(super) validation: FieldValidation,
    pub(super) manager: String,
}

impl WriteOptions {
    /// Reads them; `kind` is the options' kind in error messages: `CreateOptions`.
    pub(super) fn parse(call: &Call, kind: &str) -> Result<Self, ApiError> {
        let dry_run = dry_run(call.query.all().iter().filter(|(k, _)| k == "dryRun").map(|(_, v)| v.as_str()), kind)?;
        let validation = match call.query.get("fieldValidation").unwrap_or_default() {
            "Strict" => FieldValidation::Strict,
            "" | "Warn" => FieldValidation::Warn,
            "Ignore" => FieldValidation::Ignore,
            other => {
                let allowed = ["", "Ignore", "Strict", "Warn"];
                return Err(options_invalid(
                    kind,
                    FieldError::not_supported("fieldValidation", &other.into(), &allowed),
                ));
            }
        };
        Ok(Self { dry_run, validation, manager: call.manager()? })
    }

    /// What the API server itself writes with.
    pub(super) fn internal() -> Self {
        Self { dry_run: false, validation: FieldValidation::Ignore, manager: "kube-apiserver".to_owned() }
    }
}

/// `dryRun=All` or nothing.
pub(super) fn dry_run<'a>(mut values: impl Iterator<Item = &'a str>, kind: &str) -> Result<bool, ApiError> {
    values.try_fold(false, |_, value| match value {
        "All" => Ok(true),
        other => Err(options_invalid(kind, FieldError::not_supported("dryRun", &[other].as_slice().into(), &["All"]))),
    })
}

/// Everything a verb needs.
pub(super) struct Ask<'a> {
    pub(super) call: &'a Call,
    pub(super) target: Target,
    pub(super) format: Format,
    /// Set where the path names another view of a stored kind: `target` is the stored one.
    pub(super) view: Option<View>,
}

/// Another view of a stored kind: `events.k8s.io/v1` Events are core Events under newer names.
#[derive(Clone, Copy)]
pub(super) struct View {
    pub(super) resource: &'static Resource,
    pub(super) stored: &'static StoredAs,
}

impl View {
    /// The view that a kind is, and the kind that is stored for it.
    pub(super) fn of(resource: &'static Resource) -> Option<(Self, &'static Resource)> {
        let stored = resource.stored_as?;
        let behind = resources::by_path(stored.group, stored.version, stored.plural)?;
        Some((Self { resource, stored }, behind))
    }
}

impl Ask<'_> {
    /// The kind as the client knows it.
    pub(super) fn resource(&self) -> &'static Resource {
        self.view.map_or(self.target.resource, |view| view.resource)
    }

    /// An object as the client reads it.
    pub(super) fn outward(&self, mut value: Arc<Value>) -> Arc<Value> {
        if let Some(view) = self.view {
            (view.stored.from_stored)(Arc::make_mut(&mut value));
        }
        value
    }

    /// An object as it is stored.
    pub(super) fn inward(&self, mut value: Value) -> Value {
        if let Some(view) = self.view {
            (view.stored.to_stored)(&mut value);
        }
        value
    }
}
