//! Label and field selectors: which objects a list, a watch or a collection delete is about.
//!
//! Called by the API's list, watch and deletecollection. Grammar and error texts are those of
//! `k8s.io/apimachinery/pkg/labels` and `…/pkg/fields`.

mod lexer;

use serde_json::Value;

use self::lexer::{Lexer, Token};
use super::status::ApiError;
use crate::sandbox::resources::{Resource, names};

/// What one requirement asks of a label.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

/// `app=web,tier in (a, b),!old`: every requirement has to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LabelSelector {
    requirements: Vec<(String, Test)>,
}

impl LabelSelector {
    /// Reads the query parameter `labelSelector`; empty selects everything.
    ///
    /// # Errors
    /// 400 with the parser's words, as a real server answers.
    pub fn parse(text: &str) -> Result<Self, ApiError> {
        let mut parser = Parser { lexer: Lexer::new(text) };
        parser.selector().map(|requirements| Self { requirements }).map_err(ApiError::bad_request)
    }

    /// True for an object whose labels meet every requirement.
    pub fn matches(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        self.requirements.iter().all(|(key, test)| {
            let value = labels.and_then(|map| map.get(key)).and_then(Value::as_str);
            let number = || value.and_then(|v| v.parse::<i64>().ok());
            match test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => value.is_some_and(|v| values.iter().any(|x| x == v)),
                // Without the label an object is not one of those values either.
                Test::NotIn(values) => value.is_none_or(|v| !values.iter().any(|x| x == v)),
                Test::Greater(limit) => number().is_some_and(|n| n > *limit),
                Test::Less(limit) => number().is_some_and(|n| n < *limit),
            }
        })
    }

    /// True where everything is selected.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

const OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

struct Parser<'a> {
    lexer: Lexer<'a>,
}

impl Parser<'_> {
    fn selector(&mut self) -> Result<Vec<(String, Test)>, String> {
        let mut requirements = Vec::new();
        loop {
            let (token, literal) = self.lexer.peek().as_value();
            match token {
                Token::Identifier | Token::Not => {
                    let requirement = self.requirement().map_err(|e| format!("unable to parse requirement: {e}"))?;
                    requirements.push(requirement);
                }
                Token::End => return Ok(requirements),
                _ => return Err(format!("found '{literal}', expected: !, identifier, or 'end of string'")),
            }
            let (token, literal) = self.lexer.next().as_value();
            match token {
                Token::End => return Ok(requirements),
                Token::Comma => {
                    let (after, literal) = self.lexer.peek().as_value();
                    if !matches!(after, Token::Identifier | Token::Not) {
                        return Err(format!("found '{literal}', expected: identifier after ','"));
                    }
                }
                _ => return Err(format!("found '{literal}', expected: ',' or 'end of string'")),
            }
        }
    }

    fn requirement(&mut self) -> Result<(String, Test), String> {
        let (mut token, mut key) = self.lexer.next().as_value();
        let negated = token == Token::Not;
        if negated {
            (token, key) = self.lexer.next().as_value();
        }
        if token != Token::Identifier {
            return Err(format!("found '{key}', expected: identifier"));
        }
        let complaints = names::qualified_name(&key);
        if !complaints.is_empty() {
            return Err(format!("<nil>: Invalid value: {key:?}: {}", complaints.join("; ")));
        }
        if negated {
            return Ok((key, Test::Absent));
        }
        if matches!(self.lexer.peek().token, Token::End | Token::Comma) {
            return Ok((key, Test::Exists));
        }
        let operator = self.lexer.next();
        let test = match operator.token {
            Token::In => Test::In(self.values()?),
            Token::NotIn => Test::NotIn(self.values()?),
            Token::Equals | Token::DoubleEquals => Test::In(vec![self.value()?]),
            Token::NotEquals => Test::NotIn(vec![self.value()?]),
            Token::Greater => Test::Greater(self.number()?),
            Token::Less => Test::Less(self.number()?),
            _ => return Err(format!("found '{}', expected: {OPERATORS}", operator.literal)),
        };
        check_values(&key, &test)?;
        Ok((key, test))
    }

    fn number(&mut self) -> Result<i64, String> {
        let value = self.value()?;
        let why = "for 'Gt', 'Lt' operators, the value must be an integer";
        value.parse().map_err(|_| format!("values[0]: Invalid value: {value:?}: {why}"))
    }

    fn value(&mut self) -> Result<String, String> {
        if matches!(self.lexer.peek().as_value().0, Token::End | Token::Comma) {
            return Ok(String::new());
        }
        let (token, literal) = self.lexer.next().as_value();
        if token == Token::Identifier { Ok(literal) } else { Err(format!("found '{literal}', expected: identifier")) }
    }

    fn values(&mut self) -> Result<Vec<String>, String> {
        let (token, literal) = self.lexer.next().as_value();
        if token != Token::Open {
            return Err(format!("found '{literal}' expected: '('"));
        }
        let (token, literal) = self.lexer.peek().as_value();
        let mut values = match token {
            Token::Identifier | Token::Comma => self.list()?,
            Token::Close => Vec::new(),
            _ => return Err(format!("found '{literal}', expected: ',', ')' or identifier")),
        };
        self.lexer.next();
        values.sort();
        values.dedup();
        Ok(values)
    }

    /// Values up to the closing bracket, which stays; nothing between commas is the empty value.
    fn list(&mut self) -> Result<Vec<String>, String> {
        let mut values = Vec::new();
        loop {
            let (token, literal) = self.lexer.next().as_value();
            match token {
                Token::Identifier => {
                    values.push(literal);
                    let (after, literal) = self.lexer.peek().as_value();
                    match after {
                        Token::Comma => {}
                        Token::Close => return Ok(values),
                        _ => return Err(format!("found '{literal}', expected: ',' or ')'")),
                    }
                }
                Token::Comma => {
                    if values.is_empty() {
                        values.push(String::new());
                    }
                    match self.lexer.peek().as_value().0 {
                        Token::Close => {
                            values.push(String::new());
                            return Ok(values);
                        }
                        Token::Comma => {
                            self.lexer.next();
                            values.push(String::new());
                        }
                        _ => {}
                    }
                }
                _ => return Err(format!("found '{literal}', expected: ',', or identifier")),
            }
        }
    }
}

fn check_values(key: &str, test: &Test) -> Result<(), String> {
    let (Test::In(values) | Test::NotIn(values)) = test else { return Ok(()) };
    if values.is_empty() {
        let why = "for 'in', 'notin' operators, values set can't be empty";
        return Err(format!("values: Invalid value: []: {why}"));
    }
    for (index, value) in values.iter().enumerate() {
        let complaints = names::label_value(value);
        if !complaints.is_empty() {
            return Err(format!("values[{index}][{key}]: Invalid value: {value:?}: {}", complaints.join("; ")));
        }
    }
    Ok(())
}

/// `status.phase=Running,spec.nodeName!=x`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSelector {
    /// Key, value, and whether they are to be equal.
    terms: Vec<(String, String, bool)>,
}

impl FieldSelector {
    /// Reads the query parameter `fieldSelector` for a kind; empty selects everything.
    ///
    /// # Errors
    /// 400 for what cannot be read and for fields that the kind cannot be selected by.
    pub fn parse(text: &str, resource: &Resource) -> Result<Self, ApiError> {
        let mut terms = Vec::new();
        for term in split_terms(text).into_iter().filter(|term| !term.is_empty()) {
            let Some((key, value, equal)) = split_term(term) else {
                let why = format!("invalid selector: '{text}'; can't understand '{term}'");
                return Err(ApiError::bad_request(why));
            };
            let value = unescape(value).map_err(ApiError::bad_request)?;
            if !is_known(resource, key) {
                return Err(ApiError::bad_request(resource.strategy.unknown_field(key)));
            }
            terms.push((key.to_owned(), value, equal));
        }
        Ok(Self { terms })
    }

    /// True for an object whose fields meet every term.
    pub fn matches(&self, resource: &Resource, object: &Value) -> bool {
        if self.terms.is_empty() {
            return true;
        }
        let own = resource.strategy.fields(object);
        self.terms.iter().all(|(key, value, equal)| {
            let metadata = |member| object.pointer(member).and_then(Value::as_str).unwrap_or_default();
            let found = match key.as_str() {
                "metadata.name" => metadata("/metadata/name"),
                "metadata.namespace" => metadata("/metadata/namespace"),
                _ => own.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str()),
            };
            (found == value) == *equal
        })
    }

    /// The name that the selector asks for, where it asks for one.
    pub fn name(&self) -> Option<&str> {
        self.terms.iter().find(|(key, _, equal)| key == "metadata.name" && *equal).map(|(_, value, _)| value.as_str())
    }

    /// True where everything is selected.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

fn is_known(resource: &Resource, key: &str) -> bool {
    matches!(key, "metadata.name" | "metadata.namespace")
        || resource.strategy.fields(&Value::Null).iter().any(|(known, _)| *known == key)
}

/// Splits at commas that no backslash protects.
fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (index, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                terms.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

fn split_term(term: &str) -> Option<(&str, &str, bool)> {
    let start = term.find(['!', '='])?;
    let (key, rest) = term.split_at(start);
    for (operator, equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some(value) = rest.strip_prefix(operator) {
            return Some((key, value, equal));
        }
    }
    None
}

fn unescape(value: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ',' | '=')) => plain.push(c),
                Some(c) => return Err(format!("invalid field selector: invalid escape sequence: \\{c}")),
                None => return Err("invalid field selector: invalid escape sequence: \\".to_owned()),
            },
            ',' | '=' => return Err(format!("invalid field selector: unescaped character in value: {c}")),
            c => plain.push(c),
        }
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::resources::by_path;

    fn labelled(labels: Value) -> Value {
        json!({"metadata": {"name": "x", "labels": labels}})
    }

    #[test]
    fn every_operator_selects() {
        let web = labelled(json!({"app": "web", "n": "7", "empty": ""}));
        for (selector, expected) in [
            ("", true),
            ("app", true),
            ("!app", false),
            ("! old", true),
            ("app=web", true),
            ("app==web", true),
            ("app = web , n != 8", true),
            ("app!=web", false),
            ("old!=x", true),
            ("app in (db, web)", true),
            ("app in (db,)", false),
            ("app notin (db,web)", false),
            ("old notin (a)", true),
            ("n>6,n<8", true),
            ("n gt 6", false),
            ("empty=", true),
            ("empty in (,)", true),
            ("in in (a)", false),
        ] {
            match LabelSelector::parse(selector) {
                Ok(parsed) => assert_eq!(parsed.matches(&web), expected, "{selector}"),
                Err(error) => assert_eq!(selector, "n gt 6", "{error}"),
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_as_kubernetes_names_it() {
        for (selector, message) in [
            ("a===b", "unable to parse requirement: found '=', expected: identifier"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
            ("a,", "found '', expected: identifier after ','"),
            ("=a", "found '=', expected: !, identifier, or 'end of string'"),
            (
                "a in ()",
                "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set \
                 can't be empty",
            ),
        ] {
            let error = LabelSelector::parse(selector).expect_err(selector);
            assert_eq!((error.code, error.message.as_str()), (400, message), "{selector}");
        }
    }

    #[test]
    fn fields_are_those_of_the_kind() {
        let pods = by_path("", "v1", "pods").expect("pods");
        let pod = json!({"metadata": {"name": "a"}, "spec": {"nodeName": "n"}, "status": {"phase": "Running"}});
        let parse = |text: &str| FieldSelector::parse(text, pods);
        assert!(parse("status.phase=Running,spec.nodeName!=m").expect("known").matches(pods, &pod));
        assert!(!parse("status.phase==Failed").expect("known").matches(pods, &pod));
        assert_eq!(parse("metadata.name=a").expect("known").name(), Some("a"));
        let refused = |text: &str| parse(text).expect_err(text).message;
        assert_eq!(refused("spec.foo=bar"), "field label not supported: spec.foo");
        assert_eq!(refused("spec.foo"), "invalid selector: 'spec.foo'; can't understand 'spec.foo'");

        let jobs = by_path("batch", "v1", "jobs").expect("jobs");
        let error = FieldSelector::parse("spec.foo=bar", jobs).expect_err("unknown");
        assert_eq!(error.message, "field label \"spec.foo\" not supported for Job");
        assert!(FieldSelector::parse("status.successful=1", jobs).is_ok());
        let config_maps = by_path("", "v1", "configmaps").expect("configmaps");
        let error = FieldSelector::parse("a=b", config_maps).expect_err("unknown");
        assert_eq!(
            error.message,
            "\"a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        );
    }
}
