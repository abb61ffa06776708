//! Quantities: `500m` CPUs, `128Mi` of memory. Read, compared, and written the canonical way.
//!
//! Follows `k8s.io/apimachinery/pkg/api/resource`: a server stores `0.5` as `500m` and `1024Mi`
//! as `1Gi`, so that equal amounts read alike.

use serde_json::Value;

const NANO: i128 = 1_000_000_000;

/// The suffix family, which the canonical form keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Decimal,
    Binary,
    Exponent,
}

/// An amount in units of 10⁻⁹.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    nano: i128,
    format: Format,
}

const DECIMAL: &[(&str, i32)] =
    &[("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];
const BINARY: &[&str] = &["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

impl Quantity {
    /// Reads `1`, `0.5`, `100m`, `1Gi`, `1e3`; a JSON number counts as its text.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Number(number) => Self::parse(&number.to_string()),
            _ => None,
        }
    }

    /// Reads the text form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let nano = if let Some(power) = BINARY.iter().position(|s| *s == suffix) {
            Some((scaled(number, 9)?.checked_mul(1024_i128.pow(u32::try_from(power).ok()? + 1))?, Format::Binary))
        } else if let Some((_, exponent)) = DECIMAL.iter().find(|(s, _)| *s == suffix) {
            Some((scaled(number, exponent + 9)?, Format::Decimal))
        } else {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            Some((scaled(number, exponent.checked_add(9)?)?, Format::Exponent))
        };
        let (nano, format) = nano?;
        Some(Self { nano: if text.starts_with('-') { -nano } else { nano }, format })
    }

    /// Units of 10⁻⁹, to compare with.
    pub(super) fn nano(self) -> i128 {
        self.nano
    }

    /// The form that a server stores.
    pub(super) fn canonical(self) -> String {
        let small = self.nano.abs() < 1024 * NANO;
        match self.format {
            Format::Binary if !small => self.binary(),
            Format::Exponent => {
                self.decimal(|exponent| if exponent == 0 { String::new() } else { format!("e{exponent}") })
            }
            _ => self.decimal(|exponent| {
                DECIMAL
                    .iter()
                    .find(|(_, e)| *e == exponent)
                    .map_or_else(|| format!("e{exponent}"), |(s, _)| (*s).to_owned())
            }),
        }
    }

    fn decimal(self, suffix: impl Fn(i32) -> String) -> String {
        if self.nano == 0 {
            return "0".to_owned();
        }
        let (mut mantissa, mut exponent) = (self.nano, -9);
        while mantissa % 1000 == 0 && exponent < 18 {
            mantissa /= 1000;
            exponent += 3;
        }
        format!("{mantissa}{}", suffix(exponent))
    }

    fn binary(self) -> String {
        // A fraction of a byte cannot be written here: rounded up, as Kubernetes does.
        let mut mantissa = if self.nano % NANO == 0 { self.nano / NANO } else { self.nano / NANO + 1 };
        let mut power = 0;
        while mantissa % 1024 == 0 && power < BINARY.len() {
            mantissa /= 1024;
            power += 1;
        }
        format!("{mantissa}{}", power.checked_sub(1).map_or("", |p| BINARY[p]))
    }
}

/// `number` times ten to the `exponent`, rounded up; `None` for what is no number or too large.
fn scaled(number: &str, exponent: i32) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let shift = exponent - i32::try_from(fraction.len()).ok()?;
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 { digits.checked_mul(factor) } else { Some((digits + factor - 1) / factor) }
}

/// Rewrites every amount of a resource list (`{"cpu": 0.5}`) in its canonical form; what is no
/// quantity stays, for validation to name it.
pub(super) fn canonicalize(list: Option<&mut Value>) {
    for amount in list.and_then(Value::as_object_mut).into_iter().flat_map(|map| map.values_mut()) {
        if let Some(quantity) = Quantity::of(amount) {
            *amount = quantity.canonical().into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    #[test]
    fn equal_amounts_read_alike() {
        for (written, stored) in [
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("1000", "1k"),
            ("1024Mi", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("512", "512"),
            ("512Ki", "512Ki"),
            ("128974848", "128974848"),
            ("1e3", "1e3"),
            ("-1500m", "-1500m"),
            ("0", "0"),
            ("0Mi", "0"),
            (".5", "500m"),
        ] {
            assert_eq!(Quantity::parse(written).map(Quantity::canonical).as_deref(), Some(stored), "{written}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "lots", "1 Gi", "1.2.3", "Gi", "1KiB"] {
            assert_eq!(Quantity::parse(text), None, "{text}");
        }
    }
}
