//! UDP datagrams (RFC 768).

use smoltcp::wire::{UDP_HEADER_LEN, UdpPacket};

use super::application::ApplicationMessage;
use super::malformed::Malformed;
use crate::header::ip::Packet;
use crate::label::Label;

/// A datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UdpDatagram<'f> {
    /// The sender's port.
    pub source_port: u16,
    /// The receiver's port.
    pub destination_port: u16,
    /// The number of bytes behind the header, according to it.
    pub data_len: usize,
    /// The message in it, if its protocol is known here. Fragments and quoted datagrams have none.
    pub application: Option<ApplicationMessage<'f>>,
    /// The length in the header, if it cannot be: less than a header, or more than the packet has room for.
    pub bad_length: Option<BadLength>,
    data: &'f [u8],
}

/// A length in a UDP header that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLength {
    /// Less than the header alone.
    LessThanHeader(u16),
    /// More than the IP packet has room for.
    MoreThanPacket(u16),
}

impl<'f> UdpDatagram<'f> {
    /// Reads the payload of a packet, if the header is all there.
    pub(crate) fn read(datagram: &'f [u8], packet: &Packet) -> Result<UdpDatagram<'f>, Malformed> {
        if datagram.len() < UDP_HEADER_LEN {
            return Err(Malformed::Udp);
        }
        let udp = UdpPacket::new_unchecked(datagram);
        let length = udp.len();
        let room = packet.payload_len;
        // Jumbograms have no length here (RFC 2675 §4).
        let jumbo = length == 0 && packet.is_ipv6() && room > usize::from(u16::MAX);
        let bad_length = match usize::from(length) {
            _ if jumbo || !packet.is_whole() => None,
            ..UDP_HEADER_LEN => Some(BadLength::LessThanHeader(length)),
            bytes if bytes > room => Some(BadLength::MoreThanPacket(length)),
            _ => None,
        };
        let end = usize::from(length).clamp(UDP_HEADER_LEN, datagram.len());
        let [source_port, destination_port] = [udp.src_port(), udp.dst_port()];
        let message = &datagram[UDP_HEADER_LEN..end];
        let application = match packet.is_whole() && !message.is_empty() && bad_length.is_none() {
            true => ApplicationMessage::in_datagram([source_port, destination_port], message),
            false => None,
        };
        let data_len = usize::from(length).saturating_sub(UDP_HEADER_LEN);
        Ok(UdpDatagram { source_port, destination_port, data_len, application, bad_length, data: message })
    }

    /// The data, as far as they were captured.
    pub fn data(&self) -> &'f [u8] {
        self.data
    }

    pub(crate) fn label(&self) -> Label {
        match &self.application {
            Some(application) => application.label(),
            None => Label::write(format_args!("UDP {}", self.data_len)),
        }
    }

    pub(crate) fn info(&self) -> String {
        match &self.application {
            Some(application) => application.info(),
            None => self.own_info(),
        }
    }

    /// The info of the datagram as such, whatever it carries.
    pub(crate) fn own_info(&self) -> String {
        let &UdpDatagram { source_port, destination_port, data_len, .. } = self;
        let ports = format!("{source_port} → {destination_port}");
        match self.bad_length {
            None => format!("{ports} Len={data_len}"),
            Some(BadLength::LessThanHeader(length)) => format!("{ports} [BAD UDP LENGTH {length} < 8]"),
            Some(BadLength::MoreThanPacket(length)) => {
                format!("{ports} [BAD UDP LENGTH {length} > IP PAYLOAD LENGTH] Len={data_len}")
            }
        }
    }
}
