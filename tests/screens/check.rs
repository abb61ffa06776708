//! What holds for every screen, and how snapshots are named.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// No line is wider than the screen, nothing on it acts on a terminal.
pub(crate) fn screen(text: &str, area: Rect) {
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), usize::from(area.height));
    for line in lines {
        assert!(line.width() <= usize::from(area.width), "wider than {}: {line:?}", area.width);
        let acts = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!line.chars().any(acts), "{line:?}");
    }
}

/// Compares with the snapshot of a name.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Several screens in one snapshot, each below its heading.
pub(crate) fn joined(screens: impl IntoIterator<Item = (String, String)>) -> String {
    screens.into_iter().map(|(title, text)| format!("==== {title}\n{text}")).collect()
}
