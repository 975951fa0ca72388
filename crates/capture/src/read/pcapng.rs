//! pcapng (draft-ietf-opsawg-pcapng): blocks, each with its length before and after it.

use super::found::{Found, ReadError, text};
use crate::block::*;
use crate::fields::Fields;
use crate::limits::{ADDRESSES_MAX, INTERFACES_MAX, NAMES_MAX};
use crate::recording::{Cut, Interface, LinkType, Packet, Why};
use smoltcp::wire::{EthernetAddress, IpAddress, IpCidr, Ipv4Address, Ipv4Cidr, Ipv6Address, Ipv6Cidr};

/// The bytes of a block before its body: type and length.
const HEADER: usize = 8;
const FRAME: usize = HEADER + 4;

/// Reads a file; the inner error is why reading ended before the file.
pub(super) fn read(bytes: &[u8], found: &mut Found) -> Result<Result<(), Cut>, ReadError> {
    let result = Reader { bytes, found, big_endian: false, first_interface: 0, clocks: Vec::new() }.blocks();
    match result {
        // The first section is cut, or none.
        Err(Cut { offset: 0, why: Why::Truncated }) => Err(ReadError::Empty),
        Err(Cut { offset: 0, .. }) => Err(ReadError::NotACapture),
        result => Ok(result),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    found: &'a mut Found,
    /// Of the section: its byte order, the place of its first interface, and the clocks of its interfaces.
    big_endian: bool,
    first_interface: usize,
    clocks: Vec<Clock>,
}

/// The time stamps of an interface.
#[derive(Clone, Copy)]
struct Clock {
    /// `if_tsresol`: 10⁻ⁿ s, or with the highest bit 2⁻ⁿ s.
    resolution: u8,
    /// `if_tsoffset`, in seconds.
    offset: i64,
}

/// A packet as its block describes it.
struct Seen {
    /// Counted in its section.
    interface: u32,
    /// Of its interface's clock.
    ticks: Option<u64>,
    captured_len: u32,
    original_len: u32,
    /// Where in the block's body the bytes of the packet begin.
    start: usize,
}

impl Clock {
    /// Nanoseconds since 1970, as near as a `u64` gets.
    fn nanos(self, ticks: u64) -> u64 {
        let (ticks, power) = (u128::from(ticks), u32::from(self.resolution & 0x7f));
        let nanos = if self.resolution & 0x80 != 0 {
            (ticks * 1_000_000_000) >> power
        } else if power <= 9 {
            ticks * 10u128.pow(9 - power)
        } else {
            10u128.checked_pow(power - 9).map_or(0, |divisor| ticks / divisor)
        };
        // Less than 2^94, so that it has a sign.
        let nanos = nanos as i128 + i128::from(self.offset) * 1_000_000_000;
        u64::try_from(nanos.max(0)).unwrap_or(u64::MAX)
    }
}

impl<'a> Reader<'a> {
    fn blocks(&mut self) -> Result<(), Cut> {
        let mut at = 0;
        while at < self.bytes.len() {
            let cut = |why| Cut { offset: at, why };
            let truncated = cut(Why::Truncated);
            let kind = self.fields().u32(at).ok_or(truncated)?;
            if kind == SECTION_HEADER {
                let magic =
                    Fields { bytes: self.bytes, big_endian: false }.u32(at + HEADER).ok_or(truncated)?;
                self.big_endian = match magic {
                    BYTE_ORDER_MAGIC => false,
                    _ if magic.swap_bytes() == BYTE_ORDER_MAGIC => true,
                    _ => return Err(cut(Why::BadSection)),
                };
            }
            let fields = self.fields();
            let length = fields.u32(at + 4).ok_or(truncated)? as usize;
            if length < FRAME || !length.is_multiple_of(4) {
                return Err(cut(Why::BadLength));
            }
            let block = fields.slice(at, length).ok_or(truncated)?;
            if block.u32(length - 4) != Some(length as u32) {
                return Err(cut(Why::BadLength));
            }
            let body = Fields { bytes: &block.bytes[HEADER..length - 4], ..block };
            self.block(kind, at, body).map_err(cut)?;
            at += length;
        }
        Ok(())
    }

    fn fields(&self) -> Fields<'a> {
        Fields { bytes: self.bytes, big_endian: self.big_endian }
    }

    /// Reads a block that begins at `offset` of the file.
    fn block(&mut self, kind: u32, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        match kind {
            SECTION_HEADER => self.section(body),
            INTERFACE_DESCRIPTION => self.interface(body),
            ENHANCED_PACKET => self.enhanced_packet(offset, body),
            SIMPLE_PACKET => self.simple_packet(offset, body),
            OBSOLETE_PACKET => self.obsolete_packet(offset, body),
            NAME_RESOLUTION => {
                self.names(body);
                Ok(())
            }
            // Statistics, secrets and unknown types are skipped, as the draft requires.
            _ => Ok(()),
        }
    }

    fn section(&mut self, body: Fields<'a>) -> Result<(), Why> {
        if body.u16(4) != Some(1) || body.bytes.len() < 16 {
            return Err(Why::BadSection);
        }
        self.first_interface = self.found.recording.interfaces.len();
        self.clocks.clear();
        for (code, value) in body.from(16).options() {
            let recording = &mut self.found.recording;
            let place = match code {
                OPT_COMMENT => &mut recording.comment,
                SHB_USERAPPL => &mut recording.application,
                _ => continue,
            };
            place.get_or_insert_with(|| text(value));
        }
        Ok(())
    }

    fn interface(&mut self, body: Fields<'a>) -> Result<(), Why> {
        if self.found.recording.interfaces.len() == INTERFACES_MAX {
            return Err(Why::TooManyInterfaces);
        }
        let [Some(link_type), Some(snap_length)] = [body.u16(0).map(u32::from), body.u32(4)] else {
            return Err(Why::BadLength);
        };
        let mut interface = Interface {
            link_type: LinkType(link_type as u16),
            snap_length,
            big_endian: body.big_endian,
            ..Interface::default()
        };
        let mut clock = Clock { resolution: 6, offset: 0 };
        for (code, value) in body.from(8).options() {
            match code {
                IF_NAME => interface.name = text(value),
                IF_DESCRIPTION => interface.description = text(value),
                IF_IPV4ADDR | IF_IPV6ADDR if interface.addresses.len() < ADDRESSES_MAX => {
                    interface.addresses.extend(address(value.bytes));
                }
                IF_MACADDR => interface.mac = value.bytes.first_chunk().map(|&mac| EthernetAddress(mac)),
                IF_SPEED => interface.speed = value.u64(0),
                IF_FCSLEN => interface.fcs_bytes = value.bytes.first().copied().unwrap_or(0),
                IF_TSRESOL => clock.resolution = value.bytes.first().copied().unwrap_or(6),
                IF_TSOFFSET => clock.offset = value.u64(0).unwrap_or_default() as i64,
                _ => {}
            }
        }
        self.found.recording.interfaces.push(interface);
        self.clocks.push(clock);
        Ok(())
    }

    fn enhanced_packet(&mut self, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        let interface = body.u32(0).ok_or(Why::BadLength)?;
        self.timed_packet(interface, offset, body)
    }

    fn obsolete_packet(&mut self, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        let interface = body.u16(0).ok_or(Why::BadLength)?.into();
        self.timed_packet(interface, offset, body)
    }

    /// Enhanced and obsolete packet blocks are the same behind the number of their interface.
    fn timed_packet(&mut self, interface: u32, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        let number = |at| body.u32(at).ok_or(Why::BadLength);
        let ticks = Some(u64::from(number(4)?) << 32 | u64::from(number(8)?));
        let [captured_len, original_len] = [number(12)?, number(16)?];
        self.packet(Seen { interface, ticks, captured_len, original_len, start: 20 }, offset, body)
    }

    fn simple_packet(&mut self, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        let original_len = body.u32(0).ok_or(Why::BadLength)?;
        let first = self.found.recording.interfaces.get(self.first_interface);
        let snap_length = first.map(|first| first.snap_length).filter(|&length| length > 0);
        // The captured length is not in the block: it follows from these.
        let captured_len = original_len.min(snap_length.unwrap_or(u32::MAX)).min(body.bytes.len() as u32 - 4);
        self.packet(Seen { interface: 0, ticks: None, captured_len, original_len, start: 4 }, offset, body)
    }

    fn packet(&mut self, seen: Seen, offset: usize, body: Fields<'a>) -> Result<(), Why> {
        let Seen { interface, ticks, captured_len, original_len, start } = seen;
        let clock = *self.clocks.get(interface as usize).ok_or(Why::NoSuchInterface)?;
        body.slice(start, captured_len as usize).ok_or(Why::BadLength)?;
        let options = body.from((start + captured_len as usize).next_multiple_of(4));
        let before = self.found.times.last().copied().unwrap_or_default();
        let packet = Packet {
            at_ns: 0,
            start: (offset + HEADER + start) as u32,
            captured_len,
            original_len: original_len.max(captured_len),
            interface: self.first_interface as u32 + interface,
            options_len: options.bytes.len() as u32,
        };
        self.found.packet(ticks.map_or(before, |ticks| clock.nanos(ticks)), packet)
    }

    fn names(&mut self, body: Fields<'a>) {
        for (kind, value) in body.options() {
            let names = &mut self.found.recording.names;
            let ip = match kind {
                NRB_IPV4 => value.bytes.first_chunk::<4>().map(|&ip| IpAddress::Ipv4(Ipv4Address::from(ip))),
                NRB_IPV6 => value.bytes.first_chunk::<16>().map(|&ip| IpAddress::Ipv6(Ipv6Address::from(ip))),
                _ => None,
            };
            let (Some(ip), true) = (ip, names.len() < NAMES_MAX) else { continue };
            let name = value.from(if kind == NRB_IPV4 { 4 } else { 16 });
            let length = name.bytes.iter().position(|&byte| byte == 0);
            names.extend(length.and_then(|length| name.slice(0, length)).map(|name| (ip, text(name))));
        }
    }
}

/// An address with a mask (IPv4) or a prefix length (IPv6).
fn address(bytes: &[u8]) -> Option<IpCidr> {
    if let Ok([a, b, c, d, mask @ ..]) = <[u8; 8]>::try_from(bytes) {
        let prefix = u32::from_be_bytes(mask).leading_ones() as u8;
        return Some(IpCidr::Ipv4(Ipv4Cidr::new(Ipv4Address::new(a, b, c, d), prefix)));
    }
    let (&prefix, ip) = <&[u8; 17]>::try_from(bytes).ok()?.split_last()?;
    let ip = Ipv6Address::from(*ip.first_chunk::<16>()?);
    (prefix <= 128).then(|| IpCidr::Ipv6(Ipv6Cidr::new(ip, prefix)))
}
