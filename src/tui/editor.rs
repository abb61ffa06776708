//! `$EDITOR` on a text, as `kubectl edit` does it: a file of its own, read back when the editor has ended.

use std::io::Write;
use std::process::Command;

/// The editor: KUBE_EDITOR, VISUAL, EDITOR, or vi. A value may have arguments.
fn program(env: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let set =
        ["KUBE_EDITOR", "VISUAL", "EDITOR"].into_iter().find_map(|name| env(name).filter(|v| !v.trim().is_empty()));
    set.unwrap_or_else(|| "vi".to_owned()).split_whitespace().map(str::to_owned).collect()
}

/// Opens the editor and waits for it. The file lies in a folder that only this user can read.
pub(super) fn edit(name: &str, text: &str) -> Result<String, String> {
    let words = program(|name| std::env::var(name).ok());
    let (editor, args) = words.split_first().ok_or("EDITOR names no program")?;
    let failed = |what: &str, error: std::io::Error| format!("cannot {what}: {error}; EDITOR chooses another editor");
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let mut file = tempfile::Builder::new()
        .prefix(&format!("k8s-tutor-{plain}-"))
        .suffix(".yaml")
        .tempfile()
        .map_err(|e| failed("make a file for the editor", e))?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(|e| failed("write the editor's file", e))?;
    let status = Command::new(editor).args(args).arg(file.path()).status();
    let status = status.map_err(|e| failed(&format!("start {editor}"), e))?;
    if !status.success() {
        return Err(format!("{editor} ended with {status}: nothing is applied"));
    }
    // Some editors write a new file in the old one's place: it is read by its name.
    std::fs::read_to_string(file.path()).map_err(|e| failed("read the edited file", e))
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn the_editor_is_chosen_as_kubectl_does() {
        let env = |set: &'static [(&str, &str)]| {
            move |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(program(env(&[])), ["vi"]);
        assert_eq!(program(env(&[("EDITOR", "code --wait")])), ["code", "--wait"]);
        assert_eq!(program(env(&[("EDITOR", "nano"), ("KUBE_EDITOR", "ed")])), ["ed"]);
        assert_eq!(program(env(&[("EDITOR", "  ")])), ["vi"]);
    }
}
