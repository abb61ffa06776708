//! `e` on a CronJob: the editor, the server's answer, and the editor again with the person's text kept.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, Opening, lab};
use crate::screen::Editor;
use crate::support::Lab;

/// One use of the editor.
type Deed = Box<dyn Fn(&str) -> Result<String, String> + Send>;

/// An editor that does one thing after the other.
fn editor(deeds: Vec<Deed>) -> Editor {
    let mut deeds = deeds.into_iter();
    Box::new(move |text| deeds.next().map_or_else(|| Err("opened once too often".to_owned()), |deed| deed(text)))
}

fn replaces(from: &'static str, to: &'static str) -> Deed {
    Box::new(move |text| {
        assert!(text.contains(from), "{from:?} is not in what the editor was given:\n{text}");
        Ok(text.replace(from, to))
    })
}

fn schedule(lab: &Lab) -> String {
    lab.tutor(&["cron", "show", "-o", "json"]).ok().json()["schedule"].as_str().unwrap().to_owned()
}

fn open(lab: &Lab, editor: Editor) -> Dashboard {
    let dashboard = Dashboard::with(lab, Opening { panel: PanelId::Cronjobs, editor, ..Opening::default() });
    dashboard.wait_for("task-reporter");
    dashboard
}

#[test]
fn a_valid_edit_is_applied_and_an_unchanged_one_says_so() {
    let lab = lab();
    let keep = Box::new(|text: &str| Ok(text.to_owned()));
    let fails = Box::new(|_: &str| Err("vi ended with exit status: 1: nothing is applied".to_owned()));
    let dashboard = open(&lab, editor(vec![replaces("0 15 * * *", "5 4 * * *"), keep, fails]));
    dashboard.press("e");
    dashboard.wait_for("cronjob/task-reporter edited");
    dashboard.wait_for_line(&["task-reporter", "5 4 * * *"]);
    assert_eq!(schedule(&lab), "5 4 * * *");
    assert!(dashboard.edited()[0].starts_with("apiVersion: batch/v1\n"), "{}", dashboard.edited()[0]);

    dashboard.press("e");
    dashboard.wait_for("nothing was changed");
    dashboard.press("e");
    dashboard.wait_for("vi ended with exit status: 1");
    assert_eq!(schedule(&lab), "5 4 * * *");
}

#[test]
fn a_refused_edit_opens_again_with_the_servers_words_and_the_persons_text() {
    let lab = lab();
    let typed = "schedule: 99 9 * * * # mine";
    let dashboard =
        open(&lab, editor(vec![replaces("schedule: 0 15 * * *", typed), replaces(typed, "schedule: 9 9 * * *")]));
    dashboard.press("e");
    dashboard.wait_for("cronjob/task-reporter edited");
    dashboard.wait_for_line(&["task-reporter", "9 9 * * *"]);
    assert_eq!(schedule(&lab), "9 9 * * *");

    let again = &dashboard.edited()[1];
    let (words, text) = again.split_once("apiVersion:").unwrap();
    assert!(words.lines().all(|line| line.is_empty() || line.starts_with("# k8s-tutor: ")), "{words}");
    assert!(words.contains("Invalid value: \"99 9 * * *\""), "{words}");
    assert!(text.contains(typed), "what was typed is kept:\n{again}");
    assert_eq!(dashboard.edited().len(), 2);
}

#[test]
fn a_refused_edit_is_given_up_by_leaving_it_as_it_is() {
    let lab = lab();
    let keep = Box::new(|text: &str| Ok(text.to_owned()));
    let dashboard = open(&lab, editor(vec![replaces("schedule: 0 15 * * *", "schedule: 99 9 * * *"), keep]));
    dashboard.press("e");
    dashboard.wait_for("nothing was changed");
    assert_eq!(schedule(&lab), "0 15 * * *");
}
