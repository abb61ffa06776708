//! The rows of one kind, in order, filtered, with a cursor. A change costs by the change: a row that moves is found
//! by binary search, a row that stays is written in place; only a new filter or order looks at all rows.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::app::filter::Filter;
use crate::domain::object::Uid;

/// What a table needs to know of its rows.
pub trait Item: PartialEq {
    /// Its own name for ever.
    fn uid(&self) -> &Uid;
    /// The name that people use.
    fn name(&self) -> &str;
    /// Its labels, as `k=v,k=v`.
    fn labels(&self) -> &str {
        ""
    }
    /// The texts that a filter looks through.
    fn texts<'a>(&'a self, each: &mut dyn FnMut(&'a str));
    /// How two rows stand to each other in the order numbered `sort`.
    fn compare(&self, other: &Self, sort: usize) -> Ordering;
    /// How many orders there are; 0 is the usual one.
    const SORTS: usize;
    /// What the row belongs to: rows of one group are found at once, see [`Table::group`].
    fn group(&self) -> Option<&Uid> {
        None
    }
    /// The order of the rows of a group.
    const GROUP_SORT: usize = 0;
    /// Which of the few classes that are counted the row is in, see [`Table::tally`]: below [`CLASSES`].
    fn class(&self) -> usize {
        0
    }
}

/// The most classes that a table counts.
pub const CLASSES: usize = 8;

/// Rows of one kind.
#[derive(Clone, Debug)]
pub struct Table<R> {
    slots: Vec<Option<R>>,
    free: Vec<u32>,
    by_uid: HashMap<Uid, u32>,
    /// The rows that pass the filter, in order.
    order: Vec<u32>,
    filter: Filter,
    sort: usize,
    reverse: bool,
    cursor: Cursor,
    marks: HashSet<Uid>,
    /// The rows of each group, whatever the filter and the order of the list.
    groups: HashMap<Option<Uid>, Vec<u32>>,
    tally: [usize; CLASSES],
    /// Rows of a list that is not whole yet.
    fresh: Option<Vec<R>>,
    known: bool,
}

/// The selected row, held by its uid.
#[derive(Clone, Debug, Default)]
struct Cursor {
    uid: Option<Uid>,
    /// Where it was last seen: what is there now is selected when the row is gone.
    index: usize,
    /// The row that the person chose, while a filter hides it: shown again, it is selected again.
    wish: Option<Uid>,
}

/// Whether anything changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// A row that the filter hides.
    Hidden,
    /// A row that is listed, at this place; it may have moved there.
    At(usize),
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            by_uid: HashMap::new(),
            order: Vec::new(),
            filter: Filter::default(),
            sort: 0,
            reverse: false,
            cursor: Cursor::default(),
            marks: HashSet::new(),
            groups: HashMap::new(),
            tally: [0; CLASSES],
            fresh: None,
            known: false,
        }
    }
}

impl<R: Item> Table<R> {
    /// Puts a row in, or in place of the one of the same uid.
    pub fn put(&mut self, row: R) -> Change {
        // What a person sees selected stays selected, also where they have not moved yet.
        if self.known {
            self.hold();
        }
        let Some(&slot) = self.by_uid.get(row.uid()) else { return self.insert(row) };
        let Some(old) = self.slots[slot as usize].as_ref() else { return self.insert(row) };
        if *old == row {
            return Change::None;
        }
        let listed = self.passes(old);
        let stays = listed && self.passes(&row) && self.order_of(old, &row) == Ordering::Equal;
        if stays {
            let place = self.place_of(old);
            self.replace_row(slot, row);
            return place.map_or(Change::Hidden, Change::At);
        }
        let old_place = if listed { self.place_of(old) } else { None };
        if let Some(place) = old_place {
            self.order.remove(place);
        }
        self.replace_row(slot, row);
        let new_place = self.list(slot);
        match new_place.or(old_place) {
            Some(place) => Change::At(place),
            None => Change::Hidden,
        }
    }

    fn insert(&mut self, row: R) -> Change {
        let uid = row.uid().clone();
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(row);
                slot
            }
            None => {
                self.slots.push(Some(row));
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_uid.insert(uid, slot);
        self.enter(slot);
        self.list(slot).map_or(Change::Hidden, Change::At)
    }

    /// Lists a slot's row where it belongs, if it passes.
    fn list(&mut self, slot: u32) -> Option<usize> {
        let row = self.slots[slot as usize].as_ref()?;
        if !self.passes(row) {
            return None;
        }
        let place = self.order.partition_point(|other| match &self.slots[*other as usize] {
            Some(other) => self.full_order(other, row) == Ordering::Less,
            None => false,
        });
        self.order.insert(place, slot);
        Some(place)
    }

    /// Writes a row over an older one of the same uid. Most changes leave a row in its group, at its place.
    fn replace_row(&mut self, slot: u32, row: R) {
        let old = self.slots[slot as usize].as_ref();
        let stays = old.is_some_and(|old| old.group() == row.group() && group_order(old, &row) == Ordering::Equal);
        if stays {
            let (before, now) = (old.map_or(0, R::class), row.class());
            self.tally[before] -= 1;
            self.tally[now] += 1;
            self.slots[slot as usize] = Some(row);
        } else {
            self.leave(slot);
            self.slots[slot as usize] = Some(row);
            self.enter(slot);
        }
    }

    /// Counts a slot's row in, and puts it into its group.
    fn enter(&mut self, slot: u32) {
        let Some(row) = self.slots[slot as usize].as_ref() else { return };
        self.tally[row.class()] += 1;
        let group = self.groups.entry(row.group().cloned()).or_default();
        let place = group.partition_point(|other| is_before(&self.slots, *other, row));
        group.insert(place, slot);
    }

    /// The opposite, while the row is still there.
    fn leave(&mut self, slot: u32) {
        let Some(row) = self.slots[slot as usize].as_ref() else { return };
        self.tally[row.class()] -= 1;
        let key = row.group().cloned();
        let Some(group) = self.groups.get_mut(&key) else { return };
        let place = group.partition_point(|other| is_before(&self.slots, *other, row));
        if group.get(place) == Some(&slot) {
            group.remove(place);
        }
        if group.is_empty() {
            self.groups.remove(&key);
        }
    }

    /// The rows of a group in its order, listed or not; `None`: those that belong to nothing.
    pub fn group(&self, of: Option<&Uid>) -> impl Iterator<Item = &R> + Clone {
        let slots = self.groups.get(&of.cloned()).map_or(&[][..], Vec::as_slice);
        slots.iter().filter_map(|slot| self.slots[*slot as usize].as_ref())
    }

    /// The row at a place of a group.
    pub fn group_at(&self, of: Option<&Uid>, place: usize) -> Option<&R> {
        let slot = *self.groups.get(&of.cloned())?.get(place)?;
        self.slots[slot as usize].as_ref()
    }

    /// How many rows a group has.
    pub fn group_len(&self, of: Option<&Uid>) -> usize {
        self.groups.get(&of.cloned()).map_or(0, Vec::len)
    }

    /// What rows belong to.
    pub fn groups(&self) -> impl Iterator<Item = Option<&Uid>> {
        self.groups.keys().map(Option::as_ref)
    }

    /// How many rows of a class there are, listed or not.
    pub fn tally(&self, class: usize) -> usize {
        self.tally.get(class).copied().unwrap_or(0)
    }

    /// Changes a row where it stands.
    pub fn change(&mut self, uid: &str, change: impl FnOnce(&R) -> R) -> Change {
        match self.get(uid).map(change) {
            Some(row) => self.put(row),
            None => Change::None,
        }
    }

    /// Takes a row out.
    pub fn remove(&mut self, uid: &str) -> (Change, Option<R>) {
        let Some(slot) = self.by_uid.get(uid).copied() else { return (Change::None, None) };
        let place = self.slots[slot as usize].as_ref().and_then(|row| self.place_of(row));
        if let Some(place) = place {
            self.order.remove(place);
        }
        if self.cursor.uid.as_ref().is_some_and(|own| own.as_str() == uid) {
            self.cursor.uid = None;
            self.cursor.index = place.unwrap_or(self.cursor.index);
        }
        self.leave(slot);
        self.by_uid.remove(uid);
        self.marks.remove(uid);
        self.free.push(slot);
        (place.map_or(Change::Hidden, Change::At), self.slots[slot as usize].take())
    }

    /// A fresh list begins. The first one is shown as it comes; a later one replaces the rows when it is whole.
    pub fn begin(&mut self) {
        self.fresh = self.known.then(Vec::new);
    }

    /// A row of a list or a change. `None` where it waits for its list to be whole.
    pub fn take(&mut self, row: R) -> Option<Change> {
        match &mut self.fresh {
            Some(fresh) => {
                fresh.push(row);
                None
            }
            None => Some(self.put(row)),
        }
    }

    /// The list is whole. Returns the rows that it no longer has.
    pub fn ready(&mut self) -> Vec<R> {
        self.known = true;
        let Some(fresh) = self.fresh.take() else { return Vec::new() };
        let there: HashSet<Uid> = fresh.iter().map(|row| row.uid().clone()).collect();
        let gone: Vec<Uid> = self.by_uid.keys().filter(|uid| !there.contains(*uid)).cloned().collect();
        for row in fresh {
            self.put(row);
        }
        gone.iter().filter_map(|uid| self.remove(uid.as_str()).1).collect()
    }

    /// Replaces all rows: for data that comes as a whole. True when anything differs.
    pub fn replace(&mut self, rows: Vec<R>) -> bool {
        let before = self.by_uid.len();
        let there: HashSet<Uid> = rows.iter().map(|row| row.uid().clone()).collect();
        let gone: Vec<Uid> = self.by_uid.keys().filter(|uid| !there.contains(*uid)).cloned().collect();
        let mut changed = !gone.is_empty() || !self.known || before != there.len();
        for uid in gone {
            self.remove(uid.as_str());
        }
        for row in rows {
            changed |= self.put(row) != Change::None;
        }
        self.known = true;
        changed
    }

    /// True once a whole list was seen.
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// How many rows there are, filtered or not.
    pub fn len(&self) -> usize {
        self.by_uid.len()
    }

    /// True without any row.
    pub fn is_empty(&self) -> bool {
        self.by_uid.is_empty()
    }

    /// How many rows pass the filter.
    pub fn listed(&self) -> usize {
        self.order.len()
    }

    /// The row of a uid.
    pub fn get(&self, uid: &str) -> Option<&R> {
        self.by_uid.get(uid).and_then(|slot| self.slots[*slot as usize].as_ref())
    }

    /// The row at a place of the list.
    pub fn at(&self, place: usize) -> Option<&R> {
        self.order.get(place).and_then(|slot| self.slots[*slot as usize].as_ref())
    }

    /// All rows, in no order.
    pub fn all(&self) -> impl Iterator<Item = &R> {
        self.slots.iter().flatten()
    }

    /// Rows of the list from one place on.
    pub fn from(&self, place: usize) -> impl Iterator<Item = &R> {
        self.order.iter().skip(place).filter_map(|slot| self.slots[*slot as usize].as_ref())
    }

    /// The row of a name.
    pub fn named(&self, name: &str) -> Option<&R> {
        self.all().find(|row| row.name() == name)
    }

    /// Where the cursor is: the selected row's place, or the one nearest to where it was.
    pub fn cursor(&self) -> usize {
        let held = self.cursor.uid.as_ref().and_then(|uid| self.get(uid.as_str())).and_then(|row| self.place_of(row));
        held.unwrap_or(self.cursor.index).min(self.order.len().saturating_sub(1))
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&R> {
        self.at(self.cursor())
    }

    /// Moves the cursor to a place; past the ends it stops there.
    pub fn select_at(&mut self, place: usize) {
        self.point_at(place);
        self.cursor.wish = None;
    }

    fn point_at(&mut self, place: usize) {
        self.cursor.index = place.min(self.order.len().saturating_sub(1));
        self.cursor.uid = self.at(self.cursor.index).map(|row| row.uid().clone());
    }

    /// Moves the cursor by some rows.
    pub fn step(&mut self, by: isize) {
        self.select_at(self.cursor().saturating_add_signed(by));
    }

    /// Moves the cursor to a row, listed or not.
    pub fn select(&mut self, uid: &Uid) {
        let index = self.get(uid.as_str()).and_then(|row| self.place_of(row)).unwrap_or(self.cursor.index);
        self.cursor = Cursor { uid: Some(uid.clone()), index, wish: None };
    }

    /// Holds on to the row under the cursor, so that rows coming in above do not move the selection.
    pub fn hold(&mut self) {
        if self.order.is_empty() {
            return;
        }
        let held = self.cursor.uid.as_ref().and_then(|uid| self.get(uid.as_str()));
        if held.is_none_or(|row| self.place_of(row).is_none()) {
            self.point_at(self.cursor());
        }
    }

    /// Marks the selected row, or takes the mark away.
    pub fn mark(&mut self) {
        if let Some(uid) = self.selected().map(|row| row.uid().clone())
            && !self.marks.remove(&uid)
        {
            self.marks.insert(uid);
        }
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, uid: &Uid) -> bool {
        self.marks.contains(uid)
    }

    /// The marked rows, in their order; the selected one where none is marked.
    pub fn chosen(&self) -> Vec<&R> {
        let marked: Vec<&R> = self.from(0).filter(|row| self.marks.contains(row.uid())).collect();
        if marked.is_empty() { self.selected().into_iter().collect() } else { marked }
    }

    /// Takes all marks away. True when there were any.
    pub fn unmark(&mut self) -> bool {
        let any = !self.marks.is_empty();
        self.marks.clear();
        any
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Sets the filter. The cursor stays on its row if that still passes.
    pub fn set_filter(&mut self, filter: Filter) {
        self.hold();
        let wish = self.cursor.wish.take().or_else(|| self.cursor.uid.clone());
        self.filter = filter;
        self.rebuild();
        let back = wish.as_ref().and_then(|uid| self.get(uid.as_str())).and_then(|row| self.place_of(row));
        match back {
            Some(place) => self.point_at(place),
            None => {
                self.point_at(self.cursor());
                self.cursor.wish = wish;
            }
        }
    }

    /// The order and whether it is turned round.
    pub fn sort(&self) -> (usize, bool) {
        (self.sort, self.reverse)
    }

    /// Sets the order.
    pub fn set_sort(&mut self, sort: usize, reverse: bool) {
        self.hold();
        self.sort = if sort < R::SORTS { sort } else { 0 };
        self.reverse = reverse;
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let passing = self.slots.iter().enumerate().filter(|(_, row)| row.as_ref().is_some_and(|row| self.passes(row)));
        let mut order: Vec<u32> = passing.map(|(slot, _)| u32::try_from(slot).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by(|a, b| match (&self.slots[*a as usize], &self.slots[*b as usize]) {
            (Some(a), Some(b)) => self.full_order(a, b),
            _ => Ordering::Equal,
        });
        self.order = order;
    }

    fn passes(&self, row: &R) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let mut texts: Vec<&str> = Vec::with_capacity(8);
        row.texts(&mut |text| texts.push(text));
        self.filter.passes(row.labels(), texts)
    }

    fn order_of(&self, a: &R, b: &R) -> Ordering {
        let order = a.compare(b, self.sort).then_with(|| a.name().cmp(b.name()));
        if self.reverse { order.reverse() } else { order }
    }

    fn full_order(&self, a: &R, b: &R) -> Ordering {
        self.order_of(a, b).then_with(|| a.uid().cmp(b.uid()))
    }

    /// The place of a row that is in the table, by binary search.
    fn place_of(&self, row: &R) -> Option<usize> {
        let place = self.order.partition_point(|other| match &self.slots[*other as usize] {
            Some(other) => self.full_order(other, row) == Ordering::Less,
            None => false,
        });
        let found = self.order.get(place).and_then(|slot| self.slots[*slot as usize].as_ref());
        found.filter(|found| found.uid() == row.uid()).map(|_| place)
    }
}

fn group_order<R: Item>(a: &R, b: &R) -> Ordering {
    a.compare(b, R::GROUP_SORT).then_with(|| a.name().cmp(b.name())).then_with(|| a.uid().cmp(b.uid()))
}

fn is_before<R: Item>(slots: &[Option<R>], other: u32, row: &R) -> bool {
    slots[other as usize].as_ref().is_some_and(|other| group_order(other, row) == Ordering::Less)
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
