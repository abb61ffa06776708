//! The sandbox's address plan: who has which loopback address.
//!
//! Linux answers on all of 127.0.0.0/8 without root, so each sandbox of a machine takes a *slot*:
//! a /16 for its pods, a /16 for its Services, one node address. Slot 0 is the usual one; a second
//! sandbox takes slot 1 and so on, and none can collide with what listens on 127.0.0.1 already.

use std::net::Ipv4Addr;

/// How many sandboxes can run side by side on one machine.
pub const SLOTS: u8 = 16;

/// The addresses of one sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressPlan {
    slot: u8,
}

impl AddressPlan {
    /// The plan of a slot, `None` from [`SLOTS`] on.
    pub fn new(slot: u8) -> Option<Self> {
        (slot < SLOTS).then_some(Self { slot })
    }

    /// Which slot this is, 0 to 15.
    pub fn slot(self) -> u8 {
        self.slot
    }

    /// The node's address: NodePorts and the kubelet's port listen there.
    pub fn node_ip(self) -> Ipv4Addr {
        Ipv4Addr::new(127, 0, 0, 1 + self.slot)
    }

    /// The n-th pod address, n from 1 to 65,534; `None` outside.
    pub fn pod_ip(self, n: u16) -> Option<Ipv4Addr> {
        address(64 + 2 * self.slot, n)
    }

    /// The n-th Service address, n from 1 to 65,534; `None` outside. 1 is the API server's.
    pub fn service_ip(self, n: u16) -> Option<Ipv4Addr> {
        address(65 + 2 * self.slot, n)
    }

    /// True for an address out of the pods' range.
    pub fn is_pod_ip(self, ip: Ipv4Addr) -> bool {
        ip.octets()[..2] == [127, 64 + 2 * self.slot]
    }

    /// True for an address out of the Services' range.
    pub fn is_service_ip(self, ip: Ipv4Addr) -> bool {
        ip.octets()[..2] == [127, 65 + 2 * self.slot]
    }

    /// The pods' range in CIDR form, as the Node object carries it.
    pub fn pod_cidr(self) -> String {
        format!("127.{}.0.0/16", 64 + 2 * self.slot)
    }
}

fn address(second: u8, n: u16) -> Option<Ipv4Addr> {
    let [high, low] = n.to_be_bytes();
    (n != 0 && n != u16::MAX).then_some(Ipv4Addr::new(127, second, high, low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_never_share_an_address() {
        let plans: Vec<_> = (0..SLOTS).map(|s| AddressPlan::new(s).expect("a slot")).collect();
        for (i, a) in plans.iter().enumerate() {
            for b in &plans[i + 1..] {
                assert_ne!(a.node_ip(), b.node_ip());
                assert!(!b.is_pod_ip(a.pod_ip(7).expect("an address")));
                assert!(!b.is_service_ip(a.pod_ip(7).expect("an address")));
                assert!(!b.is_pod_ip(a.service_ip(7).expect("an address")));
            }
        }
        assert_eq!(AddressPlan::new(SLOTS), None);
    }

    #[test]
    fn the_ends_of_a_range_are_not_handed_out() {
        let plan = AddressPlan::new(0).expect("slot 0");
        assert_eq!(plan.pod_ip(0), None);
        assert_eq!(plan.pod_ip(u16::MAX), None);
        assert_eq!(plan.pod_ip(258), Some(Ipv4Addr::new(127, 64, 1, 2)));
        assert_eq!(plan.service_ip(1), Some(Ipv4Addr::new(127, 65, 0, 1)));
    }
}
