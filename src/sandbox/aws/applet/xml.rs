//! S3's XML: a reader for elements and text, a writer by shape.

use serde_json::{Map, Value};

use super::model::{Kind, Member, Model, Place, Scalar};

/// An element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The text of a child.
    pub(super) fn child_text(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|c| c.name == name).map(|c| c.text.as_str())
    }
}

/// The root element; `None` where the text is no XML that S3 would write.
pub(super) fn parse(text: &str) -> Option<Element> {
    let mut stack: Vec<Element> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        if let Some(open) = stack.last_mut() {
            open.text.push_str(&unescape(&rest[..start]));
        }
        rest = &rest[start + 1..];
        let end = rest.find('>')?;
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if tag.starts_with('/') {
            let mut done = stack.pop()?;
            if !done.children.is_empty() {
                done.text.clear();
            }
            match stack.last_mut() {
                Some(parent) => parent.children.push(done),
                None => return Some(done),
            }
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = open_tag(tag);
        match (closed, stack.last_mut()) {
            (false, _) => stack.push(element),
            (true, Some(parent)) => parent.children.push(element),
            (true, None) => return Some(element),
        }
    }
    None
}

fn open_tag(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((attribute, after)) = rest.split_once("=\"") {
        let Some((value, more)) = after.split_once('"') else { break };
        attributes.push((attribute.trim().to_owned(), unescape(value)));
        rest = more;
    }
    Element { name: name.to_owned(), attributes, ..Element::default() }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find(';') else { break };
        let name = &rest[1..end];
        let number =
            name.strip_prefix("#x").map(|h| u32::from_str_radix(h, 16)).or(name.strip_prefix('#').map(str::parse));
        match (name, number) {
            ("lt", _) => out.push('<'),
            ("gt", _) => out.push('>'),
            ("amp", _) => out.push('&'),
            ("quot", _) => out.push('"'),
            ("apos", _) => out.push('\''),
            (_, Some(Ok(code))) => out.extend(char::from_u32(code)),
            _ => out.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' => out.push_str("&#xA;"),
            c => out.push(c),
        }
    }
    out
}

/// An element as JSON by a shape.
pub(super) fn read(model: &Model, shape: &str, element: &Element) -> Value {
    match model.kind(shape) {
        Kind::Scalar(Scalar::Integer) => {
            element.text.trim().parse::<i64>().map(Value::from).unwrap_or_else(|_| Value::String(element.text.clone()))
        }
        Kind::Scalar(Scalar::Boolean) => Value::Bool(element.text.trim() == "true"),
        Kind::Scalar(_) => Value::String(element.text.clone()),
        Kind::Structure(members) => Value::Object(read_members(model, members, element)),
        Kind::List(member, name) => {
            let found = element.children.iter().filter(|c| c.name == name).map(|c| read(model, member, c));
            Value::Array(found.collect())
        }
        Kind::Map(_) => Value::Object(Map::new()),
    }
}

/// The members of a structure that stand in the body.
pub(super) fn read_members(model: &Model, members: &[Member], element: &Element) -> Map<String, Value> {
    let mut out = Map::new();
    for member in members {
        let Place::Body(wire) = member.place else { continue };
        if member.attribute {
            if let Some((_, value)) = element.attributes.iter().find(|(name, _)| name == wire) {
                out.insert(member.name.to_owned(), Value::String(value.clone()));
            }
            continue;
        }
        if member.flattened {
            let Kind::List(inner, _) = model.kind(member.shape) else { continue };
            let all: Vec<_> =
                element.children.iter().filter(|c| c.name == wire).map(|c| read(model, inner, c)).collect();
            if !all.is_empty() {
                out.insert(member.name.to_owned(), Value::Array(all));
            }
        } else if let Some(child) = element.children.iter().find(|c| c.name == wire) {
            out.insert(member.name.to_owned(), read(model, member.shape, child));
        }
    }
    out
}

/// JSON as an element by a shape.
pub(super) fn write(model: &Model, shape: &str, name: &str, value: &Value, root: bool) -> String {
    let space = if root { " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"" } else { "" };
    match (model.kind(shape), value) {
        (Kind::Structure(members), Value::Object(map)) => {
            let (mut attributes, mut inner) = (String::new(), String::new());
            for member in members {
                let (Place::Body(wire), Some(value)) = (member.place, map.get(member.name)) else { continue };
                if member.attribute {
                    let xsi = "http://www.w3.org/2001/XMLSchema-instance";
                    attributes = format!(" xmlns:xsi=\"{xsi}\" {wire}=\"{}\"", escape(&plain(value)));
                    continue;
                }
                match (member.flattened, model.kind(member.shape), value) {
                    (true, Kind::List(item, _), Value::Array(list)) => {
                        inner.extend(list.iter().map(|one| write(model, item, wire, one, false)));
                    }
                    _ => inner.push_str(&write(model, member.shape, wire, value, false)),
                }
            }
            format!("<{name}{space}{attributes}>{inner}</{name}>")
        }
        (Kind::List(item, item_name), Value::Array(list)) => {
            let inner: String = list.iter().map(|one| write(model, item, item_name, one, false)).collect();
            format!("<{name}{space}>{inner}</{name}>")
        }
        (_, value) => format!("<{name}{space}>{}</{name}>", escape(&plain(value))),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_of_s3_are_read() {
        let model = Model::of("s3").unwrap();
        let text = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><IsTruncated>false</IsTruncated><Contents><Key>a &amp; 日本</Key>\
                    <Size>7</Size><ETag>&quot;e&quot;</ETag></Contents><Contents><Key>b</Key></Contents><Prefix/></ListBucketResult>";
        let root = parse(text).unwrap();
        let value = read(&model, "ListObjectsV2Output", &root);
        assert_eq!(
            value,
            json!({"IsTruncated": false, "Contents": [{"Key": "a & 日本", "ETag": "\"e\"", "Size": 7}, {"Key": "b"}], "Prefix": ""})
        );
    }

    #[test]
    fn bodies_of_s3_are_written() {
        let model = Model::of("s3").unwrap();
        let value = json!({"Objects": [{"Key": "a<b"}, {"Key": "c"}], "Quiet": true});
        let text = write(&model, "Delete", "Delete", &value, true);
        assert_eq!(
            text,
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&lt;b</Key></Object><Object><Key>c</Key></Object><Quiet>true</Quiet></Delete>"
        );
        let value = json!({"TagSet": [{"Key": "k", "Value": "v"}]});
        let text = write(&model, "Tagging", "Tagging", &value, false);
        assert_eq!(text, "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>");
    }

    #[test]
    fn broken_xml_is_nothing() {
        for text in ["", "<a>", "</a>", "plain"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
