//! What the Node object shows of this machine.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{
    ContainerImage, DaemonEndpoint, NodeAddress, NodeCondition, NodeDaemonEndpoints, NodeStatus, NodeSystemInfo,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::KUBELET_VERSION;
use super::images::Images;

/// What a kubelet keeps for itself (its eviction threshold), in KiB.
const RESERVED_KIB: u64 = 100 * 1024;
/// A kubelet's own limit.
const PODS: &str = "110";

/// Types, reasons and messages of the conditions, as a healthy kubelet writes them.
const CONDITIONS: [(&str, &str, &str, &str); 4] = [
    ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
];

/// What the status is made from.
pub(super) struct Facts<'a> {
    pub(super) node_name: &'a str,
    pub(super) node_ip: String,
    pub(super) port: u16,
    pub(super) images: &'a Images,
    pub(super) data_dir: &'a Path,
    /// When the node became ready in this life.
    pub(super) since: Timestamp,
    pub(super) now: Timestamp,
}

/// The Node's status.
pub(super) fn status(facts: &Facts<'_>) -> NodeStatus {
    let address = |type_: &str, address: &str| NodeAddress { type_: type_.into(), address: address.into() };
    let memory = memory_bytes() / 1024;
    let resources = |memory: u64| -> BTreeMap<String, Quantity> {
        let cpu = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).to_string();
        let storage = format!("{}Ki", disk_bytes(facts.data_dir) / 1024);
        [("cpu", cpu), ("memory", format!("{memory}Ki")), ("pods", PODS.to_owned()), ("ephemeral-storage", storage)]
            .map(|(name, amount)| (name.to_owned(), Quantity(amount)))
            .into()
    };
    let conditions = CONDITIONS.map(|(type_, status, reason, message)| NodeCondition {
        type_: type_.into(),
        status: status.into(),
        reason: Some(reason.into()),
        message: Some(message.into()),
        last_heartbeat_time: Some(Time(facts.now)),
        last_transition_time: Some(Time(facts.since)),
    });
    let image = |name: &str| ContainerImage { names: Some(vec![name.to_owned()]), size_bytes: None };
    NodeStatus {
        addresses: Some(vec![address("InternalIP", &facts.node_ip), address("Hostname", facts.node_name)]),
        capacity: Some(resources(memory)),
        allocatable: Some(resources(memory.saturating_sub(RESERVED_KIB))),
        conditions: Some(conditions.to_vec()),
        daemon_endpoints: Some(NodeDaemonEndpoints {
            kubelet_endpoint: Some(DaemonEndpoint { port: i32::from(facts.port) }),
        }),
        images: Some(facts.images.names().map(image).collect()),
        node_info: Some(info()),
        ..NodeStatus::default()
    }
}

/// The labels that every Node has.
pub(super) fn labels(node_name: &str) -> BTreeMap<String, String> {
    [
        ("beta.kubernetes.io/arch", architecture()),
        ("beta.kubernetes.io/os", std::env::consts::OS),
        ("kubernetes.io/arch", architecture()),
        ("kubernetes.io/hostname", node_name),
        ("kubernetes.io/os", std::env::consts::OS),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}

fn info() -> NodeSystemInfo {
    // Nobody needs to know the machine by its serial number.
    let zeros = "00000000-0000-0000-0000-000000000000".to_owned();
    NodeSystemInfo {
        architecture: architecture().to_owned(),
        boot_id: read("/proc/sys/kernel/random/boot_id").unwrap_or_else(|| zeros.clone()),
        container_runtime_version: format!("k8s-tutor://{}", env!("CARGO_PKG_VERSION")),
        kernel_version: read("/proc/sys/kernel/osrelease").unwrap_or_default(),
        kube_proxy_version: String::new(),
        kubelet_version: KUBELET_VERSION.to_owned(),
        machine_id: zeros.clone(),
        operating_system: std::env::consts::OS.to_owned(),
        os_image: os_image(),
        system_uuid: zeros,
        ..NodeSystemInfo::default()
    }
}

/// Go's names for architectures, which Kubernetes uses.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned())
}

fn os_image() -> String {
    let release = read("/etc/os-release").unwrap_or_default();
    let name = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map_or_else(|| std::env::consts::OS.to_owned(), |name| name.trim_matches('"').to_owned())
}

/// The machine's memory.
pub(super) fn memory_bytes() -> u64 {
    let info = read("/proc/meminfo").unwrap_or_default();
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    // Elsewhere the size is not known this way; the scheduler needs a number that lets pods run.
    kib.map_or(8 << 30, |kib| kib * 1024)
}

fn disk_bytes(path: &Path) -> u64 {
    let Ok(disk) = nix::sys::statvfs::statvfs(path) else { return 0 };
    // The widths of these fields differ between systems.
    let number = |field: &dyn std::fmt::Display| field.to_string().parse::<u64>().unwrap_or(0);
    number(&disk.blocks()).saturating_mul(number(&disk.fragment_size()))
}
