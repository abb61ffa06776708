//! `k8s-tutor pod …`.

use super::{Result, log_options, print_line};
use crate::cli::args::PodVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output;
use crate::domain::log::LogOptions;
use crate::lab::{LabError, logs};

pub(super) async fn run(context: &Context, verb: &PodVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        PodVerb::Ls { selector } => {
            output::rows(context.format, &lab.cluster.pods(selector).await.map_err(LabError::from)?)?;
        }
        PodVerb::Logs { name, container, previous, flags } => {
            let options = LogOptions { container: container.clone(), previous: *previous, ..log_options(flags) };
            let mut last = String::new();
            logs::pod(&lab, name, &options, &mut print_line(context.format, &mut last, false)).await?;
        }
    }
    Ok(Code::Ok)
}
