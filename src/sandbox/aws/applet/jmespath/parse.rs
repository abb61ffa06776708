//! Text to [`Node`]: a Pratt parser over a small token list.

use serde_json::Value;

use super::Node;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Quoted(String),
    Raw(String),
    Literal(Value),
    Number(i64),
    Sign(&'static str),
    End,
}

/// Longest first.
const SIGNS: [&str; 26] = [
    "[?", "[]", "&&", "||", "==", "!=", "<=", ">=", ".", "*", "[", "]", "{", "}", "(", ")", ",", ":", "|", "<", ">",
    "!", "@", "&", "-", "+",
];

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let node = parser.expression(0).map_err(|e| format!("Bad value for --query {text}: {e}"))?;
    match parser.peek() {
        Token::End => Ok(node),
        other => Err(format!("Bad value for --query {text}: unexpected {other:?}")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' | '`' => {
                let (token, length) = quoted(rest, first)?;
                out.push(token);
                length
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                out.push(Token::Name(rest[..length].to_owned()));
                length
            }
            c if c.is_ascii_digit() || (c == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
                let length = rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |n| n + 1);
                out.push(Token::Number(rest[..length].parse().map_err(|_| "a number is too large".to_owned())?));
                length
            }
            c => {
                let sign = SIGNS.iter().find(|s| rest.starts_with(**s)).ok_or(format!("unknown character {c:?}"))?;
                out.push(Token::Sign(sign));
                sign.len()
            }
        };
        rest = rest[length..].trim_start();
    }
    out.push(Token::End);
    Ok(out)
}

fn quoted(text: &str, quote: char) -> Result<(Token, usize), String> {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            match chars.next() {
                Some((_, next)) if next == quote => inner.push(next),
                Some((_, next)) => inner.extend(['\\', next]),
                None => break,
            }
            continue;
        }
        if c != quote {
            inner.push(c);
            continue;
        }
        let token = match quote {
            '\'' => Token::Raw(inner),
            '"' => Token::Quoted(
                serde_json::from_str(&format!("\"{}\"", inner.replace('"', "\\\""))).map_err(|e| e.to_string())?,
            ),
            _ => Token::Literal(serde_json::from_str(inner.trim()).unwrap_or(Value::String(inner.trim().to_owned()))),
        };
        return Ok((token, at + 1));
    }
    Err(format!("no closing {quote}"))
}

/// How tightly a token binds what stands left of it.
fn binding(token: &Token) -> u8 {
    match token {
        Token::Sign(sign) => match *sign {
            "|" => 1,
            "||" => 2,
            "&&" => 3,
            "==" | "!=" | "<" | ">" | "<=" | ">=" => 5,
            "[]" => 9,
            "*" => 20,
            "[?" => 21,
            "." => 40,
            "[" => 55,
            "(" => 60,
            _ => 0,
        },
        _ => 0,
    }
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(s) if *s == sign)
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), String> {
        match self.next() {
            Token::Sign(s) if s == sign => Ok(()),
            other => Err(format!("expected {sign}, found {other:?}")),
        }
    }

    fn expression(&mut self, limit: u8) -> Result<Node, String> {
        let mut left = self.first()?;
        while binding(self.peek()) > limit {
            left = self.more(left)?;
        }
        Ok(left)
    }

    fn first(&mut self) -> Result<Node, String> {
        match self.next() {
            Token::Literal(value) => Ok(Node::Literal(value)),
            Token::Raw(text) => Ok(Node::Literal(Value::String(text))),
            Token::Name(name) if self.is("(") => self.call(name),
            Token::Name(name) | Token::Quoted(name) => Ok(Node::Field(name)),
            Token::Sign("@") => Ok(Node::Current),
            Token::Sign("&") => Ok(Node::Reference(Box::new(self.expression(0)?))),
            Token::Sign("!") => Ok(Node::Not(Box::new(self.expression(45)?))),
            Token::Sign("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Sign("*") => self.project(Node::Values(Box::new(Node::Current)), 20),
            Token::Sign("[]") => self.project(Node::Flatten(Box::new(Node::Current)), 9),
            Token::Sign("[?") => self.filter(Node::Current),
            Token::Sign("{") => self.object(),
            Token::Sign("[") => match self.peek() {
                Token::Number(_) | Token::Sign(":" | "*") => self.bracket(Node::Current),
                _ => self.list(),
            },
            other => Err(format!("unexpected {other:?}")),
        }
    }

    fn more(&mut self, left: Node) -> Result<Node, String> {
        let token = self.next();
        let level = binding(&token);
        let Token::Sign(sign) = token else { return Err("unexpected token".to_owned()) };
        let left_box = Box::new(left);
        match sign {
            "." => self.dotted(*left_box),
            "|" => Ok(Node::Pipe(left_box, Box::new(self.expression(level)?))),
            "||" => Ok(Node::Or(left_box, Box::new(self.expression(level)?))),
            "&&" => Ok(Node::And(left_box, Box::new(self.expression(level)?))),
            "==" | "!=" | "<" | ">" | "<=" | ">=" => {
                Ok(Node::Compare(sign, left_box, Box::new(self.expression(level)?)))
            }
            "[]" => self.project(Node::Flatten(left_box), 9),
            "[?" => self.filter(*left_box),
            "[" => self.bracket(*left_box),
            other => Err(format!("unexpected {other}")),
        }
    }

    fn dotted(&mut self, left: Node) -> Result<Node, String> {
        match self.peek() {
            Token::Sign("*") => {
                self.next();
                self.project(Node::Values(Box::new(left)), 20)
            }
            Token::Sign("[") => {
                self.next();
                Ok(Node::Then(Box::new(left), Box::new(self.list()?)))
            }
            Token::Sign("{") => {
                self.next();
                Ok(Node::Then(Box::new(left), Box::new(self.object()?)))
            }
            Token::Name(_) | Token::Quoted(_) => Ok(Node::Then(Box::new(left), Box::new(self.expression(40)?))),
            other => Err(format!("unexpected {other:?} after a dot")),
        }
    }

    /// What follows is applied to each element, until something binds less than a projection.
    fn project(&mut self, source: Node, level: u8) -> Result<Node, String> {
        let each = match self.peek() {
            Token::Sign(".") => {
                self.next();
                self.dotted(Node::Current)?
            }
            Token::Sign("[" | "[?") => self.expression_from(Node::Current, level)?,
            _ => return Ok(Node::Each(Box::new(source), Box::new(Node::Current))),
        };
        let each = self.continue_from(each, level)?;
        Ok(Node::Each(Box::new(source), Box::new(each)))
    }

    fn expression_from(&mut self, start: Node, level: u8) -> Result<Node, String> {
        self.continue_from(start, level)
    }

    fn continue_from(&mut self, mut left: Node, level: u8) -> Result<Node, String> {
        while binding(self.peek()) > level {
            left = self.more(left)?;
        }
        Ok(left)
    }

    fn filter(&mut self, left: Node) -> Result<Node, String> {
        let condition = self.expression(0)?;
        self.expect("]")?;
        self.project(Node::Filter(Box::new(left), Box::new(condition)), 21)
    }

    /// `n]`, `*]` or a slice.
    fn bracket(&mut self, left: Node) -> Result<Node, String> {
        if self.is("*") {
            self.next();
            self.expect("]")?;
            return self.project(left, 20);
        }
        let mut parts = [None, None, None];
        let mut at = 0;
        loop {
            match self.next() {
                Token::Number(n) => parts[at] = Some(n),
                Token::Sign(":") if at < 2 => at += 1,
                Token::Sign("]") => break,
                other => return Err(format!("unexpected {other:?} in brackets")),
            }
        }
        match (at, parts[0]) {
            (0, Some(n)) => Ok(Node::Then(Box::new(left), Box::new(Node::Index(n)))),
            (0, None) => Err("empty brackets".to_owned()),
            _ => {
                let slice = Node::Slice(parts[0], parts[1], parts[2]);
                self.project(Node::Then(Box::new(left), Box::new(slice)), 20)
            }
        }
    }

    fn list(&mut self) -> Result<Node, String> {
        let mut all = vec![self.expression(0)?];
        while self.is(",") {
            self.next();
            all.push(self.expression(0)?);
        }
        self.expect("]")?;
        Ok(Node::List(all))
    }

    fn object(&mut self) -> Result<Node, String> {
        let mut all = Vec::new();
        loop {
            let (Token::Name(name) | Token::Quoted(name)) = self.next() else {
                return Err("expected a name".to_owned());
            };
            self.expect(":")?;
            all.push((name, self.expression(0)?));
            if !self.is(",") {
                break;
            }
            self.next();
        }
        self.expect("}")?;
        Ok(Node::Object(all))
    }

    fn call(&mut self, name: String) -> Result<Node, String> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        while !self.is(")") {
            arguments.push(self.expression(0)?);
            if self.is(",") {
                self.next();
            } else if !self.is(")") {
                return Err("expected , or )".to_owned());
            }
        }
        self.expect(")")?;
        Ok(Node::Call(name, arguments))
    }
}
