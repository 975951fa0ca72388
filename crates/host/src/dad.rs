//! Duplicate address detection (RFC 4862, 5.4): before a host relies on an IPv6 address, it asks whether another host has it.
//!
//! Linux asks once, after a random part of a second, and waits one second for an objection. Meanwhile the address is *optimistic* here
//! (RFC 4429; `optimistic_dad` of Linux): it is used at once, since runs begin at the first moment of a network, but
//! what the host says of it overrides nothing that others know. An address that turns out to be another's is taken away.

use crate::ndp;
use smoltcp::wire::{EthernetAddress, Ipv6Address};
use wire::{Duration, Frame, Instant};

/// From the question to the address's being the host's own (RFC 4861, 10: RETRANS_TIMER).
const WAIT: Duration = Duration::from_secs(1);
/// The first question waits at most this long, so that hosts that are switched on together do not all ask at once (RFC 4862, 5.4.2).
pub(crate) const DELAY_MAX: Duration = Duration::from_secs(1);

/// The addresses of a host that are being tested, and those that another host has.
#[derive(Debug, Default)]
pub(crate) struct Dad {
    tests: Vec<Test>,
    /// Addresses that turned out to be another's, with its MAC address if it said so, to be taken away.
    duplicates: Vec<(Ipv6Address, Option<EthernetAddress>)>,
    /// Addresses that were taken away.
    taken: Vec<Ipv6Address>,
}

#[derive(Debug)]
struct Test {
    address: Ipv6Address,
    /// When the question is due or, if it was asked, when the test is over.
    due: Instant,
    asked: bool,
}

impl Dad {
    /// The host has a new address, and will ask for it at `at`.
    pub fn begin(&mut self, address: Ipv6Address, at: Instant) {
        if !self.is_tentative(address) {
            self.tests.push(Test { address, due: at, asked: false });
        }
    }

    /// The address is being tested.
    pub fn is_tentative(&self, address: Ipv6Address) -> bool {
        self.tests.iter().any(|test| test.address == address)
    }

    /// The address was taken away.
    pub fn is_taken(&self, address: Ipv6Address) -> bool {
        self.taken.contains(&address)
    }

    /// Another host tests this address too, or has it (5.4.3, 5.4.4); returns whether this host has to give it up.
    pub fn collides(&mut self, address: Ipv6Address, mac: Option<EthernetAddress>) -> bool {
        let Some(place) = self.tests.iter().position(|test| test.address == address) else { return false };
        self.tests.remove(place);
        self.taken.push(address);
        self.duplicates.push((address, mac));
        true
    }

    /// The next address that is to be taken away.
    pub fn next_duplicate(&mut self) -> Option<(Ipv6Address, Option<EthernetAddress>)> {
        self.duplicates.pop()
    }

    /// The questions that are due.
    pub fn poll(&mut self, now: Instant) -> Vec<Frame> {
        let mut questions = Vec::new();
        self.tests.retain_mut(|test| {
            if test.due > now {
                return true;
            }
            if !test.asked {
                questions.push(ndp::probe(test.address));
                (test.asked, test.due) = (true, now + WAIT);
                return true;
            }
            false
        });
        questions
    }

    /// When [`poll`](Self::poll) next has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        self.tests.iter().map(|test| test.due).min()
    }
}
