//! A message's bytes by the schema: field numbers to names, Kubernetes' own messages (Quantity, Time …) to text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Number, Value};

use super::Object;
use super::wire::{self, Broken, Content, WireField};
use crate::sandbox::api::schema::{Element, Shape, Struct};
use crate::sandbox::api::strict::written_time;

/// Deeper nesting is refused before it can exhaust the stack.
const MAX_DEPTH: usize = 100;

/// Reads a struct's message.
pub(super) fn read(bytes: &[u8], schema: &'static Struct) -> Result<Object, Broken> {
    structure(bytes, schema, 0)
}

fn structure(bytes: &[u8], schema: &'static Struct, depth: usize) -> Result<Object, Broken> {
    if depth > MAX_DEPTH {
        return Err(Broken::Depth);
    }
    let mut object = Object::new();
    for part in wire::fields(bytes) {
        let part = part?;
        if let Some((_, id)) = schema.inlined.iter().find(|(number, _)| *number == part.number) {
            object.extend(structure(part.bytes()?, id.get(), depth + 1)?);
            continue;
        }
        // A newer client may know more fields; a Go server skips them too.
        let Some(field) = schema.numbered(part.number) else { continue };
        match &field.shape {
            Shape::List(element) => {
                let slot = object.entry(field.name).or_insert_with(|| Value::Array(Vec::new()));
                if let Value::Array(items) = slot {
                    push(items, &part, element, depth)?;
                }
            }
            Shape::Map(element) => {
                let slot = object.entry(field.name).or_insert_with(|| Value::Object(Object::new()));
                if let Value::Object(map) = slot {
                    let (key, value) = entry(&part, element, depth)?;
                    map.insert(key, value);
                }
            }
            shape => {
                let value = single(&part, shape, depth)?;
                object.insert(field.name.to_owned(), value);
            }
        }
    }
    Ok(object)
}

fn push(items: &mut Vec<Value>, part: &WireField<'_>, element: &Element, depth: usize) -> Result<(), Broken> {
    if let (Shape::Int32 | Shape::Int64 | Shape::Bool, Content::Bytes(bytes)) = (&element.shape, part.content) {
        for value in wire::packed(bytes) {
            let value = WireField { number: part.number, content: Content::Varint(value?) };
            items.push(single(&value, &element.shape, depth)?);
        }
        return Ok(());
    }
    items.push(single(part, &element.shape, depth)?);
    Ok(())
}

/// A map is a list of messages, each a key and a value.
fn entry(part: &WireField<'_>, element: &Element, depth: usize) -> Result<(String, Value), Broken> {
    let (mut key, mut value) = (String::new(), empty(&element.shape));
    for part in wire::fields(part.bytes()?) {
        let part = part?;
        match part.number {
            1 => key = part.text()?,
            2 => value = single(&part, &element.shape, depth + 1)?,
            _ => {}
        }
    }
    Ok((key, value))
}

/// What a map's value is when the message leaves it out.
fn empty(shape: &Shape) -> Value {
    match shape {
        Shape::String | Shape::Bytes => "".into(),
        Shape::Quantity => "0".into(),
        Shape::List(_) => Value::Array(Vec::new()),
        _ => Value::Null,
    }
}

fn single(part: &WireField<'_>, shape: &Shape, depth: usize) -> Result<Value, Broken> {
    let invalid = Broken::Value(part.number);
    Ok(match shape {
        Shape::String => part.text()?.into(),
        Shape::Bool => (part.integer()? != 0).into(),
        Shape::Int32 | Shape::Int64 => part.integer()?.into(),
        Shape::Float => match part.content {
            Content::Fixed64(bits) => Number::from_f64(f64::from_bits(bits)).map_or(Value::Null, Value::Number),
            _ => return Err(Broken::Mismatch(part.number)),
        },
        Shape::Bytes => STANDARD.encode(part.bytes()?).into(),
        Shape::Struct(id) => structure(part.bytes()?, id.get(), depth + 1)?.into(),
        Shape::Time => time(part.bytes()?, false)?,
        Shape::MicroTime => time(part.bytes()?, true)?,
        Shape::Duration => duration(integers(part.bytes()?)?[0]).into(),
        Shape::Quantity => inner(part.bytes()?, 1)?.map_or(Ok("0".into()), |p| p.text().map(Value::from))?,
        Shape::IntOrString => int_or_string(part.bytes()?)?,
        Shape::FieldsV1 | Shape::Raw => match inner(part.bytes()?, 1)? {
            None => Value::Null,
            Some(raw) => serde_json::from_slice(raw.bytes()?).map_err(|_| invalid)?,
        },
        // A list inside of a map is a message with the one field `items`.
        Shape::List(element) => {
            let mut items = Vec::new();
            for part in wire::fields(part.bytes()?) {
                push(&mut items, &part?, element, depth + 1)?;
            }
            items.into()
        }
        Shape::Map(_) => return Err(invalid),
    })
}

fn inner(bytes: &[u8], number: u32) -> Result<Option<WireField<'_>>, Broken> {
    let mut found = None;
    for part in wire::fields(bytes) {
        let part = part?;
        if part.number == number {
            found = Some(part);
        }
    }
    Ok(found)
}

/// Fields 1 and 2, where both are integers; 0 where they are absent.
fn integers(bytes: &[u8]) -> Result<[i64; 2], Broken> {
    let mut found = [0; 2];
    for part in wire::fields(bytes) {
        let part = part?;
        if let 1 | 2 = part.number {
            found[part.number as usize - 1] = part.integer()?;
        }
    }
    Ok(found)
}

/// An empty message is Go's zero time, which JSON shows as null.
fn time(bytes: &[u8], micro: bool) -> Result<Value, Broken> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let [seconds, nanos] = integers(bytes)?;
    let nanos = i32::try_from(nanos).map_err(|_| Broken::Value(2))?;
    let at = Timestamp::new(seconds, nanos).map_err(|_| Broken::Value(1))?;
    Ok(written_time(at, micro).into())
}

fn int_or_string(bytes: &[u8]) -> Result<Value, Broken> {
    let (mut text, mut kind, mut number) = (String::new(), 0, 0);
    for part in wire::fields(bytes) {
        let part = part?;
        match part.number {
            1 => kind = part.integer()?,
            2 => number = part.integer()?,
            3 => text = part.text()?,
            _ => {}
        }
    }
    Ok(if kind == 1 { text.into() } else { number.into() })
}

/// Go's text of a duration in nanoseconds: `1h30m0s`, `1.5s`.
fn duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let total = nanos.unsigned_abs();
    if total == 0 {
        return "0s".to_owned();
    }
    let fraction = |unit: u64, of: u64| {
        let text = format!("{}.{:0width$}", of / unit, of % unit, width = unit.ilog10() as usize);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if total < 1_000_000_000 {
        let (unit, word) = match total {
            0..1_000 => return format!("{sign}{total}ns"),
            1_000..1_000_000 => (1_000, "µs"),
            _ => (1_000_000, "ms"),
        };
        return format!("{sign}{}{word}", fraction(unit, total));
    }
    let seconds = total / 1_000_000_000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let rest = fraction(1_000_000_000, total - (seconds / 60 * 60) * 1_000_000_000);
    match (hours, seconds / 60) {
        (0, 0) => format!("{sign}{rest}s"),
        (0, _) => format!("{sign}{minutes}m{rest}s"),
        _ => format!("{sign}{hours}h{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_read_as_go_writes_them() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (2_000_000, "2ms"),
            (1_500_000_000, "1.5s"),
            (60_000_000_000, "1m0s"),
            (5_400_000_000_000, "1h30m0s"),
            (-3_600_000_000_000, "-1h0m0s"),
        ] {
            assert_eq!(duration(nanos), text);
        }
    }
}
