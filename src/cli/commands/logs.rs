//! `k8s-tutor logs`.

use super::{Result, log_options, print_line};
use crate::cli::args::LogsArgs;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::lab::logs;

pub(super) async fn run(context: &Context, args: &LogsArgs) -> Result {
    let lab = context.lab().await?;
    let mut last = String::new();
    logs::part(&lab, args.part.as_deref(), &log_options(&args.flags), &mut print_line(context.format, &mut last, true))
        .await?;
    Ok(Code::Ok)
}
