//! The task-service's settings, all from the environment.
//!
//! Called by `service::main`. Every mistake is named at once.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use jiff::tz::TimeZone;

use crate::workload::clients::AwsSettings;
use crate::workload::env::{Reader, Vars};

/// What the service needs to know.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) aws: AwsSettings,
    /// `TASK_TABLE_NAME`.
    pub(super) table: String,
    /// `TZ`: whose midnight a list without `start` begins at.
    pub(super) zone: TimeZone,
    /// `LISTEN_ADDR` (every address of the pod by default) and `PORT` (3000).
    pub(super) listen: SocketAddr,
    /// `STAGE`, shown in the first log line.
    pub(super) stage: String,
}

impl Config {
    /// Reads `vars`, or says everything that is wrong with them.
    pub(super) fn read(vars: &Vars) -> Result<Self, Vec<String>> {
        let mut env = Reader::new(vars);
        let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let address = env.parsed("LISTEN_ADDR", everywhere, "an IP address", |value| value.parse().ok());
        let port = env.parsed("PORT", 3000, "a port from 0 (any free one) to 65535", |value| value.parse().ok());
        let config = Self {
            aws: AwsSettings::read(&mut env),
            table: env.required("TASK_TABLE_NAME", "the DynamoDB table of the tasks"),
            zone: env.time_zone(),
            listen: SocketAddr::new(address, port),
            stage: env.optional("STAGE").unwrap_or("-").to_owned(),
        };
        env.parsed("LOG_FORMAT", (), "text or json", |value| matches!(value, "text" | "json").then_some(()));
        env.finish(config)
    }
}
