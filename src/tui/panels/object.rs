//! The text of an object: its YAML, or a description of it as kubectl gives one.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::app::shown::command;
use crate::app::state::TextView;
use crate::text::words::Word;
use crate::tui::canvas::Canvas;
use crate::tui::widgets::lines::thumb;
use crate::tui::widgets::scroll::Window;
use crate::tui::widgets::sentences;
use crate::tui::widgets::yaml;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let view = &canvas.state.text;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some((object, as_yaml)) = &view.of else {
        sentences::draw(canvas, inner, canvas.word(Word::ObjectNone), canvas.theme.dim);
        return;
    };
    let theme = canvas.theme;
    let form = canvas.word(if *as_yaml { Word::ActYaml } else { Word::Description });
    let title = format!("{object}  {form}");
    let used = canvas.text(inner.x, inner.y, inner.width, &title, theme.title);
    let found = super::searched(canvas, &view.search, view.found);
    if let Some(command) = found.or_else(|| Some(format!("$ {}", command(canvas.state)?))) {
        let room = inner.width.saturating_sub(used + 3);
        if usize::from(room) >= command.width() {
            canvas.text_right(inner.x + used + 3, inner.y, room, &command, theme.dim);
        }
    }
    let body = sentences::below(inner, inner.y + 1);
    match &view.text {
        None => {
            sentences::draw(canvas, body, canvas.word(Word::Loading), theme.dim);
        }
        Some(Err(failure)) => {
            let y = sentences::draw(canvas, body, &failure.what, theme.bad);
            if let Some(next) = &failure.next {
                sentences::draw(canvas, sentences::below(body, y), &format!("→ {next}"), theme.accent);
            }
        }
        Some(Ok(lines)) => text(canvas, Rect { x: area.x, width: area.width, ..body }, view, lines, *as_yaml),
    }
}

fn text(canvas: &mut Canvas<'_>, area: Rect, view: &TextView, lines: &[String], as_yaml: bool) {
    let (theme, wrap) = (canvas.theme, canvas.state.options.wrap);
    let rows = usize::from(area.height);
    let width = area.width.saturating_sub(3);
    let tall = |line: usize| {
        let line = &lines[line];
        if !wrap || line.len() <= usize::from(width) && line.is_ascii() && !line.contains('\t') {
            return 1;
        }
        yaml::painted(line, false, theme).rows(usize::from(width), rows.max(1)).len()
    };
    let window = Window::new(lines.len(), rows, Some(view.top), tall);
    window.note(canvas);
    let mut y = area.y;
    for (number, line) in lines.iter().enumerate().skip(window.top) {
        if y >= area.bottom() {
            break;
        }
        if view.found == Some(number) {
            canvas.text(area.x, y, 1, "▸", theme.accent);
        }
        let mut painted = yaml::painted(line, as_yaml, theme);
        painted.mark(&view.search, theme.search);
        if !wrap {
            painted.draw_from(canvas, area.x + 2, y, width, view.left);
            y += 1;
            continue;
        }
        for row in painted.rows(usize::from(width), usize::from(area.bottom() - y)) {
            painted.draw(canvas, area.x + 2, y, width, row);
            y += 1;
        }
    }
    thumb(canvas, area, window.top, window.last + rows);
}
