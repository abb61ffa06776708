//! `k8s-tutor status`, and plain `k8s-tutor`.

use super::Result;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output;
use crate::domain::status::{LabState, LabStatus};
use crate::lab::status::status;

pub(super) async fn run(context: &Context) -> Result {
    let status = status(context.provider()?, context.progress.clone()).await?;
    output::one(context.format, &status, &format!("lab/{}", status.state), || human(&status))?;
    Ok(if status.state == LabState::Down { Code::NotUp } else { Code::Ok })
}

fn human(status: &LabStatus) -> String {
    let mut out = format!("Lab         {}\nProvider    {}\n", status.state, status.provider);
    let mut fact = |title: &str, value: Option<&String>| {
        if let Some(value) = value {
            out.push_str(&format!("{title:<12}{}\n", crate::text::safe(value)));
        }
    };
    fact("Context", status.context.as_ref());
    fact("Server", status.server.as_ref());
    fact("Version", status.version.as_ref());
    fact("AWS", status.aws_endpoint.as_ref());
    if status.state != LabState::Down {
        let jobs = status.jobs;
        out.push_str(&format!(
            "Jobs        {} ({} active, {} complete, {} failed)\n",
            jobs.total, jobs.active, jobs.complete, jobs.failed
        ));
    }
    if !status.components.is_empty() {
        out.push_str(&format!("\n{}", output::rendered(&status.components, 4)));
    }
    if !status.cronjobs.is_empty() {
        out.push_str(&format!("\n{}", output::rendered(&status.cronjobs, 8)));
    }
    if !status.faults.is_empty() {
        out.push_str(&format!("\n{}", output::rendered(&status.faults, 7)));
    }
    for next in &status.next {
        out.push_str(&format!("\nnext: {next}\n"));
    }
    out
}
