//! The stand-in through the real clients' libraries, in process, each test with a stand-in of its own.

mod durability;
mod dynamodb;
mod init;
mod objects;
mod uploads;

use std::net::SocketAddr;

use aws_credential_types::Credentials;
use tokio_util::sync::CancellationToken;

use super::{Options, Served, serve};

/// A running stand-in; ends with the test.
struct Standin {
    address: SocketAddr,
    cancel: CancellationToken,
    served: Option<Served>,
}

impl Standin {
    async fn start(options: Options) -> Self {
        let cancel = CancellationToken::new();
        let served = serve(options, cancel.clone()).await.expect("a stand-in that starts");
        Self { address: served.address(), cancel, served: Some(served) }
    }

    async fn in_memory() -> Self {
        Self::start(Options::in_memory()).await
    }

    async fn stop(mut self) {
        self.cancel.cancel();
        if let Some(served) = self.served.take() {
            served.finished().await;
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .endpoint_url(self.url())
            .region(aws_sdk_s3::config::Region::new("local"))
            .credentials_provider(Credentials::from_keys("anybody", "anything", None))
            .force_path_style(true)
            .behavior_version_latest()
            .http_client(http_client())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::Config::builder()
            .endpoint_url(self.url())
            .region(aws_sdk_dynamodb::config::Region::new("local"))
            .credentials_provider(Credentials::from_keys("localstack", "localstack", None))
            .behavior_version_latest()
            .http_client(http_client())
            .build();
        aws_sdk_dynamodb::Client::from_conf(config)
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn http_client() -> aws_sdk_s3::config::SharedHttpClient {
    use aws_smithy_http_client::tls;
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https()
}

/// A GET by hand: status and body.
async fn get(url: &str) -> (u16, String) {
    use http_body_util::BodyExt;
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<http_body_util::Empty<bytes::Bytes>>();
    let answer = client.get(url.parse().expect("a URL")).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}
