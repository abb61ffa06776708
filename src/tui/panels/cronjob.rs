//! One CronJob: when it runs next, the Jobs that it made, its fields, its events.

use ratatui::layout::Rect;

use super::events_of::{self, EventLine};
use super::fields::{self, Field};
use super::{cronjobs, ladder, runs};
use crate::app::state::items::JobItem;
use crate::domain::cronjob::{CronJobRow, NextRun};
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, headings, row, widths};
use crate::tui::widgets::page::{Section, page};

/// Runs to come that are shown.
const RUNS: usize = 5;

/// The sections in their order. The cursor's line n is the nth Job.
const HEAD: usize = 0;
const NEXT: usize = 1;
const HEADS: usize = 2;
const JOBS: usize = 3;
const FIELDS: usize = 4;
const EVENTS: usize = 5;

const COLUMNS: [Column; 7] = [
    Column::flex("NAME", 18, 2, 0),
    Column::fixed("STATUS", 11, 0),
    Column::flex("ATTEMPTS", 12, 1, 0),
    Column::number("FAILED", 6, 2),
    Column::number("DURATION", 8, 3),
    Column::number("AGE", 6, 1),
    Column::fixed("BY", 8, 4),
];

struct Shown<'a> {
    row: &'a CronJobRow,
    head: Vec<(String, ratatui::style::Style)>,
    runs: Vec<NextRun>,
    fields: Vec<Field>,
    events: Vec<EventLine<'a>>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let Some(row) = state.here.uid().and_then(|uid| state.world.cronjobs.get(uid.as_str())) else {
        let words = canvas.word(Word::NotThereAnyMore);
        canvas.text(area.x + 2, area.y + 1, area.width.saturating_sub(2), words, canvas.theme.warn);
        return;
    };
    let width = area.width.saturating_sub(3);
    let (sign, style) = status::cronjob(row.status, canvas.theme);
    let mut head = vec![(format!("{sign} {}  ·  cronjob/{}", row.status, row.name), style)];
    head.extend(cronjobs::about(canvas, row));
    let shown = Shown {
        row,
        head,
        runs: row.next_runs(canvas.now, RUNS).unwrap_or_default(),
        fields: fields::of_cronjob(canvas, row, width),
        events: events_of::object(state, &row.uid),
    };
    let jobs = state.world.jobs.group_len(Some(&row.uid));
    let title = |word| canvas.word(word).to_owned();
    let next = if row.suspend { Word::NextRunsSuspended } else { Word::NextRuns };
    let heads = Section::text(format!("Jobs ({jobs})"), usize::from(jobs > 0));
    let sections = [
        Section::tall("", vec![shown.head.len()]),
        Section::text(title(next), shown.runs.len()),
        heads,
        Section::list("", jobs),
        Section::tall(title(Word::TheFields), shown.fields.iter().map(Field::height).collect()),
        Section::list(title(Word::TheEvents), shown.events.len()),
    ];
    page(canvas, area, &sections, state.line, |canvas, section, row, line, place| {
        shown.draw(canvas, section, row, line, place);
    });
}

impl Shown<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>, section: usize, row: usize, line: usize, area: Rect) {
        match section {
            HEAD => {
                if let Some((text, style)) = self.head.get(line) {
                    canvas.text(area.x, area.y, area.width, text, *style);
                }
            }
            NEXT => {
                if let Some(run) = self.runs.get(row) {
                    next_run(canvas, area, run);
                }
            }
            HEADS => headings(canvas, area, &COLUMNS, &widths(&COLUMNS, area.width)),
            JOBS => {
                if let Some(job) = canvas.state.world.jobs.group_at(Some(&self.row.uid), row) {
                    one_job(canvas, area, job);
                }
            }
            FIELDS => {
                if let Some(field) = self.fields.get(row) {
                    field.draw(canvas, area, line);
                }
            }
            EVENTS => events_of::draw(canvas, area, &self.events, row),
            _ => {}
        }
    }
}

/// A run to come: in UTC, in the lab's zone, the name that its Job will have.
fn next_run(canvas: &mut Canvas<'_>, area: Rect, run: &NextRun) {
    let (utc, local) = runs::both(canvas, run.at);
    let left = canvas.until(run.at);
    let left = fill(canvas.word(Word::NextIn), &[&left]);
    let local = if utc == local { String::new() } else { local };
    let theme = canvas.theme;
    let mut x = area.x;
    for (text, width, style) in [
        (left.as_str(), 11, theme.accent),
        (utc.as_str(), 21, theme.text),
        (local.as_str(), 21, theme.text),
        (run.job.as_str(), u16::MAX, theme.dim),
    ] {
        canvas.text(x, area.y, width.min(area.right().saturating_sub(x)), text, style);
        x = x.saturating_add(width);
    }
}

fn one_job(canvas: &mut Canvas<'_>, area: Rect, item: &JobItem) {
    let job = &item.row;
    let (sign, style) = status::job(job.status, canvas.theme);
    let by = canvas.word(if job.manual { Word::ByHand } else { Word::BySchedule });
    let cells = [
        Cell::from(job.name.as_str()),
        Cell::styled(format!("{sign} {}", job.status), style),
        Cell::styled(ladder::signs(canvas, job), style),
        format!("{}/{}", job.failed, job.spec.backoff_limit + 1).into(),
        canvas.took(job.started_at, job.finished_at).into(),
        canvas.age(job.created_at).into(),
        by.into(),
    ];
    row(canvas, area, area.y, &COLUMNS, &widths(&COLUMNS, area.width), &cells, canvas.theme.text);
}
