//! The batch: a day of finished tasks from DynamoDB to a CSV in S3.
