//! Cuts a label selector into words and signs. Called by the parser next to it.

/// One kind of word or sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Close,
    Comma,
    Not,
    DoubleEquals,
    Equals,
    Greater,
    In,
    Less,
    NotEquals,
    NotIn,
    Open,
    Identifier,
    End,
    Error,
}

/// A token with its text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) token: Token,
    pub(super) literal: String,
}

impl Word {
    /// The word where a key or value stands: `in` and `notin` are names there.
    pub(super) fn as_value(&self) -> (Token, String) {
        let token = if matches!(self.token, Token::In | Token::NotIn) { Token::Identifier } else { self.token };
        (token, self.literal.clone())
    }
}

/// The selector's words in order, with one of them looked at in advance.
pub(super) struct Lexer<'a> {
    rest: &'a str,
    ahead: Option<Word>,
}

const SIGNS: &[char] = &['=', '!', '(', ')', ',', '>', '<'];

fn sign(text: &str) -> Option<Token> {
    Some(match text {
        ")" => Token::Close,
        "," => Token::Comma,
        "!" => Token::Not,
        "==" => Token::DoubleEquals,
        "=" => Token::Equals,
        ">" => Token::Greater,
        "<" => Token::Less,
        "!=" => Token::NotEquals,
        "(" => Token::Open,
        _ => return None,
    })
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, ahead: None }
    }

    /// The next word, which stays.
    pub(super) fn peek(&mut self) -> &Word {
        if self.ahead.is_none() {
            self.ahead = Some(self.scan());
        }
        self.ahead.get_or_insert_with(|| Word { token: Token::End, literal: String::new() })
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Word {
        match self.ahead.take() {
            Some(word) => word,
            None => self.scan(),
        }
    }

    fn scan(&mut self) -> Word {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(first) = self.rest.chars().next() else {
            return Word { token: Token::End, literal: String::new() };
        };
        if SIGNS.contains(&first) { self.scan_sign() } else { self.scan_name() }
    }

    /// The longest run of signs that means something.
    fn scan_sign(&mut self) -> Word {
        let run = self.rest.find(|c| !SIGNS.contains(&c)).unwrap_or(self.rest.len());
        let length = (1..=run.min(2)).rev().find(|n| sign(&self.rest[..*n]).is_some());
        let (literal, rest) = self.rest.split_at(length.unwrap_or(run));
        self.rest = rest;
        Word { token: sign(literal).unwrap_or(Token::Error), literal: literal.to_owned() }
    }

    fn scan_name(&mut self) -> Word {
        let end = self.rest.find(|c: char| SIGNS.contains(&c) || " \t\r\n".contains(c)).unwrap_or(self.rest.len());
        let (literal, rest) = self.rest.split_at(end);
        self.rest = rest;
        let token = match literal {
            "in" => Token::In,
            "notin" => Token::NotIn,
            _ => Token::Identifier,
        };
        Word { token, literal: literal.to_owned() }
    }
}
