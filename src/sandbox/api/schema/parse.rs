//! Reads `fields.txt` into the graph. Called once, by the parent; a broken table is a broken build, so it panics.

use std::collections::HashMap;

use super::{Element, Field, Graph, Patch, Shape, Struct, StructId, Topology};

/// `core` and the like -> the OpenAPI prefix.
type Packages = HashMap<&'static str, &'static str>;

struct Table {
    packages: Packages,
    aliases: HashMap<&'static str, &'static str>,
    ids: HashMap<&'static str, StructId>,
}

struct Raw {
    name: &'static str,
    atomic: bool,
    lines: Vec<&'static str>,
}

/// The whole graph.
pub(super) fn graph(text: &'static str) -> Graph {
    let mut table = Table { packages: HashMap::new(), aliases: HashMap::new(), ids: HashMap::new() };
    let mut raws: Vec<Raw> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        if let Some(field) = line.strip_prefix(' ') {
            raws.last_mut().expect("a field belongs to a type").lines.push(field);
        } else if let Some((word, prefix)) = line.strip_prefix('@').and_then(|l| l.split_once(' ')) {
            table.packages.insert(word, prefix);
        } else if let Some((name, target)) = line.split_once(" = ") {
            table.aliases.insert(name, target);
        } else {
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            table.ids.insert(name, StructId(raws.len()));
            raws.push(Raw { name, atomic: rest == "atomic", lines: Vec::new() });
        }
    }
    let structs: Vec<Struct> = raws.iter().map(|raw| table.structure(raw, &raws)).collect();
    let by_name = structs.iter().enumerate().map(|(i, s)| (s.name.clone(), StructId(i))).collect();
    let by_kind = raws.iter().enumerate().filter_map(|(i, raw)| Some((served(raw)?, StructId(i)))).collect();
    Graph { structs, by_name, by_kind }
}

/// The apiVersion and kind of a type that is a kind of its own.
fn served(raw: &Raw) -> Option<(&'static str, &'static str)> {
    raw.lines.iter().find(|line| line.ends_with(" meta.TypeMeta"))?;
    let (package, kind) = raw.name.split_once('.')?;
    let version = match package {
        "core" | "meta" => "v1",
        "apps" => "apps/v1",
        "batch" => "batch/v1",
        "policy" => "policy/v1",
        "autoscaling" => "autoscaling/v1",
        "networking" => "networking.k8s.io/v1",
        "discovery" => "discovery.k8s.io/v1",
        "events" => "events.k8s.io/v1",
        "coordination" => "coordination.k8s.io/v1",
        "authentication" => "authentication.k8s.io/v1",
        "authorization" => "authorization.k8s.io/v1",
        other => panic!("no API group for {other}"),
    };
    Some((version, kind))
}

impl Table {
    fn structure(&self, raw: &Raw, raws: &[Raw]) -> Struct {
        let (package, short) = raw.name.split_once('.').expect("a type has a package");
        let mut fields = Vec::new();
        let mut inlined = Vec::new();
        self.fields(raw, raws, true, &mut fields, &mut inlined);
        let by_name = fields.iter().enumerate().map(|(i, (_, f))| (f.name, i)).collect();
        let own = fields.iter().enumerate().filter(|(_, (own, f))| *own && f.number > 0);
        let by_number = own.map(|(i, (_, f))| (f.number, i)).collect();
        let fields = fields.into_iter().map(|(_, field)| field).collect();
        let name = format!("{}.{short}", self.packages[package]);
        Struct { name, short, atomic: raw.atomic, fields, inlined, by_name, by_number }
    }

    /// Pushes a type's fields, spreading inlined types out; `own` is false for those.
    fn fields(
        &self,
        raw: &Raw,
        raws: &[Raw],
        own: bool,
        fields: &mut Vec<(bool, Field)>,
        inlined: &mut Vec<(u32, StructId)>,
    ) {
        for line in &raw.lines {
            let mut words = line.split(' ');
            let mut next = || words.next().expect("name, number, flags, type");
            let (name, number, flags, go) = (next(), next().parse().expect("a field number"), next(), next());
            if flags == "=" {
                let id = self.ids[go];
                if own && number > 0 {
                    inlined.push((number, id));
                }
                self.fields(&raws[id.0], raws, false, fields, inlined);
            } else {
                fields.push((own, self.field(name, number, flags, go, words)));
            }
        }
    }

    fn field(
        &self,
        name: &'static str,
        number: u32,
        flags: &str,
        go: &'static str,
        markers: std::str::Split<'static, char>,
    ) -> Field {
        let (pointer, bare) = go.strip_prefix('*').map_or((false, go), |bare| (true, bare));
        let element = self.element(bare);
        let (mut patch, mut topology, mut default) = (Patch::default(), Topology::Plain, None);
        for marker in markers {
            let (word, value) = marker.split_once('=').expect("a marker has a value");
            match word {
                "patch" => {
                    patch.merge = value.contains("merge");
                    patch.retain_keys = value.contains("retainKeys");
                }
                "key" => patch.key = Some(value),
                "list" | "map" | "struct" if value == "atomic" => topology = Topology::Atomic,
                "list" if value == "set" => topology = Topology::Set,
                "keys" => topology = Topology::Map(value.split(',').collect()),
                "default" => default = Some(value),
                _ => {}
            }
        }
        let (omitempty, omitzero) = (flags.starts_with('~'), flags.ends_with('0'));
        let (shape, go) = (element.shape, element.go);
        Field { name, number, shape, go, pointer, omitempty, omitzero, patch, topology, default }
    }

    fn element(&self, go: &'static str) -> Element {
        Element { shape: self.shape(go), go: spelled(go) }
    }

    fn shape(&self, go: &'static str) -> Shape {
        if let Some(inner) = go.strip_prefix("[]") {
            return if inner == "byte" { Shape::Bytes } else { Shape::List(Box::new(self.element(inner))) };
        }
        if let Some(inner) = go.strip_prefix("map[string]") {
            return Shape::Map(Box::new(self.element(inner)));
        }
        match go.trim_start_matches('*') {
            "string" => Shape::String,
            "bool" => Shape::Bool,
            "int32" | "int" => Shape::Int32,
            "int64" => Shape::Int64,
            "float64" => Shape::Float,
            "meta.Time" => Shape::Time,
            "meta.MicroTime" => Shape::MicroTime,
            "meta.Duration" => Shape::Duration,
            "meta.FieldsV1" => Shape::FieldsV1,
            "resource.Quantity" => Shape::Quantity,
            "intstr.IntOrString" => Shape::IntOrString,
            "runtime.RawExtension" | "interface{}" => Shape::Raw,
            name => match (self.ids.get(name), self.aliases.get(name)) {
                (Some(id), _) => Shape::Struct(*id),
                (None, Some(target)) => self.shape(target),
                (None, None) => panic!("no type {name} in fields.txt"),
            },
        }
    }
}

/// A type as Go's error messages spell it: packages by their last word, which is `v1` for every API group.
fn spelled(go: &str) -> String {
    for prefix in ["*", "[]", "map[string]"] {
        if let Some(inner) = go.strip_prefix(prefix) {
            return format!("{prefix}{}", spelled(inner));
        }
    }
    match go.split_once('.') {
        Some((package @ ("types" | "resource" | "intstr" | "runtime"), name)) => format!("{package}.{name}"),
        Some((_, name)) => format!("v1.{name}"),
        None => go.to_owned(),
    }
}
