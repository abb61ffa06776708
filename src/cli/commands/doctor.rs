//! `k8s-tutor doctor`.

use super::Result;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output;
use crate::domain::check::CheckState;
use crate::lab::doctor::{Surroundings, doctor};

pub(super) async fn run(context: &Context) -> Result {
    let tools = ["kubectl", "aws"].map(|tool| (tool, which::which(tool).ok()));
    let surroundings =
        Surroundings { tools: tools.to_vec(), data: context.folders.data.clone(), settings: context.warnings.clone() };
    let checks = doctor(context.provider()?, &surroundings).await;
    output::rows(context.format, &checks)?;
    let failed = checks.iter().any(|check| check.state == CheckState::Fail);
    Ok(if failed { Code::Failed } else { Code::Ok })
}
