//! What the real CLI knows of the two services: operations, their parameters and answers, in order.
//!
//! The tables beside this file are the facts of AWS' published service descriptions (Apache-2.0, botocore),
//! cut down to what the stand-in answers. A shape is a line: name, type, then members as
//! `Name:Shape,flags`; flags: `!` required, `*` the payload, `h=` header, `H=` headers by prefix, `q=`
//! query, `u=` path, `c=` status, `n=` name on the wire, `@` XML attribute, `~` flattened list.

use std::collections::HashMap;

/// A service's table.
#[derive(Debug)]
pub(super) struct Model {
    operations: Vec<Operation>,
    pages: HashMap<&'static str, Pages>,
    shapes: HashMap<&'static str, Shape>,
}

/// An operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// `create-table`
    pub(super) command: &'static str,
    /// `CreateTable`
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    /// With `{Bucket}` and `{Key+}`.
    pub(super) path: &'static str,
    /// Shape names; `-` for none.
    pub(super) input: &'static str,
    pub(super) output: &'static str,
}

/// How an operation's answer goes on.
#[derive(Clone, Debug)]
pub(super) struct Pages {
    pub(super) input: Vec<&'static str>,
    pub(super) output: Vec<&'static str>,
    pub(super) limit: Option<&'static str>,
    pub(super) result: Vec<&'static str>,
    pub(super) constant: Vec<&'static str>,
    pub(super) more: Option<&'static str>,
}

/// Where a member stands in a request or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the body, under this name on the wire.
    Body(&'static str),
    /// A header.
    Header(&'static str),
    /// Headers with this prefix.
    Headers(&'static str),
    /// A query parameter.
    Query(&'static str),
    /// A part of the path.
    Path(&'static str),
    /// The status code.
    Status,
}

/// A member of a structure.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) shape: &'static str,
    pub(super) required: bool,
    pub(super) payload: bool,
    pub(super) place: Place,
    pub(super) attribute: bool,
    pub(super) flattened: bool,
}

/// What a shape is.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Named members in the order they are printed.
    Structure(Vec<Member>),
    /// A list and the XML name of its elements.
    List(&'static str, &'static str),
    /// A map with text keys.
    Map(&'static str),
}

/// Types without members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Text,
    Integer,
    Float,
    Boolean,
    Blob,
}

/// A shape's meaning.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    Scalar(Scalar),
    Structure(&'a [Member]),
    List(&'static str, &'static str),
    Map(&'static str),
}

impl Model {
    /// `dynamodb`, `s3` or nothing.
    pub(super) fn of(service: &str) -> Option<Self> {
        match service {
            "dynamodb" => Some(Self::parse(include_str!("dynamodb.txt"))),
            "s3" => Some(Self::parse(include_str!("s3.txt"))),
            _ => None,
        }
    }

    fn parse(text: &'static str) -> Self {
        let mut model = Self { operations: Vec::new(), pages: HashMap::new(), shapes: HashMap::new() };
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let words: Vec<_> = line.split(' ').collect();
            match (section, words.as_slice()) {
                ("[operations]", [command, name, method, path, input, output, ..]) => {
                    model.operations.push(Operation { command, name, method, path, input, output });
                }
                ("[pages]", [name, input, output, limit, result, constant, more]) => {
                    let list = |text: &'static str| text.split(',').filter(|t| *t != "-").collect();
                    let optional = |text: &'static str| Some(text).filter(|t| *t != "-");
                    let (input, output) = (list(input), list(output));
                    let (result, constant) = (list(result), list(constant));
                    let pages = Pages { input, output, limit: optional(limit), result, constant, more: optional(more) };
                    model.pages.insert(name, pages);
                }
                ("[shapes]", [name, kind, rest @ ..]) => {
                    model.shapes.insert(name, shape(kind, rest));
                }
                _ => {}
            }
        }
        model
    }

    pub(super) fn operation(&self, command: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.command == command)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|o| o.name == name)
    }

    pub(super) fn commands(&self) -> impl Iterator<Item = &'static str> {
        self.operations.iter().map(|o| o.command)
    }

    pub(super) fn pages(&self, operation: &str) -> Option<&Pages> {
        self.pages.get(operation)
    }

    /// The members of a structure, none for anything else.
    pub(super) fn members(&self, shape: &str) -> &[Member] {
        match self.kind(shape) {
            Kind::Structure(members) => members,
            _ => &[],
        }
    }

    pub(super) fn kind(&self, shape: &str) -> Kind<'_> {
        match self.shapes.get(shape) {
            Some(Shape::Structure(members)) => Kind::Structure(members),
            Some(Shape::List(member, name)) => Kind::List(member, name),
            Some(Shape::Map(value)) => Kind::Map(value),
            None => Kind::Scalar(match shape {
                "integer" | "long" => Scalar::Integer,
                "float" | "double" => Scalar::Float,
                "boolean" => Scalar::Boolean,
                "blob" => Scalar::Blob,
                _ => Scalar::Text,
            }),
        }
    }
}

fn shape(kind: &str, rest: &[&'static str]) -> Shape {
    match (kind, rest) {
        ("list", [member, ..]) => {
            let (member, name) = member.split_once(',').unwrap_or((member, "member"));
            Shape::List(member, name)
        }
        ("map", [_, value]) => Shape::Map(value),
        _ => Shape::Structure(rest.iter().filter_map(|text| member(text)).collect()),
    }
}

fn member(text: &'static str) -> Option<Member> {
    let (name, rest) = text.split_once(':')?;
    let (shape, mut flags) = rest.split_once(',').unwrap_or((rest, ""));
    let mut take = |flag: char| match flags.strip_prefix(flag) {
        Some(rest) => {
            flags = rest;
            true
        }
        None => false,
    };
    let (required, payload) = (take('!'), take('*'));
    let flattened = flags.ends_with('~');
    let flags = flags.trim_end_matches('~').trim_end_matches(',');
    let attribute = flags.ends_with('@');
    let flags = flags.trim_end_matches('@').trim_end_matches(',');
    let place = match flags.split_once('=') {
        Some(("h", wire)) => Place::Header(wire),
        Some(("H", wire)) => Place::Headers(wire),
        Some(("q", wire)) => Place::Query(wire),
        Some(("u", wire)) => Place::Path(wire),
        Some(("c", _)) => Place::Status,
        Some((_, wire)) => Place::Body(wire),
        None => Place::Body(name),
    };
    Some(Member { name, shape, required, payload, place, attribute, flattened })
}

/// `CamelCase` as an option: `GrantReadACP` is `grant-read-acp`.
pub(super) fn option_name(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| chars[b]);
        let after = chars.get(at + 1);
        let starts_word = c.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase);
        let ends_word = c.is_ascii_uppercase() && before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if before.is_some() && (starts_word || ends_word) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_named_as_the_real_cli_names_them() {
        for (member, option) in [
            ("TableName", "table-name"),
            ("ACL", "acl"),
            ("GrantReadACP", "grant-read-acp"),
            ("SSEKMSKeyId", "ssekms-key-id"),
            ("ContentMD5", "content-md5"),
            ("ChecksumCRC32C", "checksum-crc32-c"),
            ("MultipartUpload", "multipart-upload"),
            ("SSESpecification", "sse-specification"),
        ] {
            assert_eq!(option_name(member), option);
        }
    }

    #[test]
    fn every_shape_that_is_named_is_there() {
        for service in ["s3", "dynamodb"] {
            let model = Model::of(service).unwrap();
            let known = |shape: &str| {
                let scalar = shape.split('.').next().unwrap_or_default();
                let scalars = ["string", "integer", "long", "float", "double", "boolean", "blob", "timestamp", "-"];
                assert!(model.shapes.contains_key(shape) || scalars.contains(&scalar), "{service}: {shape}");
            };
            for operation in &model.operations {
                known(operation.input);
                known(operation.output);
            }
            for shape in model.shapes.values() {
                match shape {
                    Shape::Structure(members) => members.iter().for_each(|m| known(m.shape)),
                    Shape::List(member, _) | Shape::Map(member) => known(member),
                }
            }
        }
    }

    #[test]
    fn flags_are_read() {
        let model = Model::of("s3").unwrap();
        let delete = model.members("Delete");
        assert!(delete[0].required && delete[0].flattened);
        assert_eq!(delete[0].place, Place::Body("Object"));
        let kind = model.members("Grantee").iter().find(|m| m.name == "Type").unwrap();
        assert!(kind.attribute && kind.required);
        assert_eq!(kind.place, Place::Body("xsi:type"));
        assert_eq!(model.members("PutObjectRequest").iter().find(|m| m.payload).map(|m| m.name), Some("Body"));
    }
}
