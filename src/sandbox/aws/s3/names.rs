//! Virtual-host names: `bucket.s3.localhost.localstack.cloud:4566` names a bucket; every other host is path style.

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// What may follow a bucket's name in a Host header, the longest first.
const DOMAINS: [&str; 4] =
    [".s3.localhost.localstack.cloud", ".localhost.localstack.cloud", ".s3.localhost", ".localhost"];

/// Reads bucket names out of Host headers.
pub(super) struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        Ok(match bucket(name) {
            Some(bucket) => VirtualHost::new(name).with_bucket(bucket),
            None => VirtualHost::new(name),
        })
    }
}

fn bucket(host: &str) -> Option<&str> {
    let bucket = DOMAINS.iter().find_map(|domain| host.strip_suffix(domain))?;
    let is_service = bucket == "s3" || bucket.is_empty() || bucket.starts_with("s3.") || bucket.starts_with("dynamodb");
    (!is_service).then_some(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_localstacks_own_domains_carry_buckets() {
        assert_eq!(bucket("reports.s3.localhost.localstack.cloud"), Some("reports"));
        assert_eq!(bucket("reports.localhost"), Some("reports"));
        for plain in
            ["localhost", "s3.localhost.localstack.cloud", "127.0.0.1", "localstack.default.svc", "minikube.local"]
        {
            assert_eq!(bucket(plain), None, "{plain}");
        }
    }
}
