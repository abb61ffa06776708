//! Every finding there is: its id, how bad it is, the names of its facts. A diagnosis fills one in by name, so that the
//! compiler knows of a fact that is missing; `content::explain` checks that each has its words.

use super::finding::{Finding, Severity};

/// A finding as the words' keeper needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The id.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The names of its facts: the placeholders that its words may use.
    pub facts: &'static [&'static str],
}

macro_rules! catalogue {
    ($($name:ident $severity:ident $id:literal { $($fact:ident),* $(,)? })+) => {
        $(
            pub(super) struct $name { $(pub(super) $fact: String),* }

            impl $name {
                pub(super) fn found(self) -> Finding {
                    Finding {
                        id: $id,
                        severity: Severity::$severity,
                        facts: vec![$((stringify!($fact), self.$fact)),*],
                        next: Vec::new(),
                    }
                }
            }
        )+

        /// All of them.
        pub const CATALOGUE: &[Known] = &[
            $(Known { id: $id, severity: Severity::$severity, facts: &[$(stringify!($fact)),*] }),+
        ];
    };
}

catalogue! {
    JobSuspended Warning "job-suspended" { job }
    JobNoPodYet Info "job-no-pod-yet" { job, age }
    JobRunning Info "job-running" { attempt, took }
    JobRestarting Warning "job-restarting" { restarts, limit, left }
    JobRetrying Warning "job-retrying" { attempt, at, wait, backoff, failed, limit, left }
    JobRetryTooLate Error "job-retry-too-late" { at, ends, deadline }
    JobDeadlineNear Warning "job-deadline-near" { left, deadline }
    JobFailuresGone Info "job-failures-gone" { gone }
    JobComplete Info "job-complete" { succeeded, took }
    JobCompleteAfterRetries Info "job-complete-after-retries" { failed, limit, took }
    JobBackoffLimit Error "job-backoff-limit" { failed, limit, took }
    JobDeadline Error "job-deadline" { deadline, failed }
    JobPodFailurePolicy Error "job-pod-failure-policy" { message }
    JobFailedIndexes Error "job-failed-indexes" { message }
    JobFailed Error "job-failed" { reason, message }

    HitByFault Error "hit-by-fault" { target, original, current }
    HitByNoEndpoints Error "hit-by-no-endpoints" { service }

    PodUnschedulable Error "pod-unschedulable" { message }
    PodNotScheduledYet Info "pod-not-scheduled-yet" { age }
    PodStarting Info "pod-starting" { age }
    PodImageNeverPull Error "pod-image-never-pull" { message }
    PodImagePull Error "pod-image-pull" { reason, message }
    PodImageName Error "pod-image-name" { message }
    PodConfigMissing Error "pod-config-missing" { message }
    PodCreateFailed Error "pod-create-failed" { reason, message }
    PodMountFailed Error "pod-mount-failed" { message }
    PodWaiting Warning "pod-waiting" { reason, message }
    PodCrashLoop Error "pod-crash-loop" { restarts, message }
    PodRunning Info "pod-running" { ready, containers, age }
    PodNotReady Warning "pod-not-ready" { ready, containers, message }
    PodComplete Info "pod-complete" { took }
    PodTerminating Warning "pod-terminating" { pod }
    PodOfJobTerminating Warning "pod-of-job-terminating" { pod, job }
    PodEvicted Error "pod-evicted" { message }
    PodDeadline Error "pod-deadline" { message }
    PodLost Error "pod-lost" { reason }
    PodDeleted Warning "pod-deleted" { pod }

    ExitUnexpected Error "exit-unexpected" { message }
    ExitConfiguration Error "exit-configuration" { message }
    ExitUnreachable Error "exit-unreachable" { message }
    ExitNoBucket Error "exit-no-bucket" { message }
    ExitNoTable Error "exit-no-table" { message }
    ExitDisk Error "exit-disk" { message }
    ExitDenied Error "exit-denied" { message }
    ExitListen Error "exit-listen" { message }
    ExitOther Error "exit-other" { exit_code, message }
    ExitNotExecutable Error "exit-not-executable" { message }
    ExitNotFound Error "exit-not-found" { message }
    ExitStartError Error "exit-start-error" { exit_code, message }
    ExitOom Error "exit-oom" {}
    ExitKilled Error "exit-killed" { message }
    ExitTerminated Warning "exit-terminated" { message }
    ExitSignal Error "exit-signal" { exit_code, signal, message }

    CronUnreadable Error "cron-unreadable" { schedule, error }
    CronZoneUnknown Error "cron-zone-unknown" { zone, error }
    CronNever Error "cron-never" { schedule }
    CronWaiting Info "cron-waiting" { schedule, at, wait }
    CronRunning Info "cron-running" { jobs, count }
    CronRunRetrying Warning "cron-run-retrying" { job, attempt, at }
    CronSuspended Warning "cron-suspended" { missed }
    CronResumeNothing Info "cron-resume-nothing" { at }
    CronResumeStarts Warning "cron-resume-starts" { at, missed }
    CronResumeTooLate Info "cron-resume-too-late" { at, deadline }
    CronTooManyMissed Warning "cron-too-many-missed" {}
    CronForbid Info "cron-forbid" { job, at }
    CronForbidBlocked Warning "cron-forbid-blocked" { job, at }
    CronReplace Info "cron-replace" { job, at }
    CronAllow Info "cron-allow" { job, at }
    CronOverdue Warning "cron-overdue" { at, late }
    CronStartMissed Warning "cron-start-missed" { at, deadline }
    CronDeadlineShort Warning "cron-deadline-short" { deadline }
    CronLastFailed Error "cron-last-failed" { job, reason, at }
    CronUnexpectedJob Info "cron-unexpected-job" { message }

    DeploymentReady Info "deployment-ready" { ready, wanted }
    DeploymentZero Info "deployment-zero" { deployment }
    DeploymentRolling Warning "deployment-rolling" { ready, wanted, waiting }
    DeploymentStalled Error "deployment-stalled" { ready, wanted, waiting }
    DeploymentUnready Warning "deployment-unready" { ready, wanted }
    DeploymentHitByFault Error "deployment-hit-by-fault" { target, original, current }

    ServiceOk Info "service-ok" { service, ready }
    ServiceUnknown Info "service-unknown" { service }
    ServicePortFault Error "service-port-fault" { service, original, current, since, effect }
    ServicePortByHand Error "service-port-by-hand" { service, original, current, effect }
    ServiceFaultEnds Info "service-fault-ends" { until, wait }
    ServiceFaultHarmless Warning "service-fault-harmless" { effect }
    ServiceNoEndpoints Error "service-no-endpoints" { service, not_ready }
    ServiceNoPods Error "service-no-pods" { service }
    FaultAttempts Error "fault-attempts" { count, original }
    FaultRetrying Warning "fault-retrying" { jobs, count }
    FaultLost Error "fault-lost" { jobs, count }
    FaultUnready Warning "fault-unready" { deployments }
}
