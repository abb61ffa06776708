//! `k8s-tutor kubeconfig [--merge]`.

use std::env;
use std::path::{Path, PathBuf};

use super::Result;
use crate::cli::args::KubeconfigArgs;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError};
use crate::domain::command::ShellCommand;
use crate::domain::step::Event;
use crate::lab::{LabError, kubeconfig};

pub(super) async fn run(context: &Context, args: &KubeconfigArgs) -> Result {
    let provider = context.provider()?;
    let name = provider.name();
    let place = provider.find().await?.ok_or(LabError::NotUp { provider: name })?;
    let path = place.target.kubeconfig.or_else(|| own_file(None));
    let path = path.ok_or_else(|| CliError::new(Code::NotFound, "there is no kubeconfig", "k8s-tutor up"))?;
    if !args.merge {
        let context_name = place.target.context.clone().unwrap_or_default();
        let found = serde_json::json!({ "path": &path, "context": place.target.context });
        output::one(context.format, &found, &context_name, || format!("{}\n", path.display()))?;
        return Ok(Code::Ok);
    }
    let own = own_file(Some(&path))
        .ok_or_else(|| CliError::new(Code::Failed, "there is no home directory", "set KUBECONFIG"))?;
    let joined = format!("KUBECONFIG={}:{}", path.display(), own.display());
    let equivalent = ShellCommand::new(["env", &joined, "kubectl", "config", "view", "--flatten"]);
    context.progress.event(Event::Command(equivalent));
    if context.global.dry_run {
        return Ok(Code::Ok);
    }
    let merged = kubeconfig::merge_files(&own, &path)?;
    output::one(context.format, &merged, &merged.context, || {
        let word = if merged.changed { "added to" } else { "unchanged in" };
        let backup = merged.backup.as_ref().map(|path| format!(" (as it was: {})", path.display())).unwrap_or_default();
        format!(
            "context {} {word} {}{backup}\nnext: kubectl --context {} get pod\n",
            merged.context,
            own.display(),
            merged.context
        )
    })?;
    Ok(Code::Ok)
}

/// The user's own kubeconfig: the first file of KUBECONFIG that is not the lab's, or the usual one.
pub(super) fn own_file(lab: Option<&Path>) -> Option<PathBuf> {
    let listed = env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
    let first = listed.and_then(|value| {
        env::split_paths(&value).find(|path| !path.as_os_str().is_empty() && Some(path.as_path()) != lab)
    });
    first.or_else(|| Some(directories::BaseDirs::new()?.home_dir().join(".kube").join("config")))
}
