//! Which pod has which address. Kubernetes gives every pod an IP of its own; here it is a
//! loopback address out of the node's pod range.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::sandbox::net::AddressPlan;

/// Hands out pod addresses, each to one pod at a time, and a freed one as late as possible.
#[derive(Debug)]
pub(super) struct Addresses {
    plan: AddressPlan,
    /// Remembers the next number over a restart, so that a freed address is not reused at once.
    file: PathBuf,
    taken: Mutex<Taken>,
}

#[derive(Debug)]
struct Taken {
    next: u16,
    by: BTreeMap<Ipv4Addr, String>,
}

impl Addresses {
    /// All free; goes on counting where the last life stopped.
    pub(super) fn new(plan: AddressPlan, file: PathBuf) -> Self {
        let next = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1);
        Self { plan, file, taken: Mutex::new(Taken { next, by: BTreeMap::new() }) }
    }

    /// Keeps the address that a pod already has, unless another pod has it.
    pub(super) fn keep(&self, ip: Ipv4Addr, uid: &str) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        self.plan.is_pod_ip(ip) && taken.by.entry(ip).or_insert_with(|| uid.to_owned()) == uid
    }

    /// An address for a pod; the one that it has, if it has one. `None` when all are taken.
    pub(super) fn take(&self, uid: &str) -> Option<Ipv4Addr> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((ip, _)) = taken.by.iter().find(|(_, by)| *by == uid) {
            return Some(*ip);
        }
        for _ in 0..=u16::MAX {
            let n = taken.next;
            taken.next = n.wrapping_add(1);
            let Some(ip) = self.plan.pod_ip(n) else { continue };
            if let std::collections::btree_map::Entry::Vacant(free) = taken.by.entry(ip) {
                free.insert(uid.to_owned());
                let next = taken.next;
                drop(taken);
                // Losing the number only makes a reuse come sooner.
                let _ = std::fs::write(&self.file, next.to_string());
                return Some(ip);
            }
        }
        None
    }

    /// Gives a pod's address back.
    pub(super) fn give_back(&self, uid: &str) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).by.retain(|_, by| by != uid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pods_share_an_address_and_a_freed_one_comes_back_late() {
        let folder = tempfile::tempdir().expect("a folder");
        let plan = AddressPlan::new(0).expect("slot 0");
        let file = folder.path().join("next");
        let addresses = Addresses::new(plan, file.clone());
        let a = addresses.take("a").expect("an address");
        let b = addresses.take("b").expect("an address");
        assert_ne!(a, b);
        assert_eq!(addresses.take("a"), Some(a));
        addresses.give_back("a");
        assert_ne!(addresses.take("c"), Some(a));
        assert!(!addresses.keep(b, "c"));
        // The next life goes on counting, and keeps what living pods have.
        let later = Addresses::new(plan, file);
        assert!(later.keep(b, "b"));
        let d = later.take("d").expect("an address");
        assert!(d > b && d != a);
    }
}
