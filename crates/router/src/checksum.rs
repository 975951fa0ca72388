//! The Internet checksum (RFC 1071), and its incremental update for a change of the packet (RFC 1624).
//!
//! An update is not only faster: a packet that was damaged on its way still has a wrong checksum afterwards. Computing the checksum
//! anew would hide the damage.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The one's complement sum of `bytes` as 16-bit words in network order; an odd last byte counts as the upper half of a word.
/// Not complemented: a message that contains its own right checksum sums to `0xffff`.
pub fn sum(bytes: &[u8]) -> u16 {
    // 2^32 words of 16 bits fit.
    let mut total: u64 = 0;
    let mut words = bytes.chunks_exact(2);
    for word in &mut words {
        total += u64::from(u16::from_be_bytes([word[0], word[1]]));
    }
    if let [last] = words.remainder() {
        total += u64::from(*last) << 8;
    }
    fold(total)
}

/// The one's complement sum of two sums.
pub fn add(a: u16, b: u16) -> u16 {
    fold(u64::from(a) + u64::from(b))
}

/// The sum of the pseudo-header of TCP and UDP over IPv4 (RFC 9293, 3.1); `length`: of header and
/// payload, in bytes.
pub fn pseudo_v4(source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, length: u16) -> u16 {
    let addresses = add(sum(&source.octets()), sum(&destination.octets()));
    add(addresses, add(u16::from(protocol), length))
}

/// The sum of the pseudo-header of TCP, UDP and ICMPv6 over IPv6 (RFC 8200, 8.1); `length`: of
/// header and payload, in bytes.
pub fn pseudo_v6(source: Ipv6Addr, destination: Ipv6Addr, protocol: u8, length: u32) -> u16 {
    let addresses = add(sum(&source.octets()), sum(&destination.octets()));
    add(addresses, add(u16::from(protocol), fold(u64::from(length))))
}

/// The checksum of a message with this sum (RFC 1071).
pub fn finish(sum: u16) -> u16 {
    !sum
}

/// The UDP checksum of a datagram with this sum: 0 would mean that there is none, so it is sent as `0xffff` (RFC 768).
pub fn finish_udp(sum: u16) -> u16 {
    match finish(sum) {
        0 => 0xffff,
        checksum => checksum,
    }
}

/// The checksum after a 16-bit word at an even place has changed (RFC 1624, equation 3).
pub fn update16(checksum: u16, old: u16, new: u16) -> u16 {
    !fold(u64::from(!checksum) + u64::from(!old) + u64::from(new))
}

/// The checksum after a 32-bit word at an even place has changed.
pub fn update32(checksum: u16, old: u32, new: u32) -> u16 {
    let checksum = update16(checksum, (old >> 16) as u16, (new >> 16) as u16);
    update16(checksum, old as u16, new as u16)
}

/// The checksum after bytes that begin at an even place have changed from `old` to `new`. Both may be of any length: bytes
/// that are no more, or were not there, count as zero.
pub fn update(checksum: u16, old: &[u8], new: &[u8]) -> u16 {
    update16(checksum, sum(old), sum(new))
}

/// The UDP checksum after a change whose bytes at even places summed to `old` and sum to `new`: over IPv4, 0 means that
/// there is none, and stays (RFC 3022, 4.1); a result of 0 is sent as `0xffff`.
pub fn update_udp(checksum: u16, old: u16, new: u16) -> u16 {
    match checksum {
        0 => 0,
        checksum => finish_udp(!update16(checksum, old, new)),
    }
}

fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_rfc_1071_sums_to_ddf2() {
        assert_eq!(sum(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]), 0xddf2);
    }

    #[test]
    fn the_example_of_rfc_1624_that_broke_equation_2_comes_out_right() {
        assert_eq!(update16(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn an_odd_last_byte_is_the_upper_half_of_a_word() {
        assert_eq!(sum(&[0x12, 0x34, 0x56]), 0x1234 + 0x5600);
        assert_eq!(sum(&[]), 0);
    }

    #[test]
    fn udp_never_sends_a_computed_zero_and_never_touches_a_sent_one() {
        assert_eq!(finish_udp(0xffff), 0xffff);
        assert_eq!(update_udp(0, 1, 2), 0);
        assert_eq!(update_udp(0xdd2f, 0x5555, 0x3285), 0xffff);
    }

    #[test]
    fn a_long_message_of_ones_does_not_overflow() {
        assert_eq!(sum(&vec![0xff; 200_000]), 0xffff);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn updating_gives_what_computing_afresh_gives(
            mut message in prop::collection::vec(any::<u8>(), 8..200),
            at in any::<prop::sample::Index>(),
            new in prop::collection::vec(any::<u8>(), 1..24),
        ) {
            // No packet is all zeros: its version is not.
            message[0] |= 0x40;
            let at = at.index(message.len() / 2) * 2;
            prop_assume!(at > 0);
            let new = &new[..new.len().min(message.len() - at)];
            let before = finish(sum(&message));
            let udp_before = finish_udp(sum(&message));
            let old = message[at..at + new.len()].to_vec();
            message[at..at + new.len()].copy_from_slice(new);
            prop_assert_eq!(update(before, &old, new), finish(sum(&message)));
            prop_assert_eq!(update_udp(udp_before, sum(&old), sum(new)), finish_udp(sum(&message)));
            if let (Some(old), Some(new)) = (old.first_chunk::<4>(), new.first_chunk::<4>()) {
                message[at..at + 4].copy_from_slice(old);
                let before = finish(sum(&message));
                message[at..at + 4].copy_from_slice(new);
                let [old, new] = [*old, *new].map(u32::from_be_bytes);
                prop_assert_eq!(update32(before, old, new), finish(sum(&message)));
            }
        }

        #[test]
        fn a_message_with_its_checksum_in_it_sums_to_all_ones(mut message in prop::collection::vec(any::<u8>(), 4..200)) {
            message[0] |= 1;
            message[2..4].fill(0);
            let checksum = finish(sum(&message));
            message[2..4].copy_from_slice(&checksum.to_be_bytes());
            prop_assert_eq!(sum(&message), 0xffff);
        }

        #[test]
        fn the_pseudo_headers_are_smoltcps(
            source in any::<[u8; 16]>(), destination in any::<[u8; 16]>(), protocol in any::<u8>(), length in any::<u16>(),
        ) {
            use smoltcp::wire::{IpAddress, IpProtocol};
            let theirs = |source, destination| {
                smoltcp_sum(source, destination, IpProtocol::from(protocol), length)
            };
            let [a, b] = [source, destination].map(Ipv6Addr::from);
            prop_assert_eq!(pseudo_v6(a, b, protocol, length.into()), theirs(IpAddress::Ipv6(a), IpAddress::Ipv6(b)));
            let [a, b] = [source, destination].map(|x| Ipv4Addr::new(x[0], x[1], x[2], x[3]));
            prop_assert_eq!(pseudo_v4(a, b, protocol, length), theirs(IpAddress::Ipv4(a), IpAddress::Ipv4(b)));
        }
    }

    /// smoltcp keeps its own sum private: it shows in the checksum of a datagram of nothing but its length.
    fn smoltcp_sum(
        source: smoltcp::wire::IpAddress,
        destination: smoltcp::wire::IpAddress,
        protocol: smoltcp::wire::IpProtocol,
        length: u16,
    ) -> u16 {
        use smoltcp::wire::UdpPacket;
        let mut bytes = [0; 8];
        let mut datagram = UdpPacket::new_unchecked(&mut bytes[..]);
        datagram.set_len(8);
        datagram.fill_checksum(&source, &destination);
        // Theirs is for UDP and 8 bytes, and has those 8 in the datagram again.
        let theirs = !datagram.checksum();
        let sum = add(theirs, !(17 + 8 + 8));
        add(sum, add(u8::from(protocol).into(), length))
    }
}
