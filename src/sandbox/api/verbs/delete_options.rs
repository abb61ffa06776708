//! What a delete asks for: from the body and the query. Read by `delete`, `delete_collection` and
//! the eviction.

use serde_json::Value;

use super::super::body;
use super::super::request::{Call, Query, dry_run, options_invalid};
use super::super::status::{ApiError, FieldError};

/// What happens to the objects that this one owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Propagation {
    /// They are deleted after it; the default.
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// `metav1.DeleteOptions`.
#[derive(Clone, Debug)]
pub(in super::super) struct DeleteOptions {
    pub(in super::super) grace: Option<i64>,
    pub(in super::super) propagation: Propagation,
    pub(in super::super) uid: Option<String>,
    pub(in super::super) revision: Option<String>,
    pub(in super::super) dry_run: bool,
}

impl DeleteOptions {
    /// Reads body and query; the body wins.
    pub(in super::super) fn parse(call: &Call) -> Result<Self, ApiError> {
        Self::from_value(&body::options(call)?, &call.query)
    }

    /// The same from a `DeleteOptions` object.
    pub(in super::super) fn from_value(value: &Value, query: &Query) -> Result<Self, ApiError> {
        let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let given = text(&value["propagationPolicy"]);
        let propagation = match given.as_deref().or_else(|| query.get("propagationPolicy")).unwrap_or("Background") {
            "Background" | "" => Propagation::Background,
            "Foreground" => Propagation::Foreground,
            "Orphan" => Propagation::Orphan,
            other => {
                let allowed = ["Background", "Foreground", "Orphan"];
                let error = FieldError::not_supported("propagationPolicy", &other.into(), &allowed);
                return Err(options_invalid("DeleteOptions", error));
            }
        };
        let orphans = value["orphanDependents"].as_bool() == Some(true) || query.flag("orphanDependents");
        let grace = match value["gracePeriodSeconds"].as_i64() {
            Some(seconds) => Some(seconds),
            None => query.integer("gracePeriodSeconds")?,
        };
        let dry = value["dryRun"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let in_query = query.all().iter().filter(|(key, _)| key == "dryRun").map(|(_, value)| value.as_str());
        Ok(Self {
            grace,
            propagation: if orphans { Propagation::Orphan } else { propagation },
            uid: text(&value["preconditions"]["uid"]),
            revision: text(&value["preconditions"]["resourceVersion"]),
            dry_run: dry_run(dry.chain(in_query), "DeleteOptions")?,
        })
    }
}
