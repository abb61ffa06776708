//! Why is it so? The findings of `domain::diagnosis` about the thing under the cursor, in words, above the panel.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::known;
use crate::app::subject::{Subject, subject};
use crate::app::why::{Why, why};
use crate::domain::diagnosis::{Finding, Severity};
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::overlays::{boxed, centred};
use crate::tui::widgets::paragraphs::Paragraphs;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, area: Rect, top: usize) {
    let state = canvas.state;
    let subject = subject(state);
    let found = subject.map(|subject| why(state, subject, canvas.now)).unwrap_or_default();
    // What is told counts seconds.
    if let Ok(next) = canvas.now.checked_add(jiff::SignedDuration::from_secs(1)) {
        canvas.wake(next);
    }
    let text = tell(canvas, &found, area.width.saturating_sub(5));
    let high = u16::try_from(text.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let outer = centred(area, area.width, high);
    let about = subject.and_then(|subject| title(&subject)).unwrap_or_default();
    let inner = boxed(canvas, outer, &fill(canvas.word(Word::WhyTitle), &[&about]));
    if inner.height == 0 {
        return;
    }
    let overlay = canvas.theme.overlay;
    let place = Rect { x: inner.x + 1, width: inner.width.saturating_sub(1), height: inner.height - 1, ..inner };
    text.draw(canvas, place, top, overlay);
    let scroll = text.len() > usize::from(place.height);
    let scroll = if scroll { format!("{}  ", canvas.word(Word::WhyScroll)) } else { String::new() };
    let hint = format!("{scroll}{}", canvas.word(Word::WhyClose));
    let y = inner.bottom() - 1;
    canvas.text(place.x, y, place.width, &hint, overlay.patch(canvas.theme.dim));
}

fn title(subject: &Subject<'_>) -> Option<String> {
    if let Subject::Attempt(job, attempt) = subject {
        return Some(format!("job/{} #{}", job.facts.name, attempt.number));
    }
    let object = subject.object()?;
    Some(format!("{}/{}", object.kind.word(), object.name))
}

/// Everything that is said, the most important first.
fn tell(canvas: &Canvas<'_>, why: &Why, width: u16) -> Paragraphs {
    let theme = canvas.theme;
    let mut text = Paragraphs::new(width);
    let meaning = why.word.as_deref().and_then(|word| Some((word, known::reason(word, canvas.lang())?)));
    if let Some((word, meaning)) = meaning {
        text.add(0, &format!("{word}: {meaning}"), theme.accent);
        text.gap();
    }
    for finding in &why.findings {
        one(canvas, &mut text, finding);
    }
    if why.findings.is_empty() && meaning.is_none() {
        text.add(0, canvas.word(Word::WhyNothing), theme.text);
    }
    text
}

fn one(canvas: &Canvas<'_>, text: &mut Paragraphs, finding: &Finding) {
    let theme = canvas.theme;
    let (sign, word, style) = severity(canvas, finding.severity);
    let words = known::tell(finding, canvas.lang());
    text.add(0, &format!("{sign} {} ({})", words.title, canvas.word(word)), style);
    text.add(2, &words.why, theme.text);
    text.add(2, &format!("→ {}", words.next), theme.good);
    for next in &finding.next {
        text.add(4, &format!("$ {}", next.command()), theme.accent);
    }
    text.gap();
}

fn severity(canvas: &Canvas<'_>, severity: Severity) -> (&'static str, Word, Style) {
    let theme = canvas.theme;
    match severity {
        Severity::Error => ("✗", Word::SeverityError, theme.bad),
        Severity::Warning => ("!", Word::SeverityWarning, theme.warn),
        Severity::Info => ("·", Word::SeverityInfo, theme.title),
    }
}
