//! Faults: what is broken now, by whom, whether it bites and what it has led to; what can be broken, and what for.

use ratatui::layout::Rect;

use crate::app::known::{self, Fault};
use crate::app::{Action, PanelId};

use crate::domain::fault::{FaultRow, FaultSource};
use crate::domain::job::JobPhase;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::keys;
use crate::tui::widgets::paragraphs::Paragraphs;

/// Jobs named as consequences.
const JOBS: usize = 5;
/// Among so many of the newest Jobs they are looked for.
const NEWEST: usize = 100;
const LABEL: u16 = 14;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let mut text = Paragraphs::new(inner.width);
    active(canvas, &mut text);
    text.gap();
    text.add(0, canvas.word(Word::FaultsCan), canvas.theme.title);
    for fault in known::faults() {
        can(canvas, &mut text, fault);
    }
    let top = canvas.state.line;
    text.draw(canvas, Rect { width: area.width.saturating_sub(2), ..inner }, top, canvas.theme.text);
}

/// What is broken now.
fn active(canvas: &mut Canvas<'_>, text: &mut Paragraphs) {
    let theme = canvas.theme;
    let faults = &canvas.state.world.faults;
    text.add(0, canvas.word(Word::FaultsActive), theme.title);
    if faults.is_empty() {
        return text.add(0, &format!("✓ {}", canvas.word(Word::FaultsNone)), theme.good);
    }
    for fault in faults {
        one(canvas, text, fault);
    }
    consequences(canvas, text);
    let key = keys::here(canvas, Action::ClearFaults);
    text.add(2, &fill(canvas.word(Word::FaultClearKey), &[&key]), theme.accent);
}

fn one(canvas: &mut Canvas<'_>, text: &mut Paragraphs, fault: &FaultRow) {
    let theme = canvas.theme;
    let port = fill(canvas.word(Word::FaultPort), &[&fault.current, &fault.original]);
    text.add(0, &format!("✗ {}  {}  {port}", fault.fault, fault.target), theme.bad);
    let by = canvas.word(if fault.by == FaultSource::Tool { Word::FaultByTool } else { Word::FaultByHand });
    let mut about = vec![fill(canvas.word(Word::FaultBy), &[&by])];
    if let Some(since) = fault.since {
        let (at, age) = (canvas.moment(since), canvas.age(Some(since)));
        about.push(fill(canvas.word(Word::FaultSince), &[&at, &age]));
    }
    about.push(match fault.until {
        Some(until) => {
            let left = canvas.until(until);
            fill(canvas.word(Word::FaultUntil), &[&left])
        }
        None => canvas.word(Word::FaultForever).to_owned(),
    });
    text.add(2, &about.join("  ·  "), theme.text);
    let (words, style) = effect(canvas, fault);
    text.add(2, &words, style);
}

/// Whether it bites: said, not only painted.
fn effect(canvas: &Canvas<'_>, fault: &FaultRow) -> (String, ratatui::style::Style) {
    let theme = canvas.theme;
    let Some(effect) = &fault.effect else {
        let key = keys::here(canvas, Action::Refresh);
        return (fill(canvas.word(Word::FaultUnprobed), &[&key]), theme.dim);
    };
    let probed = fill(canvas.word(Word::FaultEffect), &[&effect.words]);
    match effect.effective {
        Some(true) => (format!("{probed}: {}", canvas.word(Word::FaultBites)), theme.bad),
        Some(false) => (format!("{probed}: {}", canvas.word(Word::FaultHarmless)), theme.warn),
        None => (probed, theme.dim),
    }
}

/// The Jobs that wait for another attempt now.
fn consequences(canvas: &mut Canvas<'_>, text: &mut Paragraphs) {
    let theme = canvas.theme;
    let world = &canvas.state.world;
    let all = world.jobs.tally(JobPhase::Retrying as usize);
    if all == 0 {
        let key = keys::key(canvas, PanelId::Jobs, Action::Trigger);
        return text.add(2, &fill(canvas.word(Word::FaultNoConsequences), &[&key]), theme.dim);
    }
    text.add(2, &format!("{} ({all})", canvas.word(Word::FaultConsequences)), theme.warn);
    let newest = world.newest_jobs(NEWEST).into_iter();
    for job in newest.filter(|job| job.row.status == JobPhase::Retrying).take(JOBS) {
        let Some(next) = &job.row.next_attempt else { continue };
        let left = canvas.until(next.at);
        let words = fill(canvas.word(Word::FaultRetrying), &[&job.row.name, &job.row.failed, &left]);
        text.add(4, &format!("↻ {words}"), theme.warn);
    }
}

/// What can be broken, and what there is to learn from it.
fn can(canvas: &Canvas<'_>, text: &mut Paragraphs, fault: &Fault) {
    let theme = canvas.theme;
    let words = fault.words(canvas.lang());
    let target = format!("{}/{}", fault.target.kind.to_lowercase(), fault.target.name);
    text.add(0, &format!("▪ {}  {target}  {}", fault.id, words.title), theme.accent);
    let key = keys::here(canvas, Action::InjectPort);
    text.add(2, &fill(canvas.word(Word::FaultInjectKey), &[&key]), theme.accent);
    let styles = (theme.heading, theme.text);
    text.labelled(canvas.word(Word::FaultSee), LABEL, &words.you_will_see, styles);
    text.labelled(canvas.word(Word::FaultWhy), LABEL, &words.why, styles);
    text.labelled(canvas.word(Word::FaultUndo), LABEL, &words.undo, styles);
    text.gap();
}
