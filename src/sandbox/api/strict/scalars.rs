//! Single values as Go reads and writes them: integers in range, times, quantities, ports, base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::check::described;
use super::node::Node;
use super::quantity;
use crate::sandbox::api::schema::Shape;

/// Why a value cannot be read.
pub(super) enum Problem {
    /// The wrong JSON type, in Go's word: `string`, `number 1.5`.
    Type(String),
    /// A whole message of its own.
    Text(String),
}

/// Reads one scalar; null stays null.
pub(super) fn read(node: &Node, shape: &Shape) -> Result<Value, Problem> {
    match (shape, node) {
        (_, Node::Null) => Ok(Value::Null),
        (Shape::String, Node::Text(text)) => Ok(text.as_str().into()),
        (Shape::Bool, Node::Bool(set)) => Ok((*set).into()),
        (Shape::Int32, Node::Number(_)) => integer(node, i32::MIN.into(), i32::MAX.into()),
        (Shape::Int64, Node::Number(_)) => integer(node, i64::MIN, i64::MAX),
        (Shape::Float, Node::Number(number)) => Ok(number.clone().into()),
        (Shape::Bytes, Node::Text(text)) => bytes(text),
        (Shape::Time, Node::Text(text)) => time(text, false),
        (Shape::MicroTime, Node::Text(text)) => time(text, true),
        (Shape::Time | Shape::MicroTime | Shape::Duration, other) if !matches!(other, Node::Text(_)) => {
            Err(Problem::Text(format!("json: cannot unmarshal {} into Go value of type string", described(other))))
        }
        (Shape::Duration, Node::Text(text)) => Ok(text.as_str().into()),
        (Shape::Quantity, Node::Text(text)) => quantity::canonical(text.trim()).map(Value::from).map_err(Problem::Text),
        (Shape::Quantity, Node::Number(number)) => {
            quantity::canonical(&number.to_string()).map(Value::from).map_err(Problem::Text)
        }
        (Shape::Quantity, _) => Err(Problem::Text(quantity::FORMAT.to_owned())),
        (Shape::IntOrString, Node::Text(text)) => Ok(text.as_str().into()),
        (Shape::IntOrString, other) => match integer(other, i32::MIN.into(), i32::MAX.into()) {
            Err(Problem::Type(what)) => {
                Err(Problem::Text(format!("json: cannot unmarshal {what} into Go value of type int32")))
            }
            read => read,
        },
        (_, other) => Err(Problem::Type(described(other).to_owned())),
    }
}

fn integer(node: &Node, least: i64, most: i64) -> Result<Value, Problem> {
    match node {
        Node::Number(number) => match number.as_i64() {
            Some(value) if (least..=most).contains(&value) => Ok(value.into()),
            _ => Err(Problem::Type(format!("number {number}"))),
        },
        other => Err(Problem::Type(described(other).to_owned())),
    }
}

fn bytes(text: &str) -> Result<Value, Problem> {
    let clean: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    match STANDARD.decode(&clean) {
        Ok(raw) => Ok(STANDARD.encode(raw).into()),
        Err(error) => {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
                base64::DecodeError::InvalidLength(_) | base64::DecodeError::InvalidPadding => clean.len() / 4 * 4,
            };
            Err(Problem::Text(format!("illegal base64 data at input byte {at}")))
        }
    }
}

/// Times are stored in UTC, cut to what the type can hold.
fn time(text: &str, micro: bool) -> Result<Value, Problem> {
    let layout = if micro { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
    match text.parse::<Timestamp>() {
        Ok(at) => Ok(written_time(at, micro).into()),
        Err(_) => Err(Problem::Text(format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\""))),
    }
}

/// A time as Go writes it: to the second, or with six decimals.
pub(in crate::sandbox::api) fn written_time(at: Timestamp, micro: bool) -> String {
    if micro {
        at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
    } else {
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}
