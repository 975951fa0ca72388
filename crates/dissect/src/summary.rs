//! A frame's row in a packet list.

use std::borrow::Cow;

use crate::captured::Captured;
use crate::label::Label;
use crate::message::{Meaning, meaning};
use crate::protocol::Protocol;
use crate::text::mac;

/// A frame's row in a packet list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// See [`protocol`].
    pub protocol: Protocol,
    /// See [`Meaning::protocol_name`].
    pub protocol_name: Cow<'static, str>,
    /// See [`label`].
    pub label: Label,
    /// See [`Meaning::info`].
    pub info: String,
    /// The IP address of the sender or, without IP, its MAC address. Empty if the frame is too short to have one.
    pub source: String,
    /// The IP address of the receiver or, without IP, its MAC address. Empty if the frame is too short to have one.
    pub destination: String,
}

/// What the frame is about. Allocates nothing.
pub fn protocol<'f>(frame: impl Into<Captured<'f>>) -> Protocol {
    meaning(frame).message.protocol()
}

/// What to write on the frame where there is little room. Allocates nothing.
pub fn label<'f>(frame: impl Into<Captured<'f>>) -> Label {
    meaning(frame).message.label()
}

/// The frame's row in a packet list.
pub fn summary<'f>(frame: impl Into<Captured<'f>>) -> Summary {
    let meaning = meaning(frame);
    let (source, destination) = meaning.addresses();
    let (protocol, label) = (meaning.message.protocol(), meaning.message.label());
    let protocol_name = meaning.protocol_name();
    Summary { protocol, protocol_name, label, info: meaning.info(), source, destination }
}

impl Meaning<'_> {
    /// The addresses of sender and receiver, as [`Summary`] has them.
    pub fn addresses(&self) -> (String, String) {
        match (&self.ip, &self.ethernet) {
            (Some(ip), _) => (ip.source.to_string(), ip.destination.to_string()),
            (None, Some(ethernet)) => {
                (mac(ethernet.source).to_string(), mac(ethernet.destination).to_string())
            }
            (None, None) => (String::new(), String::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use smoltcp::wire::{Icmpv6Repr, TcpControl, TcpRepr};

    use super::*;
    use crate::samples;

    #[test]
    fn the_longest_label_fits() {
        let reply = Icmpv6Repr::EchoReply { ident: 0, seq_no: 65535, data: b"" };
        assert_eq!(label(&samples::icmpv6(reply)).as_str(), "echo reply 65535");
    }

    #[test]
    fn the_label_of_a_fin_with_data_has_both() {
        let frame = samples::tcp(TcpRepr { control: TcpControl::Fin, ..samples::data() });
        assert_eq!(label(&frame).as_str(), "DATA 18 FIN");
    }

    #[test]
    fn a_cut_segment_has_the_data_length_of_its_header() {
        let frame = samples::tcp(samples::data());
        let row = summary(&frame[..60]);
        assert_eq!(row.label.as_str(), "DATA 18");
        assert!(row.info.ends_with("Len=18"), "{}", row.info);
    }

    #[test]
    fn all_protocols_are_in_the_legend_once_and_have_their_own_name() {
        for (index, protocol) in Protocol::ALL.into_iter().enumerate() {
            assert_eq!(protocol as usize, index);
            assert_eq!(Protocol::ALL.iter().filter(|other| other.name() == protocol.name()).count(), 1);
        }
    }

    #[test]
    fn a_frame_without_ip_has_ethernet_addresses_and_a_runt_has_none() {
        let frame = samples::llc();
        assert_eq!(summary(&frame).destination, "01:80:c2:00:00:00");
        assert_eq!(summary(&frame[..13]).destination, "");
    }
}
