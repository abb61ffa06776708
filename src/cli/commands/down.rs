//! `k8s-tutor down`.

use std::time::Duration;

use super::Result;
use super::kubeconfig::own_file;
use crate::cli::args::DownArgs;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, Format};
use crate::lab::down::{DownOptions, DownReport, down};

/// How long another `up` or `down` is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(context: &Context, args: &DownArgs) -> Result {
    let provider = context.provider()?;
    let options = DownOptions {
        purge: args.purge,
        dry_run: context.global.dry_run,
        data: context.folders.data.clone(),
        patience: PATIENCE,
        kubeconfig: own_file(provider.own_kubeconfig().as_deref()),
    };
    let report = down(provider, context.progress.clone(), options).await?;
    // The commands have told already; what is listed in the table of a dry run would read as done.
    if !context.global.dry_run || matches!(context.format, Format::Json | Format::Yaml) {
        output::one(context.format, &report, "lab", || human(&report))?;
    }
    Ok(Code::Ok)
}

fn human(report: &DownReport) -> String {
    let mut out = match report.removed.len() {
        0 => String::new(),
        _ => output::rendered(&report.removed, 2),
    };
    for line in &report.cluster {
        out.push_str(&format!("{line}\n"));
    }
    if out.is_empty() {
        out.push_str("Nothing was up.\n");
    }
    if let Some(kept) = &report.kept {
        out.push_str(&format!("{kept}\n"));
    }
    out
}
