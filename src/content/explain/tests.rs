//! What ships is whole, and each kind of mistake in the files is found.

use std::collections::BTreeSet;

use super::{DIAGNOSIS, Explain, FIELDS, REASONS};
use crate::domain::diagnosis::{CATALOGUE, Subject, Surroundings, diagnose};
use crate::domain::service::DeploymentRow;
use crate::text::Lang;

fn shipped() -> Explain {
    Explain::load().expect("assets/explain is usable")
}

#[test]
fn every_finding_has_words_in_both_languages() {
    let explain = shipped();
    assert!(CATALOGUE.len() > 60);
    for known in CATALOGUE {
        let (en, ja) = (explain.finding(known.id, Lang::En).unwrap(), explain.finding(known.id, Lang::Ja).unwrap());
        assert!(en.why.is_ascii() && en.title.is_ascii() && en.next.is_ascii(), "{}", known.id);
        assert!(!ja.why.is_ascii() && !ja.title.is_ascii() && !ja.next.is_ascii(), "{}", known.id);
    }
    let ids: BTreeSet<_> = CATALOGUE.iter().map(|known| known.id).collect();
    assert_eq!(ids.len(), CATALOGUE.len(), "an id stands twice");
}

/// The message of the error that a change of one of the files leads to.
fn broken(file: &str, from: &str, to: &str) -> String {
    let changed = |name: &str, text: &str| {
        if name != file {
            return text.to_owned();
        }
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let (diagnosis, fields, reasons) =
        (changed("diagnosis", DIAGNOSIS), changed("fields", FIELDS), changed("reasons", REASONS));
    Explain::read(&diagnosis, &fields, &reasons).expect_err("it is broken").to_string()
}

#[test]
fn mistakes_in_the_files_are_found() {
    let cases = [
        ("diagnosis", "\njob-suspended:", "\njob-held:", "job-held: no diagnosis finds this"),
        ("diagnosis", "of Job {job}", "of Job {name}", "the placeholders are"),
        ("diagnosis", "of Job {job}", "of the Job", "the placeholders are"),
        ("diagnosis", "\"No pod yet\"", "\"\"", "title, why and next are all wanted"),
        ("diagnosis", "\"No pod yet\"", &format!("\"{}\"", "計".repeat(31)), "62 columns, at most 60"),
        ("diagnosis", "    next: ", "    then: ", "unknown field"),
        ("diagnosis", "\njob-no-pod-yet:", "\njob-suspended:", "already set in this mapping"),
        ("fields", "forgives: {value}", "forgives", "{value} is wanted once"),
        ("fields", "name: activeDeadlineSeconds", "name: backoffLimit", "it stands there twice"),
        ("fields", "Failed pods that", &"x".repeat(90), "at most 100"),
        ("reasons", "\nSuccessfulDelete:\n  en: \"A", "\nSuccessfulDelete:\n  en: \"{x} A", "without placeholders"),
        ("reasons", "\nKilling:\n  en:", "\nKilling:\n  fr:", "missing field"),
    ];
    for (file, from, to, wanted) in cases {
        let message = broken(file, from, to);
        assert!(message.contains(wanted) && message.contains(&format!("assets/explain/{file}.yaml")), "{message}");
    }
    let (_, without) = DIAGNOSIS.split_once("job-no-pod-yet:").unwrap();
    let message = Explain::read(&format!("job-no-pod-yet:{without}"), FIELDS, REASONS).unwrap_err().to_string();
    assert!(message.contains("job-suspended: it has no words"), "{message}");
}

#[test]
fn facts_take_the_places_of_their_names_and_foreign_text_is_made_safe() {
    let waiting = Some("1 of 2 {ready}\u{1b}[31m".to_owned());
    let row = DeploymentRow { name: "task-service".into(), wanted: 2, ready: 1, waiting, ..DeploymentRow::default() };
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    let found = diagnose(Subject::Deployment(&row), &Surroundings::at(now));
    let en = shipped().tell(&found[0], Lang::En);
    assert_eq!(en.title, "Rolling out, 1 of 2 ready");
    assert!(en.why.ends_with("It waits: 1 of 2 {ready}\\u{1b}[31m."), "{}", en.why);
    assert_eq!(shipped().tell(&found[0], Lang::Ja).title, "ロールアウト中です (1/2 Ready)");
    let silent = DeploymentRow { waiting: None, ..row };
    let found = diagnose(Subject::Deployment(&silent), &Surroundings::at(now));
    assert!(shipped().tell(&found[0], Lang::En).why.ends_with("It waits: (none)."));
    assert!(shipped().tell(&found[0], Lang::Ja).why.ends_with("(なし)"));
}

#[test]
fn every_field_that_a_learner_meets_is_explained() {
    let explain = shipped();
    let wanted = [
        ("Job", "backoffLimit activeDeadlineSeconds completions parallelism completionMode ttlSecondsAfterFinished"),
        ("Job", "suspend restartPolicy"),
        ("CronJob", "schedule timeZone concurrencyPolicy suspend successfulJobsHistoryLimit failedJobsHistoryLimit"),
        ("CronJob", "startingDeadlineSeconds lastScheduleTime lastSuccessfulTime active"),
    ];
    for (kind, names) in wanted {
        for name in names.split_whitespace() {
            for lang in Lang::ALL {
                let line = explain.field(kind, name, lang, Some("VALUE")).unwrap_or_else(|| panic!("{kind} {name}"));
                assert!(line.contains("VALUE"), "{line}");
            }
        }
    }
    assert_eq!(explain.field("Pod", "backoffLimit", Lang::En, None), None);
    let limit = explain.field("Job", "backoffLimit", Lang::En, None).unwrap();
    assert_eq!(limit, "Failed pods that the Job forgives: 6. One more, and the Job itself has failed.");
    let unset = explain.field("Job", "activeDeadlineSeconds", Lang::Ja, None).unwrap();
    assert!(unset.contains("未設定"), "{unset}");
}

#[test]
fn a_field_is_found_by_any_of_its_names() {
    let explain = shipped();
    let named = |text: &str| explain.fields_called(text).iter().map(|f| f.full_name()).collect::<Vec<_>>();
    for text in
        ["job.spec.backoffLimit", "spec.backofflimit", "job.backoffLimit", "backoffLimit", "Job.Spec.BackoffLimit"]
    {
        assert_eq!(named(text), ["job.spec.backoffLimit"], "{text}");
    }
    assert_eq!(named("suspend"), ["job.spec.suspend", "cronjob.spec.suspend"]);
    assert_eq!(named("cronjob.suspend"), ["cronjob.spec.suspend"]);
    assert!(named("backoff").is_empty());
}

#[test]
fn every_reason_of_the_lab_is_explained() {
    let explain = shipped();
    let wanted = "SuccessfulCreate SuccessfulDelete SawCompletedJob UnexpectedJob MissingJob BackoffLimitExceeded \
        MissSchedule TooManyMissedTimes JobAlreadyActive DeadlineExceeded CompletionsReached JobSuspended JobResumed \
        Pulling Pulled Created Started Killing BackOff FailedScheduling Scheduled Unhealthy ScalingReplicaSet Failed \
        FailedMount FailedCreate InspectFailed FailedPostStartHook Completed Error CrashLoopBackOff OOMKilled Evicted \
        ErrImageNeverPull ErrImagePull ImagePullBackOff InvalidImageName CreateContainerConfigError RunContainerError \
        StartError ContainerStatusUnknown ContainerCreating PodInitializing Pending Running Succeeded Terminating";
    for word in wanted.split_whitespace() {
        let (en, ja) = (explain.reason(word, Lang::En).unwrap(), explain.reason(word, Lang::Ja).unwrap());
        assert!(en.is_ascii() && !ja.is_ascii(), "{word}");
    }
    assert_eq!(explain.reason("oomkilled", Lang::En), explain.reason("OOMKilled", Lang::En));
    assert_eq!(explain.reason("NoSuchWord", Lang::En), None);
}
