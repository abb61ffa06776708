//! A sign, a word and a style for every state: colour is never the only signal.

use ratatui::style::Style;

use super::theme::Theme;
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::CronJobPhase;
use crate::domain::job::JobPhase;
use crate::domain::step::StepState;

/// A sign of one column and a style.
pub(super) type Sign = (&'static str, Style);

pub(super) fn job(phase: JobPhase, theme: &Theme) -> Sign {
    match phase {
        JobPhase::Complete => ("✓", theme.good),
        JobPhase::Failed => ("✗", theme.bad),
        JobPhase::Retrying => ("↻", theme.warn),
        JobPhase::Running => ("▶", theme.busy),
        JobPhase::Pending => ("…", theme.warn),
        JobPhase::Suspended => ("‖", theme.dim),
    }
}

pub(super) fn cronjob(phase: CronJobPhase, theme: &Theme) -> Sign {
    match phase {
        CronJobPhase::Waiting => ("◷", theme.text),
        CronJobPhase::Running => ("▶", theme.busy),
        CronJobPhase::Suspended => ("‖", theme.warn),
    }
}

pub(super) fn attempt(attempt: &Attempt, theme: &Theme) -> Sign {
    match attempt.state {
        AttemptState::Succeeded => ("✓", theme.good),
        AttemptState::Failed => ("✗", theme.bad),
        AttemptState::Running => ("▶", theme.busy),
        AttemptState::Pending => ("…", theme.warn),
    }
}

pub(super) fn step(state: StepState, theme: &Theme) -> Sign {
    match state {
        StepState::Pending => ("·", theme.dim),
        StepState::Running => ("▶", theme.busy),
        StepState::Done => ("✓", theme.good),
        StepState::Unchanged => ("=", theme.good),
        StepState::Failed => ("✗", theme.bad),
        StepState::Skipped => ("-", theme.dim),
    }
}

/// A pod by kubectl's STATUS.
pub(super) fn pod(status: &str, theme: &Theme) -> Sign {
    match status {
        "Running" => ("▶", theme.busy),
        "Completed" | "Succeeded" => ("✓", theme.good),
        "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" | "NotReady" => ("…", theme.warn),
        _ => ("✗", theme.bad),
    }
}
