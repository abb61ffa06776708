//! The words of the `:` line: kubectl's and k9s' short names, panels, actions, namespaces, themes.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::action::Action;
use super::panel::PanelId;
use crate::text::words::Word;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A panel, with a filter.
    Panel(PanelId, Option<String>),
    /// An action.
    Action(Action),
    /// A namespace.
    Namespace(String),
    /// A theme.
    Theme(String),
    /// Leave.
    Quit,
}

/// A line that could be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The line.
    pub line: String,
    /// What it does.
    pub title: Option<Word>,
}

/// Short names besides the panels' own words.
const ALIASES: &[(&str, PanelId)] = &[
    ("cj", PanelId::Cronjobs),
    ("cronjob", PanelId::Cronjobs),
    ("job", PanelId::Jobs),
    ("jo", PanelId::Jobs),
    ("po", PanelId::Pods),
    ("pod", PanelId::Pods),
    ("ev", PanelId::Events),
    ("event", PanelId::Events),
    ("log", PanelId::Logs),
    ("task", PanelId::Tasks),
    ("report", PanelId::Reports),
    ("s3", PanelId::Reports),
    ("dynamodb", PanelId::Tasks),
    ("fault", PanelId::Faults),
    ("xray", PanelId::Tree),
    ("msg", PanelId::Messages),
    ("home", PanelId::Start),
];

/// The themes that ship.
pub const THEMES: [&str; 4] = ["dark", "light", "high-contrast", "mono"];

/// Understands a line; `None` where it is none.
pub fn parse(line: &str) -> Option<Command> {
    let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let rest = rest.trim();
    match word {
        "q" | "q!" | "quit" | "exit" => return Some(Command::Quit),
        "ns" | "namespace" if !rest.is_empty() => return Some(Command::Namespace(rest.to_owned())),
        "theme" if THEMES.contains(&rest) => return Some(Command::Theme(rest.to_owned())),
        _ => {}
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, panel)| *panel);
    let tab = PanelId::of_word(word).filter(|panel| PanelId::TABS.contains(panel) || *panel == PanelId::Messages);
    if let Some(panel) = alias.or(tab) {
        let filter = rest.strip_prefix('/').unwrap_or(rest);
        return Some(Command::Panel(panel, (!filter.is_empty()).then(|| filter.to_owned())));
    }
    Action::of_word(&word.replace('-', "_")).filter(|_| rest.is_empty()).map(Command::Action)
}

/// The lines that what was typed could become, the best first.
pub fn suggest(typed: &str, namespaces: &[String]) -> Vec<Suggestion> {
    let mut all: Vec<Suggestion> = PanelId::TABS
        .iter()
        .chain([&PanelId::Messages])
        .map(|panel| Suggestion { line: panel.word().to_owned(), title: Some(panel.title()) })
        .collect();
    all.extend(
        namespaces.iter().map(|name| Suggestion { line: format!("ns {name}"), title: Some(Word::ActNamespace) }),
    );
    all.extend(THEMES.iter().map(|theme| Suggestion { line: format!("theme {theme}"), title: Some(Word::ActTheme) }));
    all.push(Suggestion { line: "quit".to_owned(), title: Some(Word::ActQuit) });
    let offered = Action::ALL.iter().filter(|action| action.panel().is_none() && !is_key(**action));
    all.extend(offered.map(|action| Suggestion { line: action.word(), title: Some(action.title()) }));
    let aliases = ALIASES.iter().filter(|(alias, _)| *alias == typed.trim());
    let mut found: Vec<Suggestion> =
        aliases.map(|(_, panel)| Suggestion { line: panel.word().to_owned(), title: Some(panel.title()) }).collect();
    found.extend(ranked(typed, all));
    let mut seen = std::collections::HashSet::new();
    found.retain(|suggestion| seen.insert(suggestion.line.clone()));
    found
}

fn ranked(typed: &str, all: Vec<Suggestion>) -> Vec<Suggestion> {
    if typed.trim().is_empty() {
        return all;
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed.trim(), CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, Suggestion)> = all
        .into_iter()
        .filter_map(|suggestion| {
            let score = pattern.score(Utf32Str::new(&suggestion.line, &mut buffer), &mut matcher)?;
            // A word that begins so is what people mean.
            let bonus = if suggestion.line.starts_with(typed.trim()) { 1_000 } else { 0 };
            Some((score + bonus, suggestion))
        })
        .collect();
    scored.sort_by_key(|scored| std::cmp::Reverse(scored.0));
    scored.into_iter().map(|(_, suggestion)| suggestion).collect()
}

/// Keys, not words.
fn is_key(action: Action) -> bool {
    use Action::{Back, Filter, Mark, Open, Palette, Quit};
    action.is_motion() || matches!(action, Open | Back | Mark | Quit | Palette | Filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectls_short_names_are_understood() {
        assert_eq!(parse("po"), Some(Command::Panel(PanelId::Pods, None)));
        assert_eq!(parse(" job  /error "), Some(Command::Panel(PanelId::Jobs, Some("error".into()))));
        assert_eq!(parse("pods -l app=x"), Some(Command::Panel(PanelId::Pods, Some("-l app=x".into()))));
        assert_eq!(parse("ns kube-system"), Some(Command::Namespace("kube-system".into())));
        assert_eq!(parse("q"), Some(Command::Quit));
        assert_eq!(parse("clear-faults"), Some(Command::Action(Action::ClearFaults)));
        assert_eq!(parse("theme pink"), None);
        assert_eq!(parse("lunch"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn every_suggestion_can_be_run() {
        for suggestion in suggest("", &["default".to_owned()]) {
            assert!(parse(&suggestion.line).is_some(), "{}", suggestion.line);
        }
    }

    #[test]
    fn what_begins_so_comes_first_and_letters_may_be_left_out() {
        assert_eq!(suggest("ta", &[])[0].line, "tasks");
        assert_eq!(suggest("po", &[])[0].line, "pods");
        assert!(suggest("clft", &[]).iter().any(|s| s.line == "clear_faults"));
        assert!(suggest("zzz", &[]).is_empty());
    }
}
