//! The walls between the rooms: reads every `crate::…` path under `src/` and fails on an edge that
//! `docs/architecture.md` does not allow, on a file without a `//!` header, and on one that is too long.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// room -> what it may import. The same table stands in docs/architecture.md.
const WALLS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("workload", &[]),
    ("content", &["domain", "text", "config"]),
    ("text", &[]),
    ("config", &[]),
    ("cluster", &["domain", "text", "config"]),
    ("aws", &["domain", "text", "config"]),
    ("process", &["domain", "text", "config"]),
    ("image", &["domain", "process", "text", "config"]),
    ("sandbox", &["domain", "process", "workload", "text", "config"]),
    ("provider", &["domain", "process", "image", "cluster", "text", "config"]),
    ("lab", &["domain", "cluster", "aws", "provider", "image", "content", "text", "config"]),
    ("app", &["domain", "content", "text"]),
    ("tui", &["app", "domain", "text"]),
    ("runtime", &["app", "lab", "cluster", "domain", "provider", "text", "config"]),
    ("cli", &["lab", "domain", "provider", "content", "text", "config"]),
];

/// Single doors in the walls: this file alone may import that path.
const DOORS: &[(&str, &str)] = &[("src/provider/sandbox.rs", "sandbox::daemon")];

/// Crates that a room must not name.
const FOREIGN: &[(&str, &[&str])] = &[
    ("domain", &["kube", "k8s_openapi", "tokio", "ratatui", "crossterm", "aws_sdk_s3", "aws_sdk_dynamodb"]),
    ("content", &["kube", "tokio"]),
    ("lab", &["ratatui", "crossterm", "clap", "indicatif"]),
    ("app", &["ratatui", "crossterm", "kube", "k8s_openapi", "tokio", "aws_sdk_s3", "aws_sdk_dynamodb"]),
    ("tui", &["kube", "k8s_openapi", "aws_sdk_s3", "aws_sdk_dynamodb"]),
    ("runtime", &["ratatui", "crossterm", "kube"]),
];

/// Inside the sandbox, the controllers and the agent are plain clients of any API server.
const CLIENTS: &[&str] = &["src/sandbox/controllers", "src/sandbox/agent"];
const SERVER: &[&str] = &["sandbox::api", "sandbox::store", "sandbox::resources"];

const MOST_LINES: usize = 600;

struct Source {
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// Every `crate::a::b` that the code (not a comment) names, also inside `use crate::{a, b}`.
    fn edges(&self) -> BTreeSet<String> {
        let code: String =
            self.text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let mut found = BTreeSet::new();
        for (at, _) in code.match_indices("crate::") {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &code[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(group_heads(group)),
                None => found.extend(path_head(rest)),
            }
        }
        found
    }
}

/// `sandbox::daemon::x` -> `sandbox::daemon`; one segment where there is only one.
fn path_head(text: &str) -> Option<String> {
    let path: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
    let head: Vec<_> = path.split("::").filter(|s| !s.is_empty()).take(2).collect();
    (!head.is_empty()).then(|| head.join("::"))
}

/// The heads of the items at the first level of `{a::b, c::{d, e}}`, the opening brace gone.
fn group_heads(text: &str) -> Vec<String> {
    let (mut depth, mut item, mut heads) = (0, String::new(), Vec::new());
    for c in text.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => heads.extend(path_head(std::mem::take(&mut item).trim())),
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => item.push(c),
            _ => {}
        }
    }
    heads.extend(path_head(item.trim()));
    heads
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push(Source { path: name, text: fs::read_to_string(&path).expect("UTF-8") });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn complain(what: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{what}:\n  {}", offences.join("\n  "));
}

#[test]
fn rooms_import_only_what_the_walls_allow() {
    let walls: BTreeMap<_, _> = WALLS.iter().copied().collect();
    let mut offences = Vec::new();
    for source in sources() {
        let Some(allowed) = walls.get(source.room()) else { continue };
        for edge in source.edges() {
            let to = edge.split("::").next().unwrap_or(&edge);
            let door = DOORS.iter().any(|(file, path)| *file == source.path && edge == *path);
            if to != source.room() && to != "entry" && !walls.contains_key(to) {
                continue;
            }
            if to != source.room() && !allowed.contains(&to) && !door {
                offences.push(format!("{} imports crate::{edge}", source.path));
            }
        }
    }
    complain("walls broken", &offences);
}

#[test]
fn nobody_imports_the_composition_root() {
    let offences: Vec<_> = sources()
        .iter()
        .filter(|s| s.room() != "entry" && s.edges().iter().any(|e| e.starts_with("entry")))
        .map(|s| s.path.clone())
        .collect();
    complain("these import entry", &offences);
}

#[test]
fn controllers_and_agent_are_plain_clients() {
    let mut offences = Vec::new();
    for source in sources().iter().filter(|s| CLIENTS.iter().any(|c| s.path.starts_with(c))) {
        offences.extend(
            source
                .edges()
                .iter()
                .filter(|e| SERVER.contains(&e.as_str()))
                .map(|e| format!("{} imports crate::{e}", source.path)),
        );
    }
    complain("a client reaches into the server", &offences);
}

#[test]
fn rooms_stay_clear_of_foreign_crates() {
    let mut offences = Vec::new();
    for source in sources() {
        for (_, crates) in FOREIGN.iter().filter(|(room, _)| *room == source.room()) {
            for name in *crates {
                let needle = format!("{name}::");
                let used = source.text.lines().any(|line| {
                    !line.trim_start().starts_with("//")
                        && line
                            .match_indices(&needle)
                            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
                });
                if used {
                    offences.push(format!("{} names {name}", source.path));
                }
            }
        }
    }
    complain("foreign crates", &offences);
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut offences = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//!") {
            offences.push(format!("{} does not begin with //!", source.path));
        }
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            offences.push(format!("{} has {lines} lines (at most {MOST_LINES})", source.path));
        }
    }
    complain("files", &offences);
}

#[cfg(feature = "lab")]
#[test]
fn the_docs_name_every_key() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("UTF-8");
    let keymap: toml::Table = read("assets/keymap.toml").parse().expect("TOML");
    let docs = read("docs/dashboard.md");
    let mut offences = Vec::new();
    for (scope, actions) in &keymap {
        let row = docs.lines().find(|line| line.starts_with(&format!("| `{scope}` | `"))).unwrap_or_default();
        for (action, keys) in actions.as_table().expect("a table of actions") {
            let keys = keys.as_array().cloned().unwrap_or_else(|| vec![keys.clone()]);
            let keys: Vec<_> = keys.iter().filter_map(toml::Value::as_str).map(|key| format!("`{key}`")).collect();
            let told = format!("{} {action}", keys.join(" "));
            if !row.split(['|', ',']).any(|cell| cell.trim() == told) {
                offences.push(format!("{scope}: {told}"));
            }
        }
    }
    complain("docs/dashboard.md does not tell these keys of assets/keymap.toml", &offences);
}

#[test]
fn the_checker_sees_grouped_and_nested_imports() {
    let text =
        "//! x\nuse crate::{domain::retry, sandbox::{api, store}};\nfn f() { crate::lab::up(); }\n// crate::cli\n";
    let source = Source { path: "src/aws/x.rs".into(), text: text.into() };
    let edges = source.edges();
    assert_eq!(edges.iter().map(String::as_str).collect::<Vec<_>>(), ["domain::retry", "lab::up", "sandbox"]);
    assert_eq!(source.room(), "aws");
}
