//! What `entry` runs for `cli`: the parts of the sandbox, which `cli` may not import.

use std::env;
use std::path::PathBuf;
use std::pin::Pin;

use super::args::{Args, PartArgs, SandboxVerb, ServeArgs, Verb};
use super::output::CliError;
use crate::config::Folders;

/// A part of the sandbox in the foreground, until it is told to end; an error is a sentence for a person.
pub type Hook<A> = fn(A) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// One hook a verb.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// `sandbox serve`: all parts in one process.
    pub serve: Hook<Serve>,
    /// `sandbox api`: the API server alone.
    pub api: Hook<Serve>,
    /// `sandbox controllers`: the controllers alone, on any API server.
    pub controllers: Hook<Part>,
    /// `sandbox agent`: the node agent alone, on any API server.
    pub agent: Hook<Part>,
}

/// How a serving part is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    /// Its folder.
    pub data_dir: PathBuf,
    /// The API server's port; `None`: any free one.
    pub port: Option<u16>,
    /// The address slot; `None`: the first free one.
    pub slot: Option<u8>,
    /// Started by another process, which waits for the first word on standard output.
    pub detached: bool,
}

/// How a client part is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The kubeconfig of the API server to work on; `None`: the sandbox's own.
    pub kubeconfig: Option<PathBuf>,
    /// The context in it; `None`: the current one.
    pub context: Option<String>,
    /// Its folder.
    pub data_dir: PathBuf,
    /// The address slot; `None`: 0.
    pub slot: Option<u8>,
    /// The node's name.
    pub node_name: String,
}

type Running = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// The part that the arguments ask for; `None` for every other verb.
pub(super) fn chosen(args: &Args, hooks: &Hooks) -> Option<Result<Running, CliError>> {
    let Some(Verb::Sandbox(verb)) = &args.verb else { return None };
    match verb {
        SandboxVerb::Serve(serve) => Some(serving(serve).map(hooks.serve)),
        SandboxVerb::Api(serve) => Some(serving(serve).map(hooks.api)),
        SandboxVerb::Controllers(part) => Some(client(args, part).map(hooks.controllers)),
        SandboxVerb::Agent(part) => Some(client(args, part).map(hooks.agent)),
        SandboxVerb::Start(_) | SandboxVerb::Stop | SandboxVerb::Status => None,
    }
}

fn serving(args: &ServeArgs) -> Result<Serve, CliError> {
    let data_dir = folder(args.data_dir.as_ref())?;
    Ok(Serve { data_dir, port: args.port, slot: args.slot, detached: args.detached })
}

fn client(args: &Args, part: &PartArgs) -> Result<Part, CliError> {
    Ok(Part {
        kubeconfig: args.global.kubeconfig.clone(),
        context: args.global.context.clone(),
        data_dir: folder(part.data_dir.as_ref())?,
        slot: part.slot,
        node_name: part.node_name.clone(),
    })
}

fn folder(asked: Option<&PathBuf>) -> Result<PathBuf, CliError> {
    match asked {
        Some(folder) => Ok(folder.clone()),
        None => Ok(Folders::find(|name| env::var_os(name))?.sandbox()),
    }
}
