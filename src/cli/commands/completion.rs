//! `k8s-tutor completion SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Result;
use crate::cli::args::Args;
use crate::cli::exit_code::Code;
use crate::cli::output;

pub(super) fn run(shell: Shell) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "k8s-tutor", &mut script);
    output::bytes(&script)?;
    Ok(Code::Ok)
}
