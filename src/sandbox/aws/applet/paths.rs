//! Paths and addresses as a script inside a container means them.
//!
//! Without a mount namespace `/etc/localstack/init/ready.d/x.json` lies under K8S_TUTOR_ROOT, and
//! `localhost` is the pod's own address.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// Where a local path lies: as written, or under K8S_TUTOR_ROOT where it exists only there.
pub(super) fn local(path: &str) -> PathBuf {
    resolve(Path::new(path), std::env::var_os("K8S_TUTOR_ROOT").map(PathBuf::from).as_deref())
}

fn resolve(path: &Path, root: Option<&Path>) -> PathBuf {
    let Some(root) = root.filter(|_| path.is_absolute() && !path.exists()) else { return path.to_owned() };
    let inside = root.join(path.strip_prefix("/").unwrap_or(path));
    // A file that is to be written may be new; its folder tells.
    let there =
        inside.exists() || (inside.parent().is_some_and(Path::exists) && !path.parent().is_some_and(Path::exists));
    if there { inside } else { path.to_owned() }
}

/// The address behind a host name, `None` for one that is not on this machine.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    host_address(host, std::env::var("K8S_TUTOR_POD_IP").ok().as_deref())
}

fn host_address(host: &str, pod: Option<&str>) -> Option<IpAddr> {
    let pod = pod.and_then(|ip| ip.parse().ok()).unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = host.parse::<IpAddr>() {
        return match ip {
            IpAddr::V4(v4) if v4 == Ipv4Addr::LOCALHOST || v4.is_unspecified() => Some(pod),
            IpAddr::V6(v6) if v6.is_loopback() => Some(pod),
            other => other.is_loopback().then_some(other),
        };
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    let own = host == "localhost"
        || host.ends_with(".localhost")
        || host == "localhost.localstack.cloud"
        || host.ends_with(".localhost.localstack.cloud")
        || first == "localstack";
    own.then_some(pod)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_the_pod_and_the_internet_is_not_there() {
        let pod: IpAddr = "127.64.0.9".parse().unwrap();
        for host in
            ["localhost", "127.0.0.1", "localstack", "localstack.default.svc", "b.s3.localhost.localstack.cloud"]
        {
            assert_eq!(host_address(host, Some("127.64.0.9")), Some(pod), "{host}");
        }
        assert_eq!(host_address("127.65.0.4", Some("127.64.0.9")), "127.65.0.4".parse().ok());
        for host in ["s3.amazonaws.com", "8.8.8.8", "example.org"] {
            assert_eq!(host_address(host, None), None, "{host}");
        }
    }

    #[test]
    fn paths_that_exist_only_under_the_root_are_found_there() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("etc/k8s-tutor-test")).unwrap();
        std::fs::write(root.path().join("etc/k8s-tutor-test/a.json"), "{}").unwrap();
        let given = Path::new("/etc/k8s-tutor-test/a.json");
        assert_eq!(resolve(given, Some(root.path())), root.path().join("etc/k8s-tutor-test/a.json"));
        assert_eq!(resolve(given, None), given);
        assert_eq!(resolve(Path::new("a.json"), Some(root.path())), Path::new("a.json"));
    }
}
