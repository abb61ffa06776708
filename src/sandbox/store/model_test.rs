//! The store against a simple model: every list of every revision written down.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Change, Expect, Store, StoreError, Write};

#[derive(Clone, Debug)]
enum Step {
    Create(u8, u16),
    Update(u8, u16),
    StaleUpdate(u8),
    Delete(u8),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..6u8, any::<u16>()).prop_map(|(k, v)| Step::Create(k, v)),
        4 => (0..6u8, any::<u16>()).prop_map(|(k, v)| Step::Update(k, v)),
        1 => (0..6u8).prop_map(Step::StaleUpdate),
        2 => (0..6u8).prop_map(Step::Delete),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

type Snapshot = BTreeMap<String, (u64, Value)>;

/// What the store should hold, and what it held at each revision since it was opened.
struct Model {
    now: Snapshot,
    past: BTreeMap<u64, Snapshot>,
    revision: u64,
}

impl Model {
    fn changed(&mut self) {
        self.past.insert(self.revision, self.now.clone());
    }
}

fn key(k: u8) -> String {
    format!("{}/{k}", if k.is_multiple_of(2) { "even" } else { "odd" })
}

fn snapshot(items: Vec<super::Item>) -> Snapshot {
    items.into_iter().map(|i| (i.key.to_string(), (i.revision, (*i.value).clone()))).collect()
}

async fn take(store: &Store, model: &mut Model, step: &Step) {
    let stored = |v: u16, revision: u64| json!({"v": v, "revision": revision});
    let (k, write) = match step {
        Step::Create(k, v) => (*k, (Expect::Absent, Change::Put(json!({"v": v})))),
        Step::Update(k, v) => {
            let revision = model.now.get(&key(*k)).map_or(0, |(revision, _)| *revision);
            (*k, (Expect::Revision(revision), Change::Put(json!({"v": v}))))
        }
        Step::StaleUpdate(k) => (*k, (Expect::Revision(u64::MAX), Change::Put(json!({})))),
        Step::Delete(k) => {
            let revision = model.now.get(&key(*k)).map_or(0, |(revision, _)| *revision);
            (*k, (Expect::Revision(revision), Change::Delete(json!({}))))
        }
        Step::Reopen => return,
    };
    let result = store.write(Write { key: key(k), expect: write.0, change: write.1 }).await;
    let there = model.now.contains_key(&key(k));
    match (step, there) {
        (Step::Create(_, v), false) | (Step::Update(_, v), true) => {
            model.revision += 1;
            model.now.insert(key(k), (model.revision, stored(*v, model.revision)));
            model.changed();
            assert_eq!(result.expect("accepted").revision, model.revision);
        }
        (Step::Delete(_), true) => {
            model.revision += 1;
            model.now.remove(&key(k));
            model.changed();
            assert_eq!(result.expect("accepted").revision, model.revision);
        }
        (Step::Create(..), true) => assert!(matches!(result, Err(StoreError::Exists(_)))),
        (Step::StaleUpdate(_), true) => assert!(matches!(result, Err(StoreError::Changed { .. }))),
        _ => assert!(matches!(result, Err(StoreError::Missing(_)))),
    }
}

/// Replays the watch of each revision on the list of that revision: it must give today's list.
fn check(store: &Store, model: &Model) {
    for prefix in ["", "even/", "odd/"] {
        let part = |all: &Snapshot| -> Snapshot {
            all.iter().filter(|(k, _)| k.starts_with(prefix)).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        assert_eq!(snapshot(store.list(prefix).0), part(&model.now));
        for (revision, then) in &model.past {
            assert_eq!(snapshot(store.list_at(prefix, *revision).expect("in the log")), part(then));
            let mut replayed = part(then);
            let mut last = *revision;
            for event in store.watch(prefix, *revision).ready().expect("in the log") {
                assert!(event.revision > last, "in order");
                last = event.revision;
                match event.deleted {
                    true => replayed.remove(&*event.key),
                    false => replayed.insert(event.key.to_string(), (event.revision, (*event.value).clone())),
                };
            }
            assert_eq!(replayed, part(&model.now));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_store_is_what_the_model_says(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("state.redb");
            let open = || Store::open(&path, |value, revision| value["revision"] = revision.into()).expect("opens");
            let mut store = open();
            let mut model = Model { now: BTreeMap::new(), past: BTreeMap::new(), revision: 0 };
            model.changed();
            for step in &steps {
                if matches!(step, Step::Reopen) {
                    store.close().await;
                    store = open();
                    model.past.clear();
                    model.changed();
                }
                take(&store, &mut model, step).await;
            }
            check(&store, &model);
        });
    }
}
