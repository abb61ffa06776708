//! The CLI's two files, `config` and `credentials`, and what the environment says instead.
//!
//! They are read where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE point, else under K8S_TUTOR_ROOT.
//! The home folder of the person who runs the sandbox is never looked at.

use std::path::{Path, PathBuf};

use super::failure::{Failure, Outcome};

/// One line of a file, with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Section(String),
    Setting(String, String),
    /// A setting of a setting: indented below `s3 =`.
    Nested(String, String),
    Other,
}

/// A file as it is written, so that rewriting keeps comments.
#[derive(Clone, Debug, Default)]
pub(super) struct ConfigFile {
    lines: Vec<String>,
}

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Config,
    Credentials,
}

/// Where a file lies; `None` when nothing says so.
pub(super) fn path(which: Which) -> Option<PathBuf> {
    let (variable, name) = match which {
        Which::Config => ("AWS_CONFIG_FILE", "config"),
        Which::Credentials => ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
    };
    if let Some(path) = std::env::var_os(variable).filter(|p| !p.is_empty()) {
        return Some(PathBuf::from(path));
    }
    std::env::var_os("K8S_TUTOR_ROOT").map(|root| PathBuf::from(root).join("root/.aws").join(name))
}

/// The section of a profile in a file.
pub(super) fn section(which: Which, profile: &str) -> String {
    match which {
        Which::Config if profile != "default" => format!("profile {profile}"),
        _ => profile.to_owned(),
    }
}

impl ConfigFile {
    /// A missing file is an empty one.
    pub(super) fn read(which: Which) -> Self {
        path(which)
            .and_then(|path| std::fs::read_to_string(path).ok())
            .map(|text| Self::parse(&text))
            .unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        Self { lines: text.lines().map(str::to_owned).collect() }
    }

    /// `key`, or `key.inner`, of a section.
    pub(super) fn get(&self, section: &str, key: &str) -> Option<String> {
        let (outer, inner) = match key.split_once('.') {
            Some((outer, inner)) => (outer, Some(inner)),
            None => (key, None),
        };
        let (mut here, mut under) = (false, String::new());
        let mut found = None;
        for line in self.lines.iter().map(|l| meaning(l)) {
            match line {
                Line::Section(name) => here = name == section,
                Line::Setting(name, value) if here => {
                    if name == outer && inner.is_none() {
                        found = Some(value);
                    }
                    under = name;
                }
                Line::Nested(name, value) if here && under == outer && Some(name.as_str()) == inner => {
                    found = Some(value)
                }
                _ => {}
            }
        }
        found
    }

    /// Sets `key`, or `key.inner`, in a section, adding what is missing.
    pub(super) fn set(&mut self, section: &str, key: &str, value: &str) {
        let meanings: Vec<_> = self.lines.iter().map(|l| meaning(l)).collect();
        let Some(start) = meanings.iter().position(|m| *m == Line::Section(section.to_owned())) else {
            let header = if section.contains([' ', '\t']) && !section.starts_with("profile ") {
                format!("[\"{section}\"]")
            } else {
                format!("[{section}]")
            };
            self.lines.push(header);
            self.lines.extend(written(key, value));
            return;
        };
        let end = meanings[start + 1..]
            .iter()
            .position(|m| matches!(m, Line::Section(_)))
            .map_or(meanings.len(), |n| start + 1 + n);
        let (outer, inner) = key.split_once('.').map_or((key, None), |(o, i)| (o, Some(i)));
        let at = (start + 1..end).find(|i| matches!(&meanings[*i], Line::Setting(name, _) if name == outer));
        match (at, inner) {
            (Some(at), None) => self.lines[at] = format!("{outer} = {value}"),
            (Some(at), Some(inner)) => {
                let last = (at + 1..end).find(|i| !matches!(meanings[*i], Line::Nested(..))).unwrap_or(end);
                let old = (at + 1..last).find(|i| matches!(&meanings[*i], Line::Nested(name, _) if name == inner));
                let line = format!("    {inner} = {value}");
                match old {
                    Some(old) => self.lines[old] = line,
                    None => self.lines.insert(last, line),
                }
            }
            (None, _) => {
                let full =
                    (start + 1..end).rev().find(|i| !self.lines[*i].trim().is_empty()).map_or(start + 1, |i| i + 1);
                self.lines.splice(full..full, written(key, value));
            }
        }
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Writes the file, readable by its owner only.
    pub(super) fn write(&self, which: Which) -> Outcome<()> {
        let Some(path) = path(which) else {
            return Err(Failure::other("no place for settings: set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE"));
        };
        write_private(&path, &self.text()).map_err(|e| Failure::other(format!("cannot write {}: {e}", path.display())))
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

fn written(key: &str, value: &str) -> Vec<String> {
    match key.split_once('.') {
        Some((outer, inner)) => vec![format!("{outer} ="), format!("    {inner} = {value}")],
        None => vec![format!("{key} = {value}")],
    }
}

fn meaning(line: &str) -> Line {
    let text = line.trim();
    if text.is_empty() || text.starts_with(['#', ';']) {
        return Line::Other;
    }
    if let Some(name) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        let name = name.trim();
        let name = name.strip_prefix("profile ").map_or(name.to_owned(), |p| format!("profile {}", unquoted(p.trim())));
        return Line::Section(unquoted(&name).to_owned());
    }
    let Some((name, value)) = text.split_once('=') else { return Line::Other };
    let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
    if line.starts_with([' ', '\t']) { Line::Nested(name, value) } else { Line::Setting(name, value) }
}

fn unquoted(text: &str) -> &str {
    let bare = text.strip_prefix(['"', '\'']).and_then(|t| t.strip_suffix(['"', '\'']));
    bare.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from aws-cli 1.46.3.
    #[test]
    fn files_are_written_as_the_real_cli_writes_them() {
        let mut file = ConfigFile::default();
        file.set("default", "region", "local");
        file.set("profile dev", "output", "json");
        file.set("default", "s3.addressing_style", "path");
        file.set("profile dev", "region", "eu");
        let wanted =
            "[default]\nregion = local\ns3 =\n    addressing_style = path\n[profile dev]\noutput = json\nregion = eu\n";
        assert_eq!(file.text(), wanted);
        assert_eq!(file.get("default", "s3.addressing_style").as_deref(), Some("path"));
        assert_eq!(file.get("profile dev", "region").as_deref(), Some("eu"));
        assert_eq!(file.get("default", "output"), None);
    }

    #[test]
    fn setting_again_replaces_and_comments_stay() {
        let mut file = ConfigFile::parse("# mine\n[default]\nregion=a\ns3 =\n  x = 1\n");
        file.set("default", "region", "b");
        file.set("default", "s3.x", "2");
        file.set("default", "s3.y", "3");
        assert_eq!(file.text(), "# mine\n[default]\nregion = b\ns3 =\n    x = 2\n    y = 3\n");
    }
}
