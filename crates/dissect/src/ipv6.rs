//! IPv6: the header and the chain of extension headers behind it (RFC 8200).

use std::ops::Range;

use smoltcp::wire::{IPV6_HEADER_LEN, IpProtocol, Ipv6ExtHeader, Ipv6FragmentHeader, Ipv6Packet};

use crate::ip::{self, Fragment, Packet};
use crate::layers::{Draft, Field, Tree, bit, bytes, hex, padded};
use crate::payload;

/// Extension headers are multiples of this.
const EXTENSION_UNIT: usize = 8;
const FLOW_MEANING: &str =
    "Packets of one conversation can carry the same number, so that routers keep them on one way.";
const NEXT_MEANING: &str =
    "What follows this header: another extension, or the message that the packet carries.";

/// The outline of the packet at the beginning of `range`, or nothing if its header is cut or makes no sense.
pub(crate) fn packet(frame: &[u8], range: Range<usize>) -> Option<Packet> {
    let data = &frame[range.clone()];
    if data.len() < IPV6_HEADER_LEN {
        return None;
    }
    let ip = Ipv6Packet::new_unchecked(data);
    if ip.version() != 6 {
        return None;
    }
    let end = range.start + ip.total_len().min(data.len());
    let mut chain = Chain::new(frame, ip.next_header(), range.start + IPV6_HEADER_LEN..end);
    while chain.step().is_some() {}
    let headers_len = chain.rest.start - range.start;
    Some(Packet {
        source: ip.src_addr().into(),
        destination: ip.dst_addr().into(),
        carries: chain.next,
        hop_limit: ip.hop_limit(),
        fragment: chain.fragment,
        payload: chain.rest,
        payload_len: ip.total_len() - headers_len,
        quoted: false,
    })
}

/// The walk over the extension headers. `next` is what `rest` begins with.
struct Chain<'f> {
    frame: &'f [u8],
    next: IpProtocol,
    rest: Range<usize>,
    fragment: Option<Fragment>,
}

/// A whole extension header: what it is, and its bytes in the frame.
struct Extension {
    kind: IpProtocol,
    range: Range<usize>,
}

impl<'f> Chain<'f> {
    fn new(frame: &'f [u8], next: IpProtocol, rest: Range<usize>) -> Chain<'f> {
        Chain { frame, next, rest, fragment: None }
    }

    /// Passes one extension header; nothing if something else follows, or not a whole one.
    fn step(&mut self) -> Option<Extension> {
        // Behind a later fragment's header there is no header but data.
        if !is_extension(self.next) || self.fragment.as_ref().is_some_and(|fragment| fragment.offset > 0) {
            return None;
        }
        let bytes = &self.frame[self.rest.clone()];
        let kind = self.next;
        let length = extension_len(kind, bytes)?;
        let bytes = bytes.get(..length)?;
        if kind == IpProtocol::Ipv6Frag {
            let header = Ipv6FragmentHeader::new_checked(&bytes[2..]).ok()?;
            self.fragment = Some(Fragment {
                offset: usize::from(header.frag_offset()) * EXTENSION_UNIT,
                more: header.more_frags(),
                ident: header.ident(),
            });
        }
        self.next = Ipv6ExtHeader::new_unchecked(bytes).next_header();
        let range = self.rest.start..self.rest.start + length;
        self.rest.start = range.end;
        Some(Extension { kind, range })
    }
}

fn is_extension(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::HopByHop | IpProtocol::Ipv6Route | IpProtocol::Ipv6Frag | IpProtocol::Ipv6Opts
    )
}

/// How long the extension header at the beginning of `bytes` says it is.
fn extension_len(kind: IpProtocol, bytes: &[u8]) -> Option<usize> {
    match kind {
        IpProtocol::Ipv6Frag => Some(EXTENSION_UNIT),
        _ => bytes.get(1).map(|&units| (usize::from(units) + 1) * EXTENSION_UNIT),
    }
}

/// Explains the packet at the beginning of `range`, and covers the range.
pub(crate) fn dissect(tree: &mut Tree<'_>, range: Range<usize>, quoted: bool) {
    let fixed = padded::<IPV6_HEADER_LEN>(tree.header(&range, IPV6_HEADER_LEN));
    let ip = Ipv6Packet::new_unchecked(&fixed[..]);

    let mut draft = Draft::new(if quoted { "Quoted IPv6" } else { "IPv6" }, &range, IPV6_HEADER_LEN);
    let version_fault = (ip.version() != 6).then(|| "An IPv6 header has to say 6 here.".into());
    draft.add(
        Field::new(
            "ipv6.version",
            "Version",
            0..1,
            ip.version(),
            "Which Internet Protocol this is: 4 or 6. It comes first because it decides how to read the rest.",
        )
        .fault(version_fault),
    );
    let class = ip.traffic_class();
    draft.add(
        Field::new(
            "ipv6.tclass",
            "Traffic class",
            0..2,
            format!("0x{class:02x}"),
            "Two small things in one byte: how urgent the packet is, and whether there was congestion on its way.",
        )
        .parts(ip::class_parts(["ipv6.tclass.dscp", "ipv6.tclass.ecn"], 0..2, class >> 2, class & 0b11)),
    );
    draft.add(Field::new(
        "ipv6.flow",
        "Flow label",
        1..4,
        format!("0x{:05x}", ip.flow_label()),
        FLOW_MEANING,
    ));
    let here = range.len().saturating_sub(IPV6_HEADER_LEN);
    let length = usize::from(ip.payload_len());
    let length_fault = (length > here && !quoted).then(|| format!("The frame has only {here} of them."));
    draft.add(
        Field::new(
            "ipv6.plen",
            "Payload length",
            4..6,
            bytes(length),
            "How many bytes follow this header. What the frame has beyond them is filling.",
        )
        .fault(length_fault),
    );
    draft.add(Field::new(
        "ipv6.nxt",
        "Next header",
        6..7,
        ip::number_and_name(ip.next_header()),
        NEXT_MEANING,
    ));
    draft.add(Field::new(
        "ipv6.hlim",
        "Hop limit",
        7..8,
        ip.hop_limit(),
        "How many more routers may forward this packet before it is thrown away.",
    ));
    draft.add(Field::new(
        "ipv6.src",
        "Source",
        8..24,
        ip.src_addr(),
        "The host that sent the packet. Addresses that begin with fe80 are only valid on one segment.",
    ));
    draft.add(Field::new(
        "ipv6.dst",
        "Destination",
        24..40,
        ip.dst_addr(),
        "The host that the packet is for. Addresses that begin with ff are groups of hosts.",
    ));
    let packet = packet(tree.frame, range.clone());
    draft.summary(match &packet {
        Some(packet) => format!(
            "{} → {}, {}, hop limit {}",
            packet.source,
            packet.destination,
            ip::name(packet.carries),
            packet.hop_limit
        ),
        None => "a header that makes no sense, or not a whole one".into(),
    });
    let header_end = draft.end();
    tree.push(draft);
    let Some(packet) = packet else { return payload::dissect(tree, header_end..range.end) };
    let packet = Packet { quoted, ..packet };

    let mut chain = Chain::new(tree.frame, ip.next_header(), header_end..packet.payload.end);
    while let Some(extension) = chain.step() {
        dissect_extension(tree, extension.kind, extension.range);
    }
    if is_extension(packet.carries) && chain.fragment.is_none_or(|fragment| fragment.offset == 0) {
        dissect_extension(tree, packet.carries, packet.payload.clone());
    } else {
        ip::dissect_payload(tree, &packet);
    }
    payload::trailer(tree, packet.payload.end..range.end, "the IPv6 packet");
}

/// Adds the layer of an extension header, which may be cut: then it covers `range`.
fn dissect_extension(tree: &mut Tree<'_>, kind: IpProtocol, range: Range<usize>) {
    let header = &tree.frame[range.clone()];
    let fixed = padded::<EXTENSION_UNIT>(header);
    let length = extension_len(kind, header).unwrap_or(EXTENSION_UNIT);
    let next = Ipv6ExtHeader::new_unchecked(&fixed[..]).next_header();
    let name = match kind {
        IpProtocol::HopByHop => "IPv6 hop-by-hop options",
        IpProtocol::Ipv6Route => "IPv6 routing",
        IpProtocol::Ipv6Frag => "IPv6 fragment",
        _ => "IPv6 destination options",
    };

    let mut draft = Draft::new(name, &range, length);
    let next_key = match kind {
        IpProtocol::HopByHop => "ipv6.hopopts.nxt",
        IpProtocol::Ipv6Route => "ipv6.routing.nxt",
        IpProtocol::Ipv6Frag => "ipv6.fraghdr.nxt",
        _ => "ipv6.dstopts.nxt",
    };
    draft.add(Field::new(next_key, "Next header", 0..1, ip::number_and_name(next), NEXT_MEANING));
    if kind == IpProtocol::Ipv6Frag {
        let fragment = Ipv6FragmentHeader::new_unchecked(&fixed[2..]);
        let offset = usize::from(fragment.frag_offset()) * EXTENSION_UNIT;
        draft.summary(format!("from byte {offset}, packet 0x{:08x}", fragment.ident()));
        draft.add(Field::new(
            "ipv6.fraghdr.offset",
            "Fragment offset",
            2..4,
            bytes(offset),
            "Where this piece belongs in the packet that was cut. In IPv6 only the sender cuts, never a router.",
        ));
        draft.add(bit(
            "ipv6.fraghdr.more",
            "More fragments",
            3..4,
            fragment.more_frags(),
            "This is not the last piece of the packet.",
        ));
        draft.add(Field::new(
            "ipv6.fraghdr.ident",
            "Identification",
            4..8,
            format!("0x{:08x}", fragment.ident()),
            "Pieces of the same packet have the same number, so that the receiver can put them together.",
        ));
    } else {
        let (length_key, data_key, data_meaning) = match kind {
            IpProtocol::HopByHop => (
                "ipv6.hopopts.len",
                "ipv6.opt",
                "For every router on the way, such as a request to look at this packet closely.",
            ),
            IpProtocol::Ipv6Route => {
                ("ipv6.routing.len", "ipv6.routing", "Stations that the packet has to visit on its way.")
            }
            _ => ("ipv6.dstopts.len", "ipv6.opt", "For the destination only; routers do not look."),
        };
        draft.summary(bytes(length));
        draft.add(Field::new(
            length_key,
            "Length",
            1..2,
            bytes(length),
            "How long this extension is, so that who does not know it can step over it.",
        ));
        draft.add(Field::new(
            data_key,
            "Contents",
            2..length,
            hex(header.get(2..length).unwrap_or(&[])),
            data_meaning,
        ));
    }
    tree.push(draft);
}
