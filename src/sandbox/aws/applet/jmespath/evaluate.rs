//! [`Node`] on a value.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::Node;

type Result<T> = std::result::Result<T, String>;

/// What an expression finds; null where it finds nothing.
pub(super) fn evaluate(node: &Node, value: &Value) -> Result<Value> {
    match node {
        Node::Current => Ok(value.clone()),
        Node::Field(name) => Ok(value.get(name).cloned().unwrap_or_default()),
        Node::Literal(literal) => Ok(literal.clone()),
        Node::Index(n) => Ok(index(value, *n)),
        Node::Slice(start, end, step) => slice(value, *start, *end, step.unwrap_or(1)),
        Node::Then(left, right) | Node::Pipe(left, right) => evaluate(right, &evaluate(left, value)?),
        Node::Each(source, each) => match evaluate(source, value)? {
            Value::Array(list) => {
                let found = list.iter().map(|one| evaluate(each, one)).collect::<Result<Vec<_>>>()?;
                Ok(Value::Array(found.into_iter().filter(|v| !v.is_null()).collect()))
            }
            _ => Ok(Value::Null),
        },
        Node::Flatten(source) => Ok(flatten(evaluate(source, value)?)),
        Node::Filter(source, condition) => filter(&evaluate(source, value)?, condition),
        Node::Values(source) => match evaluate(source, value)? {
            Value::Object(map) => Ok(Value::Array(map.into_iter().map(|(_, v)| v).collect())),
            _ => Ok(Value::Null),
        },
        Node::List(_) | Node::Object(_) if value.is_null() => Ok(Value::Null),
        Node::List(all) => Ok(Value::Array(all.iter().map(|n| evaluate(n, value)).collect::<Result<_>>()?)),
        Node::Object(all) => {
            let pairs = all.iter().map(|(name, n)| Ok((name.clone(), evaluate(n, value)?)));
            Ok(Value::Object(pairs.collect::<Result<Map<_, _>>>()?))
        }
        Node::Call(name, arguments) => call(name, arguments, value),
        Node::Reference(_) => Err("an expression reference stands where a value belongs".to_owned()),
        Node::Compare(sign, left, right) => Ok(compare(sign, &evaluate(left, value)?, &evaluate(right, value)?)),
        Node::And(left, right) => {
            let first = evaluate(left, value)?;
            if truthy(&first) { evaluate(right, value) } else { Ok(first) }
        }
        Node::Or(left, right) => {
            let first = evaluate(left, value)?;
            if truthy(&first) { Ok(first) } else { evaluate(right, value) }
        }
        Node::Not(inner) => Ok(json!(!truthy(&evaluate(inner, value)?))),
    }
}

fn truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

fn index(value: &Value, n: i64) -> Value {
    let Some(list) = value.as_array() else { return Value::Null };
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let at = if n < 0 { n + length } else { n };
    usize::try_from(at).ok().and_then(|at| list.get(at)).cloned().unwrap_or_default()
}

fn slice(value: &Value, start: Option<i64>, end: Option<i64>, step: i64) -> Result<Value> {
    let Some(list) = value.as_array() else { return Ok(Value::Null) };
    if step == 0 {
        return Err("a slice cannot have a step of 0".to_owned());
    }
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let bound = |n: i64| (if n < 0 { n + length } else { n }).clamp(if step < 0 { -1 } else { 0 }, length);
    let (first, last) = if step > 0 {
        (start.map_or(0, bound), end.map_or(length, bound))
    } else {
        (start.map_or(length - 1, |n| bound(n).min(length - 1)), end.map_or(-1, bound))
    };
    let mut found = Vec::new();
    let mut at = first;
    while (step > 0 && at < last) || (step < 0 && at > last) {
        found.extend(usize::try_from(at).ok().and_then(|i| list.get(i)).cloned());
        at += step;
    }
    Ok(Value::Array(found))
}

fn flatten(value: Value) -> Value {
    let Value::Array(list) = value else { return Value::Null };
    let each = list.into_iter().flat_map(|one| match one {
        Value::Array(inner) => inner,
        other => vec![other],
    });
    Value::Array(each.collect())
}

fn filter(value: &Value, condition: &Node) -> Result<Value> {
    let Some(list) = value.as_array() else { return Ok(Value::Null) };
    let mut found = Vec::new();
    for one in list {
        if truthy(&evaluate(condition, one)?) {
            found.push(one.clone());
        }
    }
    Ok(Value::Array(found))
}

fn compare(sign: &str, left: &Value, right: &Value) -> Value {
    let equal = || left == right || left.as_f64().is_some_and(|l| right.as_f64() == Some(l));
    let order = left.as_f64().zip(right.as_f64()).and_then(|(l, r)| l.partial_cmp(&r));
    match sign {
        "==" => json!(equal()),
        "!=" => json!(!equal()),
        _ => match order {
            None => Value::Null,
            Some(order) => json!(match sign {
                "<" => order == Ordering::Less,
                ">" => order == Ordering::Greater,
                "<=" => order != Ordering::Greater,
                _ => order != Ordering::Less,
            }),
        },
    }
}

fn call(name: &str, arguments: &[Node], value: &Value) -> Result<Value> {
    if name == "sort_by" {
        return sort_by(arguments, value);
    }
    let given = arguments.iter().map(|n| evaluate(n, value)).collect::<Result<Vec<_>>>()?;
    let text = |at: usize| given.get(at).and_then(Value::as_str).ok_or(format!("{name}() wants a text"));
    match (name, given.as_slice()) {
        ("length", [Value::Array(list)]) => Ok(json!(list.len())),
        ("length", [Value::Object(map)]) => Ok(json!(map.len())),
        ("length", [Value::String(text)]) => Ok(json!(text.chars().count())),
        ("keys", [Value::Object(map)]) => Ok(json!(map.keys().collect::<Vec<_>>())),
        ("values", [Value::Object(map)]) => Ok(json!(map.values().collect::<Vec<_>>())),
        ("join", [_, Value::Array(list)]) => {
            let words: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            Ok(json!(words.join(text(0)?)))
        }
        ("reverse", [Value::Array(list)]) => Ok(Value::Array(list.iter().rev().cloned().collect())),
        ("sort", [Value::Array(list)]) => {
            let mut sorted = list.clone();
            sorted.sort_by(order);
            Ok(Value::Array(sorted))
        }
        ("contains", [Value::Array(list), one]) => Ok(json!(list.contains(one))),
        ("contains", [_, _]) => Ok(json!(text(0)?.contains(text(1)?))),
        ("starts_with", [_, _]) => Ok(json!(text(0)?.starts_with(text(1)?))),
        ("ends_with", [_, _]) => Ok(json!(text(0)?.ends_with(text(1)?))),
        ("to_string", [Value::String(text)]) => Ok(json!(text)),
        ("to_string", [other]) => Ok(json!(other.to_string())),
        ("to_number", [Value::String(text)]) => Ok(serde_json::from_str(text).unwrap_or_default()),
        ("to_number", [number @ Value::Number(_)]) => Ok(number.clone()),
        ("length" | "keys" | "values" | "reverse" | "sort" | "join" | "contains" | "to_number", _) => {
            Err(format!("{name}() cannot take these arguments"))
        }
        _ => Err(format!("Unknown function: {name}() (the sandbox's aws knows a part of JMESPath)")),
    }
}

fn sort_by(arguments: &[Node], value: &Value) -> Result<Value> {
    let [list, Node::Reference(key)] = arguments else {
        return Err("sort_by() wants a list and &expression".to_owned());
    };
    let Value::Array(list) = evaluate(list, value)? else { return Err("sort_by() wants a list".to_owned()) };
    let mut keyed = list.into_iter().map(|one| Ok((evaluate(key, &one)?, one))).collect::<Result<Vec<_>>>()?;
    keyed.sort_by(|(a, _), (b, _)| order(a, b));
    Ok(Value::Array(keyed.into_iter().map(|(_, one)| one).collect()))
}

fn order(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64().zip(b.as_f64()), a.as_str().zip(b.as_str())) {
        (Some((a, b)), _) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (_, Some((a, b))) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
