//! What a node has changed in a frame that it passed on: read from the bytes on the wire before and behind the node, field by
//! field. No node says so itself; a router that counts the time to live down and forgets the checksum would be seen.

use super::Changed;
use dissect::{Dissection, Layer};

/// With more changes than this it is a different frame.
const CHANGES_MAX: usize = 24;

/// What is otherwise in the second of two frames, in the order of its layers.
pub(super) fn between(before: &Dissection, now: &Dissection) -> Vec<Changed> {
    let mut changes = Vec::new();
    // Layers are matched by their names, and those of one name by their order: tags can be stacked.
    let mut old: Vec<Option<&Layer>> = before.layers.iter().map(Some).collect();
    for layer in &now.layers {
        let same = old.iter_mut().find(|other| other.is_some_and(|other| other.name == layer.name));
        match same.and_then(Option::take) {
            Some(other) => fields(other, layer, &mut changes),
            None => changes.push(Changed {
                name: layer.name.into(),
                before: None,
                now: Some(short(&layer.summary)),
            }),
        }
    }
    let gone = old.into_iter().flatten().map(|layer| Changed {
        name: layer.name.into(),
        before: Some(short(&layer.summary)),
        now: None,
    });
    changes.extend(gone);
    changes.truncate(CHANGES_MAX);
    changes
}

fn fields(before: &Layer, now: &Layer, changes: &mut Vec<Changed>) {
    let mut old: Vec<_> = before.fields.iter().map(Some).collect();
    for field in &now.fields {
        let same = old.iter_mut().find(|other| other.is_some_and(|other| other.key == field.key));
        let was = same.and_then(Option::take).map(|other| other.value.clone());
        if was.as_ref() != Some(&field.value) {
            changes.push(Changed {
                name: format!("{}: {}", now.name, field.name),
                before: was.as_deref().map(short),
                now: Some(short(&field.value)),
            });
        }
    }
    for field in old.into_iter().flatten() {
        changes.push(Changed {
            name: format!("{}: {}", now.name, field.name),
            before: Some(short(&field.value)),
            now: None,
        });
    }
}

/// As much as fits into a cell.
fn short(text: &str) -> String {
    const CHARS_MAX: usize = 60;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use smoltcp::phy::ChecksumCapabilities;
    use smoltcp::wire::{
        EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr, Icmpv4Packet, Icmpv4Repr, IpProtocol,
        Ipv4Address, Ipv4Packet, Ipv4Repr,
    };

    /// A ping from 10.0.0.1 with this time to live, from card to card.
    fn ping(cards: [u8; 2], source: [u8; 4], hop_limit: u8) -> Vec<u8> {
        let icmp = Icmpv4Repr::EchoRequest { ident: 1, seq_no: 1, data: b"hello" };
        let ip = Ipv4Repr {
            src_addr: Ipv4Address::from_octets(source),
            dst_addr: Ipv4Address::new(10, 0, 2, 1),
            next_header: IpProtocol::Icmp,
            payload_len: icmp.buffer_len(),
            hop_limit,
        };
        let [src_addr, dst_addr] = cards.map(|card| EthernetAddress([2, 0, 0, 0, 0, card]));
        let ethernet = EthernetRepr { src_addr, dst_addr, ethertype: EthernetProtocol::Ipv4 };
        let mut frame = vec![0; 14 + 20 + icmp.buffer_len()];
        let checksums = ChecksumCapabilities::default();
        ethernet.emit(&mut EthernetFrame::new_unchecked(&mut frame));
        ip.emit(&mut Ipv4Packet::new_unchecked(&mut frame[14..]), &checksums);
        icmp.emit(&mut Icmpv4Packet::new_unchecked(&mut frame[34..]), &checksums);
        frame
    }

    fn changes_between(before: &[u8], now: &[u8]) -> Vec<String> {
        between(&dissect::layers(before), &dissect::layers(now))
            .into_iter()
            .map(|change| {
                let text = |value: Option<String>| value.unwrap_or("nothing".into());
                format!("{} | {} | {}", change.name, text(change.before), text(change.now))
            })
            .collect()
    }

    #[test]
    fn a_router_counts_the_time_to_live_down_and_writes_its_own_card_on_the_frame() {
        let changes = changes_between(&ping([1, 2], [10, 0, 0, 1], 64), &ping([3, 4], [10, 0, 0, 1], 63));
        let names: Vec<_> = changes.iter().map(|change| change.split(" | ").next().unwrap()).collect();
        assert_eq!(names.len(), 4, "{changes:?}");
        assert!(changes.iter().any(|change| change.ends_with(" | 64 | 63")), "{changes:?}");
        assert!(names.iter().any(|name| name.contains("checksum")), "{changes:?}");
    }

    #[test]
    fn a_translation_is_a_change_of_the_source() {
        let changes = changes_between(&ping([1, 2], [10, 0, 0, 1], 64), &ping([1, 2], [192, 0, 2, 1], 64));
        assert!(changes.iter().any(|change| change.contains("10.0.0.1 | 192.0.2.1")), "{changes:?}");
    }

    #[test]
    fn a_tag_is_put_on_and_taken_off() {
        let plain = ping([1, 2], [10, 0, 0, 1], 64);
        let mut tagged = plain.clone();
        tagged.splice(12..12, [0x81, 0x00, 0x00, 0x0a]);
        let on = changes_between(&plain, &tagged);
        assert!(
            on.iter().any(|change| change.starts_with("802.1Q | nothing | ") && change.contains("10")),
            "{on:?}"
        );
        let off = changes_between(&tagged, &plain);
        assert!(
            off.iter().any(|change| change.starts_with("802.1Q | ") && change.ends_with("| nothing")),
            "{off:?}"
        );
        assert_eq!(changes_between(&plain, &plain), [""; 0]);
    }
}
