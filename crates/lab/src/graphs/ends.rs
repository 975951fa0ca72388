//! Who talks to whom in a frame, read as quickly as can be: it is asked of every packet.

use smoltcp::wire::{EthernetAddress, IpAddress, IpEndpoint, Ipv4Address, Ipv6Address};

/// Who talks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// From which Ethernet address to which.
    pub macs: [EthernetAddress; 2],
    /// From which IP address to which.
    pub ips: Option<[IpAddress; 2]>,
    /// From which port to which; not of a fragment.
    pub ports: Option<(Transport, [u16; 2])>,
}

/// What has ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
}

impl Ends {
    /// Of a frame; `None` if it is too short for addresses.
    pub fn of(frame: &[u8]) -> Option<Self> {
        let (macs, mut rest) = frame.split_first_chunk::<12>()?;
        let mac = |from: usize| EthernetAddress::from_bytes(&macs[from..from + 6]);
        let ends = Self { macs: [mac(6), mac(0)], ips: None, ports: None };
        // Tags of IEEE 802.1Q come between the addresses and the type.
        while let [0x81, 0x00, _, _, tagged @ ..] = rest {
            rest = tagged;
        }
        Some(match rest {
            [0x08, 0x00, packet @ ..] => ends.v4(packet),
            [0x86, 0xdd, packet @ ..] => ends.v6(packet),
            _ => ends,
        })
    }

    fn v4(self, packet: &[u8]) -> Self {
        let Some((header, _)) = packet.split_first_chunk::<20>() else { return self };
        let address = |from: usize| -> IpAddress {
            Ipv4Address::from([header[from], header[from + 1], header[from + 2], header[from + 3]]).into()
        };
        let ips = Some([address(12), address(16)]);
        let is_fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0;
        let carried = packet.get(usize::from(header[0] & 15) * 4..).filter(|_| !is_fragment);
        Self { ips, ports: carried.and_then(|carried| ports(header[9], carried)), ..self }
    }

    fn v6(self, packet: &[u8]) -> Self {
        let Some((header, carried)) = packet.split_first_chunk::<40>() else { return self };
        let address = |from: usize| -> IpAddress {
            let bytes: [u8; 16] = header[from..from + 16].try_into().expect("sixteen");
            Ipv6Address::from(bytes).into()
        };
        Self { ips: Some([address(8), address(24)]), ports: ports(header[6], carried), ..self }
    }

    /// The ends of a TCP connection, the sender first.
    pub fn tcp(&self) -> Option<[IpEndpoint; 2]> {
        match (self.ips, self.ports) {
            (Some([from, to]), Some((Transport::Tcp, [from_port, to_port]))) => {
                Some([IpEndpoint::new(from, from_port), IpEndpoint::new(to, to_port)])
            }
            _ => None,
        }
    }
}

fn ports(protocol: u8, carried: &[u8]) -> Option<(Transport, [u16; 2])> {
    let transport = match protocol {
        6 => Transport::Tcp,
        17 => Transport::Udp,
        _ => return None,
    };
    let &[a, b, c, d, ..] = carried else { return None };
    Some((transport, [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]))
}
