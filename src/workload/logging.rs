//! The log of a workload: lines on standard output, where `kubectl logs` reads them.
//!
//! Called once by each workload's `main`. `LOG_FORMAT=json` gives one JSON object a line, anything else plain
//! lines; `LOG_LEVEL` (error, warn, info, debug, trace) defaults to info.

use tracing::level_filters::LevelFilter;

/// Installs the log for the process. A second call (tests run in one process) changes nothing.
pub(crate) fn init(format: Option<&str>, level: Option<&str>) {
    let level = level.and_then(|name| name.parse::<LevelFilter>().ok()).unwrap_or(LevelFilter::INFO);
    // The SDK's own notes would bury the story that a learner reads: they start at warn.
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,k8s_tutor={level}"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_target(false);
    let _ = match format {
        Some("json") => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
        _ => lines.without_time().with_level(false).try_init(),
    };
}
