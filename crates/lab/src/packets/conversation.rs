//! The display filter of the conversation that a packet belongs to.

use dissect::message::{Message, meaning};
use dissect::{Captured, Link};
use std::net::IpAddr;
use trace::Stream;

/// The stream of a packet, if it has the number of one.
pub fn stream(frame: Captured<'_>, number: Option<u32>) -> Option<Stream> {
    let number = number?;
    Some(match meaning(frame).message {
        Message::Tcp(_) => Stream::Tcp(number),
        _ => Stream::Udp(number),
    })
}

/// Packets of the same TCP connection or UDP conversation (`number` counts them); otherwise between the same two addresses, or for
/// a broadcast, which is part of no conversation, from the same.
pub fn filter(frame: Captured<'_>, number: Option<u32>) -> String {
    match stream(frame, number) {
        Some(Stream::Tcp(number)) => return format!("tcp.stream == {number}"),
        Some(Stream::Udp(number)) => return format!("udp.stream == {number}"),
        None => {}
    }
    let summary = dissect::summary(frame);
    let field = address_field(&summary.source);
    let to_all = frame.link == Link::Ethernet && frame.bytes.first().is_some_and(|first| first & 1 == 1);
    let [source, destination] =
        [summary.source, summary.destination].map(|address| format!("{field} == {address}"));
    match to_all {
        true => source,
        // The same in both directions.
        false if source > destination => format!("{destination} && {source}"),
        false => format!("{source} && {destination}"),
    }
}

/// The field that compares with an address as packet lists show it.
pub fn address_field(address: &str) -> &'static str {
    match address.parse() {
        Ok(IpAddr::V4(_)) => "ip.addr",
        Ok(IpAddr::V6(_)) => "ipv6.addr",
        Err(_) => "eth.addr",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ARP question to all, and an ICMP packet without its Ethernet header.
    #[test]
    fn a_broadcast_has_a_sender_and_other_packets_have_two_ends() {
        let mut lab = crate::Lab::new(scenario::first());
        for frame in 0..600 {
            lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        }
        let frames: Vec<_> = lab.look().history.transits().map(|transit| transit.frame.clone()).collect();
        let of = |name: &str| frames.iter().find(|frame| dissect::protocol(frame).name() == name).unwrap();
        assert_eq!(filter(of("ARP").into(), None), "eth.addr == 02:50:00:00:00:01");
        let both = "ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2";
        assert_eq!(filter(of("ICMP").into(), None), both);
        let bytes = &of("ICMP")[14..];
        assert_eq!(filter(Captured { link: Link::Ip, bytes, fcs: &[], wire_len: bytes.len() }, None), both);
    }
}
