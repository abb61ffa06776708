//! A number of seconds as kubectl writes an age. Called wherever a table or a panel shows how long something took.

/// Seconds as kubectl writes an age: `45s`, `2m5s`, `3h7m`, `4d2h`, `12d`. What is negative is `0s`.
#[must_use]
pub fn span(seconds: i64) -> String {
    let s = seconds.max(0);
    let (minutes, hours, days) = (s / 60, s / 3600, s / 86_400);
    let pair = |big: i64, unit: char, small: i64, small_unit: char| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{small_unit}") }
    };
    match s {
        0..120 => format!("{s}s"),
        120..600 => pair(minutes, 'm', s % 60, 's'),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => pair(hours, 'h', minutes % 60, 'm'),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => pair(days, 'd', hours % 24, 'h'),
        _ => format!("{days}d"),
    }
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        let all = [
            (0, "0s"),
            (-5, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (10_799, "179m"),
            (10_800, "3h"),
            (11_220, "3h7m"),
            (28_800, "8h"),
            (172_800, "2d"),
            (180_000, "2d2h"),
            (691_200, "8d"),
        ];
        for (seconds, words) in all {
            assert_eq!(span(seconds), words);
        }
    }
}
