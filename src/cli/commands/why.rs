//! `k8s-tutor job why`: a Job, diagnosed, in words.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Result;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output;
use crate::content::explain::{Explain, Words};
use crate::domain::command::ShellCommand;
use crate::domain::diagnosis::{Finding, Severity};
use crate::domain::job::JobPhase;
use crate::lab::{Lab, LabError, why};
use crate::text::{self, Lang};

/// A Job and why it is as it is, in words.
#[derive(Serialize)]
struct Told {
    name: String,
    status: JobPhase,
    findings: Vec<ToldFinding>,
}

#[derive(Serialize)]
struct ToldFinding {
    id: &'static str,
    severity: Severity,
    #[serde(flatten)]
    words: Words,
    facts: BTreeMap<&'static str, String>,
    commands: Vec<ShellCommand>,
}

pub(super) async fn run(context: &Context, lab: &Lab, name: &str, lang: Option<Lang>) -> Result {
    let explain = Explain::load().map_err(LabError::from)?;
    let why = why::job(lab, name).await?;
    let lang = super::lang(lang);
    let findings = why.findings.iter().map(|finding| told(finding, explain.tell(finding, lang))).collect();
    let told = Told { name: why.job.name, status: why.job.status, findings };
    output::one(context.format, &told, &format!("job/{}", told.name), || human(&told))?;
    Ok(Code::Ok)
}

fn told(finding: &Finding, words: Words) -> ToldFinding {
    ToldFinding {
        id: finding.id,
        severity: finding.severity,
        words,
        facts: finding.facts.iter().cloned().collect(),
        commands: finding.next.iter().map(|next| next.command()).collect(),
    }
}

fn human(told: &Told) -> String {
    let mut out = format!("job/{} {}\n", text::safe(&told.name), told.status);
    for finding in &told.findings {
        let Words { title, why, next } = &finding.words;
        out.push_str(&format!("\n{}: {title}\n  {why}\n  -> {next}\n", finding.severity));
        for command in &finding.commands {
            out.push_str(&format!("     $ {}\n", text::safe(&command.to_string())));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::Args;
    use crate::domain::diagnosis::{Deed, Next};
    use crate::domain::object::{Kind, ObjectRef};

    #[test]
    fn whatever_a_finding_asks_for_is_a_verb_of_the_command_line() {
        for deed in Deed::ALL {
            let object = match deed {
                Deed::FaultClear | Deed::ReportCat | Deed::Up | Deed::Doctor => None,
                Deed::JobRun | Deed::CronResume | Deed::CronNext => Some((Kind::CronJob, "task-reporter")),
                Deed::JobShow | Deed::JobLogs | Deed::JobRm => Some((Kind::Job, "test1")),
                Deed::PodLogs => Some((Kind::Pod, "test1-x7b2q")),
            };
            let object = object.map(|(kind, name)| ObjectRef::new(kind, name));
            let command = Next::Action(deed, object).command();
            if let Err(error) = Args::try_parse_from(command.words()) {
                panic!("{command}: {error}");
            }
        }
    }

    #[test]
    fn a_finding_is_told_with_its_commands() {
        let words = Words { title: "Title".into(), why: "Why.".into(), next: "Do it.".into() };
        let finding = Finding {
            id: "job-backoff-limit",
            severity: Severity::Error,
            facts: vec![("failed", "11".to_owned())],
            next: vec![Next::Action(Deed::JobLogs, Some(ObjectRef::new(Kind::Job, "test1")))],
        };
        let told = Told { name: "test1".into(), status: JobPhase::Failed, findings: vec![self::told(&finding, words)] };
        assert_eq!(
            human(&told),
            "job/test1 Failed\n\nerror: Title\n  Why.\n  -> Do it.\n     $ k8s-tutor job logs test1\n"
        );
        let json = serde_json::to_value(&told).unwrap();
        let finding = &json["findings"][0];
        assert_eq!((&finding["next"], &finding["facts"]["failed"]), (&"Do it.".into(), &"11".into()));
        assert_eq!(finding["commands"][0], "k8s-tutor job logs test1");
    }
}
