//! The LocalStack stand-in: S3 and DynamoDB on one port.
