//! One Job: why it is as it is, the retry ladder, what led to what, its fields, its events.

use ratatui::layout::Rect;

use super::events_of::{self, EventLine};
use super::fields::{self, Field};
use super::ladder::{self, Rung};
use super::strip::{self, Strip};
use crate::app::state::items::JobItem;
use crate::app::{Action, known, why};
use crate::domain::diagnosis::Finding;
use crate::text::words::{Word, fill};
use crate::tui::canvas::{Canvas, wrapped};
use crate::tui::status;
use crate::tui::widgets::keys;
use crate::tui::widgets::page::{Section, page};

/// Attempts to come that are shown: with a few the curve is seen.
const PREDICTED: usize = 4;

/// The sections in their order. Attempts follow the Job itself: the cursor's line n is attempt n.
const HEAD: usize = 0;
const HEADS: usize = 1;
const ATTEMPTS: usize = 2;
const TO_COME: usize = 3;
const STORY: usize = 4;
const FIELDS: usize = 5;
const EVENTS: usize = 6;

/// What is drawn, worked out once a frame.
struct Shown<'a> {
    job: &'a JobItem,
    head: Vec<String>,
    predicted: Vec<Rung>,
    verdict: Option<String>,
    strip: Option<Strip>,
    fields: Vec<Field>,
    events: Vec<EventLine<'a>>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let Some(job) = state.here.uid().and_then(|uid| state.world.jobs.get(uid.as_str())) else {
        canvas.text(
            area.x + 2,
            area.y + 1,
            area.width.saturating_sub(2),
            canvas.word(Word::NotThereAnyMore),
            canvas.theme.warn,
        );
        return;
    };
    let width = area.width.saturating_sub(3);
    let row = &job.row;
    let predicted = ladder::predicted(row);
    let moments = state.history.moments(&state.world, Some(job));
    let moments = around(job, moments);
    let strip = (moments.len() > 1).then(|| Strip::new(canvas, &moments, width, !row.status.is_finished(), None));
    let findings = why::of_job(state, job, canvas.now);
    let shown = Shown {
        job,
        head: head(canvas, job, &findings, width),
        verdict: ladder::verdict(canvas, row, &predicted),
        predicted,
        fields: fields::of_job(canvas, row, width),
        events: events_of::job(state, job),
        strip,
    };
    let strip_lines = if shown.strip.is_some() { strip::height(&moments) } else { 0 };
    let to_come = shown.predicted.len().min(PREDICTED)
        + usize::from(shown.predicted.len() > PREDICTED)
        + usize::from(shown.verdict.is_some());
    let title = |word| canvas.word(word).to_owned();
    let sections = [
        Section::tall("", vec![shown.head.len()]),
        Section::text(title(Word::TheAttempts), 1),
        Section::list("", row.attempts.len()),
        Section::text("", to_come.max(usize::from(row.attempts.is_empty()))),
        Section::text(title(Word::TheStory), strip_lines),
        Section::tall(title(Word::TheFields), shown.fields.iter().map(Field::height).collect()),
        Section::list(title(Word::TheEvents), shown.events.len()),
    ];
    page(canvas, area, &sections, state.line, |canvas, section, row, line, place| {
        shown.draw(canvas, section, row, line, place);
    });
}

/// Of the lab's story what lies in the Job's time; of causes, those that were in place when it began.
fn around(job: &JobItem, moments: Vec<crate::app::state::history::Moment>) -> Vec<crate::app::state::history::Moment> {
    use crate::app::state::history::Lane;
    const BEFORE: i64 = 120;
    const AFTER: i64 = 30;
    let Some(begin) = job.facts.created_at.map(|at| at.as_second() - BEFORE) else { return moments };
    let end = job.facts.finished_at.map(|at| at.as_second() + AFTER);
    let in_time = |at: jiff::Timestamp| at.as_second() >= begin && end.is_none_or(|end| at.as_second() <= end);
    moments.into_iter().filter(|moment| moment.lane == Lane::Job || in_time(moment.at)).collect()
}

/// The status line, and the most important finding in words.
fn head(canvas: &mut Canvas<'_>, job: &JobItem, findings: &[Finding], width: u16) -> Vec<String> {
    let row = &job.row;
    let wanted = row.spec.completions.map_or_else(|| "1".to_owned(), |n| n.to_string());
    let took = canvas.took(row.started_at, row.finished_at);
    let by = canvas.word(if row.manual { Word::ByHand } else { Word::BySchedule });
    let from = row.cronjob.as_ref().map(|cronjob| format!(" · cronjob/{cronjob} ({by})")).unwrap_or_default();
    let (sign, _) = status::job(row.status, canvas.theme);
    let reason = row.reason.as_deref().map(|reason| format!(" {reason}")).unwrap_or_default();
    let mut head = vec![format!(
        "{sign} {}{reason} · job/{} · {}/{wanted} · failed {}/{} · {took}{from}",
        row.status,
        row.name,
        row.succeeded,
        row.failed,
        row.spec.backoff_limit + 1
    )];
    if let Some(finding) = findings.first() {
        let words = known::tell(finding, canvas.lang());
        let hint = fill(canvas.word(Word::WhyHint), &[&keys::here(canvas, Action::Why)]);
        let text = format!("{} — {} ({hint})", words.title, words.why);
        head.extend(wrapped(&text, usize::from(width)).into_iter().take(4));
    }
    head
}

impl Shown<'_> {
    fn draw(&self, canvas: &mut Canvas<'_>, section: usize, row: usize, line: usize, area: Rect) {
        let job = &self.job.row;
        match section {
            HEAD => {
                let (_, style) = status::job(job.status, canvas.theme);
                let style = if line == 0 { style } else { canvas.theme.text };
                canvas.text(area.x, area.y, area.width, self.head.get(line).map_or("", String::as_str), style);
            }
            HEADS => ladder::heads(canvas, area),
            ATTEMPTS => ladder::attempt(canvas, area, job, row),
            TO_COME => self.to_come(canvas, row, area),
            STORY => {
                if let Some(strip) = &self.strip {
                    strip.draw(canvas, area, row);
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

    /// A few attempts to come, how many more, and where it all ends.
    fn to_come(&self, canvas: &mut Canvas<'_>, row: usize, area: Rect) {
        let shown = self.predicted.len().min(PREDICTED);
        let more = self.predicted.len() - shown;
        match self.predicted.get(row).filter(|_| row < shown) {
            Some(rung) => ladder::expected(canvas, area, *rung, row == 0),
            None if more > 0 && row == shown => {
                let words = fill(canvas.word(Word::MorePredicted), &[&more]);
                canvas.text(area.x + 4, area.y, area.width.saturating_sub(4), &words, canvas.theme.expected);
            }
            None => {
                let nothing = canvas.word(Word::NoAttempts);
                let words = self.verdict.as_deref().unwrap_or(nothing);
                canvas.text(area.x, area.y, area.width, words, canvas.theme.warn);
            }
        }
    }
}
