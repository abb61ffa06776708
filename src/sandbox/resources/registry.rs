//! The served kinds, in discovery's order: one entry a kind. Called by `resources::all`.

use super::Subresource::{Binding, Eviction, Finalize, Log, Scale, Status, Token};
use super::{
    Resource, config_map, cron_job, deployment, endpoint_slice, endpoints, event, ingress, ingress_class, job, lease,
    namespace, node, pod, replica_set, review, secret, service, service_account,
};

const fn core(kind: &'static str, plural: &'static str, singular: &'static str) -> Resource {
    Resource {
        group: "",
        version: "v1",
        kind,
        plural,
        singular,
        short_names: &[],
        categories: &[],
        namespaced: true,
        stored: true,
        subresources: &[],
        stored_as: None,
        strategy: &review::Review,
    }
}

const fn review(group: &'static str, kind: &'static str, plural: &'static str, singular: &'static str) -> Resource {
    Resource { group, namespaced: false, stored: false, ..core(kind, plural, singular) }
}

/// Every served kind.
pub(super) const ALL: &[Resource] = &[
    Resource { short_names: &["cm"], strategy: &config_map::ConfigMap, ..core("ConfigMap", "configmaps", "configmap") },
    Resource { short_names: &["ep"], strategy: &endpoints::Endpoints, ..core("Endpoints", "endpoints", "endpoints") },
    Resource { short_names: &["ev"], strategy: &event::Event, ..core("Event", "events", "event") },
    Resource {
        short_names: &["ns"],
        namespaced: false,
        subresources: &[Finalize, Status],
        strategy: &namespace::Namespace,
        ..core("Namespace", "namespaces", "namespace")
    },
    Resource {
        short_names: &["no"],
        namespaced: false,
        subresources: &[Status],
        strategy: &node::Node,
        ..core("Node", "nodes", "node")
    },
    Resource {
        short_names: &["po"],
        categories: &["all"],
        subresources: &[Binding, Eviction, Log, Status],
        strategy: &pod::Pod,
        ..core("Pod", "pods", "pod")
    },
    Resource { strategy: &secret::Secret, ..core("Secret", "secrets", "secret") },
    Resource {
        short_names: &["sa"],
        subresources: &[Token],
        strategy: &service_account::ServiceAccount,
        ..core("ServiceAccount", "serviceaccounts", "serviceaccount")
    },
    Resource {
        short_names: &["svc"],
        categories: &["all"],
        subresources: &[Status],
        strategy: &service::Service,
        ..core("Service", "services", "service")
    },
    Resource {
        group: "apps",
        short_names: &["deploy"],
        categories: &["all"],
        subresources: &[Scale, Status],
        strategy: &deployment::Deployment,
        ..core("Deployment", "deployments", "deployment")
    },
    Resource {
        group: "apps",
        short_names: &["rs"],
        categories: &["all"],
        subresources: &[Scale, Status],
        strategy: &replica_set::ReplicaSet,
        ..core("ReplicaSet", "replicasets", "replicaset")
    },
    Resource {
        group: "events.k8s.io",
        short_names: &["ev"],
        stored_as: Some(&event::AS_CORE),
        strategy: &event::Event,
        ..core("Event", "events", "event")
    },
    review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", "selfsubjectreview"),
    review("authentication.k8s.io", "TokenReview", "tokenreviews", "tokenreview"),
    Resource {
        namespaced: true,
        ..review(
            "authorization.k8s.io",
            "LocalSubjectAccessReview",
            "localsubjectaccessreviews",
            "localsubjectaccessreview",
        )
    },
    review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "selfsubjectaccessreview"),
    review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "selfsubjectrulesreview"),
    review("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", "subjectaccessreview"),
    Resource {
        group: "batch",
        short_names: &["cj"],
        categories: &["all"],
        subresources: &[Status],
        strategy: &cron_job::CronJob,
        ..core("CronJob", "cronjobs", "cronjob")
    },
    Resource {
        group: "batch",
        categories: &["all"],
        subresources: &[Status],
        strategy: &job::Job,
        ..core("Job", "jobs", "job")
    },
    Resource {
        group: "networking.k8s.io",
        namespaced: false,
        strategy: &ingress_class::IngressClass,
        ..core("IngressClass", "ingressclasses", "ingressclass")
    },
    Resource {
        group: "networking.k8s.io",
        short_names: &["ing"],
        subresources: &[Status],
        strategy: &ingress::Ingress,
        ..core("Ingress", "ingresses", "ingress")
    },
    Resource { group: "coordination.k8s.io", strategy: &lease::Lease, ..core("Lease", "leases", "lease") },
    Resource {
        group: "discovery.k8s.io",
        strategy: &endpoint_slice::EndpointSlice,
        ..core("EndpointSlice", "endpointslices", "endpointslice")
    },
];
