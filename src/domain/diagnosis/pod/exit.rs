//! What an exit code says. The lab's programs have codes of their own (`workload::failure` gives them); 126, 127, 128
//! and 128 + a signal are everybody's.

use super::Look;
use crate::domain::diagnosis::catalogue::{
    ExitConfiguration, ExitDenied, ExitDisk, ExitKilled, ExitListen, ExitNoBucket, ExitNoTable, ExitNotExecutable,
    ExitNotFound, ExitOom, ExitOther, ExitSignal, ExitStartError, ExitTerminated, ExitUnexpected, ExitUnreachable,
};
use crate::domain::diagnosis::{Deed, Finding, Next, Surroundings, facts};
use crate::domain::equivalent::kubectl;

/// Beyond these an exit code is none of a process.
const SIGNALS: std::ops::RangeInclusive<i32> = 129..=192;

pub(super) fn found(look: &Look<'_>, s: &Surroundings<'_>) -> Finding {
    let code = look.exit_code;
    let own = if look.ours { code.and_then(|code| own(look, code, s)) } else { None };
    let found = own.unwrap_or_else(|| common(look, code));
    look.logged(found)
}

/// The codes of task-reporter and task-service.
fn own(look: &Look<'_>, code: i32, s: &Surroundings<'_>) -> Option<Finding> {
    let message = look.said();
    let fix = |line: &str| Next::Shell(kubectl(s.namespace, line));
    Some(match code {
        1 => ExitUnexpected { message }.found(),
        2 => ExitConfiguration { message }.found().then(fix("get configmap task-reporter-config -o yaml")),
        3 => ExitUnreachable { message }.found().then(fix("get service,endpointslice")),
        4 => ExitNoBucket { message }.found().then(fix("rollout restart deployment localstack")),
        5 => ExitNoTable { message }.found().then(fix("rollout restart deployment localstack")),
        6 => ExitDisk { message }.found(),
        7 => ExitDenied { message }.found(),
        8 => ExitListen { message }.found().then(Next::Action(Deed::Doctor, None)),
        _ => return None,
    })
}

/// The codes that mean the same for every program in a container.
fn common(look: &Look<'_>, code: Option<i32>) -> Finding {
    let message = look.said();
    let exit_code = code.map_or_else(|| facts::UNKNOWN.to_owned(), |code| code.to_string());
    match (code, look.word) {
        (_, "OOMKilled") => ExitOom {}.found(),
        (_, "StartError" | "ContainerCannotRun") | (Some(128), _) => ExitStartError { exit_code, message }.found(),
        (Some(126), _) => ExitNotExecutable { message }.found(),
        (Some(127), _) => ExitNotFound { message }.found(),
        (Some(137), _) => ExitKilled { message }.found(),
        (Some(143), _) => ExitTerminated { message }.found(),
        (Some(code), _) if SIGNALS.contains(&code) => {
            ExitSignal { exit_code, signal: (code - 128).to_string(), message }.found()
        }
        _ => ExitOther { exit_code, message }.found(),
    }
}
