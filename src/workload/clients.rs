//! The AWS clients of a pod, made from its environment.
//!
//! Called by both workloads. One HTTP client for both services; path-style S3 addresses wherever `AWS_ENDPOINT`
//! is set, because a bucket name in front of a Service's name resolves to nothing inside a cluster.

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

use super::env::Reader;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 3;

/// Where AWS is and who asks.
#[derive(Debug, Clone)]
pub(crate) struct AwsSettings {
    /// `http://localstack:4566`; None is AWS itself.
    pub(crate) endpoint: Option<String>,
    pub(crate) region: String,
    credentials: Credentials,
}

impl AwsSettings {
    /// Reads `AWS_ENDPOINT`, `AWS_DEFAULT_REGION` and the access key.
    pub(crate) fn read(env: &mut Reader<'_>) -> Self {
        let endpoint = env
            .parsed("AWS_ENDPOINT", None, "http://HOST:PORT or https://HOST[:PORT]", |value| endpoint(value).map(Some));
        let region = env.optional("AWS_DEFAULT_REGION").unwrap_or("ap-northeast-1").to_owned();
        let key = env.required("AWS_ACCESS_KEY_ID", "the access key (any value will do for LocalStack)");
        let secret = env.required("AWS_SECRET_ACCESS_KEY", "the secret of the access key");
        let token = env.optional("AWS_SESSION_TOKEN").map(str::to_owned);
        Self { endpoint, region, credentials: Credentials::new(key, secret, token, None, "environment") }
    }

    /// The endpoint for people: its address, or AWS and the region.
    pub(crate) fn place(&self) -> String {
        self.endpoint.clone().unwrap_or_else(|| format!("AWS in {}", self.region))
    }

    /// Three attempts with jittered pauses: a learner waits a few seconds for the error, not a minute.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        let retry =
            RetryConfig::standard().with_max_attempts(ATTEMPTS).with_initial_backoff(Duration::from_millis(200));
        self.config_with(retry.with_max_backoff(Duration::from_secs(2)))
    }

    /// One attempt: for a probe, whose asker retries by itself.
    pub(crate) fn sdk_config_for_probes(&self) -> SdkConfig {
        self.config_with(RetryConfig::disabled())
    }

    fn config_with(&self, retry: RetryConfig) -> SdkConfig {
        let plain = self.endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
        // Reading the machine's CA certificates costs more than a small report does: only for https.
        let http = if plain {
            Builder::new().build_http()
        } else {
            Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
        };
        let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build();
        let mut config = SdkConfig::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(http)
            .timeout_config(timeouts)
            .retry_config(retry);
        config.set_endpoint_url(self.endpoint.clone());
        config.build()
    }

    pub(crate) fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(config)
    }

    pub(crate) fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
        let path_style = config.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(config).force_path_style(path_style).build();
        aws_sdk_s3::Client::from_conf(config)
    }
}

/// A usable endpoint without a trailing slash, or None.
fn endpoint(value: &str) -> Option<String> {
    let uri: http::Uri = value.parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority().filter(|authority| !authority.host().is_empty())?;
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
    // `http://host:` and `http://host:99999` parse as a Uri, yet nothing can be dialled there.
    let says_port = authority.as_str().len() > authority.host().len();
    let port_fits = !says_port || authority.port_u16().is_some_and(|port| port > 0);
    (bare && port_fits).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn an_endpoint_is_a_scheme_and_an_authority() {
        assert_eq!(endpoint("http://localstack:4566/").as_deref(), Some("http://localstack:4566"));
        assert_eq!(endpoint("https://dynamodb.example").as_deref(), Some("https://dynamodb.example"));
        assert_eq!(endpoint("http://[::1]:4566").as_deref(), Some("http://[::1]:4566"));
        for wrong in ["localstack:4566", "ftp://x", "http://", "http://h/x", "http://h?x", "http://u:p@h", "http://h:"]
        {
            assert_eq!(endpoint(wrong), None, "{wrong}");
        }
    }
}
