//! The AWS clients of the lab: tasks (DynamoDB) and reports (S3). (Thin: signatures only until the workloads are there.)

use jiff::Timestamp;

/// Where S3 and DynamoDB answer.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: String,
}

impl Endpoint {
    /// An endpoint.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// Not in this build.
    #[error("no AWS client in this build for {0}")]
    Absent(String),
}

/// A task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Id.
    pub task_id: String,
    /// User.
    pub user_name: String,
    /// Title.
    pub title: String,
    /// Done.
    pub done: bool,
    /// Start.
    pub start_at: Option<i64>,
    /// Change.
    pub updated_at: Option<i64>,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// Key.
    pub key: String,
    /// Size.
    pub size: u64,
    /// Written.
    pub modified: Option<Timestamp>,
}

/// Tasks.
#[derive(Clone, Debug)]
pub struct Tasks(Endpoint);

/// Reports.
#[derive(Clone, Debug)]
pub struct Reports(Endpoint);

impl Tasks {
    /// At an endpoint.
    pub fn new(endpoint: &Endpoint) -> Self {
        Self(endpoint.clone())
    }
    /// Adds.
    ///
    /// # Errors
    /// Always, here.
    pub async fn add(&self, _: &str, _: &str, _: bool) -> Result<Task, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
    /// Finishes.
    ///
    /// # Errors
    /// Always, here.
    pub async fn done(&self, _: &str) -> Result<Task, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
    /// Lists.
    ///
    /// # Errors
    /// Always, here.
    pub async fn list(&self) -> Result<Vec<Task>, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
    /// Seeds.
    ///
    /// # Errors
    /// Always, here.
    pub async fn seed(&self, _: usize) -> Result<Vec<Task>, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
}

impl Reports {
    /// At an endpoint.
    pub fn new(endpoint: &Endpoint) -> Self {
        Self(endpoint.clone())
    }
    /// Lists.
    ///
    /// # Errors
    /// Always, here.
    pub async fn list(&self) -> Result<Vec<Report>, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
    /// The newest.
    ///
    /// # Errors
    /// Always, here.
    pub async fn newest(&self) -> Result<Option<Report>, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
    /// One.
    ///
    /// # Errors
    /// Always, here.
    pub async fn get(&self, _: &str) -> Result<aws_smithy_types::byte_stream::ByteStream, AwsError> {
        Err(AwsError::Absent(self.0.url.clone()))
    }
}
