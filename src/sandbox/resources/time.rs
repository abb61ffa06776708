//! Durations as people read them in `kubectl get`: `5s`, `3m12s`, `2d4h`.
//!
//! Follows `k8s.io/apimachinery/pkg/util/duration.HumanDuration`, which gives two to three digits
//! of accuracy and drops the rest.

/// The duration of `seconds`. Clocks may differ by a second; more than that into the future reads
/// `<invalid>`.
pub fn human_duration(seconds: i64) -> String {
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    let (days, years) = (hours / 24, hours / 24 / 365);
    match seconds {
        ..-1 => "<invalid>".to_owned(),
        -1 => "0s".to_owned(),
        0..120 => format!("{seconds}s"),
        _ if minutes < 10 => pair(minutes, "m", seconds % 60, "s"),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => pair(hours, "h", minutes % 60, "m"),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 24 * 8 => pair(days, "d", hours % 24, "h"),
        _ if hours < 24 * 365 * 2 => format!("{days}d"),
        _ if hours < 24 * 365 * 8 => pair(years, "y", days % 365, "d"),
        _ => format!("{years}y"),
    }
}

fn pair(big: i64, big_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 { format!("{big}{big_unit}") } else { format!("{big}{big_unit}{small}{small_unit}") }
}

#[cfg(test)]
mod tests {
    use super::human_duration;

    #[test]
    fn accuracy_falls_as_the_duration_grows() {
        let (minute, hour, day, year) = (60, 3600, 86_400, 86_400 * 365);
        for (seconds, expected) in [
            (-2, "<invalid>"),
            (-1, "0s"),
            (119, "119s"),
            (120, "2m"),
            (9 * minute + 59, "9m59s"),
            (10 * minute + 1, "10m"),
            (179 * minute, "179m"),
            (3 * hour, "3h"),
            (7 * hour + 5 * minute, "7h5m"),
            (47 * hour, "47h"),
            (2 * day, "2d"),
            (7 * day + 3 * hour, "7d3h"),
            (8 * day + hour, "8d"),
            (2 * year + 3 * day, "2y3d"),
            (9 * year + 3 * day, "9y"),
        ] {
            assert_eq!(human_duration(seconds), expected);
        }
    }
}
