//! DHCP messages: a fixed header and a list of options (RFC 2131, 2; RFC 2132).
//!
//! The header is read and written by smoltcp's `DhcpPacket`. The options are a plain list: smoltcp's `DhcpRepr` has a field for each that
//! its own client needs, refuses messages with a client identifier that is no MAC address, and drops all options it does not know, which
//! a server has to repeat and a relay has to keep.

use smoltcp::wire::{ArpHardware, DhcpFlags, DhcpMessageType, DhcpOpCode, DhcpOption, DhcpPacket};
use smoltcp::wire::{EthernetAddress, Ipv4Address};

/// The numbers of options (RFC 2132).
pub mod option {
    #![allow(missing_docs)]
    pub const SUBNET_MASK: u8 = 1;
    pub const ROUTER: u8 = 3;
    pub const DNS: u8 = 6;
    pub const HOST_NAME: u8 = 12;
    pub const DOMAIN: u8 = 15;
    pub const BROADCAST: u8 = 28;
    pub const REQUESTED_IP: u8 = 50;
    pub const LEASE_TIME: u8 = 51;
    pub const OVERLOAD: u8 = 52;
    pub const MESSAGE_TYPE: u8 = 53;
    pub const SERVER_ID: u8 = 54;
    pub const PARAMETERS: u8 = 55;
    pub const MESSAGE: u8 = 56;
    pub const MAX_SIZE: u8 = 57;
    pub const RENEWAL_TIME: u8 = 58;
    pub const REBINDING_TIME: u8 = 59;
    pub const CLIENT_ID: u8 = 61;
}

/// The header in front of the options, with the magic number (RFC 2131, 2).
const HEADER_LEN: usize = 240;
/// Shorter messages are padded to the length of a BOOTP message, since some relays drop shorter ones (RFC 1542, 2.1).
const LEN_MIN: usize = 300;
/// Distinguishes DHCP from BOOTP (RFC 2132, 2).
const MAGIC: u32 = 0x6382_5363;
/// Longer messages are dropped: no program sends any, and a server keeps parts of them.
const LEN_MAX: usize = 4_096;
/// The part of a client identifier that counts, in bytes.
const CLIENT_ID_MAX: usize = 255;
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;

/// A DHCP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which of the eight messages (RFC 2132, 9.6).
    pub kind: DhcpMessageType,
    /// Relays passed.
    pub hops: u8,
    /// Chosen by the client, repeated in answers.
    pub xid: u32,
    /// Seconds since the client began.
    pub secs: u16,
    /// The client cannot receive unicast before it has an address (RFC 2131, 4.1).
    pub broadcast: bool,
    /// `ciaddr`: the address that the client uses.
    pub client_ip: Ipv4Address,
    /// `yiaddr`: the address for the client.
    pub your_ip: Ipv4Address,
    /// `giaddr`: the relay's address in the client's network.
    pub relay_ip: Ipv4Address,
    /// `chaddr`: the client's MAC address.
    pub mac: EthernetAddress,
    /// Numbers and contents in the order of the wire, without the message type.
    pub options: Vec<(u8, Vec<u8>)>,
}

impl Message {
    /// A message of a client.
    pub fn new(kind: DhcpMessageType, xid: u32, mac: EthernetAddress) -> Self {
        let none = Ipv4Address::UNSPECIFIED;
        Self {
            kind,
            hops: 0,
            xid,
            secs: 0,
            broadcast: false,
            client_ip: none,
            your_ip: none,
            relay_ip: none,
            mac,
            options: Vec::new(),
        }
    }

    /// The answer of a server: what has to be repeated is (RFC 2131, table 3; RFC 6842).
    pub fn answer(&self, kind: DhcpMessageType) -> Self {
        let options = self.options.iter().filter(|(code, _)| *code == option::CLIENT_ID).cloned().collect();
        Self {
            kind,
            hops: 0,
            secs: 0,
            client_ip: Ipv4Address::UNSPECIFIED,
            your_ip: Ipv4Address::UNSPECIFIED,
            options,
            ..self.clone()
        }
    }

    /// Reads a message of an Ethernet client; `None`: it is none, or malformed.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let packet = DhcpPacket::new_checked(bytes).ok().filter(|_| bytes.len() <= LEN_MAX)?;
        let is_ethernet = packet.hardware_type() == ArpHardware::Ethernet && packet.hardware_len() == 6;
        if !is_ethernet || packet.magic_number() != MAGIC {
            return None;
        }
        let mut options = Vec::new();
        collect(&bytes[HEADER_LEN..], &mut options);
        // RFC 2132, 9.3: options may go on in the fields for the names of a file and of a server.
        let overload =
            options.iter().find(|(code, _)| *code == option::OVERLOAD).map_or(0, |(_, data)| data[0]);
        for (bit, field) in [(1, FILE), (2, SNAME)] {
            if overload & bit != 0 {
                collect(&bytes[field], &mut options);
            }
        }
        let place = options.iter().position(|(code, _)| *code == option::MESSAGE_TYPE)?;
        let kind = DhcpMessageType::from(options.remove(place).1[0]);
        (opcode(kind)? == packet.opcode()).then(|| Self {
            kind,
            hops: packet.hops(),
            xid: packet.transaction_id(),
            secs: packet.secs(),
            broadcast: packet.flags().contains(DhcpFlags::BROADCAST),
            client_ip: packet.client_ip(),
            your_ip: packet.your_ip(),
            relay_ip: packet.relay_agent_ip(),
            mac: packet.client_hardware_address(),
            options,
        })
    }

    /// The bytes of a message.
    ///
    /// # Panics
    /// If its kind is unknown.
    pub fn write(&self) -> Vec<u8> {
        // RFC 3396: a content longer than 255 bytes stands in several options of the same number.
        let pieces = |data: &Vec<u8>| data.len().div_ceil(255).max(1);
        let options: usize = self.options.iter().map(|(_, data)| data.len() + 2 * pieces(data)).sum();
        let mut bytes = vec![0; (HEADER_LEN + 3 + options + 1).max(LEN_MIN)];
        let mut packet = DhcpPacket::new_unchecked(&mut bytes[..]);
        packet.set_opcode(opcode(self.kind).expect("only known messages are written"));
        packet.set_hardware_type(ArpHardware::Ethernet);
        packet.set_hardware_len(6);
        packet.set_hops(self.hops);
        packet.set_transaction_id(self.xid);
        packet.set_secs(self.secs);
        packet.set_flags(if self.broadcast { DhcpFlags::BROADCAST } else { DhcpFlags::empty() });
        packet.set_client_ip(self.client_ip);
        packet.set_your_ip(self.your_ip);
        packet.set_server_ip(Ipv4Address::UNSPECIFIED);
        packet.set_relay_agent_ip(self.relay_ip);
        packet.set_client_hardware_address(self.mac);
        packet.set_magic_number(MAGIC);
        let mut writer = packet.options_mut();
        let mut emit =
            |kind, data: &[u8]| writer.emit(DhcpOption { kind, data }).expect("there is room for it");
        emit(option::MESSAGE_TYPE, &[self.kind.into()]);
        for (code, data) in &self.options {
            if data.is_empty() {
                emit(*code, &[]);
            }
            for piece in data.chunks(255) {
                emit(*code, piece);
            }
        }
        writer.end().expect("there is room for it");
        bytes
    }

    /// The content of an option.
    pub fn option(&self, code: u8) -> Option<&[u8]> {
        self.options.iter().find(|(here, _)| *here == code).map(|(_, data)| &data[..])
    }

    /// The first address in an option.
    pub fn address(&self, code: u8) -> Option<Ipv4Address> {
        self.addresses(code).next()
    }

    /// The addresses in an option.
    pub fn addresses(&self, code: u8) -> impl Iterator<Item = Ipv4Address> {
        let (addresses, _) = self.option(code).unwrap_or_default().as_chunks::<4>();
        addresses.iter().map(|&octets| Ipv4Address::from_octets(octets))
    }

    /// The number in an option.
    pub fn number(&self, code: u8) -> Option<u32> {
        Some(u32::from_be_bytes(self.option(code)?.try_into().ok()?))
    }

    /// The text in an option, without the zero that some programs end it with.
    pub fn text(&self, code: u8) -> Option<&str> {
        std::str::from_utf8(self.option(code)?).ok().map(|text| text.trim_end_matches('\0'))
    }

    /// Adds an option.
    pub fn set(&mut self, code: u8, content: impl Into<Vec<u8>>) {
        self.options.push((code, content.into()));
    }

    /// Adds an option with addresses; without any, none.
    pub fn set_addresses(&mut self, code: u8, addresses: &[Ipv4Address]) {
        if !addresses.is_empty() {
            let octets: Vec<u8> = addresses.iter().flat_map(Ipv4Address::octets).collect();
            self.set(code, octets);
        }
    }

    /// What identifies the client: its identifier, or else its MAC address (RFC 2131, 4.2).
    pub fn client(&self) -> Vec<u8> {
        match self.option(option::CLIENT_ID) {
            Some(id) => id[..id.len().min(CLIENT_ID_MAX)].to_vec(),
            None => client_id(self.mac),
        }
    }
}

/// The client identifier that is a MAC address (RFC 2132, 9.14).
pub fn client_id(mac: EthernetAddress) -> Vec<u8> {
    [&[1], &mac.0[..]].concat()
}

/// Reads options; several of the same number are one content (RFC 3396).
fn collect(bytes: &[u8], options: &mut Vec<(u8, Vec<u8>)>) {
    let mut rest = bytes;
    while let [code, tail @ ..] = rest {
        rest = tail;
        match code {
            0 => continue,
            255 => return,
            _ => {}
        }
        let [len, tail @ ..] = rest else { return };
        let Some((data, tail)) = tail.split_at_checked(usize::from(*len)) else { return };
        rest = tail;
        match options.iter_mut().find(|(here, _)| here == code) {
            Some((_, whole)) => whole.extend(data),
            // An empty option would mean something only in RFC 4039, which nothing here uses.
            None if data.is_empty() => {}
            None => options.push((*code, data.to_vec())),
        }
    }
}

/// Who sends this message: clients request, servers reply. `None`: unknown.
fn opcode(kind: DhcpMessageType) -> Option<DhcpOpCode> {
    use DhcpMessageType::*;
    match kind {
        Discover | Request | Decline | Release | Inform => Some(DhcpOpCode::Request),
        Offer | Ack | Nak => Some(DhcpOpCode::Reply),
        Unknown(_) => None,
    }
}
