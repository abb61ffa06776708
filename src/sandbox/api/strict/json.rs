//! A JSON reader that keeps duplicate keys and complains in the words of Go's `encoding/json`, which clients of a
//! real API server see. Called by the parent only.

use serde_json::{Number, Value};

use super::node::Node;

/// Deeper nesting is refused before it can exhaust the stack.
const MAX_DEPTH: usize = 500;

/// Reads a whole document.
///
/// # Errors
/// Go's message for what is wrong.
pub(super) fn parse(text: &[u8]) -> Result<Node, String> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    reader.space();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.unexpected("after top-level value")),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The error for the byte here, or for the end of the text.
    fn unexpected(&self, place: &str) -> String {
        match self.peek() {
            None => "unexpected end of JSON input".to_owned(),
            Some(b'\'') => format!("invalid character '\\'' {place}"),
            Some(byte) if byte.is_ascii_control() => format!("invalid character '{}' {place}", escaped(byte)),
            Some(byte) => format!("invalid character '{}' {place}", char::from(byte)),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err("exceeded max depth".to_owned());
        }
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Node::Text(self.string()?)),
            Some(b't') => self.literal("true", Node::Bool(true)),
            Some(b'f') => self.literal("false", Node::Bool(false)),
            Some(b'n') => self.literal("null", Node::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn literal(&mut self, word: &str, node: Node) -> Result<Node, String> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{}')", char::from(expected))));
            }
            self.at += 1;
        }
        Ok(node)
    }

    fn object(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Node::Object(entries));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Node::Object(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("after array element")),
            }
        }
        self.at += 1;
        Ok(Node::List(items))
    }

    /// A string: the end is found here, escapes are left to `serde_json`.
    fn string(&mut self) -> Result<String, String> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(self.unexpected("in string literal")),
            }
        }
        self.at += 1;
        let raw = String::from_utf8_lossy(&self.text[start..self.at]);
        match serde_json::from_str(&raw) {
            Ok(text) => Ok(text),
            // A lone surrogate: Go writes the replacement character.
            Err(_) => Ok(without_surrogates(&raw)),
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.at += 1;
        match self.peek() {
            Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                        return Err(self.unexpected("in \\u hexadecimal character escape"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.unexpected("in string escape code")),
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<Node, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ if self.digits() => {}
            _ => return Err(self.unexpected("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return Err(self.unexpected("after decimal point in numeric literal"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if !self.digits() {
                return Err(self.unexpected("in exponent of numeric literal"));
            }
        }
        let raw = String::from_utf8_lossy(&self.text[start..self.at]);
        match serde_json::from_str::<Value>(&raw) {
            Ok(Value::Number(number)) => Ok(Node::Number(number)),
            // Out of a double's range; no field of Kubernetes takes it.
            _ => Ok(Node::Number(Number::from(i64::MAX))),
        }
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\t' => "\\t".to_owned(),
        other => format!("\\x{other:02x}"),
    }
}

fn without_surrogates(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(found) = rest.find("\\u") {
        let end = (found + 6).min(rest.len());
        let surrogate =
            rest.get(found + 2..found + 4).is_some_and(|hex| matches!(u8::from_str_radix(hex, 16), Ok(0xd8..=0xdf)));
        clean.push_str(&rest[..found]);
        clean.push_str(if surrogate { "\\ufffd" } else { &rest[found..end] });
        rest = &rest[end..];
    }
    clean.push_str(rest);
    serde_json::from_str(&clean).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complains_as_go_does() {
        for (text, message) in [
            ("", "unexpected end of JSON input"),
            ("{\"kind\":\"Job\",", "unexpected end of JSON input"),
            ("{\"a\":1,}", "invalid character '}' looking for beginning of object key string"),
            ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
            ("[1 2]", "invalid character '2' after array element"),
            ("{} x", "invalid character 'x' after top-level value"),
            ("trie", "invalid character 'i' in literal true (expecting 'u')"),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("'a'", "invalid character '\\'' looking for beginning of value"),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn keeps_duplicates_and_order() {
        let node = parse(br#"{"b":1,"a":[true,null,"x\n\u00e9"],"b":2.5}"#).unwrap();
        let Node::Object(entries) = &node else { panic!("an object") };
        assert_eq!(entries.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(node.into_value(), serde_json::json!({"b": 2.5, "a": [true, null, "x\né"]}));
    }

    #[test]
    fn survives_deep_nesting_and_lone_surrogates() {
        assert_eq!(parse("[".repeat(100_000).as_bytes()), Err("exceeded max depth".to_owned()));
        assert_eq!(parse(br#""a\ud800b""#).unwrap(), Node::Text("a\u{fffd}b".into()));
    }
}
