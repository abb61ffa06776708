//! What is refused before the library sees it: expressions longer than DynamoDB takes, and nesting that
//! no stack of ours is meant for. The texts are DynamoDB's.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

/// DynamoDB's limit of an expression, in bytes.
const EXPRESSION_BYTES: usize = 4096;
/// DynamoDB's limit of a PartiQL statement, in bytes.
const STATEMENT_BYTES: usize = 8192;
/// Brackets within brackets. Real DynamoDB stops at 300 operators an expression, which no deeper nesting can hold.
const NESTING: usize = 300;

/// The refusal a request earns, if any.
pub(crate) fn check(body: &Bytes) -> Option<Response<Bytes>> {
    // Brackets and names alone cannot do harm in a short body; most requests end here.
    if body.len() <= NESTING {
        return None;
    }
    // What serde_json cannot read (too deep, no JSON) the library answers in DynamoDB's words.
    let request: Value = serde_json::from_slice(body).ok()?;
    let reason = walk(&request)?;
    let text = serde_json::json!({ "__type": "com.amazon.coral.validate#ValidationException", "message": reason });
    Some(super::finish(StatusCode::BAD_REQUEST, text.to_string().into()))
}

/// Looks at expressions wherever a request may hold one; items are not entered.
fn walk(value: &Value) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().find_map(walk),
        Value::Object(map) => map.iter().find_map(|(name, inner)| match inner {
            Value::String(text) if name.ends_with("Expression") => expression(name, text),
            Value::String(text) if name == "Statement" => statement(text),
            // Attribute values hold the user's own names.
            _ if matches!(name.as_str(), "Item" | "Key" | "ExpressionAttributeValues" | "ExpressionAttributeNames") => {
                None
            }
            Value::Object(_) | Value::Array(_) => walk(inner),
            _ => None,
        }),
        _ => None,
    }
}

fn expression(name: &str, text: &str) -> Option<String> {
    if text.len() > EXPRESSION_BYTES {
        let size = text.len();
        return Some(format!(
            "Invalid {name}: Expression size has exceeded the maximum allowed size; expression size: {size}"
        ));
    }
    (nesting(text) > NESTING || nots(text) > NESTING).then(|| {
        format!("Invalid {name}: The expression contains too many operators; maximum operator count: {NESTING}")
    })
}

fn statement(text: &str) -> Option<String> {
    if text.len() > STATEMENT_BYTES {
        return Some(format!(
            "1 validation error detected: Value at 'statement' failed to satisfy constraint: \
             Member must have length less than or equal to {STATEMENT_BYTES}"
        ));
    }
    (nesting(text) > NESTING).then(|| "Statement wasn't well formed, can't be processed: nesting too deep".to_owned())
}

fn nesting(text: &str) -> usize {
    let (mut deep, mut most) = (0usize, 0usize);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => deep += 1,
            b')' | b']' | b'}' => deep = deep.saturating_sub(1),
            _ => continue,
        }
        most = most.max(deep);
    }
    most
}

/// NOT recurses without brackets.
fn nots(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.eq_ignore_ascii_case("not")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(request: &Value) -> Option<String> {
        let answer = check(&Bytes::from(request.to_string()))?;
        assert_eq!(answer.status(), 400);
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(body["__type"], "com.amazon.coral.validate#ValidationException");
        body["message"].as_str().map(str::to_owned)
    }

    #[test]
    fn long_expressions_are_refused_wherever_they_stand() {
        let long = format!("a = {}", "b".repeat(4096));
        let text = refusal(&serde_json::json!({"TableName": "t", "FilterExpression": long})).unwrap();
        assert_eq!(
            text,
            "Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4100"
        );
        let inner = serde_json::json!({"TransactItems": [{"Put": {"ConditionExpression": long}}]});
        assert!(refusal(&inner).unwrap().starts_with("Invalid ConditionExpression: "));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = format!("{}a = :b{}", "(".repeat(2000), ")".repeat(2000));
        assert!(refusal(&serde_json::json!({"FilterExpression": deep})).unwrap().contains("operators"));
        let nots = format!("{} a = :b", "NOT ".repeat(900));
        assert!(refusal(&serde_json::json!({"ConditionExpression": nots})).unwrap().contains("operators"));
    }

    #[test]
    fn a_users_own_attribute_may_be_called_expression() {
        let item = serde_json::json!({"Item": {"FilterExpression": {"S": "x".repeat(9000)}}});
        assert_eq!(refusal(&item), None);
        assert_eq!(refusal(&serde_json::json!({"Item": {"FilterExpression": "x".repeat(9000)}})), None);
    }
}
