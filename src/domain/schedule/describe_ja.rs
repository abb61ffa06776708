//! A schedule in Japanese words. Called by `Schedule::in_words_ja`; the English sibling is `describe`.

use super::Schedule;
use super::shape::{self, Days, Shape, Span};

const WEEKDAYS: [&str; 7] = ["日", "月", "火", "水", "木", "金", "土"];

pub(super) fn in_words(schedule: &Schedule, zone: &str) -> String {
    match shape::of(schedule) {
        Shape::Every(span) => format!("前回の開始から{}ごと", length(&span)),
        Shape::Minutes(1) => "毎分".to_owned(),
        Shape::Minutes(step) => format!("{step}分ごと"),
        Shape::Hours { step: 1, minute } => format!("毎時{minute}分"),
        Shape::Hours { step, minute: 0 } => format!("{step}時間ごと"),
        Shape::Hours { step, minute } => format!("{step}時間ごと (毎回{minute}分)"),
        Shape::Times { days, times } => format!("{} {} ({zone})", on(&days), times.join("、")),
        Shape::Other => format!("cron 式「{}」のとおり ({zone})", schedule.as_str()),
    }
}

fn length(span: &Span) -> String {
    match span {
        Span::Hours(n) => format!("{n}時間"),
        Span::Minutes(n) => format!("{n}分"),
        Span::Seconds(n) => format!("{n}秒"),
    }
}

fn on(days: &Days) -> String {
    match days {
        Days::Daily => "毎日".to_owned(),
        Days::Weekdays => "平日 (月〜金)".to_owned(),
        Days::Weekends => "土日".to_owned(),
        Days::Week(some) => {
            let names: Vec<&str> = some.iter().map(|day| WEEKDAYS[*day as usize]).collect();
            format!("毎週{}曜日", names.join("・"))
        }
        Days::Month(some) => {
            let days: Vec<String> = some.iter().map(|day| format!("{day}日")).collect();
            format!("毎月{}", days.join("・"))
        }
    }
}
