//! A set of field paths, as `fieldsV1` holds it: `{"f:spec":{"f:ports":{".":{},"k:{\"port\":80}":{…}}}}`.
//!
//! A step of a path is text as in JSON: `f:name`, `k:{"name":"web"}`, `v:"value"`, `i:0`; keys are written one way
//! only, so equal steps are equal text.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use serde_json::{Map, Value};

/// A set of paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    nodes: BTreeMap<String, Node>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Node {
    /// The path that ends here is in the set.
    member: bool,
    /// Paths that go on.
    below: Set,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.member && self.below.is_empty()
    }
}

impl Set {
    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Adds a path. The empty path is the object itself, which is in no set.
    pub(super) fn insert<S: AsRef<str>>(&mut self, path: &[S]) {
        let Some((step, rest)) = path.split_first() else { return };
        let node = self.nodes.entry(step.as_ref().to_owned()).or_default();
        if rest.is_empty() {
            node.member = true;
        } else {
            node.below.insert(rest);
        }
    }

    /// Whether the path of one step is in the set.
    pub(super) fn has(&self, step: &str) -> bool {
        self.nodes.get(step).is_some_and(|node| node.member)
    }

    /// What goes on behind a step.
    pub(super) fn below(&self, step: &str) -> Option<&Set> {
        self.nodes.get(step).map(|node| &node.below).filter(|below| !below.is_empty())
    }

    /// Adds everything of another set.
    pub(super) fn extend(&mut self, other: &Self) {
        for (step, theirs) in &other.nodes {
            match self.nodes.entry(step.clone()) {
                Slot::Vacant(slot) => {
                    slot.insert(theirs.clone());
                }
                Slot::Occupied(mut slot) => {
                    let ours = slot.get_mut();
                    ours.member |= theirs.member;
                    ours.below.extend(&theirs.below);
                }
            }
        }
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend(other);
        all
    }

    /// Takes out the paths of another set; what lies below them stays.
    pub(super) fn subtract(&mut self, other: &Self) {
        self.walk(other, &mut |ours, theirs| {
            ours.member &= !theirs.member;
            ours.below.subtract(&theirs.below);
        });
    }

    /// Takes out the paths of another set with everything below them.
    pub(super) fn subtract_trees(&mut self, other: &Self) {
        self.walk(other, &mut |ours, theirs| {
            if theirs.member {
                *ours = Node::default();
            }
            ours.below.subtract_trees(&theirs.below);
        });
    }

    fn walk(&mut self, other: &Self, change: &mut dyn FnMut(&mut Node, &Node)) {
        for (step, theirs) in &other.nodes {
            if let Some(ours) = self.nodes.get_mut(step) {
                change(ours, theirs);
                if ours.is_empty() {
                    self.nodes.remove(step);
                }
            }
        }
    }

    pub(super) fn difference(&self, other: &Self) -> Self {
        let mut rest = self.clone();
        rest.subtract(other);
        rest
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        for (step, ours) in &self.nodes {
            let Some(theirs) = other.nodes.get(step) else { continue };
            let node = Node { member: ours.member && theirs.member, below: ours.below.intersection(&theirs.below) };
            if !node.is_empty() {
                both.nodes.insert(step.clone(), node);
            }
        }
        both
    }

    /// Adds each named step that leads to a path of the set, as `named` says which steps are fields of a struct.
    pub(super) fn with_named_parents<T: Copy>(&self, at: T, named: &dyn Fn(T, &str) -> (bool, T)) -> Self {
        let mut full = Self::default();
        for (step, node) in &self.nodes {
            let (is_named, next) = named(at, step);
            let below = node.below.with_named_parents(next, named);
            let member = node.member || (is_named && !node.below.is_empty());
            full.nodes.insert(step.clone(), Node { member, below });
        }
        full
    }

    /// Every path, in order.
    pub(super) fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        self.collect(&mut Vec::new(), &mut paths);
        paths
    }

    fn collect(&self, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
        for (step, node) in &self.nodes {
            prefix.push(step.clone());
            if node.member {
                paths.push(prefix.clone());
            }
            node.below.collect(prefix, paths);
            prefix.pop();
        }
    }

    /// The set as `fieldsV1`.
    pub(super) fn to_json(&self) -> Value {
        let mut map = Map::new();
        for (step, node) in &self.nodes {
            let mut below = node.below.to_json();
            if let (true, false, Value::Object(inner)) = (node.member, node.below.is_empty(), &mut below) {
                inner.shift_insert(0, ".".to_owned(), Value::Object(Map::new()));
            }
            map.insert(step.clone(), below);
        }
        Value::Object(map)
    }

    /// Reads `fieldsV1`; what is no step is passed over.
    pub(super) fn from_json(value: &Value) -> Self {
        let mut set = Self::default();
        for (step, below) in value.as_object().into_iter().flatten() {
            let Some(step) = canonical(step) else { continue };
            let inner = Self::from_json(below);
            let member = inner.is_empty() || below.get(".").is_some();
            set.nodes.insert(step, Node { member, below: inner });
        }
        set
    }
}

/// The step for a field of a struct or a key of a map.
pub(super) fn field_step(name: &str) -> String {
    format!("f:{name}")
}

/// The step for an element of a set.
pub(super) fn value_step(value: &Value) -> String {
    format!("v:{value}")
}

/// The step for an element of a keyed list.
pub(super) fn key_step(mut keys: Map<String, Value>) -> String {
    keys.sort_keys();
    format!("k:{}", Value::Object(keys))
}

fn canonical(step: &str) -> Option<String> {
    let (kind, rest) = step.split_once(':')?;
    match kind {
        "f" | "i" => Some(step.to_owned()),
        "v" => serde_json::from_str(rest).ok().map(|value| value_step(&value)),
        "k" => serde_json::from_str(rest).ok().map(key_step),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(paths: &[&[&str]]) -> Set {
        let mut set = Set::default();
        paths.iter().for_each(|path| set.insert(path));
        set
    }

    #[test]
    fn json_and_back() {
        let json = json!({"f:spec": {"f:ports": {".": {}, "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}}},
                                     "f:type": {}},
                          "f:finalizers": {"v:\"x\"": {}}});
        let set = Set::from_json(&json);
        assert_eq!(set.to_json(), json);
        assert_eq!(set.paths().len(), 5);
        let other = Set::from_json(&json!({"f:spec": {"f:ports": {"k:{\"protocol\":\"TCP\", \"port\":80}": {}}}}));
        assert_eq!(set.intersection(&other).paths(), other.paths());
    }

    #[test]
    fn algebra() {
        let ours = set(&[&["f:a"], &["f:a", "f:b"], &["f:c", "f:d"]]);
        let theirs = set(&[&["f:a"], &["f:c", "f:d"], &["f:e"]]);
        assert_eq!(ours.difference(&theirs), set(&[&["f:a", "f:b"]]));
        assert_eq!(ours.intersection(&theirs), set(&[&["f:a"], &["f:c", "f:d"]]));
        assert_eq!(ours.union(&theirs).paths().len(), 4);
        let mut pruned = ours.clone();
        pruned.subtract_trees(&theirs);
        assert!(pruned.is_empty());
    }
}
