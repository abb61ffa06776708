//! Resource quantities (`500m`, `1Gi`) in the one form in which an API server writes them.
//!
//! Kubernetes' idea: a number with an SI or binary suffix is kept exactly and always written with the largest
//! suffix that leaves no fraction, so that `0.5` and `500m` are the same text.

/// What Go says of text that is no quantity.
pub const FORMAT: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

enum Style {
    Binary,
    Decimal,
    Exponent,
}

/// The canonical text of a quantity.
///
/// # Errors
/// Go's message, for text that is none.
pub fn canonical(text: &str) -> Result<String, String> {
    let format = || FORMAT.to_owned();
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return Err(format());
    }
    let (style, exponent, binary) = suffix_of(suffix).ok_or_else(format)?;
    let digits = format!("{whole}{fraction}");
    let Ok(mut value) = digits.parse::<u128>() else { return Ok(text.to_owned()) };
    let mut scale = exponent - i32::try_from(fraction.len()).unwrap_or(i32::MAX);
    for _ in 0..binary {
        match value.checked_mul(1024) {
            Some(larger) => value = larger,
            None => return Ok(text.to_owned()),
        }
    }
    // Nothing is finer than nano; Kubernetes rounds up.
    while scale < -9 {
        value = value.div_ceil(10);
        scale += 1;
    }
    if value == 0 {
        return Ok("0".to_owned());
    }
    let written = match style {
        Style::Binary if scale >= 0 || divisible(value, scale) => binary_text(value, scale),
        Style::Exponent => decimal_text(value, scale, true),
        _ => decimal_text(value, scale, false),
    };
    Ok(if negative { format!("-{written}") } else { written })
}

fn suffix_of(suffix: &str) -> Option<(Style, i32, usize)> {
    if let Some(at) = BINARY.iter().skip(1).position(|s| *s == suffix) {
        return Some((Style::Binary, 0, at + 1));
    }
    if let Some((_, exponent)) = DECIMAL.iter().find(|(s, _)| *s == suffix) {
        return Some((Style::Decimal, *exponent, 0));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    (-18..=18).contains(&exponent).then_some((Style::Exponent, exponent, 0))
}

fn divisible(value: u128, scale: i32) -> bool {
    10u128.checked_pow(scale.unsigned_abs()).is_some_and(|unit| value.is_multiple_of(unit))
}

fn binary_text(value: u128, scale: i32) -> String {
    let unit = 10u128.pow(scale.unsigned_abs().min(38));
    let mut value = if scale < 0 { value / unit } else { value.saturating_mul(unit) };
    let mut at = 0;
    // Below 1024 a plain number is shorter and is what Kubernetes writes.
    while at + 1 < BINARY.len() && value.is_multiple_of(1024) {
        value /= 1024;
        at += 1;
    }
    format!("{value}{}", BINARY[at])
}

fn decimal_text(mut value: u128, mut scale: i32, exponent: bool) -> String {
    while value.is_multiple_of(10) {
        value /= 10;
        scale += 1;
    }
    while scale.rem_euclid(3) != 0 || scale > 18 {
        value *= 10;
        scale -= 1;
    }
    if exponent {
        return if scale == 0 { value.to_string() } else { format!("{value}e{scale}") };
    }
    let suffix = DECIMAL.iter().find(|(_, e)| *e == scale).map_or("", |(s, _)| s);
    format!("{value}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_written_one_way() {
        for (given, written) in [
            ("0.5", "500m"),
            ("500m", "500m"),
            ("1000m", "1"),
            ("1", "1"),
            ("10", "10"),
            ("1500", "1500"),
            ("1000", "1k"),
            ("1024Mi", "1Gi"),
            ("1Gi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("64Mi", "64Mi"),
            ("100M", "100M"),
            ("1e3", "1e3"),
            ("12e6", "12e6"),
            ("0", "0"),
            ("-5", "-5"),
            (".5", "500m"),
            ("0.1Ki", "102400m"),
        ] {
            assert_eq!(canonical(given).as_deref(), Ok(written), "{given}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "x", "1.2.3", "1 Gi", "Gi", "1ki", "1e99"] {
            assert!(canonical(text).is_err(), "{text}");
        }
    }
}
