//! CronJobs: when each runs, as cron and in words, and how it has gone. Below the list more about the selected one.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::runs;
use crate::app::Action;
use crate::domain::cronjob::CronJobRow;
use crate::domain::object::Kind;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};
use crate::tui::widgets::keys;

const COLUMNS: [Column; 10] = [
    Column::flex("NAME", 14, 2, 0),
    Column::fixed("STATUS", 11, 0),
    Column::flex("SCHEDULE", 13, 1, 1),
    Column::number("NEXT", 6, 0),
    Column::number("ACTIVE", 6, 2),
    Column::fixed("SUSPEND", 7, 4),
    Column::number("LAST SCHEDULE", 13, 3),
    Column::number("LAST SUCCESS", 12, 5),
    Column::fixed("CONCURRENCY", 11, 7),
    Column::fixed("TIMEZONE", 12, 6),
];

/// Lines about the selected one: the rule above them too.
const ABOUT: u16 = 6;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let hint = canvas.word(Word::CronjobsHint);
    let empty = Empty { hint, freshness: Some(world.freshness(Kind::CronJob)), failure: None };
    let listed = u16::try_from(world.cronjobs.listed()).unwrap_or(u16::MAX);
    let about = if listed > 0 && area.height > ABOUT + 2 { ABOUT } else { 0 };
    let list = Rect { height: (area.height - about).min(listed.saturating_add(1).max(4)), ..area };
    table(canvas, list, &world.cronjobs, &COLUMNS, empty, cells);
    if let Some(row) = world.cronjobs.selected().filter(|_| about > 0) {
        let place = Rect { y: list.bottom(), height: area.bottom() - list.bottom(), ..area };
        selected(canvas, place, row);
    }
}

fn cells<'r>(canvas: &mut Canvas<'_>, row: &'r CronJobRow) -> (Vec<Cell<'r>>, Style) {
    let theme = canvas.theme;
    let (sign, style) = status::cronjob(row.status, theme);
    let next = runs::next(canvas, row);
    let suspend = if row.suspend { Cell::styled("True", theme.warn) } else { Cell::from("False") };
    let cells = vec![
        Cell::from(row.name.as_str()),
        Cell::styled(format!("{sign} {}", row.status), style),
        row.schedule.as_str().into(),
        next.map_or_else(|| "-".to_owned(), |at| canvas.until(at)).into(),
        row.active.len().to_string().into(),
        suspend,
        canvas.age(row.last_schedule).into(),
        canvas.age(row.last_successful).into(),
        row.concurrency_policy.as_str().into(),
        row.time_zone.as_deref().unwrap_or("-").into(),
    ];
    (cells, theme.text)
}

/// The selected one in sentences.
fn selected(canvas: &mut Canvas<'_>, area: Rect, row: &CronJobRow) {
    canvas.rule(area, area.y, &row.name);
    let lines = about(canvas, row);
    for ((text, style), y) in lines.into_iter().zip(area.y + 1..area.bottom()) {
        canvas.text(area.x + 2, y, area.width.saturating_sub(3), &text, style);
    }
}

/// What a person asks of a CronJob first: when it runs, when it ran, how it ended.
pub(super) fn about(canvas: &mut Canvas<'_>, row: &CronJobRow) -> Vec<(String, Style)> {
    let theme = canvas.theme;
    let words = runs::in_words(canvas, row);
    let mut lines = vec![(format!("{}  =  {words}", row.schedule), theme.accent)];
    lines.push(when(canvas, row));
    let ago = |canvas: &mut Canvas<'_>, at: Option<jiff::Timestamp>| match at {
        Some(at) => {
            let (moment, age) = (canvas.moment(at), canvas.age(Some(at)));
            format!("{moment} ({})", fill(canvas.word(Word::Ago), &[&age]))
        }
        None => canvas.word(Word::NeverYet).to_owned(),
    };
    let (schedule, success) = (ago(canvas, row.last_schedule), ago(canvas, row.last_successful));
    let schedule = fill(canvas.word(Word::LastSchedule), &[&schedule]);
    let success = fill(canvas.word(Word::LastSuccess), &[&success]);
    lines.push((format!("{schedule}  ·  {success}"), theme.text));
    let zone = row.time_zone.as_deref().unwrap_or("UTC");
    let (policy, kept, failed) = (&row.concurrency_policy, row.successful_history, row.failed_history);
    let history = format!("concurrencyPolicy {policy}  ·  timeZone {zone}  ·  history {kept}/{failed}");
    lines.push((history, theme.dim));
    if !row.active.is_empty() {
        lines.push((format!("active: {}", row.active.join(", ")), theme.busy));
    }
    lines
}

fn when(canvas: &mut Canvas<'_>, row: &CronJobRow) -> (String, Style) {
    let theme = canvas.theme;
    if row.suspend {
        let key = keys::key(canvas, crate::app::PanelId::Cronjobs, Action::Suspend);
        return (fill(canvas.word(Word::SuspendedWords), &[&key]), theme.warn);
    }
    let Some(at) = runs::next(canvas, row) else { return (canvas.word(Word::NeverRuns).to_owned(), theme.bad) };
    let (utc, local) = runs::both(canvas, at);
    let left = canvas.until(at);
    let left = fill(canvas.word(Word::NextIn), &[&left]);
    let local = if utc == local { String::new() } else { format!(" = {local}") };
    (format!("{left}: {utc}{local}"), theme.text)
}
