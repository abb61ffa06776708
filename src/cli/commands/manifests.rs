//! `k8s-tutor manifests ls|export|diff`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::Result;
use super::up::stage;
use crate::cli::args::{ManifestsVerb, StageArg};
use crate::cli::context::Context;
use crate::cli::diff;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Row};
use crate::content::manifests::{embedded, files};

pub(super) fn run(context: &Context, verb: &ManifestsVerb) -> Result {
    match verb {
        ManifestsVerb::Ls { stage } => list(context, *stage),
        ManifestsVerb::Export { dir, stage, force } => export(context, dir, *stage, *force),
        ManifestsVerb::Diff { from, to } => compare(*from, *to),
    }
}

/// One object of a file.
#[derive(Serialize)]
struct ManifestRow {
    file: String,
    line: usize,
    kind: String,
    name: String,
}

impl Row for ManifestRow {
    const TITLES: &'static [&'static str] = &["FILE", "KIND", "NAME", "LINE"];
    const NARROW: usize = 3;

    fn cells(&self) -> Vec<String> {
        vec![self.file.clone(), self.kind.clone(), self.name.clone(), self.line.to_string()]
    }

    fn name(&self) -> String {
        self.file.clone()
    }
}

fn list(context: &Context, of: StageArg) -> Result {
    let word = |value: &serde_json::Value, path: &str| {
        value.pointer(path).and_then(|word| word.as_str()).unwrap_or_default().to_owned()
    };
    let rows = embedded(stage(of)).into_iter().map(|manifest| ManifestRow {
        kind: word(&manifest.value, "/kind"),
        name: word(&manifest.value, "/metadata/name"),
        file: manifest.file,
        line: manifest.line,
    });
    output::rows(context.format, &rows.collect::<Vec<_>>())?;
    Ok(Code::Ok)
}

fn export(context: &Context, dir: &Path, of: StageArg, force: bool) -> Result {
    let files = files(stage(of));
    let taken: Vec<&str> = files.iter().map(|(name, _)| *name).filter(|name| dir.join(name).exists()).collect();
    if !taken.is_empty() && !force {
        let what = format!("{} is there already in {}", taken.join(", "), dir.display());
        return Err(CliError::new(Code::Conflict, what, "choose another folder, or add --force to write over it"));
    }
    let mut told = String::new();
    for (name, text) in files {
        let path = dir.join(name);
        if !context.global.dry_run {
            let made = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
            made.map_err(|error| {
                CliError::new(
                    Code::Failed,
                    format!("cannot write {}: {error}", path.display()),
                    "choose another folder",
                )
            })?;
        }
        told.push_str(&format!("{}\n", path.display()));
    }
    output::out(&told)?;
    output::err(&format!("next:  k8s-tutor up --manifests {}", dir.display()));
    Ok(Code::Ok)
}

fn compare(from: StageArg, to: StageArg) -> Result {
    let (old, new) = (files(stage(from)), files(stage(to)));
    let word = |stage: StageArg| if stage == StageArg::V1 { "v1" } else { "v2" };
    // v1/task-service/x.yaml and v2/task-service/x.yaml are the same file at two stages.
    let bare = |name: &'static str, stage: StageArg| name.strip_prefix(&format!("{}/", word(stage))).unwrap_or(name);
    let names: BTreeSet<&str> =
        old.iter().map(|(name, _)| bare(name, from)).chain(new.iter().map(|(name, _)| bare(name, to))).collect();
    for name in names {
        let a = old.iter().find(|(file, _)| bare(file, from) == name);
        let b = new.iter().find(|(file, _)| bare(file, to) == name);
        let (a_name, a_text) = a.map_or(("/dev/null", ""), |(file, text)| (*file, *text));
        let (b_name, b_text) = b.map_or(("/dev/null", ""), |(file, text)| (*file, *text));
        output::out(&diff::unified(a_name, a_text, b_name, b_text))?;
    }
    Ok(Code::Ok)
}
