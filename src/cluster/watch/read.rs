//! An object on its way from the server's text to a row. One that cannot be read is an entry of its own, so that
//! it takes no other with it.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;

use jiff::Timestamp;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::cluster::lean::Lean;
use crate::cluster::{endpoints, events, rollout, rows, services};
use crate::domain::object::Kind;
use crate::domain::watch::Row;

/// A kind that is watched.
pub(super) trait Watched:
    Lean + Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + Send + Sync + 'static
{
    /// Its name.
    const KIND: Kind;

    /// Its row.
    fn row(self) -> Row;
}

/// An object as a row, or why it is none. Its metadata holds only what kube's watcher and a row's end need.
#[derive(Clone, Debug)]
pub(super) struct Read<K> {
    pub(super) meta: ObjectMeta,
    pub(super) row: Result<Row, String>,
    kind: PhantomData<K>,
}

impl<K: Watched> Read<K> {
    fn of(text: &str) -> Self {
        let (meta, row) = match K::lean(text) {
            Ok(object) => (identity(object.meta()), Ok(object.row())),
            Err(error) => {
                let meta = bare_identity(text);
                let name = meta.name.as_deref().unwrap_or("(without a name)");
                let why = format!("{}/{name} cannot be read: {error}", K::KIND.word());
                (meta, Err(why))
            }
        };
        Self { meta, row, kind: PhantomData }
    }
}

fn identity(meta: &ObjectMeta) -> ObjectMeta {
    ObjectMeta { uid: meta.uid.clone(), resource_version: meta.resource_version.clone(), ..ObjectMeta::default() }
}

/// Who an object is, where the rest of it cannot be read.
fn bare_identity(text: &str) -> ObjectMeta {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Identity {
        name: Option<String>,
        uid: Option<String>,
        resource_version: Option<String>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Bare {
        metadata: Identity,
    }
    let Identity { name, uid, resource_version } = serde_json::from_str::<Bare>(text).unwrap_or_default().metadata;
    ObjectMeta { name, uid, resource_version, ..ObjectMeta::default() }
}

impl<'de, K: Watched> Deserialize<'de> for Read<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::of(<&RawValue>::deserialize(deserializer)?.get()))
    }
}

impl<K: Watched> Resource for Read<K> {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind(dt: &()) -> Cow<'_, str> {
        K::kind(dt)
    }

    fn group(dt: &()) -> Cow<'_, str> {
        K::group(dt)
    }

    fn version(dt: &()) -> Cow<'_, str> {
        K::version(dt)
    }

    fn plural(dt: &()) -> Cow<'_, str> {
        K::plural(dt)
    }

    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

macro_rules! watched {
    ($($kind:ident: $object:ident => $row:expr;)*) => {$(
        impl Watched for $kind {
            const KIND: Kind = Kind::$kind;

            fn row(self) -> Row {
                let $object = self;
                $row
            }
        }
    )*};
}

watched! {
    CronJob: cronjob => Row::CronJob(Box::new(rows::cronjob_row(&cronjob, Timestamp::now())));
    Job: job => Row::Job(Box::new(rows::job_facts(&job)));
    Pod: pod => Row::Pod(Box::new(rows::pod_facts(&pod)));
    Event: event => Row::Event(Box::new(events::row(event)));
    Deployment: deployment => Row::Deployment(Box::new(rollout::deployment_row(&deployment)));
    Service: service => Row::Service(Box::new(services::service_row(&service)));
    EndpointSlice: slice => Row::Endpoints(Box::new(endpoints::endpoints_row(&slice)));
}
