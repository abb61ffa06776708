//! Puts the parser's events together to values: anchors, merge keys, duplicate keys. Called by the parent only.

use std::borrow::Cow;
use std::collections::HashMap;

use granit_parser::{Event, Tag};
use serde_json::{Map, Value};

use super::scalar;
use super::{Document, Duplicate, YamlError};

/// Deeper nesting is refused before it can exhaust the stack.
const MAX_DEPTH: usize = 500;
/// Nodes that aliases may copy in one text: a guard against documents that grow without end.
const MAX_COPIED: usize = 200_000;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Builder {
    documents: Vec<Document>,
    duplicates: Vec<Duplicate>,
    open: Vec<Frame>,
    anchors: HashMap<usize, Value>,
    copied: usize,
    line: usize,
    column: usize,
}

struct Frame {
    anchor: usize,
    line: usize,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { map: Map<String, Value>, key: Option<Key>, merged: Vec<Map<String, Value>> },
}

enum Key {
    Named(String),
    Merge,
}

impl Builder {
    /// Takes the next event, found at a line and a column.
    pub(super) fn take(&mut self, event: Event<'_>, line: usize, column: usize) -> Result<(), YamlError> {
        (self.line, self.column) = (line, column);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if tag.is_none() && text == "<<" && scalar::plain(style) && self.at_key() {
                    self.set_key(Key::Merge);
                    return Ok(());
                }
                let word = tag.as_deref().map(core);
                let value = scalar::resolve(&text, style, word.as_deref()).map_err(|message| self.error(message))?;
                self.remember(anchor, &value);
                self.add(value, line)
            }
            Event::SequenceStart(_, anchor, _) => self.push(anchor, Content::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                self.push(anchor, Content::Map { map: Map::new(), key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.pop(),
            Event::Alias(anchor) => self.alias(anchor),
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The documents and the duplicate keys.
    pub(super) fn finish(self) -> (Vec<Document>, Vec<Duplicate>) {
        (self.documents, self.duplicates)
    }

    fn error(&self, message: impl Into<String>) -> YamlError {
        YamlError { line: self.line, column: self.column, message: message.into() }
    }

    fn at_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { content: Content::Map { key: None, .. }, .. }))
    }

    fn remember(&mut self, anchor: usize, value: &Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }

    fn push(&mut self, anchor: usize, content: Content) -> Result<(), YamlError> {
        if self.at_key() {
            return Err(self.error("a mapping's key must be plain text"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.open.push(Frame { anchor, line: self.line, content });
        Ok(())
    }

    fn pop(&mut self) -> Result<(), YamlError> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let value = match frame.content {
            Content::List(items) => Value::Array(items),
            Content::Map { mut map, merged, .. } => {
                for (key, value) in merged.into_iter().flatten() {
                    map.entry(key).or_insert(value);
                }
                Value::Object(map)
            }
        };
        self.remember(frame.anchor, &value);
        self.add(value, frame.line)
    }

    fn alias(&mut self, anchor: usize) -> Result<(), YamlError> {
        let Some(value) = self.anchors.get(&anchor).cloned() else {
            return Err(self.error("an alias inside of what it names"));
        };
        self.copied += size(&value);
        if self.copied > MAX_COPIED {
            return Err(self.error("document contains excessive aliasing"));
        }
        self.add(value, self.line)
    }

    /// Puts a finished value into what is open: a document, a list, or a mapping's key or value.
    fn add(&mut self, value: Value, line: usize) -> Result<(), YamlError> {
        let (at_line, column) = (self.line, self.column);
        let error = |message: String| YamlError { line: at_line, column, message };
        let Some(frame) = self.open.last_mut() else {
            if !value.is_null() {
                self.documents.push(Document { value, line });
            }
            return Ok(());
        };
        match &mut frame.content {
            Content::List(items) => items.push(value),
            Content::Map { map, key, merged } => match key.take() {
                Some(Key::Named(name)) => {
                    map.insert(name, value);
                }
                Some(Key::Merge) => {
                    let wrong = || error("map merge requires map or sequence of maps as the value".to_owned());
                    merged.extend(merges(value).ok_or_else(wrong)?);
                }
                None => {
                    let name = scalar::key(&value).map_err(error)?;
                    self.set_key(Key::Named(name));
                }
            },
        }
        Ok(())
    }

    fn set_key(&mut self, new: Key) {
        let (line, column) = (self.line, self.column);
        if let Some(Frame { content: Content::Map { map, key, .. }, .. }) = self.open.last_mut() {
            if let Key::Named(name) = &new
                && map.contains_key(name)
            {
                self.duplicates.push(Duplicate { key: name.clone(), line, column });
            }
            *key = Some(new);
        }
    }
}

/// The mappings that `<<` names, the strongest first.
fn merges(value: Value) -> Option<Vec<Map<String, Value>>> {
    match value {
        Value::Object(map) => Some(vec![map]),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::Object(map) => Some(map),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// `int` of `!!int`; a foreign tag is the empty word.
fn core(tag: &Tag) -> Cow<'_, str> {
    tag.suffix_in_namespace("tag:yaml.org,2002:").unwrap_or_default()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        _ => 1,
    }
}
