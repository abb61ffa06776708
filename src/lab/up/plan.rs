//! The plan in words: each step's title, reason and equivalent commands. Pure.

use super::UpOptions;
use crate::aws::{BUCKET, TABLE};
use crate::content::manifests::Manifest;
use crate::domain::command::ShellCommand;
use crate::domain::equivalent::{aws, kubectl};
use crate::domain::step::Step;
use crate::lab::manifests::Parts;
use crate::provider::{Images, Provider};
use crate::text::words::Word;
use crate::text::{Lang, steps};

/// The steps' ids in their order: the words for `--until`.
pub const STEPS: [&str; 10] = [
    "preflight",
    "cluster",
    "connect",
    "check",
    "init-config",
    "localstack",
    "init",
    "images",
    "manifests",
    "rollouts",
];

/// The endpoint in the plan's commands: on the sandbox and on Docker Desktop it is this one.
const ENDPOINT: &str = "http://127.0.0.1:30000";

/// The whole plan, nothing begun.
pub(super) fn plan(provider: &dyn Provider, options: &UpOptions, parts: &Parts) -> Vec<Step> {
    let commands = Commands { namespace: options.record.namespace.as_deref().unwrap_or("default") };
    let step = |id: &'static str| {
        let (title, why) = words(id, provider, options, parts);
        Step::new(id, title, why, commands.of(id, provider, options, parts))
    };
    STEPS.into_iter().map(step).collect()
}

/// A step's title and reason.
fn words(id: &str, provider: &dyn Provider, options: &UpOptions, parts: &Parts) -> (String, &'static str) {
    let Some((title, why)) = steps::step(id) else { return (id.to_owned(), "") };
    let (title, why) = (title.text(Lang::En), why.text(Lang::En));
    let more = match id {
        "cluster" => format!(" ({})", provider.name()),
        "images" => format!(": {}", parts.images().join(", ")),
        "manifests" => match &options.manifests {
            Some(dir) => format!(" ({})", dir.display()),
            None => format!(" ({})", options.stage),
        },
        _ => String::new(),
    };
    let why = match (id, provider.images()) {
        ("images", Images::Present) => Word::StepImagesPresentWhy.text(Lang::En),
        _ => why,
    };
    (format!("{title}{more}"), why)
}

/// The equivalent commands, for one namespace.
struct Commands<'a> {
    namespace: &'a str,
}

impl Commands<'_> {
    fn of(&self, id: &str, provider: &dyn Provider, options: &UpOptions, parts: &Parts) -> Vec<ShellCommand> {
        match id {
            "preflight" => vec![ShellCommand::line("k8s-tutor doctor")],
            "cluster" => vec![provider.start_command()],
            "connect" => vec![self.kubectl("version")],
            "check" => {
                let dir = options.manifests.iter().map(|dir| dir.display().to_string());
                dir.map(|dir| self.kubectl("apply --dry-run=server --recursive -f").arg(dir)).collect()
            }
            "init-config" => self.apply(&parts.init),
            "localstack" => {
                let mut commands = self.apply(&parts.localstack);
                commands.extend(self.apply(&parts.service));
                commands.dedup();
                commands
            }
            "init" => vec![
                self.kubectl("rollout status deployment/localstack"),
                aws(ENDPOINT, &format!("dynamodb describe-table --table-name {TABLE}")),
                aws(ENDPOINT, &format!("s3 ls s3://{BUCKET}")),
            ],
            "images" => Vec::new(),
            "manifests" => self.apply(&parts.app),
            _ => {
                let rollouts = Parts::deployments(&parts.app).into_iter();
                rollouts.map(|name| self.kubectl(&format!("rollout status deployment/{name}"))).collect()
            }
        }
    }

    fn kubectl(&self, line: &str) -> ShellCommand {
        kubectl(self.namespace, line)
    }

    fn apply(&self, part: &[Manifest]) -> Vec<ShellCommand> {
        files(part).into_iter().map(|file| applied(self.namespace, &file)).collect()
    }
}

/// What a person would type to apply a file as `up` does.
fn applied(namespace: &str, file: &str) -> ShellCommand {
    kubectl(namespace, "apply --server-side --force-conflicts --field-manager=k8s-tutor -f").arg(file)
}

/// The files of a part, each once.
fn files(part: &[Manifest]) -> Vec<String> {
    let mut files: Vec<String> = part.iter().map(|manifest| manifest.file.clone()).collect();
    files.dedup();
    files
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;
    use crate::config::LabRecord;
    use crate::content::manifests::Stage;
    use crate::provider::{Options, choose};

    #[test]
    fn the_plan_has_every_step_and_explains_it() {
        let options = UpOptions {
            stage: Stage::V2,
            manifests: None,
            until: None,
            dry_run: true,
            data: PathBuf::from("/nowhere"),
            record: LabRecord::new("sandbox"),
            patience: Duration::ZERO,
        };
        let provider = choose(&Options { provider: "sandbox".into(), ..Options::default() }).unwrap();
        let parts = Parts::load(Stage::V2, None).unwrap();
        let plan = plan(provider.as_ref(), &options, &parts);
        assert_eq!(plan.iter().map(|step| step.id).collect::<Vec<_>>(), STEPS);
        assert!(plan.iter().all(|step| !step.why.is_empty() && !step.title.is_empty()));
        let commands: Vec<String> = plan.iter().flat_map(|step| &step.commands).map(ToString::to_string).collect();
        let cronjob = "kubectl apply --server-side --force-conflicts --field-manager=k8s-tutor -f k8s/v2/task-reporter/cronjob.yaml";
        assert!(commands.iter().any(|command| command == cronjob), "{commands:#?}");
    }
}
