//! The work of each step of `up`. Every one looks first and changes only what is not as wanted.

use futures::future::try_join_all;

use super::Run;
use crate::cluster::Cluster;
use crate::content::manifests::Manifest;
use crate::domain::change::{ObjectChange, Outcome, summary};
use crate::domain::check::CheckState;
use crate::domain::fault;
use crate::domain::step::{Event, StepState};
use crate::lab::manifests::Parts;
use crate::lab::{LOCALSTACK, Lab, LabError, localstack};
use crate::provider::Images;

/// How a step ended well.
pub(super) struct Done {
    pub(super) state: StepState,
    pub(super) detail: String,
    pub(super) changes: Vec<ObjectChange>,
}

impl Done {
    fn new(changed: bool, detail: impl Into<String>) -> Self {
        let state = if changed { StepState::Done } else { StepState::Unchanged };
        Self { state, detail: detail.into(), changes: Vec::new() }
    }

    fn skipped(detail: &str) -> Self {
        Self { state: StepState::Skipped, detail: detail.to_owned(), changes: Vec::new() }
    }

    fn of(changes: Vec<ObjectChange>) -> Self {
        let changed = changes.iter().any(|change| !change.outcome.is_quiet());
        Self { changes: changes.clone(), ..Self::new(changed, summary(&changes)) }
    }
}

impl Run {
    /// Dispatches to a step's work.
    pub(super) async fn work(&mut self, step: &'static str) -> Result<Done, LabError> {
        match step {
            "preflight" => self.preflight().await,
            "cluster" => self.cluster().await,
            "connect" => self.connect().await,
            "check" => self.check().await,
            "init-config" => self.apply(&self.parts.init).await,
            "localstack" => self.localstack().await,
            "init" => self.init().await,
            "images" => Ok(self.images()),
            "manifests" => self.apply(&self.parts.app).await,
            _ => self.rollouts().await,
        }
    }

    pub(super) async fn preflight(&self) -> Result<Done, LabError> {
        let checks = self.provider.preflight().await;
        for check in checks.iter().filter(|check| check.state == CheckState::Warn) {
            self.progress.event(Event::Note(format!("{}: {}", check.check, check.found)));
        }
        match checks.iter().find(|check| check.state == CheckState::Fail) {
            None => Ok(Done::new(false, format!("{} checks", checks.len()))),
            Some(check) => {
                Err(LabError::Preflight { found: check.found.clone(), fix: check.fix.clone().unwrap_or_default() })
            }
        }
    }

    async fn cluster(&mut self) -> Result<Done, LabError> {
        let place = self.provider.ensure_up().await?;
        let done = Done::new(place.fresh, place.words.clone());
        self.place = Some(place);
        Ok(done)
    }

    async fn connect(&mut self) -> Result<Done, LabError> {
        let place = self.place.clone().ok_or(LabError::NotUp { provider: self.provider.name() })?;
        let cluster = Cluster::connect(&place.target).await?;
        let words = format!(
            "{} {}, context {}, namespace {}",
            cluster.url, cluster.version, cluster.context, cluster.namespace
        );
        let lab =
            Lab { provider: self.provider.clone(), cluster, place, progress: self.progress.clone(), dry_run: false };
        self.options.record.write(&self.options.data)?;
        self.sweep(&lab).await?;
        self.lab = Some(lab);
        Ok(Done::new(false, words))
    }

    /// Manifests that ship are known to be good; a folder of the user's is checked before the first write.
    async fn check(&self) -> Result<Done, LabError> {
        if self.options.manifests.is_none() {
            return Ok(Done::skipped("the manifests that ship need no check"));
        }
        let cluster = &self.lab()?.cluster;
        for manifest in self.parts.all() {
            cluster.check(&manifest.value, &format!("{}:{}", manifest.file, manifest.line)).await?;
        }
        Ok(Done::new(false, format!("{} manifests are fine", self.parts.all().count())))
    }

    async fn apply(&self, part: &[Manifest]) -> Result<Done, LabError> {
        let cluster = &self.lab()?.cluster;
        let applied = part.iter().map(|manifest| cluster.apply(&manifest.value));
        let applied = try_join_all(applied).await?;
        Ok(Done::of(applied.into_iter().map(|(change, _)| change).collect()))
    }

    /// LocalStack's Service is left alone while a fault lives on it: `up` must not undo what a learner broke.
    async fn localstack(&mut self) -> Result<Done, LabError> {
        let lab = self.lab()?;
        let (rest, service) = tokio::join!(self.apply(&self.parts.localstack), lab.cluster.service(LOCALSTACK));
        let mut changes = rest?.changes;
        let mut live = service?;
        let fault = live.as_ref().and_then(fault::find);
        if let Some(fault) = &fault {
            let row = &fault.row;
            changes.push(ObjectChange {
                kind: "Service".to_owned(),
                name: LOCALSTACK.to_owned(),
                outcome: Outcome::Kept,
                detail: Some(format!("fault {}: port {} is {}", row.fault, row.original, row.current)),
            });
        } else {
            changes.extend(self.apply(&self.parts.service).await?.changes);
        }
        if live.is_none() {
            live = lab.cluster.service(LOCALSTACK).await?;
        }
        let node_port = live.iter().flat_map(|service| &service.ports).find_map(|port| port.node_port);
        let endpoint = lab.endpoint_at(node_port)?;
        self.endpoint = Some(endpoint);
        self.faults.extend(fault.map(|found| found.row));
        Ok(Done::of(changes))
    }

    async fn init(&self) -> Result<Done, LabError> {
        let (lab, limit) = (self.lab()?, self.options.patience);
        let waiting = self.waiting("init");
        let mut waited = false;
        for deployment in Parts::deployments(&self.parts.localstack) {
            waited |= lab.cluster.wait_rollout(&deployment, limit, &waiting).await?;
        }
        let endpoint = self.endpoint.clone().ok_or(LabError::NoLocalStack)?;
        let words = localstack::ready(&endpoint, self.parts.has_batch(), limit, &waiting).await?;
        Ok(Done::new(waited, format!("{endpoint}: {words}")))
    }

    fn images(&self) -> Done {
        match self.provider.images() {
            Images::BuiltIn => Done::new(false, "built into the sandbox"),
            Images::Present | Images::Load(_) => Done::skipped("taken as present on the nodes"),
        }
    }

    async fn rollouts(&self) -> Result<Done, LabError> {
        let (lab, limit) = (self.lab()?, self.options.patience);
        let waiting = self.waiting("rollouts");
        let names = Parts::deployments(&self.parts.app);
        if let Some(row) = self.faults.first() {
            // task-service is not ready without its table, which the fault keeps from it.
            return Ok(Done::skipped(&format!("not waited for: fault {} is active; k8s-tutor fault clear", row.fault)));
        }
        let rollouts = names.iter().map(|name| lab.cluster.wait_rollout(name, limit, &waiting));
        let waited = try_join_all(rollouts).await?.contains(&true);
        Ok(Done::new(waited, format!("{} rolled out", names.join(", "))))
    }

    fn lab(&self) -> Result<&Lab, LabError> {
        self.lab.as_ref().ok_or(LabError::NotUp { provider: self.provider.name() })
    }

    fn waiting(&self, id: &'static str) -> impl Fn(String) + Send + Sync + use<> {
        let progress = self.progress.clone();
        move |what| progress.event(Event::Waiting { id, what })
    }
}
