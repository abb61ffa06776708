//! What every command needs: the settings, the provider, the lab, and how to print.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use jiff::Timestamp;

use super::args::Global;
use super::exit_code::Code;
use super::output::{CliError, Format, complain, err};
use super::progress;
use crate::config::{Folders, LabRecord, Settings};
use crate::domain::step::Progress;
use crate::lab::{Lab, faults};
use crate::provider::{self, Options, Provider, Target};

/// One run of the command line.
pub(super) struct Context {
    pub(super) global: Global,
    pub(super) folders: Folders,
    pub(super) warnings: Vec<String>,
    pub(super) format: Format,
    pub(super) progress: Arc<dyn Progress>,
    settings: Settings,
    record: Option<LabRecord>,
}

impl Context {
    /// Reads settings and records.
    pub(super) fn new(global: &Global) -> Result<Self, CliError> {
        let folders = Folders::find(|name| env::var_os(name))?;
        let (settings, warnings) = Settings::read(&folders.settings)?;
        let record = LabRecord::read(&folders.data)?;
        let color = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        for warning in &warnings {
            err(&format!("warning: {}: {warning}", folders.settings.display()));
        }
        Ok(Self {
            global: global.clone(),
            folders,
            warnings,
            format: global.output,
            progress: progress::choose(color),
            settings,
            record,
        })
    }

    /// The settings.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The provider's name: as asked, else that of the last `up`, else that of the settings.
    fn provider_name(&self) -> String {
        let asked = self.global.provider.clone();
        // Naming a context is asking for the provider that takes one.
        let implied = (self.global.context.is_some() || self.global.kubeconfig.is_some()).then(|| "context".to_owned());
        let last = self.record.as_ref().map(|record| record.provider.clone());
        asked.or(implied).or(last).or_else(|| self.settings.provider.clone()).unwrap_or_else(|| "auto".to_owned())
    }

    /// What the provider is told.
    pub(super) fn options(&self) -> Options {
        let provider = self.provider_name();
        let last = self.record.clone().filter(|record| record.provider == provider);
        let last = last.unwrap_or_else(|| LabRecord::new(&provider));
        let last_allowed = last.allow_remote;
        Options {
            target: Target {
                kubeconfig: self.global.kubeconfig.clone().or(last.kubeconfig),
                context: self.global.context.clone().or(last.context),
                namespace: self.global.namespace.clone().or(last.namespace),
            },
            provider,
            allow_remote: self.global.allow_remote || (last_allowed && self.global.context.is_none()),
            sandbox_dir: self.folders.sandbox(),
            exe: env::current_exe().unwrap_or_else(|_| "k8s-tutor".into()),
            port: None,
            slot: None,
        }
    }

    /// The provider.
    pub(super) fn provider(&self) -> Result<Arc<dyn Provider>, CliError> {
        Ok(provider::choose(&self.options())?)
    }

    /// The lab, connected; overdue faults are cleared on the way.
    pub(super) async fn lab(&self) -> Result<Lab, CliError> {
        let lab = Lab::attach(self.provider()?, self.progress.clone(), self.global.dry_run).await?;
        if !self.global.dry_run {
            for cleared in faults::clear_overdue(&lab, Timestamp::now()).await? {
                let fault = cleared.fault;
                err(&format!("note: fault {} on {} was overdue and is cleared", fault.fault, fault.target));
            }
        }
        Ok(lab)
    }

    /// What to say when Ctrl-C ends a command; `resumes`: run again, it goes on. What others wait for or
    /// show goes on in the cluster without them.
    pub(super) fn interrupted(&self, resumes: bool) -> Code {
        let next =
            if resumes { "nothing is half done: the same command goes on from here" } else { "k8s-tutor status" };
        complain("interrupted", Some(next));
        Code::Interrupted
    }
}
