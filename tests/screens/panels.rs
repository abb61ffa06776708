//! Every panel in every size and language, dark; and that mono says the same without a colour.

use k8s_tutor::app::panel::PanelId;
use k8s_tutor::text::Lang;

use crate::check::{joined, snapshot};
use crate::lab;
use crate::scene::SIZES;
use crate::styles;

fn look_at(panel: PanelId) {
    let mut scene = lab::on(panel);
    for lang in Lang::ALL {
        scene.lang(lang);
        let screens = SIZES.map(|(columns, rows)| {
            let text = scene.size(columns, rows).text();
            (format!("{columns}x{rows}"), text)
        });
        let word = panel.word();
        let lang_word = if lang == Lang::En { "en" } else { "ja" };
        snapshot(&format!("{word}-{lang_word}"), &joined(screens));
        for (columns, rows) in SIZES {
            styles::mono_says_the_same(scene.size(columns, rows));
        }
    }
    let map = styles::map(&scene.lang(Lang::En).size(80, 24).draw("dark"));
    snapshot(&format!("{}-style", panel.word()), &map);
}

macro_rules! panels {
    ($($name:ident: $panel:ident,)+) => {
        $(#[test]
        fn $name() {
            look_at(PanelId::$panel);
        })+

        #[test]
        fn none_is_forgotten() {
            assert_eq!([$(PanelId::$panel),+], PanelId::ALL);
        }
    };
}

panels! {
    start: Start,
    cronjobs: Cronjobs,
    jobs: Jobs,
    pods: Pods,
    tree: Tree,
    logs: Logs,
    events: Events,
    tasks: Tasks,
    reports: Reports,
    faults: Faults,
    story: Story,
    cronjob: Cronjob,
    job: Job,
    report: Report,
    object: Object,
    messages: Messages,
}
