//! `k8s-tutor manifests ls|export|diff`.

use std::path::Path;

use serde::Serialize;

use super::Result;
use super::up::stage;
use crate::cli::args::{ManifestsVerb, StageArg};
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, Format, Row};
use crate::content::manifests::{self, FileDiff};
use crate::domain::command::ShellCommand;
use crate::domain::step::Event;
use crate::lab::LabError;

pub(super) fn run(context: &Context, verb: &ManifestsVerb) -> Result {
    match verb {
        ManifestsVerb::Ls { stage } => list(context, *stage),
        ManifestsVerb::Export { dir } => export(context, dir),
        ManifestsVerb::Diff { from, to } => {
            let files = manifests::diff(&manifests::embedded(stage(*from)), &manifests::embedded(stage(*to)));
            match context.format {
                Format::Table | Format::Wide => output::out(&manifests::unified(&files))?,
                format => output::rows(format, &files)?,
            }
            Ok(Code::Ok)
        }
    }
}

impl Row for FileDiff {
    const TITLES: &'static [&'static str] = &["OLD", "NEW"];
    const NARROW: usize = 2;

    fn cells(&self) -> Vec<String> {
        [&self.old, &self.new].map(|path| path.clone().unwrap_or_else(|| "-".to_owned())).to_vec()
    }

    fn name(&self) -> String {
        self.new.clone().or_else(|| self.old.clone()).unwrap_or_default()
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
    let shipped = manifests::parse(&manifests::embedded(stage(of))).map_err(LabError::from)?;
    let rows = shipped.into_iter().map(|manifest| ManifestRow {
        kind: word(&manifest.value, "/kind"),
        name: word(&manifest.value, "/metadata/name"),
        file: manifest.file,
        line: manifest.line,
    });
    output::rows(context.format, &rows.collect::<Vec<_>>())?;
    Ok(Code::Ok)
}

/// One file of an export.
#[derive(Serialize)]
struct ExportRow {
    path: String,
    written: bool,
}

impl Row for ExportRow {
    const TITLES: &'static [&'static str] = &["FILE", "OUTCOME"];
    const NARROW: usize = 2;

    fn cells(&self) -> Vec<String> {
        vec![self.path.clone(), if self.written { "written" } else { "unchanged" }.to_owned()]
    }

    fn name(&self) -> String {
        self.path.clone()
    }
}

fn export(context: &Context, dir: &Path) -> Result {
    // The program carries the files; whoever has its source has them in a folder.
    let command = ShellCommand::line("cp -R k8s/.").arg(dir.display().to_string());
    context.progress.event(Event::Command(command));
    if context.global.dry_run {
        return Ok(Code::Ok);
    }
    let exported = manifests::export(dir).map_err(LabError::from)?;
    let row = |file: manifests::Exported| ExportRow { path: file.path.display().to_string(), written: file.written };
    output::rows(context.format, &exported.into_iter().map(row).collect::<Vec<_>>())?;
    output::err(&format!("next:  k8s-tutor up --manifests {}", dir.display()));
    Ok(Code::Ok)
}
