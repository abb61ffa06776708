//! The table against a naive model: sort everything, filter everything, every time.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{Change, Item, Table};
use crate::app::filter::Filter;
use crate::domain::object::Uid;

#[derive(Clone, Debug, PartialEq)]
struct Toy {
    uid: Uid,
    name: String,
    size: u8,
    owner: Option<Uid>,
}

impl Toy {
    fn new(id: u8, size: u8) -> Self {
        let owner = (!size.is_multiple_of(3)).then(|| Uid::new(&format!("owner{}", size % 3)));
        Self { uid: Uid::new(&format!("u{id}")), name: format!("toy{}", id % 5), size, owner }
    }
}

impl Item for Toy {
    fn uid(&self) -> &Uid {
        &self.uid
    }
    fn name(&self) -> &str {
        &self.name
    }
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str)) {
        each(&self.name);
    }
    fn compare(&self, other: &Self, sort: usize) -> Ordering {
        if sort == 0 { self.size.cmp(&other.size) } else { Ordering::Equal }
    }
    const SORTS: usize = 2;
    fn group(&self) -> Option<&Uid> {
        self.owner.as_ref()
    }
    fn class(&self) -> usize {
        usize::from(self.size % 4)
    }
}

#[derive(Clone, Debug)]
enum Op {
    Put(u8, u8),
    Remove(u8),
    Filter(u8),
    Sort(usize, bool),
    Step(i8),
    Relist(Vec<(u8, u8)>),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (0u8..30, any::<u8>()).prop_map(|(id, size)| Op::Put(id, size % 8)),
        (0u8..30).prop_map(Op::Remove),
        (0u8..6).prop_map(Op::Filter),
        (0usize..2, any::<bool>()).prop_map(|(sort, reverse)| Op::Sort(sort, reverse)),
        any::<i8>().prop_map(|by| Op::Step(by % 10)),
        proptest::collection::btree_map(0u8..30, 0u8..8, 0..10).prop_map(|rows| Op::Relist(rows.into_iter().collect())),
    ]
}

fn expected(rows: &std::collections::BTreeMap<u8, u8>, filter: u8, sort: usize, reverse: bool) -> Vec<Toy> {
    let mut all: Vec<Toy> = rows.iter().map(|(id, size)| Toy::new(*id, *size)).collect();
    all.retain(|toy| filter == 5 || toy.name == format!("toy{filter}"));
    all.sort_by(|a, b| {
        let order = a.compare(b, sort).then_with(|| a.name.cmp(&b.name));
        let order = if reverse { order.reverse() } else { order };
        order.then_with(|| a.uid.cmp(&b.uid))
    });
    all
}

proptest! {
    #[test]
    fn the_list_is_what_a_naive_one_would_be(ops in proptest::collection::vec(op(), 1..60)) {
        let mut table = Table::default();
        let mut model = std::collections::BTreeMap::new();
        let (mut filter, mut sort, mut reverse) = (5, 0, false);
        for op in ops {
            let held = table.selected().map(|toy: &Toy| toy.uid.clone());
            table.hold();
            // A row that a filter hides stays held: it is selected again when the filter goes.
            let held = held.filter(|held| table.cursor.uid.as_ref() == Some(held));
            let mut moved = false;
            match op {
                Op::Put(id, size) => {
                    let same = model.insert(id, size) == Some(size);
                    prop_assert_eq!(table.put(Toy::new(id, size)) == Change::None, same);
                }
                Op::Remove(id) => {
                    model.remove(&id);
                    table.remove(&format!("u{id}"));
                }
                Op::Filter(name) => {
                    // A filter may give an older selection back: that has a test of its own.
                    moved = true;
                    filter = name;
                    let text = if name == 5 { String::new() } else { format!("toy{name}") };
                    table.set_filter(Filter::parse(&text));
                }
                Op::Sort(by, turned) => {
                    (sort, reverse) = (by, turned);
                    table.set_sort(by, turned);
                }
                Op::Step(by) => {
                    moved = true;
                    table.step(isize::from(by));
                }
                Op::Relist(rows) => {
                    table.ready();
                    table.begin();
                    model = rows.iter().copied().collect();
                    for (id, size) in rows {
                        prop_assert_eq!(table.take(Toy::new(id, size)), None);
                    }
                    table.ready();
                }
            }
            let wanted = expected(&model, filter, sort, reverse);
            prop_assert_eq!(table.from(0).cloned().collect::<Vec<_>>(), wanted.clone());
            prop_assert_eq!(table.len(), model.len());
            grouped(&table, &model)?;
            // The selection stays on its row for as long as that is listed.
            if let Some(held) = held.filter(|held| !moved && wanted.iter().any(|toy| toy.uid == *held)) {
                prop_assert_eq!(table.selected().map(|toy| toy.uid.clone()), Some(held));
            }
        }
    }
}

/// Groups and tallies are what counting anew would make of them.
fn grouped(table: &Table<Toy>, model: &std::collections::BTreeMap<u8, u8>) -> Result<(), TestCaseError> {
    let all = expected(model, 5, 0, false);
    for owner in [None, Some(Uid::new("owner1")), Some(Uid::new("owner2"))] {
        let wanted: Vec<Toy> = all.iter().filter(|toy| toy.owner == owner).cloned().collect();
        prop_assert_eq!(table.group_len(owner.as_ref()), wanted.len());
        prop_assert_eq!(table.groups().any(|group| group == owner.as_ref()), !wanted.is_empty());
        prop_assert_eq!(table.group(owner.as_ref()).cloned().collect::<Vec<_>>(), wanted);
    }
    for class in 0..4 {
        prop_assert_eq!(table.tally(class), all.iter().filter(|toy| toy.class() == class).count());
    }
    Ok(())
}

#[test]
fn when_the_selected_row_goes_its_neighbour_is_selected() {
    let mut table = Table::default();
    for id in 0..4 {
        table.put(Toy::new(id, id));
    }
    table.step(2);
    table.remove("u2");
    assert_eq!(table.selected().unwrap().uid.as_str(), "u3");
    table.remove("u3");
    assert_eq!(table.selected().unwrap().uid.as_str(), "u1");
}

#[test]
fn the_first_list_is_shown_as_it_comes() {
    let mut table = Table::default();
    table.begin();
    assert_eq!(table.take(Toy::new(1, 1)), Some(Change::At(0)));
    assert!(!table.is_known());
    assert!(table.ready().is_empty());
    assert!(table.is_known());
    table.begin();
    assert_eq!(table.take(Toy::new(2, 1)), None);
    assert_eq!(table.listed(), 1, "the old rows stay until the new list is whole");
    let gone = table.ready();
    assert_eq!(gone.iter().map(|toy| toy.uid.as_str()).collect::<Vec<_>>(), ["u1"]);
    assert_eq!(table.at(0).unwrap().uid.as_str(), "u2");
}

#[test]
fn a_filter_gives_the_selection_back() {
    let mut table = Table::default();
    for id in 0..4 {
        table.put(Toy::new(id, id));
    }
    table.step(2);
    table.set_filter(Filter::parse("toy0"));
    assert_eq!(table.selected().unwrap().uid.as_str(), "u0");
    table.set_filter(Filter::parse("toy"));
    assert_eq!(table.selected().unwrap().uid.as_str(), "u2");
    table.set_filter(Filter::parse("toy0"));
    table.step(0);
    table.set_filter(Filter::default());
    assert_eq!(table.selected().unwrap().uid.as_str(), "u0", "the person has chosen since");
}

#[test]
fn marks_choose_rows_in_their_order() {
    let mut table = Table::default();
    for id in 0..4 {
        table.put(Toy::new(id, id));
    }
    assert_eq!(table.chosen().len(), 1);
    table.step(3);
    table.mark();
    table.step(-2);
    table.mark();
    assert_eq!(table.chosen().iter().map(|toy| toy.uid.as_str()).collect::<Vec<_>>(), ["u1", "u3"]);
    table.mark();
    assert_eq!(table.chosen().len(), 1);
    assert!(table.unmark());
    assert!(!table.unmark());
}
