//! From a kind's name to its Rust type in k8s-openapi, whose schema carries the texts.

use k8s_openapi::api::{
    apps::v1 as apps, authentication::v1 as authentication, authorization::v1 as authorization,
    autoscaling::v1 as autoscaling, batch::v1 as batch, coordination::v1 as coordination, core::v1 as core,
    discovery::v1 as discovery, events::v1 as events, networking::v1 as networking, policy::v1 as policy,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_openapi::schemars::SchemaGenerator;

/// Adds a kind's schema to the generator; `false` for a kind that is not known here.
pub(super) fn add(generator: &mut SchemaGenerator, group: &str, kind: &str) -> bool {
    macro_rules! add {
        ($type:ty) => {{
            generator.subschema_for::<$type>();
        }};
    }
    match (group, kind) {
        ("", "Namespace") => add!(core::Namespace),
        ("", "Node") => add!(core::Node),
        ("", "ConfigMap") => add!(core::ConfigMap),
        ("", "Secret") => add!(core::Secret),
        ("", "Service") => add!(core::Service),
        ("", "Endpoints") => add!(core::Endpoints),
        ("", "Pod") => add!(core::Pod),
        ("", "ServiceAccount") => add!(core::ServiceAccount),
        ("", "Event") => add!(core::Event),
        ("", "Binding") => add!(core::Binding),
        ("apps", "Deployment") => add!(apps::Deployment),
        ("apps", "ReplicaSet") => add!(apps::ReplicaSet),
        ("batch", "Job") => add!(batch::Job),
        ("batch", "CronJob") => add!(batch::CronJob),
        ("networking.k8s.io", "Ingress") => add!(networking::Ingress),
        ("networking.k8s.io", "IngressClass") => add!(networking::IngressClass),
        ("discovery.k8s.io", "EndpointSlice") => add!(discovery::EndpointSlice),
        ("events.k8s.io", "Event") => add!(events::Event),
        ("coordination.k8s.io", "Lease") => add!(coordination::Lease),
        ("authorization.k8s.io", "SelfSubjectAccessReview") => add!(authorization::SelfSubjectAccessReview),
        ("authorization.k8s.io", "SelfSubjectRulesReview") => add!(authorization::SelfSubjectRulesReview),
        ("authorization.k8s.io", "SubjectAccessReview") => add!(authorization::SubjectAccessReview),
        ("authorization.k8s.io", "LocalSubjectAccessReview") => add!(authorization::LocalSubjectAccessReview),
        ("authentication.k8s.io", "SelfSubjectReview") => add!(authentication::SelfSubjectReview),
        ("authentication.k8s.io", "TokenReview") => add!(authentication::TokenReview),
        ("authentication.k8s.io", "TokenRequest") => add!(authentication::TokenRequest),
        ("autoscaling", "Scale") => add!(autoscaling::Scale),
        ("policy", "Eviction") => add!(policy::Eviction),
        ("meta.k8s.io", "ListMeta") => add!(meta::ListMeta),
        ("meta.k8s.io", "DeleteOptions") => add!(meta::DeleteOptions),
        ("meta.k8s.io", "Status") => add!(meta::Status),
        _ => return false,
    }
    true
}
