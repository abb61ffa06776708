//! The AWS clients of the lab: tasks (DynamoDB) and reports (S3).
//!
//! Called by `lab`, which knows the endpoint: the node's address and port 30000, or a port-forward. Speaks to
//! LocalStack and to the sandbox alike, and never to AWS itself: the credentials are LocalStack's.

mod connect;
mod error;
mod reports;
mod seed;
mod tasks;

pub use connect::Endpoint;
pub use error::AwsError;
pub use reports::{MOST_ROWS, Report, Reports};
pub use seed::seed;
pub use tasks::{BATCH, Task, Tasks};

/// The table of the tasks, as the init scripts make it.
pub const TABLE: &str = "tasks";
/// The bucket of the reports, as the init scripts make it.
pub const BUCKET: &str = "completed-task-report-bucket";
/// The zone of the tutorial's ConfigMaps: whose midnight begins a day.
pub const ZONE: &str = "Asia/Tokyo";
