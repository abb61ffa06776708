//! The AWS clients of the lab: tasks (DynamoDB) and reports (S3).
