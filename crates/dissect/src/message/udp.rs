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
}

impl<'f> UdpDatagram<'f> {
    /// Reads the payload of a packet. The length in the header has to have room for the header.
    pub(crate) fn read(datagram: &'f [u8], packet: &Packet) -> Result<UdpDatagram<'f>, Malformed> {
        if datagram.len() < UDP_HEADER_LEN {
            return Err(Malformed::Udp);
        }
        let udp = UdpPacket::new_unchecked(datagram);
        let length = usize::from(udp.len());
        if length < UDP_HEADER_LEN {
            return Err(Malformed::Udp);
        }
        let ports = [udp.src_port(), udp.dst_port()];
        let message = &datagram[UDP_HEADER_LEN..length.min(datagram.len())];
        let application = match packet.is_whole() && !message.is_empty() {
            true => ApplicationMessage::in_datagram(ports, message),
            false => None,
        };
        let [source_port, destination_port] = ports;
        Ok(UdpDatagram { source_port, destination_port, data_len: length - UDP_HEADER_LEN, application })
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
        format!("{} → {} Len={}", self.source_port, self.destination_port, self.data_len)
    }
}
