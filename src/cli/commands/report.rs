//! `k8s-tutor report …`.

use super::Result;
use crate::cli::args::ReportVerb;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output;
use crate::lab::reports::{self, Which};

pub(super) async fn run(context: &Context, verb: &ReportVerb) -> Result {
    let lab = context.lab().await?;
    match verb {
        ReportVerb::Ls => output::rows(context.format, &reports::list(&lab).await?)?,
        ReportVerb::Cat { key } => output::bytes(&reports::cat(&lab, key.as_deref()).await?)?,
        ReportVerb::Get { key, all, dir } => {
            let which = match (key, all) {
                (Some(key), _) => Which::Key(key.clone()),
                (None, true) => Which::All,
                (None, false) => Which::Newest,
            };
            output::rows(context.format, &reports::save(&lab, &which, dir).await?)?;
        }
    }
    Ok(Code::Ok)
}
