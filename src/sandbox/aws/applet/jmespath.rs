//! `--query`: the part of JMESPath that people use. What it does not know it refuses.
//!
//! Known: fields, `[n]`, `[]`, `[*]`, `.*`, filters `[?a=='b' && c]`, `[a, b]`, `{k: v}`, pipes, `@`, literals, and the
//! functions length, keys, values, join, sort, sort_by, reverse, contains, starts_with, ends_with, to_string, to_number.

mod evaluate;
mod parse;

use serde_json::Value;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Current,
    Field(String),
    Literal(Value),
    Index(i64),
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// The left side, then the right one on its value.
    Then(Box<Node>, Box<Node>),
    /// As [`Node::Then`], and a projection ends here.
    Pipe(Box<Node>, Box<Node>),
    /// The right side on each element of the left one.
    Each(Box<Node>, Box<Node>),
    /// Lists in the list become one list.
    Flatten(Box<Node>),
    /// The elements for which the condition holds.
    Filter(Box<Node>, Box<Node>),
    /// The values of an object.
    Values(Box<Node>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Call(String, Vec<Node>),
    /// `&expression`
    Reference(Box<Node>),
    Compare(&'static str, Box<Node>, Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Not(Box<Node>),
}

/// Applies an expression; the error is for a person.
pub(super) fn search(expression: &str, value: &Value) -> Result<Value, String> {
    let node = parse::parse(expression)?;
    evaluate::evaluate(&node, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_people_write() {
        let data = json!({
            "Table": {"TableStatus": "ACTIVE", "GSI": [{"N": "a", "S": 1}, {"N": "b", "S": 2}]},
            "Contents": [{"Key": "x.csv", "Size": 3}, {"Key": "y.txt", "Size": 9}],
            "Deep": [[1, 2], [3]],
        });
        for (expression, wanted) in [
            ("Table.TableStatus", json!("ACTIVE")),
            ("Contents[].Key", json!(["x.csv", "y.txt"])),
            ("Contents[*].[Key, Size]", json!([["x.csv", 3], ["y.txt", 9]])),
            ("Contents[0].{K:Key,S:Size}", json!({"K": "x.csv", "S": 3})),
            ("Contents[-1].Key", json!("y.txt")),
            ("Contents[?Size > `5`].Key", json!(["y.txt"])),
            ("Contents[?ends_with(Key, '.csv')] | [0].Key", json!("x.csv")),
            ("Contents[?Key=='x.csv' || Size==`9`] | length(@)", json!(2)),
            ("length(Contents)", json!(2)),
            ("sort_by(Contents, &Size)[-1].Key", json!("y.txt")),
            ("Table.GSI[].N | join(',', @)", json!("a,b")),
            ("Deep[]", json!([1, 2, 3])),
            ("Missing.x", json!(null)),
            ("Missing[].x", json!(null)),
            ("\"Table\".\"TableStatus\"", json!("ACTIVE")),
            ("Table.GSI[?!S].N", json!([])),
            ("Contents[0:1].Key", json!(["x.csv"])),
        ] {
            assert_eq!(search(expression, &data), Ok(wanted), "{expression}");
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for expression in ["a[", "a b", "foo(@)", "a.", "[?a", "{a}", ""] {
            assert!(search(expression, &json!({"a": 1})).is_err(), "{expression}");
        }
    }
}
