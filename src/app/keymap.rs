//! Which key does what, where. The hints of the footer and the help are made of it, so they cannot be wrong.

use std::collections::BTreeMap;

use super::action::Action;
use super::key::{Code, Key};
use super::panel::PanelId;

/// Where a binding holds: everywhere, or on one panel, where it goes before one that holds everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// On one panel.
    Panel(PanelId),
}

/// All bindings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    keys: BTreeMap<(Scope, Key), Action>,
    /// In the order in which hints show them.
    order: Vec<(Scope, Action)>,
    shown: BTreeMap<PanelId, Vec<Binding>>,
}

/// An action with the keys that do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where it is bound.
    pub scope: Scope,
    /// The action.
    pub action: Action,
    /// The keys.
    pub keys: Vec<Key>,
}

/// The bindings that ship, in the form in which a person writes their own; what comes first is hinted first.
const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// The words for groups of panels in the file that ships.
fn group(word: &str) -> Option<&'static [PanelId]> {
    const OBJECTS: &[PanelId] =
        &[PanelId::Cronjobs, PanelId::Cronjob, PanelId::Jobs, PanelId::Job, PanelId::Tree, PanelId::Pods];
    const LISTS: &[PanelId] =
        &[PanelId::Cronjobs, PanelId::Jobs, PanelId::Pods, PanelId::Events, PanelId::Tasks, PanelId::Reports];
    match word {
        "objects" => Some(OBJECTS),
        "lists" => Some(LISTS),
        _ => None,
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let mut map = Self { keys: BTreeMap::new(), order: Vec::new(), shown: BTreeMap::new() };
        let flaws =
            toml::from_str::<toml::Table>(DEFAULT).map_or_else(|error| vec![error.to_string()], |own| map.read(&own));
        debug_assert!(flaws.is_empty(), "{flaws:?}");
        map.settle();
        map
    }
}

impl Keymap {
    fn bind(&mut self, scope: Scope, action: Action, keys: &[Key]) {
        if !self.order.contains(&(scope, action)) {
            self.order.push((scope, action));
        }
        for key in keys {
            self.keys.insert((scope, *key), action);
        }
    }

    /// The default bindings with a person's own: `scope -> action -> keys`. What cannot be understood is told and
    /// left out; an action that is given keys loses its default ones, but only in that scope.
    pub fn with(own: &toml::Table) -> (Self, Vec<String>) {
        let mut map = Self::default();
        let flaws = map.read(own);
        map.settle();
        (map, flaws)
    }

    fn read(&mut self, own: &toml::Table) -> Vec<String> {
        let mut flaws = Vec::new();
        for (word, actions) in own {
            let scopes: Vec<Scope> = match (word.as_str(), group(word), PanelId::of_word(word)) {
                ("global", _, _) => vec![Scope::Global],
                (_, Some(panels), _) => panels.iter().copied().map(Scope::Panel).collect(),
                (_, _, Some(panel)) => vec![Scope::Panel(panel)],
                _ => {
                    flaws.push(format!(
                        "keys.{word}: there is no such panel; global, lists, objects and the panels' words are known"
                    ));
                    continue;
                }
            };
            let Some(actions) = actions.as_table() else {
                flaws.push(format!("keys.{word}: a table of actions is wanted"));
                continue;
            };
            for (name, keys) in actions {
                match (Action::of_word(name), read_keys(keys)) {
                    (Some(action), Ok(keys)) => scopes.iter().for_each(|scope| self.rebind(*scope, action, &keys)),
                    (None, _) => flaws.push(format!("keys.{word}.{name}: there is no such action")),
                    (_, Err(why)) => flaws.push(format!("keys.{word}.{name}: {why}")),
                }
            }
        }
        flaws
    }

    fn rebind(&mut self, scope: Scope, action: Action, keys: &[Key]) {
        self.keys.retain(|(bound, _), old| *bound != scope || *old != action);
        self.bind(scope, action, keys);
    }

    /// What a key does on a panel.
    pub fn action(&self, panel: PanelId, key: Key) -> Option<Action> {
        let own = self.keys.get(&(Scope::Panel(panel), key));
        own.or_else(|| self.keys.get(&(Scope::Global, key))).copied()
    }

    /// The bindings that hold on a panel, its own first: each action once, with all keys that do it there.
    pub fn bindings(&self, panel: PanelId) -> &[Binding] {
        self.shown.get(&panel).map_or(&[], Vec::as_slice)
    }

    /// Works out what each panel shows: footers ask at every frame.
    fn settle(&mut self) {
        self.shown = PanelId::ALL.into_iter().map(|panel| (panel, self.work_out(panel))).collect();
    }

    fn work_out(&self, panel: PanelId) -> Vec<Binding> {
        let own = self.order.iter().filter(|(scope, _)| *scope == Scope::Panel(panel));
        let global = self
            .order
            .iter()
            .filter(|(scope, action)| *scope == Scope::Global && !self.order.contains(&(Scope::Panel(panel), *action)));
        let with_keys = own.chain(global).map(|(scope, action)| {
            let keys = self.keys.iter().filter(|((bound, key), does)| {
                bound == scope && *does == action && self.action(panel, *key) == Some(*action)
            });
            (*scope, *action, keys.map(|((_, key), _)| *key).collect::<Vec<_>>())
        });
        let bindings = with_keys.filter(|(_, _, keys)| !keys.is_empty());
        bindings.map(|(scope, action, keys)| Binding { scope, action, keys }).collect()
    }

    /// The key to name in a hint.
    pub fn key_of(&self, panel: PanelId, action: Action) -> Option<Key> {
        self.bindings(panel).iter().find(|binding| binding.action == action).and_then(Binding::key)
    }
}

impl Binding {
    /// The key to name in a hint: a letter rather than an arrow, but Enter rather than a letter.
    pub fn key(&self) -> Option<Key> {
        let plain = self.keys.iter().find(|key| key.code == Code::Enter);
        plain.or_else(|| self.keys.iter().find(|key| matches!(key.code, Code::Char(_)))).or(self.keys.first()).copied()
    }
}

fn read_keys(keys: &toml::Value) -> Result<Vec<Key>, String> {
    let one = |key: &toml::Value| key.as_str().ok_or_else(|| "a key is a text".to_owned())?.parse();
    match keys {
        toml::Value::Array(keys) => keys.iter().map(one).collect(),
        key => Ok(vec![one(key)?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_of_k9s_hold() {
        let map = Keymap::default();
        for (panel, key, action) in [
            (PanelId::Pods, "l", Action::Logs),
            (PanelId::Pods, "p", Action::PreviousLogs),
            (PanelId::Pods, "y", Action::Yaml),
            (PanelId::Pods, "d", Action::Describe),
            (PanelId::Pods, "ctrl-d", Action::Delete),
            (PanelId::Cronjobs, "t", Action::Trigger),
            (PanelId::Cronjobs, "s", Action::Suspend),
            (PanelId::Logs, "s", Action::Follow),
            (PanelId::Logs, "w", Action::Wrap),
            (PanelId::Logs, "n", Action::SearchNext),
            (PanelId::Jobs, "?", Action::Help),
            (PanelId::Jobs, ":", Action::Palette),
            (PanelId::Jobs, "/", Action::Filter),
            (PanelId::Jobs, "c", Action::Copy),
        ] {
            assert_eq!(map.action(panel, key.parse().unwrap()), Some(action), "{key} on {panel:?}");
        }
    }

    #[test]
    fn own_keys_replace_the_default_ones_and_flaws_are_told() {
        let own = |text: &str| toml::from_str(text).unwrap();
        let (map, flaws) = Keymap::with(&own("[global]\nquit = [\"ctrl-q\"]\n[jobs]\nlogs = [\"L\"]\n"));
        assert!(flaws.is_empty());
        assert_eq!(map.action(PanelId::Jobs, Key::char('q')), None);
        assert_eq!(map.action(PanelId::Jobs, Key::ctrl('q')), Some(Action::Quit));
        assert_eq!(map.action(PanelId::Jobs, Key::char('L')), Some(Action::Logs));
        assert_eq!(map.action(PanelId::Pods, Key::char('L')), Some(Action::Language));
        let (_, flaws) = Keymap::with(&own("[lunch]\n[global]\neat = [\"x\"]\nquit = [\"hyper-q\"]\n"));
        assert_eq!(flaws.len(), 3, "{flaws:?}");
    }

    #[test]
    fn every_binding_has_a_key_that_does_it() {
        let map = Keymap::default();
        for panel in PanelId::ALL {
            for binding in map.bindings(panel) {
                for key in &binding.keys {
                    assert_eq!(map.action(panel, *key), Some(binding.action));
                }
            }
            assert!(map.key_of(panel, Action::Quit).is_some());
        }
    }
}
