//! `k8s-tutor fault …`.

use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;

use super::Result;
use crate::cli::args::FaultVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Row, err};
use crate::lab::Lab;
use crate::lab::faults::{self, Cleared};

pub(super) async fn run(context: &Context, verb: &FaultVerb) -> Result {
    match verb {
        FaultVerb::InjectPort { to, lasts } => inject(context, *to, *lasts).await,
        FaultVerb::Ls => {
            let lab = context.lab().await?;
            output::rows(context.format, &faults::list(&lab, true).await?)?;
            Ok(Code::Ok)
        }
        FaultVerb::Clear { at: Some(at) } => clear_later(context, *at).await,
        FaultVerb::Clear { at: None } => clear(context).await,
    }
}

async fn inject(context: &Context, to: u16, lasts: Option<Duration>) -> Result {
    let lab = context.lab().await?;
    let Some(row) = faults::inject_port(&lab, to, lasts).await? else { return Ok(Code::Ok) };
    if let Some(Err((until, error))) = row.until.map(|until| leave_helper(until).map_err(|error| (until, error))) {
        err(&format!("note: no helper could be left behind ({error}); the next command after {until} clears it"));
    }
    output::one(context.format, &row, &row.name(), || output::rendered(std::slice::from_ref(&row), 7))?;
    match row.effect.as_ref().and_then(|effect| effect.effective) {
        Some(false) => {
            let what = format!("the fault is set but does not bite: port {} still answers", row.original);
            Err(CliError::new(Code::Failed, what, "k8s-tutor fault ls looks again; k8s-tutor fault clear undoes it"))
        }
        _ => Ok(Code::Ok),
    }
}

async fn clear(context: &Context) -> Result {
    // Not over Context::lab, which would clear an overdue fault before it could be told here.
    let lab = Lab::attach(context.provider()?, context.progress.clone(), context.global.dry_run).await?;
    let cleared = faults::clear(&lab).await?;
    if lab.dry_run {
        return Ok(Code::Ok);
    }
    let value = serde_json::json!({ "cleared": cleared });
    output::one(context.format, &value, "fault", || human(&cleared))?;
    Ok(Code::Ok)
}

fn human(cleared: &[Cleared]) -> String {
    if cleared.is_empty() {
        return "No fault is active.\n".to_owned();
    }
    let line = |one: &Cleared| {
        let effect = one.effect.as_ref().map(|effect| format!("; now {}", effect.words)).unwrap_or_default();
        format!("{}: port {} is {} again{effect}\n", one.fault.target, one.fault.current, one.fault.original)
    };
    cleared.iter().map(line).collect()
}

/// The helper that `--for` leaves behind: sleeps, then clears what is overdue, and nothing else.
async fn clear_later(context: &Context, at: Timestamp) -> Result {
    let left = at.duration_since(Timestamp::now());
    if let Ok(left) = Duration::try_from(left) {
        tokio::time::sleep(left).await;
    }
    // A laptop that slept, or a clock that was set: what is overdue is told by the fault's own note.
    let lab = Lab::attach(context.provider()?, context.progress.clone(), false).await?;
    faults::clear_overdue(&lab, Timestamp::now().max(at)).await?;
    Ok(Code::Ok)
}

/// Starts the helper in a process group of its own: Ctrl-C in this terminal is not meant for it.
fn leave_helper(until: Timestamp) -> std::io::Result<()> {
    let mut words: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    words.retain(|word| word != "--dry-run");
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["fault", "clear", "--at"]).arg(until.to_string());
    for pair in words.windows(2) {
        let names_the_lab =
            ["--provider", "--context", "--kubeconfig", "--namespace"].iter().any(|flag| pair[0] == *flag);
        if names_the_lab {
            command.args(pair);
        }
    }
    for word in &words {
        let text = word.to_string_lossy();
        let glued = ["--provider=", "--context=", "--kubeconfig=", "--namespace=", "--allow-remote"];
        if glued.iter().any(|flag| text.starts_with(flag)) {
            command.arg(word);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map(drop)
}
