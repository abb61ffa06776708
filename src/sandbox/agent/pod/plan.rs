//! What a pod needs next: pure, from the states of its containers and the time.
//!
//! Kubernetes' rules: init containers one after the other, then all others at once; a container
//! that ended is started again as restartPolicy says, after its backoff; a pod whose containers
//! have all ended for good has succeeded or failed.

use std::time::Duration;

use jiff::Timestamp;

use super::container::{Role, Run, State};

/// restartPolicy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    Always,
    OnFailure,
    Never,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Start this container now.
    Start(usize),
    /// It waits out its backoff; say so.
    BackOff { container: usize, pause: Duration, until: Timestamp },
}

/// How a pod ended for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Succeeded,
    Failed,
}

/// The next steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Look again at this time even if nothing happens.
    pub(super) wake: Option<Timestamp>,
    /// All is over.
    pub(super) outcome: Option<Outcome>,
}

impl Policy {
    pub(super) fn parse(text: Option<&str>) -> Self {
        match text {
            Some("Never") => Self::Never,
            Some("OnFailure") => Self::OnFailure,
            _ => Self::Always,
        }
    }

    /// Whether a container is started again after this exit code.
    pub(super) fn restarts(self, role: Role, code: i32) -> bool {
        match (role, self) {
            (Role::Sidecar, _) => true,
            (Role::Init, Self::Never) | (Role::Main, Self::Never) => false,
            (Role::Main, Self::Always) => true,
            (Role::Init, _) | (Role::Main, Self::OnFailure) => code != 0,
        }
    }
}

/// True once all init containers have done their work.
pub(super) fn initialized(runs: &[Run]) -> bool {
    runs.iter().all(|run| match run.role {
        Role::Init => succeeded(run),
        Role::Sidecar => run.started || run.number.is_some_and(|_| later_started(runs)),
        Role::Main => true,
    })
}

/// A sidecar that died after the pod was initialised does not make it uninitialised.
fn later_started(runs: &[Run]) -> bool {
    runs.iter().any(|run| run.role == Role::Main && run.number.is_some())
}

/// What to do now.
pub(super) fn plan(runs: &[Run], policy: Policy, now: Timestamp) -> Plan {
    let mut plan = Plan::default();
    for (i, run) in runs.iter().enumerate().filter(|(_, run)| run.role != Role::Main) {
        match run.role {
            Role::Init if succeeded(run) => {}
            Role::Init if failed_for_good(run, policy) => {
                plan.outcome = Some(Outcome::Failed);
                return plan;
            }
            Role::Sidecar if run.attempt.is_some() && run.started => {}
            _ => {
                plan.consider(i, run, policy, now);
                if !(run.role == Role::Sidecar && later_started(runs)) {
                    return plan;
                }
            }
        }
    }
    let mut all_over = true;
    for (i, run) in runs.iter().enumerate().filter(|(_, run)| run.role == Role::Main) {
        let over = run.attempt.is_none()
            && run.state.terminated().is_some_and(|end| !policy.restarts(Role::Main, end.exit_code));
        if !over {
            all_over = false;
            plan.consider(i, run, policy, now);
        }
    }
    if all_over {
        let good = runs.iter().filter(|run| run.role == Role::Main).all(succeeded);
        plan.outcome = Some(if good { Outcome::Succeeded } else { Outcome::Failed });
    }
    plan
}

impl Plan {
    fn consider(&mut self, i: usize, run: &Run, policy: Policy, now: Timestamp) {
        if run.attempt.is_some() {
            return;
        }
        if let Some(end) = run.state.terminated()
            && !policy.restarts(run.role, end.exit_code)
        {
            return;
        }
        if let Some((pause, until)) = run.ended_at.and_then(|ended| run.crashes.holds(ended, now)) {
            self.wake_at(until);
            let said = matches!(&run.state, State::Waiting { reason, .. } if reason == "CrashLoopBackOff");
            if !said {
                self.steps.push(Step::BackOff { container: i, pause, until });
            }
            return;
        }
        match run.retry_at {
            Some(at) if now < at => self.wake_at(at),
            _ => self.steps.push(Step::Start(i)),
        }
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }
}

fn succeeded(run: &Run) -> bool {
    run.attempt.is_none() && run.state.terminated().is_some_and(|end| end.exit_code == 0)
}

fn failed_for_good(run: &Run, policy: Policy) -> bool {
    run.attempt.is_none() && run.state.terminated().is_some_and(|end| !policy.restarts(run.role, end.exit_code))
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::{ContainerStateTerminated, Pod};

    use super::super::container::fresh;
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T15:00:00Z".parse().expect("a time")
    }

    fn runs(inits: &[Option<&str>], mains: usize) -> Vec<Run> {
        let init =
            |(i, policy): (usize, &Option<&str>)| serde_json::json!({"name": format!("i{i}"), "restartPolicy": policy});
        let pod: Pod = serde_json::from_value(serde_json::json!({"spec": {
            "initContainers": inits.iter().enumerate().map(init).collect::<Vec<_>>(),
            "containers": (0..mains).map(|i| serde_json::json!({"name": format!("c{i}")})).collect::<Vec<_>>(),
        }}))
        .expect("a pod");
        fresh(&pod)
    }

    fn end(run: &mut Run, code: i32) {
        run.state = State::Terminated(ContainerStateTerminated { exit_code: code, ..Default::default() });
        run.number = Some(0);
        run.ended_at = Some(now());
    }

    #[test]
    fn init_containers_come_one_after_the_other_then_all_others() {
        let mut runs = runs(&[None, None], 2);
        assert_eq!(plan(&runs, Policy::Always, now()).steps, [Step::Start(0)]);
        end(&mut runs[0], 0);
        assert_eq!(plan(&runs, Policy::Always, now()).steps, [Step::Start(1)]);
        assert!(!initialized(&runs));
        end(&mut runs[1], 0);
        assert!(initialized(&runs));
        assert_eq!(plan(&runs, Policy::Always, now()).steps, [Step::Start(2), Step::Start(3)]);
    }

    #[test]
    fn a_failing_init_container_fails_a_pod_that_never_restarts() {
        let mut runs = runs(&[None], 1);
        end(&mut runs[0], 6);
        assert_eq!(plan(&runs, Policy::Never, now()).outcome, Some(Outcome::Failed));
        assert_eq!(plan(&runs, Policy::OnFailure, now()).steps, [Step::Start(0)]);
    }

    #[test]
    fn a_crash_is_restarted_at_once_then_after_its_backoff() {
        let mut runs = runs(&[], 1);
        end(&mut runs[0], 1);
        assert_eq!(plan(&runs, Policy::Always, now()).steps, [Step::Start(0)]);
        runs[0].crashes.step(now());
        let until = now().checked_add(jiff::SignedDuration::from_secs(10)).expect("a time");
        let wait = plan(&runs, Policy::Always, now());
        assert_eq!(wait.steps, [Step::BackOff { container: 0, pause: Duration::from_secs(10), until }]);
        assert_eq!(wait.wake, Some(until));
        assert_eq!(plan(&runs, Policy::Always, until).steps, [Step::Start(0)]);
        assert_eq!(plan(&runs, Policy::Never, until).outcome, Some(Outcome::Failed));
    }

    #[test]
    fn a_pod_is_over_when_all_have_ended_for_good() {
        let mut runs = runs(&[], 2);
        end(&mut runs[0], 0);
        assert_eq!(plan(&runs, Policy::Never, now()).outcome, None);
        end(&mut runs[1], 0);
        assert_eq!(plan(&runs, Policy::OnFailure, now()).outcome, Some(Outcome::Succeeded));
        end(&mut runs[1], 3);
        assert_eq!(plan(&runs, Policy::Never, now()).outcome, Some(Outcome::Failed));
        assert_eq!(plan(&runs, Policy::OnFailure, now()).outcome, None);
    }

    #[test]
    fn an_error_before_the_start_is_tried_again_later() {
        let mut runs = runs(&[], 1);
        let later = now().checked_add(jiff::SignedDuration::from_secs(12)).expect("a time");
        runs[0].retry_at = Some(later);
        let wait = plan(&runs, Policy::Always, now());
        assert_eq!((wait.steps, wait.wake), (vec![], Some(later)));
    }
}
