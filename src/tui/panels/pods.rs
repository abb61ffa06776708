//! Pods, in kubectl's words, with the attempt that each is.

use ratatui::layout::Rect;

use crate::app::state::items::PodItem;
use crate::app::state::table::Item;
use crate::domain::object::Kind;
use crate::text::words::Word;
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};

const COLUMNS: [Column; 10] = [
    Column::flex("NAME", 24, 3, 0),
    Column::fixed("READY", 5, 3),
    Column::fixed("STATUS", 19, 0),
    Column::number("TRY", 4, 2),
    Column::number("EXIT", 4, 1),
    Column::number("RESTARTS", 8, 4),
    Column::number("AGE", 6, 2),
    Column::flex("JOB", 14, 1, 6),
    Column::fixed("IP", 14, 8),
    Column::flex("NODE", 10, 1, 9),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let hint = canvas.word(Word::PodsHint);
    let empty = Empty { hint, freshness: Some(world.freshness(Kind::Pod)), failure: None };
    table(canvas, area, &world.pods, &COLUMNS, empty, |canvas, pod: &PodItem| {
        let theme = canvas.theme;
        let row = &pod.row;
        let (sign, style) = status::pod(&row.status, theme);
        let attempt = attempt_of(canvas, pod);
        let cells = vec![
            Cell::from(row.name.as_str()),
            format!("{}/{}", row.ready, row.containers).into(),
            Cell::styled(format!("{sign} {}", row.status), style),
            attempt.map_or_else(|| "-".into(), |n| format!("#{n}")).into(),
            row.exit_code.map_or_else(|| "-".into(), |code| code.to_string()).into(),
            row.restarts.to_string().into(),
            canvas.age(row.created_at).into(),
            row.job.as_deref().unwrap_or("-").into(),
            row.ip.as_deref().unwrap_or("-").into(),
            row.node.as_deref().unwrap_or("-").into(),
        ];
        (cells, theme.text)
    });
}

fn attempt_of(canvas: &Canvas<'_>, pod: &PodItem) -> Option<u32> {
    let job = canvas.state.world.jobs.get(pod.job.as_ref()?.as_str())?;
    job.row.attempts.iter().find(|attempt| attempt.pod == pod.name()).map(|attempt| attempt.number)
}
