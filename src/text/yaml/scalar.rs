//! What a plain word means: YAML 1.1 as `gopkg.in/yaml.v2` reads it, which is what kubectl and API servers use.

use granit_parser::ScalarStyle;
use serde_json::{Number, Value};

/// Unquoted text, which alone may be something else than a string.
pub(super) fn plain(style: ScalarStyle) -> bool {
    style == ScalarStyle::Plain
}

/// The value of a scalar; `tag` is the word behind `!!`, empty for a foreign tag.
///
/// # Errors
/// A tag that the text does not fit, or a number that JSON cannot hold.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, String> {
    match tag {
        None if plain(style) => word(text),
        Some("int" | "float" | "bool" | "null") => {
            let value = word(text)?;
            let tag = tag.unwrap_or_default();
            let fits = match tag {
                "int" => value.is_i64() || value.is_u64(),
                "float" => value.is_number(),
                "bool" => value.is_boolean(),
                _ => value.is_null(),
            };
            if fits { Ok(value) } else { Err(format!("cannot decode !!str `{text}` as a !!{tag}")) }
        }
        Some("binary") => {
            let clean: String = text.split_whitespace().collect();
            base64::Engine::decode(&base64::engine::general_purpose::STANDARD, clean)
                .map(|raw| String::from_utf8_lossy(&raw).into_owned().into())
                .map_err(|_| "!!binary value contains invalid base64 data".to_owned())
        }
        _ => Ok(text.into()),
    }
}

/// The text of a mapping's key.
///
/// # Errors
/// A key that is null, a list or a mapping.
pub(super) fn key(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(set) => Ok(set.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("a mapping's key must be plain text".to_owned()),
    }
}

fn word(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => return Ok(true.into()),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => return Ok(false.into()),
        ".nan" | ".NaN" | ".NAN" => return Err("json: unsupported value: NaN".to_owned()),
        _ => {}
    }
    match text.trim_start_matches(['+', '-']) {
        ".inf" | ".Inf" | ".INF" if text.len() <= 5 => {
            let sign = if text.starts_with('-') { '-' } else { '+' };
            return Err(format!("json: unsupported value: {sign}Inf"));
        }
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Ok(text.into());
    }
    let bare = text.replace('_', "");
    Ok(integer(&bare).or_else(|| float(&bare)).map_or_else(|| text.into(), Value::Number))
}

/// Decimal, `0x`, `0b`, `0o` and, as in C, octal after a leading `0`.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Number::from);
    }
    Some(i64::try_from(value).map_or_else(|_| Number::from(value), Number::from))
}

/// A whole number in floating point becomes an integer, as on its way through Go's JSON.
fn float(text: &str) -> Option<Number> {
    let shape = text.trim_start_matches(['+', '-']);
    let digits = shape.bytes().filter(u8::is_ascii_digit).count();
    let allowed = shape.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if !allowed || digits == 0 || text.len() - shape.len() > 1 {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|v: &f64| v.is_finite())?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    if value.fract() == 0.0 && value.abs() < 9e18 {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}
