//! `k8s-tutor up`.

use std::path::PathBuf;

use super::Result;
use crate::cli::args::{StageArg, UpArgs};
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, Format};
use crate::config::LabRecord;
use crate::content::manifests::Stage;
use crate::domain::step::{Step, StepState};
use crate::lab::up::{UpOptions, UpReport, up};
use crate::provider::Provider;
use crate::text;

pub(super) async fn run(context: &Context, args: &UpArgs) -> Result {
    let provider = context.provider()?;
    let options = options(context, args, provider.as_ref());
    let report = up(provider, context.progress.clone(), options).await?;
    let dry_run = context.global.dry_run;
    output::one(context.format, &report, "lab", || if dry_run { plan(&report.steps) } else { summary(&report) })?;
    if !dry_run && matches!(context.format, Format::Table | Format::Wide) {
        name_faults(&report);
    }
    Ok(Code::Ok)
}

/// How `up` is wanted.
pub(in crate::cli) fn options(context: &Context, args: &UpArgs, provider: &dyn Provider) -> UpOptions {
    let options = context.options();
    let record = LabRecord {
        kubeconfig: options.target.kubeconfig.clone().or_else(|| named_by_environment(provider.name())),
        context: options.target.context.clone(),
        namespace: options.target.namespace.clone(),
        allow_remote: options.allow_remote,
        ..LabRecord::new(provider.name())
    };
    UpOptions {
        stage: stage(args.stage),
        manifests: args.manifests.clone(),
        until: args.until.clone(),
        dry_run: context.global.dry_run,
        data: context.folders.data.clone(),
        record,
        patience: args.timeout,
    }
}

pub(super) fn stage(stage: StageArg) -> Stage {
    match stage {
        StageArg::V1 => Stage::V1,
        StageArg::V2 => Stage::V2,
    }
}

/// A context out of the file that KUBECONFIG names must be found again by a shell without it.
fn named_by_environment(provider: &str) -> Option<PathBuf> {
    let listed = std::env::var_os("KUBECONFIG").filter(|_| provider == "context")?;
    let files: Vec<PathBuf> = std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    // Of several files the client makes one: no single one may stand for them.
    if let [file] = files.as_slice() { std::path::absolute(file).ok() } else { None }
}

/// The plan of `--dry-run`: each step, why, and what a person would type.
fn plan(steps: &[Step]) -> String {
    let mut out = String::new();
    for (i, step) in steps.iter().enumerate() {
        let skipped = if step.state == StepState::Skipped { " (skipped)" } else { "" };
        out.push_str(&format!(
            "{:>2}. {}: {}{skipped}\n    why: {}\n",
            i + 1,
            step.id,
            text::safe(&step.title),
            step.why
        ));
        for command in &step.commands {
            out.push_str(&format!("    $ {}\n", text::safe(&command.to_string())));
        }
    }
    out
}

fn summary(report: &UpReport) -> String {
    let complete = report.steps.iter().all(|step| step.detail.as_deref() != Some("not reached: --until"));
    let mut out = match (complete, report.changed) {
        (true, true) => "The lab is up.\n".to_owned(),
        (true, false) => "The lab is up already: nothing was changed.\n".to_owned(),
        (false, _) => "As far as asked. `k8s-tutor up` goes on from here.\n".to_owned(),
    };
    if let Some(endpoint) = &report.aws_endpoint {
        out.push_str("  aws         export AWS_ACCESS_KEY_ID=localstack AWS_SECRET_ACCESS_KEY=localstack AWS_DEFAULT_REGION=us-east-1\n");
        out.push_str(&format!("              aws --endpoint-url {endpoint} s3 ls\n"));
    }
    if report.kubeconfig.is_some() {
        out.push_str("  kubectl     export KUBECONFIG=$(k8s-tutor kubeconfig)\n");
    }
    if complete && !report.has_batch {
        out.push_str("  next        k8s-tutor up    (the batch part: this stage has none)\n");
    } else if complete {
        out.push_str("  next        k8s-tutor task seed 9 && k8s-tutor job run test1 --wait && k8s-tutor report cat\n");
    }
    out
}

fn name_faults(report: &UpReport) {
    for fault in &report.faults {
        output::err(&format!(
            "note: fault {} ({}) on {} is active and kept: port {} is {}; k8s-tutor fault clear",
            fault.fault, fault.by, fault.target, fault.original, fault.current
        ));
    }
}
