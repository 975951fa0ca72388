//! Fragmentation of IPv4 packets (RFC 791, 3.2; RFC 1812, 4.2.2.7), and of the router's own IPv6 packets: those of others it
//! never cuts (RFC 8200, 5).

use crate::interface::IPV6_MTU_MIN;
use smoltcp::wire::{IpProtocol, Ipv4Packet, Ipv6Packet};
use wire::header::{IPV4_HEADER_BYTES, IPV6_HEADER_BYTES};

/// Calls `each` with the fragments of a whole IPv4 packet, none longer than `mtu` bytes (at least 68), in their order. What is
/// itself a fragment is cut further.
pub fn fragment(packet: &[u8], mtu: usize, mut each: impl FnMut(&[u8])) {
    let whole = Ipv4Packet::new_unchecked(packet);
    let header_len = usize::from(whole.header_len());
    let (header, payload) = packet.split_at(header_len);
    let (first_offset, more_behind) = (usize::from(whole.frag_offset()), whole.more_frags());
    let mut later = header[..IPV4_HEADER_BYTES].to_vec();
    later.extend(copied_options(&header[IPV4_HEADER_BYTES..]));
    let (mut done, mut buffer) = (0, Vec::new());
    while done < payload.len() || done == 0 {
        let header = if done == 0 { header } else { &later };
        let room = mtu.saturating_sub(header.len());
        let rest = payload.len() - done;
        // All but the last end on a multiple of eight bytes.
        let len = if rest <= room { rest } else { (room & !7).max(8).min(rest) };
        buffer.clear();
        buffer.extend_from_slice(header);
        buffer.extend_from_slice(&payload[done..done + len]);
        let total_len = buffer.len() as u16;
        let mut fragment = Ipv4Packet::new_unchecked(&mut buffer[..]);
        fragment.set_header_len(header.len() as u8);
        fragment.set_total_len(total_len);
        fragment.set_more_frags(more_behind || done + len < payload.len());
        fragment.set_frag_offset((first_offset + done) as u16);
        fragment.fill_checksum();
        each(&buffer);
        done += len.max(1);
    }
}

/// Calls `each` with the fragments of an IPv6 packet without extension headers (RFC 8200, 4.5). They fit every link.
pub fn fragment_own_ipv6(packet: &[u8], ident: u32, mut each: impl FnMut(&[u8])) {
    const ROOM: usize = (IPV6_MTU_MIN - IPV6_HEADER_BYTES - 8) & !7;
    let (header, payload) = packet.split_at(IPV6_HEADER_BYTES);
    let pieces = payload.chunks(ROOM);
    let last = pieces.len().saturating_sub(1);
    for (number, piece) in pieces.enumerate() {
        let offset = (number * ROOM) as u16 | u16::from(number < last);
        let mut extension = [header[6], 0, 0, 0, 0, 0, 0, 0];
        extension[2..4].copy_from_slice(&offset.to_be_bytes());
        extension[4..].copy_from_slice(&ident.to_be_bytes());
        let mut bytes = [header, &extension, piece].concat();
        let mut fragment = Ipv6Packet::new_unchecked(&mut bytes[..]);
        fragment.set_next_header(IpProtocol::Ipv6Frag);
        fragment.set_payload_len((8 + piece.len()) as u16);
        each(&bytes);
    }
}

/// The options that every fragment has, not only the first: those whose type has the highest bit (RFC 791, 3.1).
fn copied_options(mut options: &[u8]) -> Vec<u8> {
    let mut copied = Vec::new();
    while let [kind, rest @ ..] = options {
        match kind {
            0 => break,
            1 => options = rest,
            _ => {
                let len = usize::from(rest.first().copied().unwrap_or(0));
                if len < 2 || len > options.len() {
                    break; // Malformed: nobody can say what is to be copied.
                }
                if kind & 0x80 != 0 {
                    copied.extend_from_slice(&options[..len]);
                }
                options = &options[len..];
            }
        }
    }
    copied.resize(copied.len().next_multiple_of(4), 0);
    copied
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Ipv4Header;
    use proptest::prelude::*;
    use smoltcp::wire::IpProtocol;

    fn packet(payload: &[u8], options: &[u8]) -> Vec<u8> {
        let header = Ipv4Header {
            from: [10, 0, 0, 1].into(),
            to: [10, 0, 0, 2].into(),
            protocol: IpProtocol::Udp,
            ttl: 64,
            tos: 0,
            ident: 77,
        };
        let mut bytes = header.packet(&[]);
        bytes.extend_from_slice(options);
        bytes.extend_from_slice(payload);
        let len = bytes.len() as u16;
        let mut packet = Ipv4Packet::new_unchecked(&mut bytes[..]);
        packet.set_header_len(20 + options.len() as u8);
        packet.set_total_len(len);
        packet.fill_checksum();
        bytes
    }

    fn fragments(packet: &[u8], mtu: usize) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        fragment(packet, mtu, |fragment| all.push(fragment.to_vec()));
        all
    }

    fn checked(bytes: &[u8]) -> Ipv4Packet<&[u8]> {
        let packet = Ipv4Packet::new_checked(bytes).unwrap();
        assert!(packet.verify_checksum());
        packet
    }

    #[test]
    fn later_fragments_have_only_the_options_that_are_to_be_copied() {
        // Record route (7, not copied), a no-operation, and a router alert (148, copied).
        let options = [7, 7, 4, 0, 0, 0, 0, 1, 148, 4, 0, 0];
        let all = fragments(&packet(&[5; 100], &options), 80);
        assert_eq!(all[0][20..32], options);
        assert_eq!((all[1][0], &all[1][20..24]), (0x46, &[148, 4, 0, 0][..]));
    }

    #[test]
    fn a_fragment_is_cut_further_and_says_where_its_pieces_belong() {
        let mut middle = packet(&[5; 64], &[]);
        let mut header = Ipv4Packet::new_unchecked(&mut middle[..]);
        header.set_frag_offset(800);
        header.set_more_frags(true);
        header.fill_checksum();
        let pieces: Vec<_> = fragments(&middle, 68)
            .iter()
            .map(|bytes| {
                let piece = checked(bytes);
                (piece.frag_offset(), piece.more_frags(), piece.payload().len())
            })
            .collect();
        assert_eq!(pieces, [(800, true, 48), (848, true, 16)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fragments_obey_the_mtu_and_put_together_are_the_packet(
            payload in prop::collection::vec(any::<u8>(), 0..4_000),
            options in prop::collection::vec(any::<u8>(), 0..=40).prop_map(|mut o| { o.truncate(o.len() & !3); o }),
            mtu in 68usize..1_600,
        ) {
            let whole = packet(&payload, &options);
            let all = fragments(&whole, mtu);
            let mut together = Vec::new();
            for (number, bytes) in all.iter().enumerate() {
                let fragment = checked(bytes);
                let last = number + 1 == all.len();
                prop_assert!(bytes.len() <= mtu);
                prop_assert_eq!(usize::from(fragment.frag_offset()), together.len());
                prop_assert_eq!(fragment.more_frags(), !last);
                prop_assert!(last || fragment.payload().len().is_multiple_of(8));
                prop_assert_eq!((fragment.ident(), fragment.hop_limit()), (77, 64));
                together.extend_from_slice(fragment.payload());
            }
            prop_assert_eq!(together, payload);
        }
    }
}
