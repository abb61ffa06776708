//! The causal strip: a lane each for what was broken, what answered, what was logged, tried, finished and written, all
//! on one time axis, so that what lies above and to the left of something may have led to it.
//!
//! Used by the panels `job` and `story`. Draws the moments that it is given; looks nothing up.

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::state::history::{Evidence, Lane, Moment, Mood};
use crate::text::words::Word;
use crate::tui::canvas::Canvas;

/// Columns for the names of the lanes.
const NAMES: u16 = 11;
/// A stretch without any moment that is longer than this, in seconds, is folded to [`FOLDED`] seconds.
const LONG: i64 = 900;
const FOLDED: i64 = 60;

/// Times on columns. What happened lies on a straight scale, but for long stretches in which nothing did.
#[derive(Debug)]
pub(super) struct Axis {
    /// Each known time in seconds, and how far along the axis it is.
    knots: Vec<(i64, i64)>,
    width: u16,
}

impl Axis {
    /// An axis over these times.
    pub(super) fn new(times: impl Iterator<Item = Timestamp>, width: u16) -> Self {
        let mut times: Vec<i64> = times.map(|at| at.as_second()).collect();
        times.sort_unstable();
        times.dedup();
        let mut knots: Vec<(i64, i64)> = Vec::with_capacity(times.len());
        for at in times {
            let along = match knots.last() {
                None => 0,
                Some((before, along)) if at - before > LONG => along + FOLDED,
                Some((before, along)) => along + at - before,
            };
            knots.push((at, along));
        }
        Self { knots, width }
    }

    fn length(&self) -> i64 {
        self.knots.last().map_or(0, |(_, along)| *along).max(1)
    }

    fn to_column(&self, along: i64) -> u16 {
        let last = i64::from(self.width.saturating_sub(1));
        u16::try_from((along * last + self.length() / 2) / self.length()).unwrap_or(0)
    }

    /// The column of a time that the axis was made for.
    pub(super) fn column(&self, at: Timestamp) -> Option<u16> {
        let place = self.knots.binary_search_by_key(&at.as_second(), |(at, _)| *at).ok()?;
        Some(self.to_column(self.knots[place].1))
    }

    /// The time at a column.
    fn time(&self, column: u16) -> Option<Timestamp> {
        let last = i64::from(self.width.saturating_sub(1)).max(1);
        let along = i64::from(column) * self.length() / last;
        let after = self.knots.partition_point(|(_, known)| *known <= along);
        let (at, known) = self.knots.get(after.checked_sub(1)?)?;
        Timestamp::from_second(at + along - known).ok()
    }

    /// The columns between which time was folded.
    fn folds(&self) -> impl Iterator<Item = (u16, u16)> {
        let long = |pair: &&[(i64, i64)]| pair[1].0 - pair[0].0 > LONG;
        self.knots.windows(2).filter(long).map(|pair| (self.to_column(pair[0].1), self.to_column(pair[1].1)))
    }

    /// After how many seconds what is at now stands one column further.
    fn seconds_a_column(&self) -> i64 {
        (self.length() / i64::from(self.width.max(1))).max(1)
    }
}

/// A cell of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something lasts: the fault, an attempt.
    Lasts(Mood),
    /// A moment: how it looks, and whether it is the selected one.
    Moment(Mood, bool),
}

/// The cells of one lane.
pub(super) fn lane_cells(
    moments: &[Moment],
    lane: Lane,
    axis: &Axis,
    now: Timestamp,
    selected: Option<usize>,
) -> Vec<Option<Mark>> {
    let mut cells = vec![None; usize::from(axis.width)];
    let own: Vec<(usize, &Moment)> = moments.iter().enumerate().filter(|(_, moment)| moment.lane == lane).collect();
    for (n, (_, moment)) in own.iter().enumerate() {
        let Some(mood) = lasts(lane, moment) else { continue };
        let later = own[n + 1..].iter().map(|(_, later)| *later);
        let end = later.clone().find(|later| ends(lane, moment, later)).map(|end| end.at);
        // What has not ended lasts until now; an attempt only where nothing else is told of it.
        let end = end.or_else(|| (now > moment.at).then_some(now));
        if let (Some(from), Some(to)) = (axis.column(moment.at), end.and_then(|end| axis.column(end))) {
            let lasting = cells.iter_mut().skip(usize::from(from)).take(usize::from(to - from) + 1);
            lasting.for_each(|cell| *cell = Some(Mark::Lasts(mood)));
        }
    }
    for (n, moment) in own {
        let Some(cell) = axis.column(moment.at).and_then(|column| cells.get_mut(usize::from(column))) else { continue };
        let is_selected = selected == Some(n);
        let keeps = match *cell {
            Some(Mark::Moment(_, true)) => !is_selected,
            Some(Mark::Moment(old, false)) => !is_selected && weight(old) > weight(moment.mood),
            _ => false,
        };
        if !keeps {
            *cell = Some(Mark::Moment(moment.mood, is_selected));
        }
    }
    cells
}

/// What a moment begins, if that lasts.
fn lasts(lane: Lane, moment: &Moment) -> Option<Mood> {
    match (lane, moment.mood) {
        (Lane::Fault | Lane::Endpoints, Mood::Bad) => Some(Mood::Bad),
        (Lane::Attempt, Mood::Neutral) => Some(Mood::Neutral),
        _ => None,
    }
}

/// Whether a later moment of the lane ends what an earlier one began.
fn ends(lane: Lane, begun: &Moment, later: &Moment) -> bool {
    match lane {
        Lane::Attempt => matches!(&later.evidence, Evidence::Log(_)) && later.evidence == begun.evidence,
        _ => later.mood == Mood::Good,
    }
}

/// Of several moments in one column the one that says most is drawn.
fn weight(mood: Mood) -> u8 {
    match mood {
        Mood::Neutral => 0,
        Mood::Good => 1,
        Mood::Expected => 2,
        Mood::Bad => 3,
    }
}

/// The name of a lane: Kubernetes' word where it is one.
pub(super) fn name(canvas: &Canvas<'_>, lane: Lane) -> &'static str {
    match lane {
        Lane::Fault => canvas.word(Word::LaneFault),
        Lane::Service => "Service",
        Lane::Endpoints => "Endpoints",
        Lane::Log => canvas.word(Word::LaneLog),
        Lane::Attempt => canvas.word(Word::LaneAttempt),
        Lane::Job => "Job",
        Lane::Report => canvas.word(Word::LaneReport),
    }
}

/// A moment's sign.
pub(super) fn sign(canvas: &Canvas<'_>, mood: Mood) -> (&'static str, Style) {
    match mood {
        Mood::Neutral => ("○", canvas.theme.text),
        Mood::Good => ("✓", canvas.theme.good),
        Mood::Bad => ("✗", canvas.theme.bad),
        Mood::Expected => ("◷", canvas.theme.expected),
    }
}

fn lanes(moments: &[Moment]) -> Vec<Lane> {
    Lane::ALL.into_iter().filter(|lane| moments.iter().any(|moment| moment.lane == *lane)).collect()
}

/// How many rows the strip of these moments takes: a lane each, the scale, its times.
pub(super) fn height(moments: &[Moment]) -> usize {
    if moments.is_empty() { 0 } else { lanes(moments).len() + 2 }
}

/// A strip ready to be drawn, line by line.
pub(super) struct Strip {
    lanes: Vec<(Lane, Vec<Option<Mark>>)>,
    axis: Axis,
    now: Option<u16>,
    selected: Option<u16>,
}

impl Strip {
    /// The strip of some moments for a width; `live`: the axis goes on to now.
    pub(super) fn new(
        canvas: &mut Canvas<'_>,
        moments: &[Moment],
        width: u16,
        live: bool,
        selected: Option<usize>,
    ) -> Self {
        let now = canvas.now;
        let own = live.then_some(now);
        let axis = Axis::new(moments.iter().map(|moment| moment.at).chain(own), width.saturating_sub(NAMES));
        if live && let Ok(next) = now.checked_add(jiff::SignedDuration::from_secs(axis.seconds_a_column())) {
            canvas.wake(next);
        }
        let until = own.unwrap_or(Timestamp::MIN);
        let lanes = lanes(moments);
        let lanes = lanes.into_iter().map(|lane| (lane, lane_cells(moments, lane, &axis, until, selected))).collect();
        let column = |n: usize| moments.get(n).and_then(|moment| axis.column(moment.at));
        Self { lanes, now: own.and_then(|now| axis.column(now)), selected: selected.and_then(column), axis }
    }

    /// Draws one of its lines: the lanes, then the scale, then its times.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, line: usize) {
        let x = area.x + NAMES;
        let room = area.width.saturating_sub(NAMES);
        match self.lanes.get(line) {
            Some((lane, cells)) => {
                let name = name(canvas, *lane);
                canvas.text(area.x, area.y, NAMES - 1, name, canvas.theme.dim);
                self.lane(canvas, Rect { x, width: room, ..area }, cells);
            }
            None if line == self.lanes.len() => self.scale(canvas, Rect { x, width: room, ..area }),
            None => self.times(canvas, Rect { x, width: room, ..area }),
        }
    }

    fn lane(&self, canvas: &mut Canvas<'_>, area: Rect, cells: &[Option<Mark>]) {
        for (cell, column) in cells.iter().zip(0..area.width) {
            let (text, style) = match cell {
                Some(Mark::Moment(mood, selected)) => {
                    let (sign, style) = sign(canvas, *mood);
                    (sign, if *selected { style.patch(canvas.theme.selected) } else { style })
                }
                Some(Mark::Lasts(Mood::Bad)) => ("━", canvas.theme.bad),
                Some(Mark::Lasts(_)) => ("━", canvas.theme.busy),
                None if self.selected == Some(column) => ("┊", canvas.theme.accent),
                None if self.now == Some(column) => ("│", canvas.theme.dim),
                None => continue,
            };
            canvas.text(area.x + column, area.y, 1, text, style);
        }
    }

    fn scale(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let line = "─".repeat(usize::from(self.axis.width));
        canvas.text(area.x, area.y, area.width, &line, canvas.theme.border);
        for column in ticks(self.axis.width) {
            canvas.text(area.x + column, area.y, 1, "┴", canvas.theme.border);
        }
        for (from, to) in self.axis.folds() {
            canvas.text(area.x + (from + to) / 2, area.y, 1, "≈", canvas.theme.warn);
        }
        if let Some(now) = self.now {
            canvas.text(area.x + now, area.y, 1, "▲", canvas.theme.accent);
        }
    }

    fn times(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let word = canvas.word(Word::Now);
        let wide = u16::try_from(word.width()).unwrap_or(0);
        let now = self.now.map(|now| now.saturating_sub(wide / 2).min(area.width.saturating_sub(wide)));
        for column in ticks(self.axis.width) {
            let Some(at) = self.axis.time(column) else { continue };
            let zone = canvas.state.options.zone.clone();
            let text = canvas.time(at, &zone, true);
            let place = column.min(area.width.saturating_sub(8));
            if now.is_none_or(|now| now + wide < place || place + 8 < now) {
                canvas.text(area.x + place, area.y, area.width - place, &text, canvas.theme.dim);
            }
        }
        if let Some(now) = now {
            canvas.text(area.x + now, area.y, wide, word, canvas.theme.accent);
        }
    }
}

/// Where the scale has a time: far enough from each other.
fn ticks(width: u16) -> impl Iterator<Item = u16> {
    (0..width).step_by(14).filter(move |column| column + 8 <= width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{self, time};

    fn moment(at: &str, lane: Lane, mood: Mood, evidence: Evidence) -> Moment {
        Moment { at: time(at), lane, mood, text: String::new(), evidence }
    }

    fn drawn(cells: &[Option<Mark>]) -> String {
        let sign = |cell: &Option<Mark>| match cell {
            None => '.',
            Some(Mark::Lasts(Mood::Bad)) => '=',
            Some(Mark::Lasts(_)) => '-',
            Some(Mark::Moment(_, true)) => '!',
            Some(Mark::Moment(Mood::Neutral, _)) => 'o',
            Some(Mark::Moment(Mood::Good, _)) => 'v',
            Some(Mark::Moment(Mood::Bad, _)) => 'x',
            Some(Mark::Moment(Mood::Expected, _)) => '?',
        };
        cells.iter().map(sign).collect()
    }

    #[test]
    fn moments_stand_where_their_time_is() {
        let axis = Axis::new(["10:00:00", "10:00:10", "10:01:40"].into_iter().map(time), 101);
        assert_eq!(axis.column(time("10:00:00")), Some(0));
        assert_eq!(axis.column(time("10:00:10")), Some(10));
        assert_eq!(axis.column(time("10:01:40")), Some(100));
        assert_eq!(axis.column(time("10:00:50")), None, "only what the axis was made for");
        assert_eq!(axis.time(50), Some(time("10:00:50")));
        assert_eq!(axis.folds().count(), 0);
    }

    #[test]
    fn long_stretches_of_nothing_are_folded() {
        let axis = Axis::new(["10:00:00", "10:01:00", "13:01:00", "13:02:00"].into_iter().map(time), 181);
        let columns: Vec<_> =
            ["10:01:00", "13:01:00", "13:02:00"].into_iter().map(|at| axis.column(time(at))).collect();
        assert_eq!(columns, [Some(60), Some(120), Some(180)]);
        assert_eq!(axis.folds().collect::<Vec<_>>(), [(60, 120)]);
    }

    #[test]
    fn one_moment_and_no_width_are_no_trouble() {
        assert_eq!(Axis::new([time("10:00:00")].into_iter(), 40).column(time("10:00:00")), Some(0));
        assert_eq!(Axis::new(std::iter::empty(), 0).column(time("10:00:00")), None);
        let axis = Axis::new(["10:00:00", "10:00:10"].into_iter().map(time), 0);
        let moments = [moment("10:00:00", Lane::Fault, Mood::Bad, Evidence::Faults)];
        assert!(lane_cells(&moments, Lane::Fault, &axis, time("10:00:10"), None).is_empty());
    }

    #[test]
    fn an_attempt_and_a_fault_last() {
        let log = || Evidence::Log("a".to_owned());
        let moments = [
            moment("10:00:00", Lane::Fault, Mood::Bad, Evidence::Faults),
            moment("10:00:02", Lane::Attempt, Mood::Neutral, log()),
            moment("10:00:05", Lane::Attempt, Mood::Bad, log()),
            moment("10:00:07", Lane::Fault, Mood::Good, Evidence::Faults),
            moment("10:00:09", Lane::Attempt, Mood::Expected, Evidence::Job("x".to_owned())),
        ];
        let axis = Axis::new(moments.iter().map(|moment| moment.at).chain([time("10:00:08")]), 10);
        let cells = |lane| drawn(&lane_cells(&moments, lane, &axis, time("10:00:08"), Some(4)));
        assert_eq!(cells(Lane::Fault), "x======v..");
        assert_eq!(cells(Lane::Attempt), "..o--x...!");
        assert_eq!(cells(Lane::Job), "..........");
    }

    #[test]
    fn of_two_in_one_column_the_worse_is_seen() {
        let moments = [
            moment("10:00:00", Lane::Job, Mood::Bad, Evidence::Faults),
            moment("10:00:00", Lane::Job, Mood::Neutral, Evidence::Faults),
        ];
        let axis = Axis::new(moments.iter().map(|moment| moment.at), 3);
        assert_eq!(drawn(&lane_cells(&moments, Lane::Job, &axis, time("10:00:00"), None)), "x..");
    }

    #[test]
    fn the_strip_of_a_job_has_its_lanes_only() {
        let state = testing::broken();
        let job = state.world.jobs.named("test3").unwrap();
        let moments = state.history.moments(&state.world, Some(job));
        assert_eq!(lanes(&moments), [Lane::Fault, Lane::Service, Lane::Attempt, Lane::Job, Lane::Report]);
        assert_eq!(height(&moments), 7);
        assert!(moments.iter().any(|moment| moment.mood == Mood::Expected && moment.at > testing::now()));
    }
}
