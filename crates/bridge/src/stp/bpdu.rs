//! The encoding of BPDUs (IEEE 802.1D-2004, 9.3): configuration BPDUs and topology change notifications of the old spanning tree
//! (version 0), and RST BPDUs of the rapid one (version 2).
//!
//! They are sent in LLC frames: a length in place of the type, then the bytes 42 42 03 (7.12.3).

use crate::event::{BridgeId, Role};
use smoltcp::wire::EthernetAddress;
use wire::{Duration, Frame};

/// The destination of BPDUs, which no bridge with a spanning tree forwards (IEEE 802.1D-2004, table 7-10).
pub const GROUP: EthernetAddress = EthernetAddress([0x01, 0x80, 0xc2, 0, 0, 0]);
/// LLC: the spanning tree's service access points, unnumbered information.
const LLC: [u8; 3] = [0x42, 0x42, 0x03];
const CONFIG_BYTES: usize = 35;
const RST_BYTES: usize = 36;
const TCN_BYTES: usize = 4;

/// A spanning tree priority vector (17.5): compared from the first component to the last; the smallest is the best. The
/// receiving port's identifier is left out: it is the same for all messages that a port receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vector {
    /// The root bridge.
    pub root: BridgeId,
    /// The root path cost.
    pub cost: u32,
    /// The designated bridge, which sent it.
    pub bridge: BridgeId,
    /// The designated port.
    pub port: PortNumber,
}

/// A port identifier (9.2.7): four bits of priority and twelve of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortNumber(pub u16);

impl PortNumber {
    /// The number without the priority, which is configurable.
    pub fn number(self) -> u16 {
        self.0 & 0xfff
    }
}

/// The times that the root distributes (17.5), each in units of 1/256 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The age of the information: one second for each bridge on the path.
    pub message_age: u16,
    /// The age at which it is discarded.
    pub max_age: u16,
    /// The time between two BPDUs.
    pub hello: u16,
    /// The time in the discarding and in the learning state.
    pub forward_delay: u16,
}

/// One second in these units.
pub const SECOND: u16 = 256;

/// These units, from a time.
pub fn units(time: Duration) -> u16 {
    (time.nanos() / UNIT_NS).min(u64::from(u16::MAX)) as u16
}

/// A time, from these units.
pub fn time(units: u16) -> Duration {
    Duration::from_nanos(u64::from(units) * UNIT_NS)
}

const UNIT_NS: u64 = 1_000_000_000 / SECOND as u64;

/// The contents of a configuration or RST BPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// An RST BPDU; otherwise a configuration BPDU of the old spanning tree, whose only flags are topology change and its
    /// acknowledgment.
    pub rapid: bool,
    /// The sender's role; Alternate stands for Backup too. A configuration BPDU's sender is designated. `None`: unknown.
    pub role: Option<Role>,
    /// The topology has changed.
    pub tc: bool,
    /// Proposal: the sender asks to forward at once.
    pub proposal: bool,
    /// Agreement: the receiver may forward at once.
    pub agreement: bool,
    /// The sender's port learns.
    pub learning: bool,
    /// The sender's port forwards.
    pub forwarding: bool,
    /// A topology change notification is acknowledged.
    pub tc_ack: bool,
    /// The priority vector.
    pub vector: Vector,
    /// The times.
    pub times: Times,
}

/// A BPDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpdu {
    /// A configuration or RST BPDU.
    Message(Message),
    /// A topology change notification of the old spanning tree.
    Tcn,
}

const TC: u8 = 1;
const PROPOSAL: u8 = 1 << 1;
const LEARNING: u8 = 1 << 4;
const FORWARDING: u8 = 1 << 5;
const AGREEMENT: u8 = 1 << 6;
const TC_ACK: u8 = 1 << 7;

impl Bpdu {
    /// The BPDU in an untagged frame to [`GROUP`]; `None` if there is none that is valid (9.3.4).
    pub fn parse(frame: &[u8]) -> Option<Self> {
        let length = u16::from_be_bytes(*frame.get(12..)?.first_chunk()?);
        // A type where a length belongs, or more than there is.
        let llc = frame.get(14..14 + usize::from(length)).filter(|_| length <= 1_500)?;
        let bpdu = llc.strip_prefix(&LLC)?;
        let &[0, 0, version, kind, ..] = bpdu else { return None };
        match kind {
            0x80 if bpdu.len() >= TCN_BYTES => Some(Self::Tcn),
            0x00 => Message::parse(bpdu.first_chunk::<CONFIG_BYTES>()?, false).map(Self::Message),
            // A later version contains at least the fields of this one (9.3.4).
            0x02 if version >= 2 && bpdu.len() >= RST_BYTES => {
                Message::parse(bpdu.first_chunk::<CONFIG_BYTES>()?, true).map(Self::Message)
            }
            _ => None,
        }
    }

    /// The frame that carries it from this address.
    pub fn frame(&self, from: EthernetAddress) -> Frame {
        let mut bpdu = [0; RST_BYTES];
        let len = match self {
            Self::Tcn => {
                bpdu[3] = 0x80;
                TCN_BYTES
            }
            Self::Message(message) => {
                let config = bpdu.first_chunk_mut().expect("an RST BPDU is longer");
                message.write(config);
                if message.rapid { RST_BYTES } else { CONFIG_BYTES }
            }
        };
        let length = (LLC.len() + len) as u16;
        Frame::concat(&[&GROUP.0, &from.0, &length.to_be_bytes(), &LLC, &bpdu[..len]])
    }
}

impl Message {
    fn parse(bpdu: &[u8; CONFIG_BYTES], rapid: bool) -> Option<Self> {
        let mut rest = &bpdu[4..];
        let [flags] = take(&mut rest)?;
        let root = bridge_id(take(&mut rest)?);
        let cost = u32::from_be_bytes(take(&mut rest)?);
        let bridge = bridge_id(take(&mut rest)?);
        let mut word = || Some(u16::from_be_bytes(take(&mut rest)?));
        let port = PortNumber(word()?);
        let times = Times { message_age: word()?, max_age: word()?, hello: word()?, forward_delay: word()? };
        let role = match flags >> 2 & 3 {
            _ if !rapid => Some(Role::Designated),
            1 => Some(Role::Alternate),
            2 => Some(Role::Root),
            3 => Some(Role::Designated),
            _ => None,
        };
        let has = |flag| flags & flag != 0;
        Some(Self {
            rapid,
            role,
            tc: has(TC),
            proposal: rapid && has(PROPOSAL),
            agreement: rapid && has(AGREEMENT),
            learning: rapid && has(LEARNING),
            forwarding: rapid && has(FORWARDING),
            tc_ack: has(TC_ACK),
            vector: Vector { root, cost, bridge, port },
            times,
        })
    }

    fn write(&self, bpdu: &mut [u8; CONFIG_BYTES]) {
        let version_and_kind = if self.rapid { 2 } else { 0 };
        let role = match self.role {
            _ if !self.rapid => 0,
            None | Some(Role::Disabled) => 0,
            Some(Role::Alternate | Role::Backup) => 1,
            Some(Role::Root) => 2,
            Some(Role::Designated) => 3,
        };
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let mut flags = flag(self.tc, TC) | flag(self.tc_ack, TC_ACK) | role << 2;
        if self.rapid {
            flags |= flag(self.proposal, PROPOSAL)
                | flag(self.learning, LEARNING)
                | flag(self.forwarding, FORWARDING)
                | flag(self.agreement, AGREEMENT);
        }
        bpdu[2..5].copy_from_slice(&[version_and_kind, version_and_kind, flags]);
        bpdu[5..13].copy_from_slice(&bytes(self.vector.root));
        bpdu[13..17].copy_from_slice(&self.vector.cost.to_be_bytes());
        bpdu[17..25].copy_from_slice(&bytes(self.vector.bridge));
        let Times { message_age, max_age, hello, forward_delay } = self.times;
        let words = [self.vector.port.0, message_age, max_age, hello, forward_delay];
        for (place, word) in bpdu[25..].chunks_exact_mut(2).zip(words) {
            place.copy_from_slice(&word.to_be_bytes());
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

fn bridge_id([a, b, mac @ ..]: [u8; 8]) -> BridgeId {
    BridgeId { priority: u16::from_be_bytes([a, b]), mac }
}

fn bytes(id: BridgeId) -> [u8; 8] {
    let ([a, b], [c, d, e, f, g, h]) = (id.priority.to_be_bytes(), id.mac);
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message() -> impl Strategy<Value = Message> {
        let role =
            prop::option::of(prop_oneof![Just(Role::Alternate), Just(Role::Root), Just(Role::Designated)]);
        let id = || (any::<u16>(), any::<[u8; 6]>()).prop_map(|(priority, mac)| BridgeId { priority, mac });
        let vector = (id(), any::<u32>(), id(), any::<u16>()).prop_map(|(root, cost, bridge, port)| Vector {
            root,
            cost,
            bridge,
            port: PortNumber(port),
        });
        let times = any::<[u16; 4]>().prop_map(|[message_age, max_age, hello, forward_delay]| Times {
            message_age,
            max_age,
            hello,
            forward_delay,
        });
        (any::<[bool; 7]>(), role, vector, times).prop_map(|(flags, role, vector, times)| {
            let [rapid, tc, tc_ack, proposal, agreement, learning, forwarding] = flags;
            let (proposal, agreement) = (rapid && proposal, rapid && agreement);
            let (learning, forwarding) = (rapid && learning, rapid && forwarding);
            let role = if rapid { role } else { Some(Role::Designated) };
            Message { rapid, role, tc, proposal, agreement, learning, forwarding, tc_ack, vector, times }
        })
    }

    const FROM: EthernetAddress = EthernetAddress([2, 0, 0, 0, 0, 9]);

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_written_is_read(message in message()) {
            let bpdu = Bpdu::Message(message);
            prop_assert_eq!(Bpdu::parse(&bpdu.frame(FROM)), Some(bpdu));
        }

        #[test]
        fn any_bytes_can_be_parsed(mut bytes in prop::collection::vec(any::<u8>(), 0..64), real in any::<bool>()) {
            if real && bytes.len() >= 21 {
                bytes[12..21].copy_from_slice(&[0, 40, 0x42, 0x42, 3, 0, 0, 2, 2]);
            }
            Bpdu::parse(&bytes);
        }
    }

    #[test]
    fn an_rst_bpdu_has_the_bytes_of_the_standard() {
        let id = |last| BridgeId { priority: 32_768, mac: [2, 0, 0, 0, 0, last] };
        let message = Message {
            rapid: true,
            role: Some(Role::Designated),
            tc: false,
            proposal: true,
            agreement: false,
            learning: false,
            forwarding: false,
            tc_ack: false,
            vector: Vector { root: id(1), cost: 20_000, bridge: id(9), port: PortNumber(0x8002) },
            times: Times {
                message_age: SECOND,
                max_age: 20 * SECOND,
                hello: 2 * SECOND,
                forward_delay: 15 * SECOND,
            },
        };
        let frame = Bpdu::Message(message).frame(FROM);
        let expected = [
            &[0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 9, 0, 39, 0x42, 0x42, 0x03][..],
            &[0, 0, 2, 2, 0x0e],
            &[0x80, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0x4e, 0x20],
            &[0x80, 0, 2, 0, 0, 0, 0, 9, 0x80, 2],
            &[1, 0, 20, 0, 2, 0, 15, 0, 0],
        ];
        assert_eq!(&*frame, expected.concat());
    }

    #[test]
    fn a_notification_is_four_bytes() {
        let frame = Bpdu::Tcn.frame(FROM);
        assert_eq!(&frame[12..], [0, 7, 0x42, 0x42, 3, 0, 0, 0, 0x80]);
        assert_eq!(Bpdu::parse(&frame), Some(Bpdu::Tcn));
    }
}
