//! The plan in words: each step's title, reason and equivalent commands. Pure.

use super::UpOptions;
use crate::content::manifests::{Manifest, Stage};
use crate::domain::command::ShellCommand;
use crate::domain::step::Step;
use crate::lab::manifests::Parts;
use crate::lab::{aws, kubectl};
use crate::provider::{Images, Provider};

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
    let namespace = options.record.namespace.as_deref().unwrap_or("default");
    let k = |line: &str| kubectl(namespace, line);
    let apply =
        |part: &[Manifest]| -> Vec<ShellCommand> { files(part).into_iter().map(|f| applied(namespace, &f)).collect() };
    let stage = if options.stage == Stage::V1 { "v1" } else { "v2" };
    let rollouts = Parts::deployments(&parts.app);
    let images = parts.images();
    let image_words = match provider.images() {
        Images::BuiltIn => "the images are programs that the sandbox knows",
        Images::Present => "the images must be on the nodes already; nothing is pulled or loaded",
    };
    vec![
        Step::new(
            "preflight",
            "look whether the lab can run here",
            "what would stop it half way is told before anything is changed",
            vec![ShellCommand::line("k8s-tutor doctor")],
        ),
        Step::new(
            "cluster",
            format!("start the cluster ({})", provider.name()),
            "a lab needs an API server, controllers and a node",
            vec![provider.start_command()],
        ),
        Step::new(
            "connect",
            "connect to its API server",
            "a wrong kubeconfig is better told now than as twelve odd errors later",
            vec![k("version")],
        ),
        Step::new(
            "check",
            "let the server check the manifests",
            "a broken manifest is refused as a whole, nothing is half done",
            match &options.manifests {
                Some(dir) => vec![k("apply --dry-run=server --recursive -f").arg(dir.display().to_string())],
                None => Vec::new(),
            },
        ),
        Step::new(
            "init-config",
            "apply LocalStack's init scripts",
            "they make the table and the bucket when LocalStack starts",
            apply(&parts.init),
        ),
        Step::new("localstack", "apply LocalStack", "S3 and DynamoDB for the lab, inside the cluster", {
            let mut commands = apply(&parts.localstack);
            commands.extend(apply(&parts.service));
            commands.dedup();
            commands
        }),
        Step::new(
            "init",
            "wait until LocalStack, the table and the bucket answer",
            "LocalStack calls itself ready before its init scripts have run",
            vec![
                k("rollout status deployment/localstack"),
                aws(ENDPOINT, "dynamodb describe-table --table-name tasks"),
                aws(ENDPOINT, "s3 ls s3://completed-task-report-bucket"),
            ],
        ),
        Step::new("images", format!("see to the images: {}", images.join(", ")), image_words, Vec::new()),
        Step::new(
            "manifests",
            format!("apply the app ({stage})"),
            "the task API, and the CronJob that reports on its tasks",
            apply(&parts.app),
        ),
        Step::new(
            "rollouts",
            "wait until its pods are ready",
            "from here on every command of the tutorial works",
            rollouts.iter().map(|name| k(&format!("rollout status deployment/{name}"))).collect(),
        ),
    ]
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
        let plan = plan(provider.as_ref(), &options, &Parts::default());
        assert_eq!(plan.iter().map(|step| step.id).collect::<Vec<_>>(), STEPS);
        assert!(plan.iter().all(|step| !step.why.is_empty() && !step.title.is_empty()));
    }
}
