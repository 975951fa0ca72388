//! IPv6's extension headers: the chain of them (RFC 8200 §4).

use std::ops::Range;

use smoltcp::wire::{IpProtocol, Ipv6ExtHeader, Ipv6FragmentHeader};

use super::ip::Fragment;

/// Extension headers are multiples of this.
pub(crate) const EXTENSION_UNIT: usize = 8;

/// The walk over the extension headers. `next` is what `rest` begins with.
pub(crate) struct Chain<'f> {
    frame: &'f [u8],
    pub next: IpProtocol,
    pub rest: Range<usize>,
    pub fragment: Option<Fragment>,
}

/// A whole extension header: what it is, and its bytes in the frame.
pub(crate) struct Extension {
    pub kind: IpProtocol,
    pub range: Range<usize>,
}

impl<'f> Chain<'f> {
    pub fn new(frame: &'f [u8], next: IpProtocol, rest: Range<usize>) -> Chain<'f> {
        Chain { frame, next, rest, fragment: None }
    }

    /// Passes one extension header; nothing if something else follows, or not a whole one.
    pub fn step(&mut self) -> Option<Extension> {
        if !self.expects_extension() {
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

    /// Did the last step give nothing because there is not a whole extension header?
    pub fn is_cut(&self) -> bool {
        self.expects_extension()
    }

    /// Behind a later fragment's header there is no header but data.
    fn expects_extension(&self) -> bool {
        is_extension(self.next) && self.fragment.as_ref().is_none_or(|fragment| fragment.offset == 0)
    }
}

fn is_extension(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::HopByHop | IpProtocol::Ipv6Route | IpProtocol::Ipv6Frag | IpProtocol::Ipv6Opts
    )
}

/// How long the extension header at the beginning of `bytes` says it is.
pub(crate) fn extension_len(kind: IpProtocol, bytes: &[u8]) -> Option<usize> {
    match kind {
        IpProtocol::Ipv6Frag => Some(EXTENSION_UNIT),
        _ => bytes.get(1).map(|&units| (usize::from(units) + 1) * EXTENSION_UNIT),
    }
}
