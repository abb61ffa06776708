//! Is the image there? A kubelet's image states, events and words.

use jiff::{SignedDuration, Timestamp};

use super::Worker;
use super::container::{State, in_spec};
use crate::sandbox::agent::events::Kind as EventKind;
use crate::sandbox::agent::images::{Image, Resolved};

/// What cannot start now is tried again after so many seconds (a kubelet: 11 to 15).
pub(super) const RETRY_SECONDS: i64 = 12;

impl Worker {
    /// The program behind a container's image, or `None` when it has to wait.
    pub(super) fn image(&mut self, i: usize) -> Option<(Image, String, String)> {
        let container = in_spec(&self.pod, &self.runs[i].name)?;
        let reference = container.image.clone().unwrap_or_default();
        let never = container.image_pull_policy.as_deref() == Some("Never");
        match self.shared.images.resolve(&reference) {
            Resolved::Found { image, name, id } => {
                let text = format!(
                    "Container image \"{reference}\" already present on machine and can be accessed by the pod"
                );
                self.say(Some(i), EventKind::Normal, "Pulled", text);
                self.runs[i].pulls = super::backoff::Backoff::default();
                return Some((*image, name, id));
            }
            Resolved::Invalid { why } => {
                self.say(Some(i), EventKind::Warning, "InspectFailed", why.clone());
                self.wait_with_error(i, "InvalidImageName", why);
            }
            Resolved::Missing { .. } if never => {
                let text = format!("Container image \"{reference}\" is not present with pull policy of Never");
                self.say(Some(i), EventKind::Warning, "ErrImageNeverPull", text.clone());
                self.wait_with_error(i, "ErrImageNeverPull", text);
            }
            Resolved::Missing { name } => self.pull(i, &reference, &name),
        }
        None
    }

    /// Shows why a container cannot start, and tries again later.
    pub(super) fn wait_with_error(&mut self, i: usize, reason: &'static str, message: String) {
        let text = match reason {
            "CreateContainerConfigError" | "CreateContainerError" => format!("Error: {message}"),
            _ => format!("Error: {reason}"),
        };
        self.say(Some(i), EventKind::Warning, "Failed", text);
        let now = self.shared.clock.now();
        let run = &mut self.runs[i];
        run.keep_last();
        run.state = State::waiting_because(reason, message);
        run.retry_at = now.checked_add(SignedDuration::from_secs(RETRY_SECONDS)).ok();
    }

    /// There is no registry to pull from: the pull fails, with a backoff like the crash backoff.
    fn pull(&mut self, i: usize, reference: &str, name: &str) {
        let now = self.shared.clock.now();
        let known: Vec<_> = self.shared.images.names().collect();
        let why = format!(
            "failed to pull and unpack image \"{name}\": failed to resolve image: {name}: not found (the sandbox pulls \
             nothing; it has: {})",
            known.join(", ")
        );
        let pulled_at = self.runs[i].retry_at.take();
        let backing_off = matches!(&self.runs[i].state, State::Waiting { reason, .. } if reason == "ErrImagePull");
        if backing_off && let Some(since) = pulled_at {
            // The try before has failed just now: from here on the kubelet says that it waits.
            self.say(Some(i), EventKind::Normal, "BackOff", format!("Back-off pulling image \"{reference}\""));
            self.say(Some(i), EventKind::Warning, "Failed", "Error: ImagePullBackOff");
            let message = format!("Back-off pulling image \"{reference}\": ErrImagePull: {why}");
            let run = &mut self.runs[i];
            run.state = State::waiting_because("ImagePullBackOff", message);
            run.retry_at = run.pulls.holds(since, now).map(|(_, until)| until);
            return;
        }
        self.say(Some(i), EventKind::Normal, "Pulling", format!("Pulling image \"{reference}\""));
        self.say(Some(i), EventKind::Warning, "Failed", format!("Failed to pull image \"{reference}\": {why}"));
        self.say(Some(i), EventKind::Warning, "Failed", "Error: ErrImagePull");
        let run = &mut self.runs[i];
        run.keep_last();
        run.pulls.step(now);
        run.state = State::waiting_because("ErrImagePull", why);
        // At once again, to begin the wait.
        run.retry_at = Some(now);
    }
}

impl super::container::Run {
    /// A container that ended and now waits shows its end as its last state.
    pub(super) fn keep_last(&mut self) {
        if let State::Terminated(ended) = &self.state {
            self.last = Some(ended.clone());
        }
    }

    /// Its end, as the state it is in or was in last.
    pub(super) fn ended(&self) -> Option<Timestamp> {
        self.ended_at
    }
}
