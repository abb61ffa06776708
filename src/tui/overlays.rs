//! What lies above the panel: the help, the command line, dialogues, and why something is as it is.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, wrapped};
use super::widgets::grid::padded;
use crate::app::command;
use crate::app::keymap::Scope;
use crate::app::message::Hit;
use crate::app::state::{Dialog, Focus, Palette, Viewport};
use crate::text::words::Word;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    match &canvas.state.focus {
        Focus::Panel | Focus::Filter(_) => {}
        Focus::Palette(line) => palette(canvas, area, line),
        Focus::Dialog(question) => dialog(canvas, area, question),
        Focus::Help { top } => help(canvas, area, *top),
        Focus::Why { top } => super::panels::why::draw(canvas, centred(area, 78, area.height.saturating_sub(4)), *top),
    }
}

/// A box in the middle.
pub(super) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// An empty box with a frame. Returns what is inside.
pub(super) fn boxed(canvas: &mut Canvas<'_>, area: Rect, title: &str) -> Rect {
    let style = canvas.theme.overlay;
    canvas.clear(area, style);
    canvas.frame(area, title, style)
}

/// All keys that hold here, made of the live bindings.
fn help(canvas: &mut Canvas<'_>, area: Rect, top: usize) {
    let panel = canvas.state.here.panel;
    let mut lines: Vec<(String, &'static str, bool)> = Vec::new();
    let mut scope = None;
    for binding in canvas.state.options.keymap.bindings(panel) {
        if scope != Some(binding.scope) {
            let heading = match binding.scope {
                Scope::Panel(panel) => canvas.word(panel.title()),
                Scope::Global => canvas.word(Word::Everywhere),
            };
            lines.push((String::new(), heading, true));
            scope = Some(binding.scope);
        }
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        lines.push((keys.join(" "), canvas.word(binding.action.title()), false));
    }
    let columns = if area.width >= 90 { 2 } else { 1 };
    let rows = lines.len().div_ceil(columns);
    let height = u16::try_from(rows + 2).unwrap_or(u16::MAX).min(area.height.saturating_sub(2));
    let outer = centred(area, if columns == 2 { 88 } else { 46 }, height);
    let inner = boxed(canvas, outer, canvas.word(Word::ActHelp));
    let fits = usize::from(inner.height);
    let top = top.min(rows.saturating_sub(fits));
    canvas.notes.viewport = Viewport { rows: fits, top, total: rows };
    let width = inner.width / u16::try_from(columns).unwrap_or(1);
    for (n, (keys, title, heading)) in lines.iter().enumerate() {
        let (column, row) = (n / rows.max(1), n % rows.max(1));
        if row < top || row >= top + fits {
            continue;
        }
        let x = inner.x + width * u16::try_from(column).unwrap_or(0);
        let y = inner.y + u16::try_from(row - top).unwrap_or(0);
        let overlay = canvas.theme.overlay;
        if *heading {
            canvas.text(x, y, width, title, overlay.patch(canvas.theme.title));
        } else {
            canvas.text(x + 1, y, 14, &padded(keys, 14), overlay.patch(canvas.theme.accent));
            canvas.text(x + 16, y, width.saturating_sub(17), title, overlay);
        }
    }
}

fn palette(canvas: &mut Canvas<'_>, area: Rect, line: &Palette) {
    let suggestions = command::suggest(line.input.value(), &canvas.state.namespaces);
    let height = u16::try_from(suggestions.len() + 3).unwrap_or(u16::MAX).min(14).min(area.height.saturating_sub(2));
    let outer = Rect { y: area.y + 1, ..centred(area, 60, height) };
    let inner = boxed(canvas, outer, canvas.word(Word::ActPalette));
    if inner.height == 0 {
        return;
    }
    let overlay = canvas.theme.overlay;
    let (text, cursor) = super::widgets::lines::field(&line.input, inner.width.saturating_sub(1));
    canvas.text(inner.x, inner.y, inner.width, &format!(":{text}"), overlay.patch(canvas.theme.accent));
    canvas.notes.cursor = Some((inner.x + (cursor + 1).min(inner.width.saturating_sub(1)), inner.y));
    let fits = usize::from(inner.height.saturating_sub(1));
    let selected = line.selected.min(suggestions.len().saturating_sub(1));
    let top = super::widgets::grid::window(0, fits, selected, suggestions.len());
    for (n, suggestion) in suggestions.iter().enumerate().skip(top).take(fits) {
        let y = inner.y + 1 + u16::try_from(n - top).unwrap_or(0);
        let row = Rect::new(inner.x, y, inner.width, 1);
        let sign = if n == selected { "▸ " } else { "  " };
        let used = canvas.text(inner.x, y, inner.width, &format!("{sign}{}", padded(&suggestion.line, 20)), overlay);
        if let Some(title) = suggestion.title {
            let title = canvas.word(title);
            canvas.text(
                inner.x + used + 1,
                y,
                inner.width.saturating_sub(used + 1),
                title,
                overlay.patch(canvas.theme.dim),
            );
        }
        if n == selected {
            canvas.tint(row, canvas.theme.selected);
        }
    }
}

fn dialog(canvas: &mut Canvas<'_>, area: Rect, question: &Dialog) {
    let width = area.width.saturating_sub(4).min(76);
    let inside = usize::from(width.saturating_sub(4));
    let mut commands: Vec<String> =
        question.commands.iter().take(6).flat_map(|command| wrapped(&format!("$ {command}"), inside)).collect();
    // The buttons, the fields and a few lines of the question go before the commands.
    let room = usize::from(area.height).saturating_sub(10 + question.fields.len() * 2);
    if commands.len() > room {
        commands.truncate(room.saturating_sub(1));
        commands.push("…".to_owned());
    }
    let most = usize::from(area.height).saturating_sub(8 + question.fields.len() + commands.len());
    let shown = question.lines.len().min(most.max(1));
    let more = question.lines.len() - shown;
    let extra = usize::from(more > 0) + usize::from(question.flaw.is_some()) + usize::from(!commands.is_empty()) * 2;
    let height = 4 + shown + question.fields.len() * 2 + commands.len() + extra;
    let outer = centred(area, width, u16::try_from(height).unwrap_or(u16::MAX));
    let inner = boxed(canvas, outer, &question.title);
    let (x, w) = (inner.x + 1, inner.width.saturating_sub(2));
    let overlay = canvas.theme.overlay;
    let mut y = inner.y;
    for line in &question.lines[..shown] {
        canvas.text(x, y, w, line, overlay);
        y += 1;
    }
    if more > 0 {
        canvas.text(x, y, w, &format!("… +{more}"), overlay.patch(canvas.theme.dim));
        y += 1;
    }
    for (n, field) in question.fields.iter().enumerate() {
        let focused = question.focus == n;
        let sign = if focused { "▸ " } else { "  " };
        let label = format!("{sign}{}: ", canvas.word(field.label));
        let label_style = if focused { overlay.patch(canvas.theme.accent) } else { overlay };
        let used = canvas.text(x, y, w, &label, label_style);
        let room = w.saturating_sub(used);
        let (text, cursor) = super::widgets::lines::field(&field.input, room);
        canvas.text(x + used, y, room, &text, overlay);
        canvas.tint(ratatui::layout::Rect::new(x + used, y, room, 1), canvas.theme.selected);
        if focused {
            canvas.notes.cursor = Some((x + used + cursor.min(room.saturating_sub(1)), y));
        }
        y += 2;
    }
    if let Some(flaw) = &question.flaw {
        canvas.text(x, y, w, flaw, overlay.patch(canvas.theme.bad));
        y += 1;
    }
    if !commands.is_empty() {
        canvas.text(x, y, w, canvas.word(Word::SameAs), overlay.patch(canvas.theme.dim));
        y += 1;
        for command in &commands {
            if y + 1 < inner.bottom() {
                canvas.text(x, y, w, command, overlay.patch(canvas.theme.accent));
            }
            y += 1;
        }
    }
    buttons(canvas, question, Rect::new(x, inner.bottom().saturating_sub(1), w, 1));
}

fn buttons(canvas: &mut Canvas<'_>, question: &Dialog, area: Rect) {
    let mut x = area.x;
    for (n, button) in question.buttons.iter().enumerate() {
        let focused = question.button() == Some(n);
        let word = canvas.word(button.word);
        let text = if focused { format!("[▸{word}]") } else { format!("[ {word}]") };
        let style = if focused { canvas.theme.button_active } else { canvas.theme.button };
        let width = u16::try_from(text.width()).unwrap_or(0);
        canvas.text(x, area.y, area.right().saturating_sub(x), &text, style);
        canvas.hit(Rect::new(x, area.y, width, 1), Hit::Button(n));
        x += width + 2;
    }
}
