//! From a kind's name to its Rust type in k8s-openapi, whose schema carries the texts.

use k8s_openapi::api::{
    apps::v1 as apps, authentication::v1 as authentication, authorization::v1 as authorization,
    autoscaling::v1 as autoscaling, batch::v1 as batch, coordination::v1 as coordination, core::v1 as core,
    discovery::v1 as discovery, events::v1 as events, networking::v1 as networking, policy::v1 as policy,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::schemars::{JsonSchema, SchemaGenerator};

type Add = fn(&mut SchemaGenerator);

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

/// Group, kind, and what adds its schema.
const KINDS: &[(&str, &str, Add)] = &[
    ("", "Namespace", schema_of::<core::Namespace>),
    ("", "Node", schema_of::<core::Node>),
    ("", "ConfigMap", schema_of::<core::ConfigMap>),
    ("", "Secret", schema_of::<core::Secret>),
    ("", "Service", schema_of::<core::Service>),
    ("", "Endpoints", schema_of::<core::Endpoints>),
    ("", "Pod", schema_of::<core::Pod>),
    ("", "ServiceAccount", schema_of::<core::ServiceAccount>),
    ("", "Event", schema_of::<core::Event>),
    ("", "Binding", schema_of::<core::Binding>),
    ("apps", "Deployment", schema_of::<apps::Deployment>),
    ("apps", "ReplicaSet", schema_of::<apps::ReplicaSet>),
    ("batch", "Job", schema_of::<batch::Job>),
    ("batch", "CronJob", schema_of::<batch::CronJob>),
    ("networking.k8s.io", "Ingress", schema_of::<networking::Ingress>),
    ("networking.k8s.io", "IngressClass", schema_of::<networking::IngressClass>),
    ("discovery.k8s.io", "EndpointSlice", schema_of::<discovery::EndpointSlice>),
    ("events.k8s.io", "Event", schema_of::<events::Event>),
    ("coordination.k8s.io", "Lease", schema_of::<coordination::Lease>),
    ("authorization.k8s.io", "SelfSubjectAccessReview", schema_of::<authorization::SelfSubjectAccessReview>),
    ("authorization.k8s.io", "SelfSubjectRulesReview", schema_of::<authorization::SelfSubjectRulesReview>),
    ("authorization.k8s.io", "SubjectAccessReview", schema_of::<authorization::SubjectAccessReview>),
    ("authorization.k8s.io", "LocalSubjectAccessReview", schema_of::<authorization::LocalSubjectAccessReview>),
    ("authentication.k8s.io", "SelfSubjectReview", schema_of::<authentication::SelfSubjectReview>),
    ("authentication.k8s.io", "TokenReview", schema_of::<authentication::TokenReview>),
    ("authentication.k8s.io", "TokenRequest", schema_of::<authentication::TokenRequest>),
    ("autoscaling", "Scale", schema_of::<autoscaling::Scale>),
    ("policy", "Eviction", schema_of::<policy::Eviction>),
    ("meta.k8s.io", "ListMeta", schema_of::<meta::ListMeta>),
    ("meta.k8s.io", "DeleteOptions", schema_of::<meta::DeleteOptions>),
    ("meta.k8s.io", "Status", schema_of::<meta::Status>),
];

/// Adds a kind's schema to the generator; `false` for a kind that is not known here.
pub(in crate::sandbox::api) fn add(generator: &mut SchemaGenerator, group: &str, kind: &str) -> bool {
    let known = KINDS.iter().find(|(g, k, _)| (*g, *k) == (group, kind));
    if let Some((_, _, add)) = known {
        add(generator);
    }
    known.is_some()
}

/// Every kind known here.
#[cfg(test)]
pub(in crate::sandbox::api) fn known() -> Vec<(&'static str, &'static str)> {
    KINDS.iter().map(|(group, kind, _)| (*group, *kind)).collect()
}
