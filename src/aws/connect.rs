//! One way to reach S3 and DynamoDB, shared by all clients of the lab.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// Where S3 and DynamoDB answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: String,
}

impl Endpoint {
    /// An endpoint: `http://127.0.0.1:30000`.
    pub fn new(url: impl Into<String>) -> Self {
        let url: String = url.into();
        Self { url: url.trim_end_matches('/').to_owned() }
    }

    /// The address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Region us-east-1 is what LocalStack takes the pods' region `local` for, so both see the same table.
    pub(super) fn config(&self) -> SdkConfig {
        let http = if self.url.starts_with("https://") {
            Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
        } else {
            Builder::new().build_http()
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .read_timeout(Duration::from_secs(10))
            .build();
        let retry = RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(100));
        let credentials = Credentials::new("localstack", "localstack", None, None, "lab");
        SdkConfig::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.url)
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(retry)
            .build()
    }

    pub(super) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config())
    }

    /// Path style: a bucket's name in front of an address resolves to nothing here.
    pub(super) fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config()).force_path_style(true).build();
        aws_sdk_s3::Client::from_conf(config)
    }
}
