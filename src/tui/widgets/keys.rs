//! Keys in running text, out of the live bindings: a text must never name a key that a person has bound otherwise.

use crate::app::Action;
use crate::app::panel::PanelId;
use crate::tui::canvas::Canvas;

/// The key for an action on a panel; the action's word where it has none.
pub(crate) fn key(canvas: &Canvas<'_>, panel: PanelId, action: Action) -> String {
    let bindings = canvas.state.options.keymap.bindings(panel);
    let key = bindings.iter().find(|binding| binding.action == action).and_then(|binding| binding.key());
    key.map_or_else(|| format!(":{}", action.word()), |key| key.to_string())
}

/// The key for an action on the panel shown.
pub(crate) fn here(canvas: &Canvas<'_>, action: Action) -> String {
    key(canvas, canvas.state.here.panel, action)
}
