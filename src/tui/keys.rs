//! Terminal events into the dashboard's own words.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::app::key::{Code, Key};
use crate::app::message::{Hit, Input};

/// Rows that one notch of the wheel moves.
const NOTCH: i32 = 3;

/// An event in the dashboard's words; `hits` is what was last drawn where. `None`: nobody cares.
pub(super) fn input(event: Event, hits: &[(Rect, Hit)]) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Input::Key),
        Event::Mouse(mouse) => hit(mouse, hits).map(Input::Mouse),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        _ => None,
    }
}

fn key_of(event: KeyEvent) -> Option<Key> {
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab | KeyCode::BackTab => Code::Tab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::F(n),
        _ => return None,
    };
    let with = |modifier| event.modifiers.contains(modifier);
    // The character itself shows Shift.
    let shift = !matches!(code, Code::Char(_)) && (with(KeyModifiers::SHIFT) || event.code == KeyCode::BackTab);
    Some(Key { code, ctrl: with(KeyModifiers::CONTROL), alt: with(KeyModifiers::ALT), shift })
}

fn hit(mouse: MouseEvent, hits: &[(Rect, Hit)]) -> Option<Hit> {
    match mouse.kind {
        MouseEventKind::ScrollDown => Some(Hit::Wheel(NOTCH)),
        MouseEventKind::ScrollUp => Some(Hit::Wheel(-NOTCH)),
        MouseEventKind::Down(MouseButton::Left) => {
            let place = Position::new(mouse.column, mouse.row);
            hits.iter().rev().find(|(area, _)| area.contains(place)).map(|(_, hit)| hit.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_shows_in_the_character_or_beside_the_key() {
        let key = |code, modifiers| key_of(KeyEvent::new(code, modifiers)).unwrap().to_string();
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), "G");
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT), "shift-tab");
        assert_eq!(key(KeyCode::Char('d'), KeyModifiers::CONTROL), "ctrl-d");
    }

    #[test]
    fn the_topmost_thing_is_hit() {
        let hits = [(Rect::new(0, 0, 10, 1), Hit::Line(1)), (Rect::new(0, 0, 5, 1), Hit::Button(0))];
        let at = |column| MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row: 0,
            modifiers: KeyModifiers::NONE,
        };
        assert_eq!(hit(at(2), &hits), Some(Hit::Button(0)));
        assert_eq!(hit(at(7), &hits), Some(Hit::Line(1)));
        assert_eq!(hit(at(12), &hits), None);
    }
}
