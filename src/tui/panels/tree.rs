//! CronJob > Job > attempt as a tree, folded as the person left it. Attempts whose pods are gone stay, marked so.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{ladder, runs};
use crate::app::message::Hit;
use crate::app::state::Viewport;
use crate::app::state::tree::Node;
use crate::domain::object::Kind;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, headings, row, widths, window};
use crate::tui::widgets::lines::thumb;

const COLUMNS: [Column; 5] = [
    Column::flex("NAME", 24, 3, 0),
    Column::fixed("STATUS", 12, 0),
    Column::number("EXIT", 4, 1),
    Column::number("AGE", 6, 2),
    Column::flex("", 16, 2, 3),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let nodes = state.tree.nodes(&state.world);
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let widths = widths(&COLUMNS, inner.width);
    headings(canvas, inner, &COLUMNS, &widths);
    let fits = usize::from(area.height.saturating_sub(1));
    if nodes.is_empty() {
        let known = state.world.cronjobs.is_known() && state.world.jobs.is_known();
        let word = if known { Word::Empty } else { Word::Loading };
        canvas.text(inner.x, area.y + 2, inner.width, canvas.word(word), canvas.theme.dim);
        let hint = canvas.word(Word::CronjobsHint);
        if known && area.height > 3 {
            canvas.text(inner.x, area.y + 3, inner.width, hint, canvas.theme.accent);
        }
        return;
    }
    let cursor = state.tree.cursor(&nodes);
    let top = window(state.viewport.top, fits, cursor, nodes.len());
    canvas.notes.viewport = Viewport { rows: fits, top, total: nodes.len() };
    for (n, node) in nodes.iter().enumerate().skip(top).take(fits) {
        let line = Rect { y: area.y + 1 + u16::try_from(n - top).unwrap_or(0), height: 1, ..area };
        let name = format!("{}{}", branch(&nodes, n), name(canvas, node));
        let (cells, style) = cells(canvas, node, name);
        row(canvas, inner, line.y, &COLUMNS, &widths, &cells, style);
        if n == cursor {
            canvas.text(line.x, line.y, 2, "▸", canvas.theme.accent);
            canvas.tint(line, canvas.theme.selected);
        }
        canvas.hit(line, Hit::Line(n));
    }
    thumb(canvas, area, top, nodes.len());
}

/// The lines that lead to a node: `│  └─ `.
fn branch(nodes: &[Node], place: usize) -> String {
    let node = &nodes[place];
    let mut text = String::new();
    for depth in 1..node.depth {
        // The ancestor at this depth is the nearest node above that is not deeper.
        let ancestor = nodes[..place].iter().rev().find(|above| above.depth == depth);
        text.push_str(if ancestor.is_some_and(|above| above.last) { "   " } else { "│  " });
    }
    if node.depth > 0 {
        text.push_str(if node.last { "└─ " } else { "├─ " });
    }
    text
}

fn name(canvas: &Canvas<'_>, node: &Node) -> String {
    if node.hidden > 0 {
        return fill(canvas.word(Word::TreeOlder), &[&node.hidden]);
    }
    let fold = match (node.below, node.folded) {
        (0, _) => "",
        (_, true) => "[+] ",
        (_, false) => "[-] ",
    };
    let number = node.attempt.map(|number| format!("#{number} ")).unwrap_or_default();
    let below = if node.folded && node.below > 0 { format!(" ({})", node.below) } else { String::new() };
    format!("{fold}{number}{}{below}", node.object.name)
}

fn cells<'r>(canvas: &mut Canvas<'_>, node: &'r Node, name: String) -> (Vec<Cell<'r>>, Style) {
    let world = &canvas.state.world;
    let theme = canvas.theme;
    let plain = |name: String| (vec![Cell::from(name)], theme.dim);
    let Some(uid) = node.uid.as_ref().filter(|_| node.hidden == 0) else { return plain(name) };
    match node.object.kind {
        Kind::CronJob => {
            let Some(row) = world.cronjobs.get(uid.as_str()) else { return plain(name) };
            let (sign, style) = status::cronjob(row.status, theme);
            let words = runs::in_words(canvas, row);
            let age = canvas.age(row.created_at);
            let status = Cell::styled(format!("{sign} {}", row.status), style);
            (vec![name.into(), status, "".into(), age.into(), words.into()], theme.text)
        }
        Kind::Job => {
            let Some(job) = world.jobs.get(uid.as_str()).map(|job| &job.row) else { return plain(name) };
            let (sign, style) = status::job(job.status, theme);
            let status = Cell::styled(format!("{sign} {}", job.status), style);
            let reason = job.reason.as_deref().unwrap_or_default();
            let more = Cell::styled(format!("{} {reason}", ladder::signs(canvas, job)), style);
            let age = canvas.age(job.created_at);
            (vec![name.into(), status, "".into(), age.into(), more], theme.text)
        }
        _ => {
            let job = world.jobs.get(uid.as_str());
            let place = node.attempt.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
            let Some(attempt) = job.zip(place).and_then(|(job, place)| job.row.attempts.get(place)) else {
                return plain(name);
            };
            let (sign, style) = status::attempt(attempt, theme);
            let gone = if attempt.gone { format!(" ({})", canvas.word(Word::Gone)) } else { String::new() };
            let exit = attempt.exit_code.map(|code| code.to_string()).unwrap_or_default();
            let age = canvas.age(attempt.created_at);
            let reason = attempt.reason.as_deref().unwrap_or_default();
            let message = attempt.message.as_deref().unwrap_or_default();
            let more = if message.is_empty() { reason.to_owned() } else { format!("{reason}: {message}") };
            let status = Cell::styled(format!("{sign} {}", attempt.state), style);
            let row = if attempt.gone { theme.dim } else { theme.text };
            (vec![format!("{name}{gone}").into(), status, exit.into(), age.into(), more.into()], row)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::object::ObjectRef;

    fn node(depth: u8, last: bool) -> Node {
        let object = ObjectRef::new(Kind::Job, "x");
        let key = String::new();
        Node { key, depth, last, object, uid: None, below: 0, folded: false, attempt: None, hidden: 0 }
    }

    #[test]
    fn branches_end_where_their_nodes_do() {
        let nodes = [node(0, false), node(1, false), node(2, true), node(1, true), node(2, false), node(2, true)];
        let drawn: Vec<String> = (0..nodes.len()).map(|n| branch(&nodes, n)).collect();
        assert_eq!(drawn, ["", "├─ ", "│  └─ ", "└─ ", "   ├─ ", "   └─ "]);
    }
}
