//! Whoever may have the keys: filter, command line, help, why, dialogues.

use k8s_tutor::app::effect::Effect;
use k8s_tutor::app::panel::PanelId;
use k8s_tutor::app::state::dialog::{Ask, Field};
use k8s_tutor::app::state::{Dialog, Focus, Palette};
use k8s_tutor::text::Lang;
use k8s_tutor::text::words::Word;

use crate::check::{joined, snapshot};
use crate::lab;
use crate::scene::Scene;

/// Each once, as crowded as it gets.
pub(crate) fn all() -> Vec<(&'static str, Focus)> {
    let mut dialog = Dialog::confirm("Delete 9?".into(), Word::ActDelete, vec![Effect::ClearFaults]);
    dialog.lines = (0..40).map(|n| format!("pod/task-reporter-{n}")).collect();
    dialog.commands = vec!["kubectl delete pod ".to_owned() + &"task-reporter ".repeat(20); 9];
    let fields = vec![Field::new(Word::FieldUser, "kudoh"), Field::new(Word::FieldTitle, "設計レビュー")];
    let mut form = Dialog::form("Add a task".into(), Word::ButtonAdd, Ask::AddTask, fields);
    form.flaw = Some("Title is needed".into());
    form.commands = vec!["k8s-tutor task add".into()];
    vec![
        ("filter", Focus::Filter(tui_input::Input::new("設計 !x".into()))),
        ("palette", Focus::Palette(Palette::default())),
        ("help", Focus::Help { top: 3 }),
        ("why", Focus::Why { top: 0 }),
        ("confirm", Focus::Dialog(Box::new(dialog))),
        ("form", Focus::Dialog(Box::new(form))),
    ]
}

fn look_at(name: &str, mut scene: Scene) {
    let screens = [(80, 24, Lang::En), (80, 24, Lang::Ja), (45, 12, Lang::En)];
    let screens = screens.map(|(c, r, lang)| (format!("{c}x{r} {lang}"), scene.lang(lang).size(c, r).text()));
    snapshot(&format!("focus-{name}"), &joined(screens));
}

#[test]
fn overlays() {
    for (name, focus) in all() {
        let mut scene = lab::on(PanelId::Jobs);
        scene.state.focus = focus;
        look_at(name, scene);
    }
}

#[test]
fn what_was_just_said_lies_above_the_footer() {
    let mut scene = lab::on(PanelId::Tasks);
    let now = scene.now;
    let next = Some("k8s-tutor up".to_owned());
    scene.state.toasts.say(now, k8s_tutor::app::state::toasts::Tone::Error, "レポートを保存できません", next);
    look_at("toast", scene);
}
