//! The `/` filter of every list: text, `!` for the opposite, a regular expression, `-l` for labels.

use regex::{Regex, RegexBuilder};

/// A filter as typed, understood once and asked for every row.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    rule: Rule,
    inverse: bool,
    /// Why a regular expression is not one; it is then looked for letter by letter.
    pub flaw: Option<String>,
}

#[derive(Clone, Debug, Default)]
enum Rule {
    #[default]
    All,
    Pattern(Regex),
    Labels(Vec<Term>),
}

/// One requirement of a label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    key: String,
    value: Option<String>,
    inverse: bool,
}

impl Filter {
    /// Reads a filter. Any text is one: what is no regular expression is looked for as it stands.
    pub fn parse(text: &str) -> Self {
        let trimmed = text.trim();
        let (inverse, body) = match trimmed.strip_prefix('!') {
            Some(rest) => (true, rest.trim_start()),
            None => (false, trimmed),
        };
        let mut filter = Self { text: text.to_owned(), inverse, ..Self::default() };
        if body.is_empty() {
            return filter;
        }
        if let Some(selector) = body.strip_prefix("-l") {
            filter.rule = Rule::Labels(terms(selector));
            return filter;
        }
        let build = |pattern: &str| RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build();
        filter.rule = match build(body) {
            Ok(regex) => Rule::Pattern(regex),
            Err(error) => {
                filter.flaw = Some(error.to_string().lines().last().unwrap_or_default().trim().to_owned());
                build(&regex::escape(body)).map_or(Rule::All, Rule::Pattern)
            }
        };
        filter
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// True when every row passes.
    pub fn is_empty(&self) -> bool {
        matches!(self.rule, Rule::All)
    }

    /// Whether a row passes: `labels` as `k=v,k=v`, `cells` its searchable texts.
    pub fn passes<'a>(&self, labels: &str, cells: impl IntoIterator<Item = &'a str>) -> bool {
        let found = match &self.rule {
            Rule::All => return true,
            Rule::Pattern(regex) => cells.into_iter().any(|cell| regex.is_match(cell)),
            Rule::Labels(terms) => terms.iter().all(|term| term.holds(labels)),
        };
        found != self.inverse
    }

    /// Where the pattern stands in a line, for marking it: byte ranges.
    pub fn matches(&self, line: &str) -> Vec<std::ops::Range<usize>> {
        match &self.rule {
            Rule::Pattern(regex) if !self.inverse => {
                regex.find_iter(line).map(|found| found.range()).filter(|range| !range.is_empty()).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Term {
    fn holds(&self, labels: &str) -> bool {
        let found = labels
            .split(',')
            .filter_map(|label| label.split_once('='))
            .any(|(key, value)| key == self.key && self.value.as_deref().is_none_or(|wanted| wanted == value));
        found != self.inverse
    }
}

/// `a=b,c!=d,e,!f` as kubectl reads it; sets (`in`, `notin`) are not offered here.
fn terms(selector: &str) -> Vec<Term> {
    let parts = selector.split(',').map(str::trim).filter(|part| !part.is_empty());
    let term = |part: &str| {
        if let Some((key, value)) = part.split_once("!=") {
            return Term { key: key.trim().to_owned(), value: Some(value.trim().to_owned()), inverse: true };
        }
        if let Some((key, value)) = part.split_once('=') {
            let value = value.trim_start_matches('=').trim();
            return Term { key: key.trim().to_owned(), value: Some(value.to_owned()), inverse: false };
        }
        match part.strip_prefix('!') {
            Some(key) => Term { key: key.trim().to_owned(), value: None, inverse: true },
            None => Term { key: part.to_owned(), value: None, inverse: false },
        }
    };
    parts.map(term).collect()
}

#[cfg(test)]
mod tests {
    use super::Filter;

    const LABELS: &str = "app=task-reporter,batch.kubernetes.io/job-name=test1";

    fn passes(filter: &str) -> bool {
        Filter::parse(filter).passes(LABELS, ["test1-abcde", "Completed"])
    }

    #[test]
    fn text_regex_and_the_opposite() {
        for (filter, wanted) in [
            ("", true),
            ("  ", true),
            ("!", true),
            ("TEST1", true),
            ("^test", true),
            ("e$", true),
            ("error", false),
            ("!error", true),
            ("!completed", false),
            ("(", false),
        ] {
            assert_eq!(passes(filter), wanted, "{filter:?}");
        }
        assert!(Filter::parse("(").flaw.is_some());
        assert!(Filter::parse("(").passes("", ["a(b"]), "what is no regex is looked for as it stands");
    }

    #[test]
    fn labels() {
        for (filter, wanted) in [
            ("-l app=task-reporter", true),
            ("-lapp==task-reporter", true),
            ("-l app!=task-reporter", false),
            ("-l app", true),
            ("-l !app", false),
            ("-l app=task-reporter,nope", false),
            ("! -l app=x", true),
        ] {
            assert_eq!(passes(filter), wanted, "{filter:?}");
        }
    }

    #[test]
    fn marks_stand_at_byte_ranges() {
        assert_eq!(Filter::parse("é").matches("caféé"), [3..5, 5..7]);
        assert!(Filter::parse("!é").matches("café").is_empty());
    }
}
