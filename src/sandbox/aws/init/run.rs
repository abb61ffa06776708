//! Runs one init script as LocalStack does: executed directly, so it needs its x bit and a shebang.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use crate::sandbox::aws::log;

/// What scripts get besides the stand-in's own environment.
#[derive(Debug)]
pub(super) struct Environment {
    /// Put first on PATH.
    pub(super) applets: Option<PathBuf>,
    /// Files for the CLI's settings where the environment names none, so that nobody's `~/.aws` is touched.
    pub(super) settings: Vec<(&'static str, PathBuf)>,
}

/// Runs a script to its end, its output into the log. `Err` says why it counts as failed.
pub(super) async fn script(path: &Path, environment: &Environment) -> Result<(), String> {
    let about = std::fs::metadata(path).map_err(|e| e.to_string())?;
    if about.permissions().mode() & 0o111 == 0 {
        let shown = path.display();
        return Err(format!("[Errno 13] Permission denied: '{shown}' (set defaultMode: 0755 where it is mounted)"));
    }
    let text = std::fs::read(path).map_err(|e| e.to_string())?;
    let mut command = interpreter(&text);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    if let Some(folder) = &environment.applets {
        command.env("PATH", first_on_path(folder));
    }
    for (name, path) in &environment.settings {
        if std::env::var_os(name).is_none() {
            command.env(name, path);
        }
    }
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let out = child.stdout.take();
    let err = child.stderr.take();
    let (status, (), ()) = tokio::join!(child.wait(), copy_lines(out), copy_lines(err));
    let status = status.map_err(|e| e.to_string())?;
    if status.success() {
        return Ok(());
    }
    match status.code() {
        Some(code) => Err(format!("Script {} returned a non-zero exit code {code}", path.display())),
        None => Err(format!("Script {} was ended by a signal: {status}", path.display())),
    }
}

/// The program of the shebang line with its one argument; `sh` where that program is not on this machine
/// (a container's `/bin/bash` need not be) or where the line is missing.
fn interpreter(text: &[u8]) -> Command {
    let first = text.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first);
    let Some(line) = line.strip_prefix("#!").map(str::trim) else { return Command::new("sh") };
    let mut words = line.splitn(2, char::is_whitespace).map(str::trim);
    let program = words.next().unwrap_or_default();
    if program.is_empty() || !Path::new(program).exists() {
        return Command::new("sh");
    }
    let mut command = Command::new(program);
    if let Some(argument) = words.next().filter(|word| !word.is_empty()) {
        command.arg(argument);
    }
    command
}

/// PATH with a folder before the rest.
pub(super) fn first_on_path(folder: &Path) -> OsString {
    let mut path = folder.as_os_str().to_owned();
    if let Some(rest) = std::env::var_os("PATH").filter(|rest| !rest.is_empty()) {
        path.push(":");
        path.push(rest);
    }
    path
}

async fn copy_lines(stream: Option<impl AsyncRead + Unpin>) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while let Ok(count @ 1..) = reader.read_until(b'\n', &mut line).await {
        let _ = count;
        log::raw(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(text: &str, mode: u32) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("01-x.sh");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        script(&path, &Environment { applets: None, settings: Vec::new() }).await
    }

    #[tokio::test]
    async fn a_script_without_its_x_bit_is_an_error() {
        assert!(run("#!/bin/sh\nexit 0\n", 0o644).await.unwrap_err().contains("Permission denied"));
    }

    #[tokio::test]
    async fn exit_codes_decide() {
        assert_eq!(run("#!/bin/sh\nset -e\necho hello\n", 0o755).await, Ok(()));
        assert!(run("#!/bin/sh\nexit 3\n", 0o755).await.unwrap_err().contains("exit code 3"));
    }

    #[tokio::test]
    async fn an_interpreter_that_is_not_here_becomes_sh() {
        assert_eq!(run("#!/no/such/bash -e\ntrue\n", 0o755).await, Ok(()));
    }
}
