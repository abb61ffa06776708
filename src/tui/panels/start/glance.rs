//! A lab that is up: its parts in a few lines, and the way through the tutorial with what is done ticked off.

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::Action;
use crate::app::guide;
use crate::app::message::Hit;
use crate::domain::cronjob::REPORTER;
use crate::domain::job::JobPhase;
use crate::text::words::{Word, fill};
use crate::tui::canvas::{Canvas, wrapped};
use crate::tui::panels::runs;
use crate::tui::status;
use crate::tui::widgets::keys;

const NAMES: u16 = 16;
/// Lines that what to do next has at least, the rule and the gap above it too.
const LEAST: usize = 5;
/// From this width on the CronJob's line has room for what it is for.
const WIDE: u16 = 100;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let lines = parts(canvas);
    canvas.rule(area, area.y, canvas.word(Word::StartLab));
    let mut y = area.y + 1;
    // On a low screen the first parts give way: what to do next is what a newcomer came for.
    let room = usize::from(area.height).saturating_sub(1);
    let shown = lines.len().min(room.saturating_sub(LEAST).max(1));
    for (name, pieces) in lines.into_iter().take(shown) {
        if y >= area.bottom() {
            return;
        }
        let width = area.width.saturating_sub(3);
        canvas.text(area.x + 2, y, width.min(NAMES - 1), &name, canvas.theme.heading);
        let pieces: Vec<(&str, Style)> = pieces.iter().map(|(text, style)| (text.as_str(), *style)).collect();
        canvas.line(area.x + 2 + NAMES, y, width.saturating_sub(NAMES), &pieces);
        y += 1;
    }
    if y + 2 < area.bottom() {
        next(canvas, Rect { y: y + 1, height: area.bottom() - y - 1, ..area });
    }
}

type Line = (String, Vec<(String, Style)>);

/// The lab's parts, its Jobs and its faults, a line each.
fn parts(canvas: &mut Canvas<'_>) -> Vec<Line> {
    let theme = canvas.theme;
    let mut lines = vec![
        deployment(canvas, "localstack", Word::PartAws),
        deployment(canvas, "task-service", Word::PartApi),
        cronjob(canvas),
    ];
    let world = &canvas.state.world;
    let of = |phase: JobPhase| world.jobs.tally(phase as usize);
    let ended = of(JobPhase::Complete) + of(JobPhase::Failed);
    let all = world.jobs.len();
    let counts = [all, all.saturating_sub(ended), of(JobPhase::Complete), of(JobPhase::Failed)];
    let words = fill(canvas.word(Word::StartJobs), &[&counts[0], &counts[1], &counts[2], &counts[3]]);
    lines.push(("Jobs".to_owned(), vec![(words, if counts[3] > 0 { theme.warn } else { theme.text })]));
    let faults = match world.faults.as_slice() {
        [] => vec![(format!("✓ {}", canvas.word(Word::StartNoFault)), theme.good)],
        some => some
            .iter()
            .map(|row| (format!("✗ {} {} {}→{}  ", row.fault, row.target, row.original, row.current), theme.bad))
            .collect(),
    };
    lines.push((canvas.word(Word::PanelFaults).to_owned(), faults));
    lines
}

fn deployment(canvas: &Canvas<'_>, name: &str, word: Word) -> Line {
    let theme = canvas.theme;
    let what = (format!("  {}", canvas.word(word)), theme.dim);
    let state = match canvas.state.world.deployment(name) {
        Some(row) => {
            let ready = row.ready >= row.wanted.max(1);
            let words = fill(canvas.word(Word::StartReady), &[&row.ready, &row.wanted]);
            let (sign, style) = if ready { ("✓", theme.good) } else { ("…", theme.warn) };
            let waits = row.waiting.as_deref().map(|waits| format!(" ({waits})")).unwrap_or_default();
            (format!("{sign} {words}{waits}"), style)
        }
        None => (format!("✗ {}", canvas.word(Word::StartNotThere)), theme.bad),
    };
    (name.to_owned(), vec![state, what])
}

fn cronjob(canvas: &mut Canvas<'_>) -> Line {
    let theme = canvas.theme;
    let what = (format!("  {}", canvas.word(Word::PartBatch)), theme.dim);
    let Some(row) = canvas.state.world.cronjobs.at(0) else {
        return (REPORTER.to_owned(), vec![(format!("✗ {}", canvas.word(Word::StartNotThere)), theme.bad), what]);
    };
    let (sign, style) = status::cronjob(row.status, theme);
    let next = runs::next(canvas, row).filter(|_| !row.suspend).map(|at| {
        let (moment, left) = (canvas.moment(at), canvas.until(at));
        fill(canvas.word(Word::StartNextRun), &[&moment, &left])
    });
    let next = next.map(|next| format!(" · {next}")).unwrap_or_default();
    let words = format!("  {}{next}", runs::in_words(canvas, row));
    let mut pieces = vec![(format!("{sign} {}", row.status), style), (words, theme.text)];
    pieces.extend((canvas.state.size.0 >= WIDE).then_some(what));
    (row.name.clone(), pieces)
}

/// What to do next: the key, a tick where it is done, the first that is not pointed at.
fn next(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme;
    let steps = guide::steps(canvas.state);
    let next = guide::next(canvas.state, &steps);
    canvas.rule(area, area.y, canvas.word(Word::StartNext));
    let mut y = area.y + 1;
    // What there is to see is told only where every step keeps its line.
    let spare = usize::from(area.height).saturating_sub(steps.len() + 3);
    let all_fit = usize::from(area.height) > steps.len();
    let skipped = if all_fit { 0 } else { next.unwrap_or(0) };
    for (n, step) in steps.iter().enumerate().skip(skipped) {
        if y >= area.bottom() {
            return;
        }
        let key = keys::here(canvas, step.action);
        let (sign, style) = match (step.done, next == Some(n)) {
            (true, _) => ("✓", theme.dim),
            (false, true) => ("▸", theme.accent),
            (false, false) => ("·", theme.text),
        };
        let key_style = if next == Some(n) { theme.button_active } else { theme.accent };
        let mut x = area.x + 2;
        x += canvas.text(x, y, 2, sign, if step.done { theme.good } else { style }) + 1;
        x += canvas.text(x, y, 8, &format!(" {key} "), key_style) + 1;
        let width = area.right().saturating_sub(x + 1);
        let used = canvas.text(x, y, width, canvas.word(step.word), style);
        canvas.hit(Rect { x: area.x, y, width: x - area.x + used, height: 1 }, Hit::Hint(step.action));
        y += 1;
        if next == Some(n) {
            for line in wrapped(canvas.word(step.see), usize::from(width)).iter().take(spare.min(3)) {
                canvas.text(x, y, width, line, theme.dim);
                y += 1;
            }
        }
    }
    if next.is_none() && y < area.bottom() {
        let key = keys::here(canvas, Action::GotoStory);
        let words = fill(canvas.word(Word::StartAllDone), &[&key]);
        canvas.text(area.x + 2, y, area.width.saturating_sub(3), &words, theme.good);
    }
    if !canvas.state.start.steps.is_empty() && y + 1 < area.bottom() {
        let words = fill(canvas.word(Word::StartPlanHint), &[&keys::here(canvas, Action::Down)]);
        let wide = u16::try_from(words.width()).unwrap_or(0);
        canvas.text_right(
            area.x,
            area.bottom() - 1,
            area.width.saturating_sub(1).max(wide.min(area.width)),
            &words,
            theme.dim,
        );
    }
}
