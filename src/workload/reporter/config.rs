//! The task-reporter's settings, all from the environment.
//!
//! Called by `reporter::main`. Every mistake is named at once.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::workload::clients::AwsSettings;
use crate::workload::env::{Reader, Vars};

/// Days that a report may lie back: ten years.
const MAX_OFFSET: u16 = 3660;

/// What one run needs to know.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) aws: AwsSettings,
    /// `TASK_TABLE_NAME`.
    pub(super) table: String,
    /// `REPORT_BUCKET`.
    pub(super) bucket: String,
    /// `TARGET_OFFSET_DAYS`: 0 is today, 1 (the default) yesterday.
    pub(super) offset_days: u16,
    /// `TZ`: whose midnight begins the day, whose clock the CSV shows.
    pub(super) zone: TimeZone,
    /// `TEMP_DIR`: scratch space, an emptyDir in the cluster.
    pub(super) temp_dir: PathBuf,
    /// `PAGE_SIZE`: items asked for in one query.
    pub(super) page_size: i32,
    /// `LOG_ROWS`: rows shown in the log; the rest is only counted, so that a big day does not flood the node.
    pub(super) log_rows: u64,
    /// `CSV_FORMULAS`: `escape` (the default) or `keep`, see `csv.rs`.
    pub(super) keep_formulas: bool,
    /// `STAGE`, shown in the first log line.
    pub(super) stage: String,
    /// `HOSTNAME`: the pod's name, written beside the report.
    pub(super) pod: Option<String>,
    /// `JOB_NAME`: the Job that the pod belongs to, likewise; no kubelet sets it by itself.
    pub(super) job: Option<String>,
}

impl Config {
    /// Reads `vars`, or says everything that is wrong with them.
    pub(super) fn read(vars: &Vars) -> Result<Self, Vec<String>> {
        let mut env = Reader::new(vars);
        let config = Self {
            aws: AwsSettings::read(&mut env),
            table: env.required("TASK_TABLE_NAME", "the DynamoDB table of the tasks"),
            bucket: env.required("REPORT_BUCKET", "the S3 bucket for the reports"),
            offset_days: env.parsed("TARGET_OFFSET_DAYS", 1, "a whole number from 0 (today) to 3660", |value| {
                value.parse().ok().filter(|days| *days <= MAX_OFFSET)
            }),
            zone: env.time_zone(),
            temp_dir: PathBuf::from(env.optional("TEMP_DIR").unwrap_or(".")),
            page_size: env.parsed("PAGE_SIZE", 1000, "a whole number from 1 to 10000", |value| {
                value.parse().ok().filter(|size| (1..=10_000).contains(size))
            }),
            log_rows: env.parsed("LOG_ROWS", 100, "a whole number", |value| value.parse().ok()),
            keep_formulas: env.parsed("CSV_FORMULAS", false, "escape or keep", |value| match value {
                "escape" => Some(false),
                "keep" => Some(true),
                _ => None,
            }),
            stage: env.optional("STAGE").unwrap_or("-").to_owned(),
            pod: env.optional("HOSTNAME").map(str::to_owned),
            job: env.optional("JOB_NAME").map(str::to_owned),
        };
        env.parsed("LOG_FORMAT", (), "text or json", |value| matches!(value, "text" | "json").then_some(()));
        env.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::workload::env::Vars;

    fn vars(pairs: &[(&str, &str)]) -> Vars {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const TUTORIAL: &[(&str, &str)] = &[
        ("STAGE", "localstack"),
        ("NODE_ENV", "development"),
        ("TZ", "Asia/Tokyo"),
        ("TASK_TABLE_NAME", "tasks"),
        ("REPORT_BUCKET", "completed-task-report-bucket"),
        ("TARGET_OFFSET_DAYS", "0"),
        ("AWS_ENDPOINT", "http://localstack:4566"),
        ("AWS_DEFAULT_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "localstack"),
        ("AWS_SECRET_ACCESS_KEY", "localstack"),
    ];

    #[test]
    fn the_tutorials_configmap_is_a_full_configuration() {
        let config = Config::read(&vars(TUTORIAL)).unwrap();
        assert_eq!(config.offset_days, 0);
        assert_eq!(config.aws.place(), "http://localstack:4566");
        assert_eq!(config.zone.iana_name(), Some("Asia/Tokyo"));
        assert_eq!(config.temp_dir.to_str(), Some("."));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let problems = Config::read(&vars(&[
            ("TARGET_OFFSET_DAYS", "abc"),
            ("TZ", "Asia/Edo"),
            ("AWS_ENDPOINT", "localstack:4566"),
            ("REPORT_BUCKET", ""),
            ("LOG_FORMAT", "xml"),
        ]))
        .unwrap_err();
        let text = problems.join("\n");
        for name in [
            "TARGET_OFFSET_DAYS is \"abc\"",
            "TZ is \"Asia/Edo\"",
            "AWS_ENDPOINT is \"localstack:4566\"",
            "REPORT_BUCKET is not set",
            "TASK_TABLE_NAME is not set",
            "AWS_ACCESS_KEY_ID is not set",
            "AWS_SECRET_ACCESS_KEY is not set",
            "LOG_FORMAT is \"xml\"",
        ] {
            assert!(text.contains(name), "{name} is missing in:\n{text}");
        }
        assert_eq!(problems.len(), 8);
    }

    #[test]
    fn an_offset_is_never_negative_nor_fractional() {
        for wrong in ["-1", "1.5", "3661", "99999999999", " 1"] {
            let mut pairs = TUTORIAL.to_vec();
            pairs.retain(|(name, _)| *name != "TARGET_OFFSET_DAYS");
            pairs.push(("TARGET_OFFSET_DAYS", wrong));
            assert!(Config::read(&vars(&pairs)).is_err(), "{wrong}");
        }
    }
}
