//! The styles of a screen, as text.

use std::fmt::Write as _;

use k8s_tutor::tui::{self, Theme};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier, Style};

use crate::scene::Scene;

/// Mono has the same text as dark, and no colour anywhere.
pub(crate) fn mono_says_the_same(scene: &mut Scene) {
    let (dark, mono) = (scene.draw("dark"), scene.draw("mono"));
    assert_eq!(tui::text(&dark), tui::text(&mono));
    for cell in mono.content() {
        let colours = (cell.fg, cell.bg, cell.underline_color);
        assert_eq!(colours, (Color::Reset, Color::Reset, Color::Reset), "{:?}", cell.symbol());
    }
}

/// The roles of the dark theme in runs: `row: columns role …`; a mixture of roles as colours. Plain text is left out.
pub(crate) fn map(buffer: &Buffer) -> String {
    let roles = roles();
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in area.left()..area.right() {
            let name = name(&buffer[(x, y)], &roles);
            match runs.last_mut() {
                Some((_, end, last)) if *last == name => *end = x,
                _ => runs.push((x, x, name)),
            }
        }
        let runs = runs.iter().filter(|(_, _, name)| name != "text");
        let shown: Vec<String> = runs.map(|(from, to, name)| format!("{from}-{to} {name}")).collect();
        if !shown.is_empty() {
            let _ = writeln!(out, "{y:>2}: {}", shown.join(" | "));
        }
    }
    out
}

/// Names of the roles whose styles differ.
fn roles() -> Vec<(&'static str, Style)> {
    let dark = Theme::named("dark").unwrap();
    vec![
        ("text", dark.text),
        ("dim", dark.dim),
        ("title", dark.title),
        ("heading", dark.heading),
        ("accent", dark.accent),
        ("good", dark.good),
        ("warn", dark.warn),
        ("bad", dark.bad),
        ("busy", dark.busy),
        ("expected", dark.expected),
        ("selected", dark.selected),
        ("marked", dark.marked),
        ("bar", dark.bar),
        ("tab", dark.tab),
        ("tab_active", dark.tab_active),
        ("key", dark.key),
        ("badge", dark.badge),
        ("border", dark.border),
        ("search", dark.search),
        ("overlay", dark.overlay),
    ]
}

fn name(cell: &Cell, roles: &[(&'static str, Style)]) -> String {
    let of = |style: &Style| (style.fg.unwrap_or(Color::Reset), style.bg.unwrap_or(Color::Reset), style.add_modifier);
    let own = (cell.fg, cell.bg, cell.modifier);
    if let Some((name, _)) = roles.iter().find(|(_, style)| of(style) == own) {
        return (*name).to_owned();
    }
    // A row under the cursor: the role that it has otherwise, and that it is selected.
    let selected = &roles.iter().find(|(name, _)| *name == "selected").unwrap().1;
    let plain = (cell.fg, Color::Reset, cell.modifier - Modifier::BOLD);
    let below = roles.iter().find(|(_, style)| {
        let (fg, bg, modifier) = of(style);
        (fg, bg, modifier - Modifier::BOLD) == plain
    });
    match below {
        Some((name, _)) if Some(cell.bg) == selected.bg => format!("{name}+selected"),
        _ => format!("{}/{}/{:?}", cell.fg, cell.bg, cell.modifier),
    }
}
