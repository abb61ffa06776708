//! What can go wrong in a controller. Shown in the sandbox's log and, where Kubernetes does so, in an Event.

/// A request that the API server refused; the key is tried again later.
#[derive(Debug, thiserror::Error)]
#[error("{verb} {what}: {error}")]
pub(super) struct SyncError {
    verb: &'static str,
    what: String,
    error: Box<kube::Error>,
}

impl SyncError {
    /// `verb` is `create`, `delete` …, `what` kind and name.
    pub(super) fn request(verb: &'static str, what: impl Into<String>, error: kube::Error) -> Self {
        Self { verb, what: what.into(), error: Box::new(error) }
    }

    /// The HTTP status the server answered with; 0 if there was no answer.
    pub(super) fn code(&self) -> u16 {
        code(&self.error)
    }

    /// The server's own sentence, as it goes into Events.
    pub(super) fn message(&self) -> String {
        match self.error.as_ref() {
            kube::Error::Api(status) => status.message.clone(),
            other => other.to_string(),
        }
    }

    /// The object is not there (any more).
    pub(super) fn is_not_found(&self) -> bool {
        self.code() == 404
    }

    /// The name is taken.
    pub(super) fn is_already_exists(&self) -> bool {
        matches!(self.error.as_ref(), kube::Error::Api(status) if status.reason == "AlreadyExists")
    }

    /// Someone else has written the object since we read it.
    pub(super) fn is_conflict(&self) -> bool {
        self.code() == 409 && !self.is_already_exists()
    }

    /// The namespace is on its way out: nothing can be made in it any more.
    pub(super) fn is_namespace_terminating(&self) -> bool {
        let kube::Error::Api(status) = self.error.as_ref() else { return false };
        let causes = status.details.as_ref().map(|details| details.causes.as_slice()).unwrap_or_default();
        causes.iter().any(|cause| cause.reason == "NamespaceTerminating")
    }
}

/// The HTTP status of a client error; 0 if there was no answer.
pub(super) fn code(error: &kube::Error) -> u16 {
    match error {
        kube::Error::Api(status) => status.code,
        _ => 0,
    }
}
