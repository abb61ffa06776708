//! The words of `--help`: examples for each verb. And the reading of durations and of clap's errors.

use std::time::Duration;

pub(super) const TOP: &str = "\
Examples:
  k8s-tutor up                              bring the lab up, and open the dashboard
  k8s-tutor                                 the dashboard of a lab that is up
  k8s-tutor --panel job --select test3      begin with one Job
  k8s-tutor --readonly --lang ja            change nothing; in Japanese
  k8s-tutor --snapshot 110x30 --panel jobs  one frame, then end
  k8s-tutor --plain --for 30s               what changes, as lines
  k8s-tutor task seed 9                     some tasks, two thirds of them finished today
  k8s-tutor job run test1 --wait            run the report now
  k8s-tutor report cat                      read it
  k8s-tutor fault inject-port               break it, and watch Kubernetes retry
  k8s-tutor down                            remove what up made

Without a verb: the dashboard on a terminal, the lab's status elsewhere.

Exit codes:
  0  done, or nothing to do          5  there already, or another k8s-tutor is at it
  1  tried, did not work             6  waited for in vain
  2  makes no sense as asked         7  the provider is not available
  3  the lab is not up               8  a manifest or the settings file is broken
  4  the object is not there       130  interrupted

Environment:
  K8S_TUTOR_DATA_DIR  where state lies      K8S_TUTOR_CONFIG  the settings file      NO_COLOR  no colour";

pub(super) const UP: &str = "\
Examples:
  k8s-tutor up
  k8s-tutor up --no-dashboard               lines instead of the dashboard
  k8s-tutor --plain up                      the same as lines, and goes on telling what changes
  k8s-tutor up --dry-run                    the plan: each step, why, and its kubectl equivalent
  k8s-tutor up --until localstack           the first steps only; up again goes on
  k8s-tutor up --stage v1                   the web part only
  k8s-tutor up --manifests my-k8s           manifests of your own
  k8s-tutor up --provider context --context kind-kind

A second up on a lab that is up changes nothing and says so. Active faults are kept and named.";

pub(super) const DOWN: &str = "\
Examples:
  k8s-tutor down                            tasks and reports are kept for the next up
  k8s-tutor down --purge                    nothing is kept
  k8s-tutor down --dry-run                  what would be removed";

pub(super) const STATUS: &str = "\
Examples:
  k8s-tutor status
  k8s-tutor status -o json";

pub(super) const DOCTOR: &str = "\
Examples:
  k8s-tutor doctor
  k8s-tutor doctor -o wide                  with what to do

Exit code 1 if a check fails.";

pub(super) const LOGS: &str = "\
Examples:
  k8s-tutor logs
  k8s-tutor logs localstack --tail 20
  k8s-tutor logs task-service -f";

pub(super) const KUBECONFIG: &str = "\
Examples:
  k8s-tutor kubeconfig                      for: export KUBECONFIG=$(k8s-tutor kubeconfig)
  k8s-tutor kubeconfig --merge              then: kubectl --context k8s-tutor-sandbox get pod";

pub(super) const MANIFESTS: &str = "\
Examples:
  k8s-tutor manifests ls
  k8s-tutor manifests ls v1
  k8s-tutor manifests export my-k8s
  k8s-tutor manifests diff v1 v2";

pub(super) const JOB: &str = "\
Examples:
  k8s-tutor job run                         a name is made up
  k8s-tutor job run test1 --wait
  k8s-tutor job ls -o wide
  k8s-tutor job show test1
  k8s-tutor job why                         the newest: why it retries, failed or waits
  k8s-tutor job why test3 --lang ja
  k8s-tutor job logs test1 -f               all attempts, one after the other
  k8s-tutor job rm test1 test2";

pub(super) const POD: &str = "\
Examples:
  k8s-tutor pod ls
  k8s-tutor pod ls -l app=task-reporter -o wide
  k8s-tutor pod logs test1-x7b2q --timestamps";

pub(super) const CRON: &str = "\
Examples:
  k8s-tutor cron ls
  k8s-tutor cron show
  k8s-tutor cron suspend
  k8s-tutor cron resume task-reporter
  k8s-tutor cron schedule '*/3 * * * *'
  k8s-tutor cron next -n 5";

pub(super) const FAULT: &str = "\
Examples:
  k8s-tutor fault inject-port               4566 becomes 4567: the reporter cannot connect
  k8s-tutor fault inject-port --to 4999 --for 2m
  k8s-tutor fault ls -o json
  k8s-tutor fault clear                     also what kubectl edit has changed";

pub(super) const TASK: &str = "\
Examples:
  k8s-tutor task add --user kudoh --title 'Sprint planning'
  k8s-tutor task add --user kudoh --title 'Review' --done
  k8s-tutor task done 7e3790d5-7ee9-4f0b-a6d5-d2db2f084919
  k8s-tutor task reopen 7e3790d5-7ee9-4f0b-a6d5-d2db2f084919
  k8s-tutor task edit 7e3790d5-7ee9-4f0b-a6d5-d2db2f084919 --title 'Design review'
  k8s-tutor task rm 7e3790d5-7ee9-4f0b-a6d5-d2db2f084919
  k8s-tutor task ls
  k8s-tutor task seed 9";

pub(super) const REPORT: &str = "\
Examples:
  k8s-tutor report ls
  k8s-tutor report get                      the newest, into this folder
  k8s-tutor report get completed-tasks-2026-11-23.csv -d /tmp
  k8s-tutor report get --all -d reports
  k8s-tutor report cat
  k8s-tutor report show                     as a table; -o json tells which pod wrote it
  k8s-tutor report diff completed-tasks-2026-11-22.csv completed-tasks-2026-11-23.csv
  k8s-tutor report rm completed-tasks-2026-11-22.csv";

pub(super) const SANDBOX: &str = "\
Examples:
  k8s-tutor sandbox start
  k8s-tutor sandbox start --slot 1
  k8s-tutor sandbox status -o json
  k8s-tutor sandbox stop
  k8s-tutor sandbox serve --port 6443
  k8s-tutor sandbox api --slot 1            the API server alone, in the foreground
  k8s-tutor sandbox controllers --kubeconfig other.yaml
  k8s-tutor sandbox agent --kubeconfig other.yaml --slot 1";

pub(super) const EXPLAIN: &str = "\
Examples:
  k8s-tutor explain                         everything that is explained
  k8s-tutor explain job.spec.backoffLimit
  k8s-tutor explain BackoffLimitExceeded --lang ja
  k8s-tutor explain suspend -o json         of a Job and of a CronJob";

pub(super) const COMPLETION: &str = "\
Examples:
  k8s-tutor completion bash                 for: source <(k8s-tutor completion bash)
  k8s-tutor completion zsh";

/// All of them, for the test that parses each example.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    TOP, UP, DOWN, STATUS, DOCTOR, LOGS, KUBECONFIG, MANIFESTS, JOB, POD, CRON, FAULT, TASK, REPORT, SANDBOX, EXPLAIN,
    COMPLETION,
];

/// Reads a duration: `90`, `90s`, `2m`, `1h30m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: 90s, 2m or 1h30m is one");
    let mut seconds = 0_u64;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return Err(wrong()),
        };
        let n: u64 = digits.parse().map_err(|_| wrong())?;
        seconds = n.checked_mul(unit).and_then(|n| seconds.checked_add(n)).ok_or_else(wrong)?;
        digits.clear();
    }
    if !digits.is_empty() {
        let rest: u64 = digits.parse().map_err(|_| wrong())?;
        seconds = seconds.checked_add(rest).ok_or_else(wrong)?;
    }
    // A week is more than any lesson, and keeps the sum of a date and this within what a date can be.
    if seconds == 0 || seconds > 7 * 86_400 {
        return Err(format!("{text:?} must lie between 1s and 168h"));
    }
    Ok(Duration::from_secs(seconds))
}

/// Clap's words for a mistake, its tip and the usage, without the frame around them.
pub(super) fn of_clap(rendered: &str) -> String {
    let said = rendered.strip_prefix("error: ").unwrap_or(rendered);
    let said = said.split("\n\nFor more information").next().unwrap_or(said);
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.replace("Usage: ", "usage: ")).collect::<Vec<_>>().join("\n")
}

/// Splits an example as a shell would: spaces, and single quotes.
#[cfg(test)]
pub(super) fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{Args, help_of};
    use std::ffi::OsString;

    #[test]
    fn claps_errors_have_our_shape() {
        let refused = |line: &str| {
            let words: Vec<_> = split(&format!("k8s-tutor {line}")).into_iter().map(OsString::from).collect();
            let error = Args::read(words.clone()).unwrap_err();
            (of_clap(&error.render().to_string()), help_of(&words))
        };
        let (what, next) = refused("job run --wiat");
        assert!(what.starts_with("unexpected argument '--wiat' found\n"), "{what}");
        assert!(what.contains("--wait") && what.contains("usage: k8s-tutor job run"), "{what}");
        assert!(!what.contains("For more information") && !what.contains("\n\n"), "{what}");
        assert_eq!(next, "k8s-tutor job run --help");
        for (line, next) in [
            ("-o json task edit x", "k8s-tutor task edit --help"),
            ("cron next -n many", "k8s-tutor cron next --help"),
            ("nosuch", "k8s-tutor --help"),
        ] {
            assert_eq!(refused(line).1, next);
        }
    }

    #[test]
    fn durations_are_read_in_common_forms() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("2m", 120), ("1h30m", 5400), ("1m5", 65)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "2x", "-1s", "0", "169h", "99999999999999999999s", "1.5h"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }
}
