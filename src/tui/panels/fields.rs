//! Fields of a Job or a CronJob: the name, the value in force, what it means. For the panels of one object.

use ratatui::layout::Rect;

use crate::app::known;
use crate::domain::cronjob::CronJobRow;
use crate::domain::job::JobRow;
use crate::tui::canvas::{Canvas, wrapped};

/// Names are at most so wide: `successfulJobsHistoryLimit`.
const NAME: u16 = 27;
/// Values rarely are wider.
const VALUE: u16 = 14;
/// From this width on the meaning stands beside the value.
const BESIDE: u16 = NAME + VALUE + 56;

/// A field with its meaning, broken into lines for a width.
pub(super) struct Field {
    name: &'static str,
    value: String,
    meaning: Vec<String>,
    beside: bool,
}

impl Field {
    /// How many lines it takes.
    pub(super) fn height(&self) -> usize {
        if self.beside { self.meaning.len().max(1) } else { 1 + self.meaning.len() }
    }

    /// Draws one of its lines.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, line: usize) {
        let theme = canvas.theme;
        let (x, y) = (area.x, area.y);
        if line == 0 {
            canvas.text(x, y, NAME.min(area.width) - u16::from(area.width > 0), self.name, theme.accent);
            let room = if self.beside { VALUE - 1 } else { area.width.saturating_sub(NAME) };
            canvas.text(x + NAME, y, room, &self.value, theme.text);
        }
        let (indent, skipped) = if self.beside { (NAME + VALUE, 0) } else { (2, 1) };
        if let Some(text) = line.checked_sub(skipped).and_then(|line| self.meaning.get(line)) {
            canvas.text(x + indent, y, area.width.saturating_sub(indent), text, theme.dim);
        }
    }
}

fn fields(canvas: &Canvas<'_>, kind: &str, width: u16, all: Vec<(&'static str, Option<String>)>) -> Vec<Field> {
    let beside = width >= BESIDE;
    let room = if beside { width - NAME - VALUE } else { width.saturating_sub(2) };
    let field = |(name, value): (&'static str, Option<String>)| {
        let meaning = wrapped(&known::field(kind, name, canvas.lang(), value.as_deref()), usize::from(room));
        let value = value.unwrap_or_else(|| "-".to_owned());
        Field { name, value, meaning, beside }
    };
    all.into_iter().map(field).collect()
}

/// The fields of a Job, defaults filled in.
pub(super) fn of_job(canvas: &Canvas<'_>, job: &JobRow, width: u16) -> Vec<Field> {
    let spec = &job.spec;
    let all = vec![
        ("backoffLimit", Some(spec.backoff_limit.to_string())),
        ("activeDeadlineSeconds", spec.active_deadline_seconds.map(|n| n.to_string())),
        // Without a number one success ends the Job: that is not the default of one.
        ("completions", Some(spec.completions.map_or_else(|| "-".to_owned(), |n| n.to_string()))),
        ("parallelism", Some(spec.parallelism.to_string())),
        ("completionMode", Some(spec.completion_mode.clone())),
        ("restartPolicy", Some(spec.restart_policy.clone())),
        ("ttlSecondsAfterFinished", spec.ttl_seconds_after_finished.map(|n| n.to_string())),
        ("suspend", Some(spec.suspend.to_string())),
    ];
    fields(canvas, "Job", width, all)
}

/// The fields of a CronJob, defaults filled in.
pub(super) fn of_cronjob(canvas: &Canvas<'_>, row: &CronJobRow, width: u16) -> Vec<Field> {
    let moment = |at: Option<jiff::Timestamp>| at.map(|at| canvas.moment(at));
    let all = vec![
        ("schedule", Some(row.schedule.clone())),
        ("timeZone", row.time_zone.clone()),
        ("suspend", Some(row.suspend.to_string())),
        ("concurrencyPolicy", Some(row.concurrency_policy.clone())),
        ("successfulJobsHistoryLimit", Some(row.successful_history.to_string())),
        ("failedJobsHistoryLimit", Some(row.failed_history.to_string())),
        ("startingDeadlineSeconds", row.starting_deadline_seconds.map(|n| n.to_string())),
        ("lastScheduleTime", moment(row.last_schedule)),
        ("lastSuccessfulTime", moment(row.last_successful)),
        ("active", Some(row.active.len().to_string())),
    ];
    fields(canvas, "CronJob", width, all)
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;

    use super::*;
    use crate::app::testing;
    use crate::tui::Theme;

    #[test]
    fn every_field_that_is_shown_is_explained() {
        let state = testing::worked();
        let theme = Theme::named("dark").unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 80, 24));
        let canvas = Canvas::new(&mut buffer, &state, &theme, testing::now());
        let job = &state.world.jobs.named("test1").unwrap().row;
        let all = of_job(&canvas, job, 76).into_iter().chain(of_cronjob(&canvas, &testing::cronjob(), 76));
        for field in all {
            assert!(!field.meaning.concat().is_empty(), "{} has no meaning", field.name);
            assert_eq!(field.height(), 1 + field.meaning.len());
        }
        let wide = &of_job(&canvas, job, 120)[0];
        assert_eq!((wide.height(), wide.value.as_str()), (2.min(wide.meaning.len()), "10"));
    }
}
