//! `k8s-tutor explain`: what a field, a reason or a STATUS word means. Needs no lab.

use serde::Serialize;

use super::Result;
use crate::cli::context::Context;
use crate::cli::exit_code::Code;
use crate::cli::output::{self, CliError, Format, Row};
use crate::content::explain::{Explain, Field};
use crate::lab::LabError;
use crate::text::{self, Lang};

/// One explanation.
#[derive(Serialize)]
struct Meaning {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    meaning: String,
}

impl Row for Meaning {
    const TITLES: &'static [&'static str] = &["NAME", "MEANING", "DEFAULT", "SOURCE"];
    const NARROW: usize = 2;

    fn cells(&self) -> Vec<String> {
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        vec![self.name.clone(), self.meaning.clone(), dash(&self.default), dash(&self.source)]
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

pub(super) fn run(context: &Context, topic: Option<&str>, lang: Option<Lang>) -> Result {
    let explain = Explain::load().map_err(LabError::from)?;
    let lang = super::lang(lang);
    let Some(topic) = topic else {
        output::rows(context.format, &all(&explain, lang))?;
        return Ok(Code::Ok);
    };
    let found = about(&explain, topic, lang);
    if found.is_empty() {
        return Err(unknown(&explain, topic));
    }
    match context.format {
        Format::Table | Format::Wide => output::out(&found.iter().map(human).collect::<Vec<_>>().join("\n"))?,
        format => output::rows(format, &found)?,
    }
    Ok(Code::Ok)
}

fn of_field(field: &Field, lang: Lang) -> Meaning {
    Meaning {
        name: field.full_name(),
        default: field.default.clone(),
        source: Some(field.source.clone()),
        meaning: field.meaning(lang, None),
    }
}

fn of_reason(explain: &Explain, word: &str, lang: Lang) -> Option<Meaning> {
    let meaning = explain.reason(word, lang)?.to_owned();
    let known = explain.reasons().find(|known| known.eq_ignore_ascii_case(word)).unwrap_or(word);
    Some(Meaning { name: known.to_owned(), default: None, source: None, meaning })
}

fn all(explain: &Explain, lang: Lang) -> Vec<Meaning> {
    let fields = explain.fields().iter().map(|field| of_field(field, lang));
    fields.chain(explain.reasons().filter_map(|word| of_reason(explain, word, lang))).collect()
}

fn about(explain: &Explain, topic: &str, lang: Lang) -> Vec<Meaning> {
    let fields = explain.fields_called(topic).into_iter().map(|field| of_field(field, lang));
    fields.chain(of_reason(explain, topic, lang)).collect()
}

fn human(one: &Meaning) -> String {
    let about = match (&one.default, &one.source) {
        (Some(default), Some(source)) => format!(" (default {default}; {source})"),
        (None, Some(source)) => format!(" (no default; {source})"),
        _ => String::new(),
    };
    format!("{}{about}\n  {}\n", one.name, one.meaning)
}

fn unknown(explain: &Explain, topic: &str) -> CliError {
    let asked = topic.to_ascii_lowercase();
    let near = all(explain, Lang::En).into_iter().map(|one| one.name);
    let near: Vec<String> = near.filter(|name| name.to_ascii_lowercase().contains(&asked)).take(5).collect();
    let near = if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
    let what = format!("nothing is called {}{near}", text::safe(topic));
    CliError::new(Code::NotFound, what, "k8s-tutor explain lists all that is explained")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_field_a_reason_or_both() {
        let explain = Explain::load().unwrap();
        let found = about(&explain, "job.spec.backoffLimit", Lang::En);
        assert_eq!(
            found.iter().map(human).collect::<String>(),
            "job.spec.backoffLimit (default 6; batch/v1 JobSpec)\n  \
             Failed pods that the Job forgives: 6. One more, and the Job itself has failed.\n"
        );
        assert_eq!(about(&explain, "suspend", Lang::Ja).len(), 2);
        assert_eq!(about(&explain, "backofflimitexceeded", Lang::En)[0].name, "BackoffLimitExceeded");
        assert!(about(&explain, "nonsense", Lang::En).is_empty());
    }

    #[test]
    fn an_unknown_topic_names_what_is_near() {
        let error = unknown(&Explain::load().unwrap(), "backoff");
        assert!(error.what.contains("job.spec.backoffLimit") && error.what.contains("CrashLoopBackOff"), "{error:?}");
        assert_eq!(error.code, Code::NotFound);
    }
}
