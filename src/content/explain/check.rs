//! What must hold for explanations: a word for everything, the right placeholders, lines that fit a terminal.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::{Field, Words, fill, wrong};
use crate::content::ContentError;
use crate::content::both::Both;
use crate::domain::diagnosis::{CATALOGUE, Known};
use crate::text::Lang;

/// The widest a finding's title may be, with a few columns a placeholder.
const TITLE: usize = 60;
/// The widest a one-line meaning may be.
const LINE: usize = 100;
/// What a value takes, for the measure.
const VALUE: &str = "0123456789";
/// What a fact in a title takes: a number, a length of time, a reason.
const FACT: &str = "12345678";

/// Every finding of the catalogue has words, no others are there, and each uses exactly its facts.
pub(super) fn findings(all: &[(String, Both<Words>)]) -> Result<(), ContentError> {
    let file = "diagnosis.yaml";
    for (id, words) in all {
        let known = CATALOGUE.iter().find(|known| known.id == id);
        let known = known.ok_or_else(|| wrong(file, format!("{id}: no diagnosis finds this")))?;
        for lang in Lang::ALL {
            finding(known, words.of(lang)).map_err(|what| wrong(file, format!("{id}, {lang}: {what}")))?;
        }
    }
    match CATALOGUE.iter().find(|known| !all.iter().any(|(id, _)| id == known.id)) {
        Some(missing) => Err(wrong(file, format!("{}: it has no words", missing.id))),
        None => Ok(()),
    }
}

fn finding(known: &Known, words: &Words) -> Result<(), String> {
    let texts = [&words.title, &words.why, &words.next];
    if texts.iter().any(|text| text.trim().is_empty()) {
        return Err("title, why and next are all wanted".to_owned());
    }
    let used: BTreeSet<&str> = texts.into_iter().flat_map(|text| fill::names(text)).collect();
    let facts: BTreeSet<&str> = known.facts.iter().copied().collect();
    if used != facts {
        return Err(format!("the placeholders are {used:?}, the facts {facts:?}"));
    }
    fits(&fill::fill(&words.title, |_| Some(FACT)), TITLE)
}

/// Every field has a meaning in both languages that shows its value, and no name stands twice in a kind.
pub(super) fn fields(all: &[Field]) -> Result<(), ContentError> {
    let file = "fields.yaml";
    let mut seen = BTreeSet::new();
    for field in all {
        let full = field.full_name();
        if !seen.insert((&field.kind, &field.name)) {
            return Err(wrong(file, format!("{full}: it stands there twice")));
        }
        for lang in Lang::ALL {
            let text = field.words.of(lang);
            if !fill::names(text).eq(["value"]) {
                return Err(wrong(file, format!("{full}, {lang}: {{value}} is wanted once")));
            }
            fits(&field.meaning(lang, Some(VALUE)), LINE).map_err(|what| wrong(file, format!("{full}: {what}")))?;
        }
    }
    Ok(())
}

/// Every reason has a line in both languages, without placeholders.
pub(super) fn reasons(all: &[(String, Both<String>)]) -> Result<(), ContentError> {
    let file = "reasons.yaml";
    for (word, both) in all {
        for lang in Lang::ALL {
            let text = both.of(lang);
            if text.trim().is_empty() || fill::names(text).next().is_some() {
                return Err(wrong(file, format!("{word}, {lang}: a line without placeholders is wanted")));
            }
            fits(text, LINE).map_err(|what| wrong(file, format!("{word}, {lang}: {what}")))?;
        }
    }
    Ok(())
}

fn fits(text: &str, most: usize) -> Result<(), String> {
    let width = text.width();
    if width > most { Err(format!("{width} columns, at most {most}: {text}")) } else { Ok(()) }
}
