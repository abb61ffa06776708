//! The real CLI's shorthand: `AttributeName=a,AttributeType=S`, `k={a=1,b=[x,y]}`, `k=a,b,c`.

use serde_json::{Map, Value};

/// Reads one shorthand text into a JSON object whose leaves are texts.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.pairs(None)?;
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.expected("','")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    fn expected(&self, what: &str) -> String {
        let got = self.peek().map_or("EOF".to_owned(), |c| c.to_string());
        let blanks = " ".repeat(self.text[..self.at].chars().count());
        format!("Expected: {what}, received: '{got}' for input:\n{}\n{blanks}^", self.text)
    }

    fn expect(&mut self, wanted: char) -> Result<(), String> {
        self.skip_blanks();
        if self.peek() == Some(wanted) {
            self.next();
            return Ok(());
        }
        Err(self.expected(&format!("'{wanted}'")))
    }

    /// `key=value,key=value` up to `end`.
    fn pairs(&mut self, end: Option<char>) -> Result<Value, String> {
        let mut map = Map::new();
        loop {
            self.skip_blanks();
            if self.peek() == end {
                return Ok(Value::Object(map));
            }
            let key = self.key();
            if key.is_empty() {
                return Err(self.expected("'='"));
            }
            self.expect('=')?;
            let value = self.values(end)?;
            map.insert(key, value);
            self.skip_blanks();
            match self.peek() {
                Some(',') => {
                    self.next();
                }
                other if other == end => return Ok(Value::Object(map)),
                _ => return Err(self.expected("','")),
            }
        }
    }

    fn key(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_alphanumeric() || "_-.#/:".contains(c)) {
            self.next();
        }
        self.text[start..self.at].to_owned()
    }

    /// One value, or a list where further texts without `=` follow.
    fn values(&mut self, end: Option<char>) -> Result<Value, String> {
        self.skip_blanks();
        match self.peek() {
            Some('[') => return self.list(),
            Some('{') => return self.object(),
            _ => {}
        }
        let first = self.scalar(end)?;
        let mut all = vec![first];
        loop {
            let before = self.at;
            self.skip_blanks();
            if self.peek() != Some(',') {
                break;
            }
            self.next();
            self.skip_blanks();
            let mark = self.at;
            let key = self.key();
            self.skip_blanks();
            let is_pair = !key.is_empty() && self.peek() == Some('=');
            self.at = mark;
            if is_pair || self.peek().is_none() || self.peek() == end {
                self.at = before;
                break;
            }
            all.push(self.scalar(end)?);
        }
        if all.len() == 1 { Ok(all.remove(0)) } else { Ok(Value::Array(all)) }
    }

    fn list(&mut self) -> Result<Value, String> {
        self.expect('[')?;
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(']') => {
                    self.next();
                    return Ok(Value::Array(all));
                }
                Some('{') => all.push(self.object()?),
                Some('[') => all.push(self.list()?),
                _ => all.push(self.scalar(Some(']'))?),
            }
            self.skip_blanks();
            match self.peek() {
                Some(',') => {
                    self.next();
                }
                Some(']') => {}
                _ => return Err(self.expected("']'")),
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        self.expect('{')?;
        let value = self.pairs(Some('}'))?;
        self.expect('}')?;
        Ok(value)
    }

    fn scalar(&mut self, end: Option<char>) -> Result<Value, String> {
        self.skip_blanks();
        if let Some(quote @ ('"' | '\'')) = self.peek() {
            return self.quoted(quote);
        }
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if c == ',' || Some(c) == end || (c == ']' && end == Some(']')) {
                break;
            }
            self.next();
            if c == '\\' && self.peek() == Some(',') {
                text.push(',');
                self.next();
                continue;
            }
            text.push(c);
        }
        Ok(Value::String(text.trim_end().to_owned()))
    }

    fn quoted(&mut self, quote: char) -> Result<Value, String> {
        self.next();
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(Value::String(text)),
                '\\' if self.peek() == Some(quote) => {
                    text.push(quote);
                    self.next();
                }
                c => text.push(c),
            }
        }
        Err(self.expected(&format!("'{quote}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_forms_of_the_documentation() {
        for (text, wanted) in [
            ("AttributeName=a,AttributeType=S", json!({"AttributeName": "a", "AttributeType": "S"})),
            ("k=a,b,c", json!({"k": ["a", "b", "c"]})),
            ("k=a,b,l=c", json!({"k": ["a", "b"], "l": "c"})),
            ("a={b=c,d=[e,f]}", json!({"a": {"b": "c", "d": ["e", "f"]}})),
            (
                "IndexName=i,KeySchema=[{AttributeName=u,KeyType=HASH},{AttributeName=v,KeyType=RANGE}],Projection={ProjectionType=ALL}",
                json!({"IndexName": "i", "KeySchema": [{"AttributeName": "u", "KeyType": "HASH"}, {"AttributeName": "v", "KeyType": "RANGE"}], "Projection": {"ProjectionType": "ALL"}}),
            ),
            ("task_id={S=日本 語}", json!({"task_id": {"S": "日本 語"}})),
            ("k=\"a,b\",l='x=y'", json!({"k": "a,b", "l": "x=y"})),
            ("k=", json!({"k": ""})),
        ] {
            assert_eq!(parse(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_said() {
        assert!(parse("abc").unwrap_err().starts_with("Expected: '=', received: 'EOF' for input:"));
        assert!(parse("a={b=c").is_err());
        assert!(parse("a=[b").is_err());
    }
}
