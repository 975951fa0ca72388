//! Fields of the frame as such, of links and of what is behind them without IP.

use crate::analysis::Mark;
use crate::captured::Link;
use crate::filter::entry::{Entry, entry, number, tree, tree_as};
use crate::filter::packet::Packet;
use crate::filter::value::{Kind, Value, Visit};
use crate::layers::layers_with;
use crate::message::{ArpMessage, Message};
use crate::tree::Wanted;
use Kind::{Bytes, Flag, Ipv4, Mac, Moment, Number, Protocol, Text, Time};
use texts::mark;

/// Bits of a MAC address: of a group, and given by an administrator (IEEE 802 clause 8).
const GROUP: i64 = 1;
const LOCAL: i64 = 2;

/// In the order in which they are offered.
pub(super) const ENTRIES: &[Entry] = &[
    entry("frame", Protocol, mark!("any frame; its bytes are all there are"), |p, v| {
        let bytes = p.subject.frame.bytes;
        v(Value::Protocol { header: bytes, all: bytes });
    }),
    entry("frame.number", Number, mark!("the packet's place in the list, from 1"), |p, v| {
        v(Value::Number(i64::from(p.subject.number) + 1));
    }),
    entry("frame.len", Number, mark!("how many bytes the frame had on the wire"), |p, v| {
        v(Value::Number(p.subject.frame.wire_len as i64));
    }),
    entry("frame.cap_len", Number, mark!("how many bytes of the frame were captured"), |p, v| {
        v(Value::Number((p.subject.frame.bytes.len() + p.subject.frame.fcs.len()) as i64));
    }),
    entry("frame.time", Moment, mark!("date and time, in UTC"), |p, v| v(Value::Time(epoch_ns(p)))),
    entry("frame.time_epoch", Time, mark!("seconds since 1970"), |p, v| v(Value::Time(epoch_ns(p)))),
    entry("frame.time_relative", Time, mark!("seconds since the first packet"), |p, v| {
        v(Value::Time(p.since(p.subject.first_at_ns)));
    }),
    entry("frame.time_delta", Time, mark!("seconds since the packet before it"), |p, v| {
        v(Value::Time(p.since(p.subject.previous_at_ns.unwrap_or(p.subject.at_ns))));
    }),
    entry(
        "frame.time_delta_displayed",
        Time,
        mark!("seconds since the last packet before it that passes"),
        |p, v| {
            v(Value::Time(p.since(p.subject.previous_listed_at_ns.unwrap_or(p.subject.at_ns))));
        },
    ),
    entry(
        "frame.protocols",
        Text,
        mark!("all protocols in the frame, such as eth:ethertype:ip:tcp"),
        |p, v| {
            v(Value::Text(&protocols(p)));
        },
    ),
    entry(
        "frame.encap_type",
        Number,
        mark!("the kind of link, by Wireshark's number: 1 is Ethernet"),
        |p, v| {
            v(Value::Number(encapsulation(p.subject.frame.link)));
        },
    ),
    entry("eth", Protocol, mark!("Ethernet"), |p, v| {
        if let Some(header) = p.ethernet() {
            v(Value::Protocol { header, all: p.subject.frame.bytes });
        }
    }),
    entry("eth.type", Number, mark!("which protocol's packet the frame carries"), |p, v| {
        if p.ethernet().is_some()
            && let Some(number @ 0x600..) = p.short(12)
        {
            v(Value::Number(number));
        }
    }),
    entry("eth.fcs", Number, mark!("the frame check sequence, where it was captured"), |p, v| {
        let fcs = p.subject.frame.fcs;
        if !fcs.is_empty() && fcs.len() <= 4 {
            number(fcs, 0, fcs.len(), v);
        }
    }),
    entry("eth.ig", Flag, mark!("1 is the address of a group"), |p, v| bits(p, [true, true], GROUP, v)),
    entry("eth.lg", Flag, mark!("1 is an address that an administrator gave"), |p, v| {
        bits(p, [true, true], LOCAL, v)
    }),
    entry("eth.dst.ig", Flag, mark!("1: the frame is for a group"), |p, v| bits(p, [true, false], GROUP, v)),
    entry("eth.dst.lg", Flag, mark!("1: the receiver's address was given by an administrator"), |p, v| {
        bits(p, [true, false], LOCAL, v);
    }),
    entry("eth.src.ig", Flag, mark!("1 would be a group as the sender"), |p, v| {
        bits(p, [false, true], GROUP, v)
    }),
    entry("eth.src.lg", Flag, mark!("1: the sender's address was given by an administrator"), |p, v| {
        bits(p, [false, true], LOCAL, v);
    }),
    entry("eth.addr.oui", Number, mark!("the makers of the cards, as the number of three bytes"), |p, v| {
        makers(p, [0, 6], v);
    }),
    entry("eth.dst.oui", Number, mark!("the maker of the receiver's card"), |p, v| makers(p, [0, 0], v)),
    entry("eth.src.oui", Number, mark!("the maker of the sender's card"), |p, v| makers(p, [6, 6], v)),
    entry("eth.addr", Mac, mark!("MAC address of sender or receiver"), |p, v| {
        p.mac(0, v);
        p.mac(6, v);
    }),
    entry("eth.src", Mac, mark!("MAC address of the sender"), |p, v| p.mac(6, v)),
    entry("eth.dst", Mac, mark!("MAC address of the receiver"), |p, v| p.mac(0, v)),
    entry("arp.opcode", Number, mark!("1 is a request, 2 a reply"), |p, v| {
        p.arp(|message| number(message, 6, 2, v));
    }),
    tree("arp.src.hw_mac", Mac, mark!("MAC address of the sender of an ARP message")),
    tree("arp.src.proto_ipv4", Ipv4, mark!("address of the sender of an ARP message")),
    tree("arp.dst.hw_mac", Mac, mark!("MAC address of the target of an ARP message")),
    tree("arp.dst.proto_ipv4", Ipv4, mark!("address that an ARP message asks for or answers to")),
    entry(
        "vlan",
        Protocol,
        mark!("802.1Q: a tag that says which virtual network the frame belongs to"),
        |p, v| {
            let frame = p.subject.frame.bytes;
            p.tags(|at| {
                v(Value::Protocol { header: &frame[at..frame.len().min(at + 4)], all: &frame[at..] })
            });
        },
    ),
    entry("vlan.id", Number, mark!("the virtual network's number"), |p, v| {
        p.tags(|at| p.short(at).into_iter().for_each(|control| v(Value::Number(control & 0xfff))));
    }),
    entry("vlan.priority", Number, mark!("how urgent the frame is, from 0 to 7"), |p, v| {
        p.tags(|at| p.short(at).into_iter().for_each(|control| v(Value::Number(control >> 13))));
    }),
    tree("ieee8021ad", Protocol, mark!("802.1ad: a provider's VLAN tag")),
    entry("arp", Protocol, mark!("who has that IPv4 address?"), |p, v| {
        p.arp(|message| v(Value::Protocol { header: &message[..message.len().min(28)], all: message }));
    }),
    entry("arp.isgratuitous", Flag, mark!("about the sender's own address"), |p, v| {
        arp(p, v, |message| {
            matches!(message, ArpMessage::Announcement { .. } | ArpMessage::GratuitousReply { .. })
        });
    }),
    entry("arp.isprobe", Flag, mark!("asks whether an address is in use"), |p, v| {
        arp(p, v, |message| matches!(message, ArpMessage::Probe { .. }));
    }),
    entry("arp.isannouncement", Flag, mark!("says that an address is in use from now on"), |p, v| {
        arp(p, v, |message| matches!(message, ArpMessage::Announcement { gratuitous: false, .. }));
    }),
    entry(
        "arp.duplicate-address-detected",
        Kind::Mark,
        "its sender's IPv4 address was used by another MAC address before",
        |p, v| {
            if p.subject.notes.marks.contains(Mark::DuplicateAddress) {
                v(Value::Present);
            }
        },
    ),
    entry("arp.duplicate-address-frame", Number, "the packet in which that was", |p, v| {
        if p.subject.notes.marks.contains(Mark::DuplicateAddress) {
            v(Value::Number(i64::from(p.subject.notes.duplicate_of) + 1));
        }
    }),
    tree("stp", Protocol, mark!("the spanning tree, between switches")),
    tree("lldp", Protocol, mark!("which switch port this is")),
    tree("cdp", Protocol, mark!("the same in Cisco's own protocol")),
    tree("llc", Protocol, mark!("frames with a length instead of a type")),
    tree("sll", Protocol, mark!("Linux cooked capture: the pseudo-interface any")),
    tree("null", Protocol, mark!("the loopback of BSD and macOS")),
    tree("ppp", Protocol, mark!("point-to-point protocol")),
    tree_as("pppoes", "pppoe", Protocol, "PPP over Ethernet"),
    tree("chdlc", Protocol, mark!("Cisco HDLC")),
    tree("fr", Protocol, mark!("Frame Relay")),
    tree("mpls", Protocol, mark!("labels of a provider's network")),
    tree("gre", Protocol, mark!("a tunnel")),
    tree("vxlan", Protocol, mark!("Ethernet in UDP")),
    entry(
        "_ws.malformed",
        Kind::Mark,
        mark!("packets that are cut short, or contradict themselves"),
        |p, v| {
            if !p.subject.frame.is_cut() && is_malformed(p) {
                v(Value::Present);
            }
        },
    ),
    tree("data", Protocol, mark!("bytes that no protocol here explains")),
    tree("data.data", Bytes, mark!("bytes that no protocol here explains")),
    entry("data.len", Number, mark!("how many they are"), |p, v| {
        crate::filter::tree::in_tree("data.data", Bytes, p, &mut |value| {
            if let Some(length) = value.with_bytes(<[u8]>::len) {
                v(Value::Number(length as i64));
            }
        });
    }),
    tree("data.text", Text, mark!("the same, read as letters")),
];

fn epoch_ns(packet: &Packet<'_>) -> i64 {
    packet.subject.start_ns.wrapping_add(packet.subject.at_ns) as i64
}

/// A bit of the first byte of addresses, `[destination, source]`.
fn bits(packet: &Packet<'_>, which: [bool; 2], mask: i64, visit: Visit<'_>) {
    let Some(header) = packet.ethernet() else { return };
    for (wanted, at) in which.into_iter().zip([0, 6]) {
        if wanted {
            visit(Value::Number(i64::from(i64::from(header[at]) & mask != 0)));
        }
    }
}

fn makers(packet: &Packet<'_>, places: [usize; 2], visit: Visit<'_>) {
    let Some(header) = packet.ethernet() else { return };
    let once = places[0] == places[1];
    for at in places.into_iter().take(if once { 1 } else { 2 }) {
        number(header, at, 3, visit);
    }
}

fn arp(packet: &Packet<'_>, visit: Visit<'_>, is: impl Fn(&ArpMessage) -> bool) {
    if let Message::Arp(message) = packet.meaning().message
        && is(&message)
    {
        visit(Value::Number(1));
    }
}

fn encapsulation(link: Link) -> i64 {
    match link {
        Link::Ethernet => 1,
        Link::Null => 15,
        Link::Loop => 12,
        Link::Ip => 7,
        Link::Ppp | Link::PppWithDirection => 4,
        Link::Pppoe => 1,
        Link::CiscoHdlc => 28,
        Link::FrameRelay => 26,
        Link::Cooked => 25,
        Link::Cooked2 => 210,
        Link::Unread(number) => number.into(),
    }
}

/// The names of the layers as Wireshark has them, the outermost first.
fn protocols(packet: &Packet<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    let shown = packet.whole().filter(|_| packet.is_last_fragment() || packet.application().is_some());
    let own = layers_with(packet.subject.frame, Wanted::Protocols);
    let whole = shown.map(|whole| layers_with(whole, Wanted::Protocols));
    let behind = |layer: &&crate::tree::Layer| layer.name != "IPv4" && layer.name != "IPv6";
    let own_layers = own.layers.iter().filter(|layer| whole.is_none() || layer.name != "Payload");
    let mut last = "";
    for layer in own_layers.chain(whole.iter().flat_map(|whole| whole.layers.iter().filter(behind))) {
        let Some(field) = layer.fields.first() else { continue };
        let protocol = match field.key.split('.').next().unwrap_or_default() {
            // Wireshark's names for protocols whose fields begin otherwise.
            "pppoe" => "pppoes",
            "dns" if layer.name == "mDNS" => "mdns",
            "eth" if matches!(field.key, "eth.trailer" | "eth.padding") => continue,
            other => other,
        };
        if protocol != last || protocol == "ip" {
            names.push(protocol.into());
        }
        if protocol == "eth" && layer.name == "Ethernet II" || protocol == "vlan" {
            names.push("ethertype".into());
        }
        last = protocol;
    }
    if packet.subject.frame.link == Link::Ip {
        names.insert(0, "raw".into());
    }
    names.dedup_by(|one, other| one == other && one == "tcp");
    names.join(":")
}

/// Whether something is wrong with its form. Wrong checksums are none of it, and what is quoted may be cut.
fn is_malformed(packet: &Packet<'_>) -> bool {
    let meaning = packet.meaning();
    if matches!(meaning.message, Message::Malformed(_)) || meaning.message.is_cut_short() {
        return true;
    }
    let dissection = layers_with(packet.whole().unwrap_or(packet.subject.frame), Wanted::Faults);
    dissection.layers.iter().filter(|layer| !layer.name.starts_with("Quoted")).any(|layer| {
        layer.fault.is_some()
            || layer.walk().any(|field| field.fault.is_some() && !field.key.ends_with("checksum"))
    })
}
