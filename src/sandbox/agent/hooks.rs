//! Lifecycle hooks: postStart and preStop, each a command, an HTTP GET or a pause.

use std::net::Ipv4Addr;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Container, LifecycleHandler};

use super::exec;
use super::launch::Launch;
use super::probes::{Look, Target, http};
use crate::sandbox::clock::Clock;

/// A hook has no timeout of its own; a kubelet's HTTP hook gives up after this.
const HTTP_TIMEOUT: Duration = Duration::from_secs(60);
/// A command's limit is the grace period, kept by who calls; this one only bounds a lost process.
const EXEC_TIMEOUT: Duration = Duration::from_secs(3600);

/// A hook, ready to run.
#[derive(Clone, Debug)]
pub(super) enum Hook {
    Ask(Target),
    Pause(Duration),
}

/// Reads a hook from the spec; `None` for an empty handler.
pub(super) fn hook(handler: &LifecycleHandler, container: &Container, pod_ip: Ipv4Addr) -> Option<Hook> {
    if let Some(action) = &handler.exec {
        return Some(Hook::Ask(Target::Exec(action.command.clone().unwrap_or_default())));
    }
    if let Some(action) = &handler.http_get {
        return Some(Hook::Ask(Target::http(action, container, pod_ip)));
    }
    let seconds = handler.sleep.as_ref()?.seconds;
    Some(Hook::Pause(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))))
}

/// Runs a hook to its end; the error says why it failed.
pub(super) async fn run(hook: &Hook, launch: &Launch, clock: &Clock) -> Result<(), String> {
    match hook {
        Hook::Pause(pause) => {
            clock.sleep(*pause).await;
            Ok(())
        }
        Hook::Ask(Target::Exec(command)) => match exec::run(launch, command, EXEC_TIMEOUT).await {
            exec::Ended::Code { code: 0, .. } => Ok(()),
            exec::Ended::Code { code, output } => {
                Err(format!("command '{}' exited with {code}: {output}", command.join(" ")))
            }
            exec::Ended::TimedOut => Err("the command took too long".into()),
            exec::Ended::NotStarted(why) => Err(why),
        },
        Hook::Ask(Target::Http(request)) => match http::look(request, HTTP_TIMEOUT).await {
            Look::Success => Ok(()),
            Look::Failure(text) | Look::Refused(text) => Err(text),
        },
        Hook::Ask(Target::Tcp(_)) => Err("tcpSocket is not a hook".into()),
        Hook::Ask(Target::None(why)) => Err(why.clone()),
    }
}
