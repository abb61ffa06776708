//! The objects that pods refer to: ConfigMaps, Secrets, Services. Read fresh when a container is
//! started, so that what was created just before is seen.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{ConfigMap, Secret, Service};
use kube::api::{Api, ListParams};

/// Reads referenced objects.
#[derive(Clone)]
pub(super) struct Sources {
    client: kube::Client,
}

/// Which of the two kinds that carry keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Plain settings.
    ConfigMap,
    /// Settings that are not to be shown.
    Secret,
}

/// The keys and values of a ConfigMap or Secret.
pub(super) type Data = BTreeMap<String, Vec<u8>>;

impl Kind {
    /// As a kubelet writes it in `configmap "x" not found`.
    pub(super) fn lower(self) -> &'static str {
        match self {
            Self::ConfigMap => "configmap",
            Self::Secret => "secret",
        }
    }

    /// As a kubelet writes it in `couldn't find key k in ConfigMap NS/NAME`.
    pub(super) fn camel(self) -> &'static str {
        match self {
            Self::ConfigMap => "ConfigMap",
            Self::Secret => "Secret",
        }
    }
}

impl Sources {
    pub(super) fn new(client: kube::Client) -> Self {
        Self { client }
    }

    /// The content of a ConfigMap or Secret; `None` if there is none of this name.
    pub(super) async fn data(&self, kind: Kind, namespace: &str, name: &str) -> Result<Option<Data>, kube::Error> {
        Ok(match kind {
            Kind::ConfigMap => {
                let api: Api<ConfigMap> = Api::namespaced(self.client.clone(), namespace);
                api.get_opt(name).await?.map(config_map_data)
            }
            Kind::Secret => {
                let api: Api<Secret> = Api::namespaced(self.client.clone(), namespace);
                api.get_opt(name).await?.map(secret_data)
            }
        })
    }

    /// All Services of the cluster.
    pub(super) async fn services(&self) -> Result<Vec<Service>, kube::Error> {
        Ok(Api::<Service>::all(self.client.clone()).list(&ListParams::default()).await?.items)
    }
}

/// A ConfigMap's keys and values, binary ones included.
pub(super) fn config_map_data(object: ConfigMap) -> Data {
    let text = object.data.unwrap_or_default().into_iter().map(|(k, v)| (k, v.into_bytes()));
    let binary = object.binary_data.unwrap_or_default().into_iter().map(|(k, v)| (k, v.0));
    text.chain(binary).collect()
}

/// A Secret's keys and values.
pub(super) fn secret_data(object: Secret) -> Data {
    object.data.unwrap_or_default().into_iter().map(|(k, v)| (k, v.0)).collect()
}
