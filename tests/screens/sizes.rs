//! No size, panel or overlay makes the dashboard panic or write where it must not.

use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::Focus;
use k8s_tutor::text::Lang;

use crate::foci;
use crate::lab::{self, enter};
use crate::scene::Scene;

/// From the smallest to a wall of a screen: each width with a height, so that both are walked through.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let heights = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 31, 40, 60];
    let widths = [20, 21, 22, 25, 30, 35, 39, 40, 45, 59, 60, 80, 97, 110, 120, 160, 200];
    widths.into_iter().flat_map(move |width| heights.into_iter().map(move |height| (width, height)))
}

fn walk(mut scene: Scene) {
    for (n, (columns, rows)) in sizes().enumerate() {
        scene.lang(Lang::ALL[n % 2]).size(columns, rows).text();
    }
}

#[test]
fn every_panel_fits_every_size() {
    for panel in PanelId::ALL {
        walk(lab::on(panel));
    }
}

#[test]
fn every_focus_fits_every_size_over_every_panel() {
    for (_, focus) in foci::all() {
        let mut scene = lab::lab();
        for panel in PanelId::ALL {
            scene.state.focus = Focus::Panel;
            enter(scene.size(80, 24), panel);
            scene.state.focus = focus.clone();
            // All sizes over one panel, the tightest ones over the others.
            let few = sizes().filter(|(columns, rows)| panel == PanelId::Jobs || (*columns <= 40 && *rows <= 8));
            for (columns, rows) in few {
                scene.size(columns, rows).text();
            }
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    for (columns, rows) in [(1, 1), (19, 5), (20, 4), (5, 60)] {
        lab::on(PanelId::Jobs).size(columns, rows).text();
    }
}
