//! The chain of IPv6 extension headers (RFC 8200, 4).

use super::Fragment;
use smoltcp::wire::IpProtocol;
use std::ops::Range;

/// Extension headers are multiples of this many bytes (RFC 8200, 4.2).
pub const EXTENSION_UNIT: usize = 8;

/// A whole extension header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which of the four it is: hop-by-hop options, destination options, routing, fragment.
    pub kind: IpProtocol,
    /// Its bytes.
    pub range: Range<usize>,
    /// Where the header before it states its number.
    pub named_at: usize,
    /// What a fragment header states; `None` for the other kinds.
    pub fragment: Option<Fragment>,
}

/// A walk over the extension headers, one for each call of `next`. It ends before what is no extension header, behind the header
/// of a later fragment (data follows, no headers), and before a header that goes beyond the end.
#[derive(Clone, Debug)]
pub struct Extensions<'p> {
    bytes: &'p [u8],
    /// The number of what `rest` begins with.
    pub next: IpProtocol,
    /// Where that number stands.
    pub named_at: usize,
    /// The bytes behind the headers that have been walked over.
    pub rest: Range<usize>,
    /// The fragment header so far. If there are several, which no sender should do, the last one that makes the packet a part
    /// of a longer one.
    pub fragment: Option<Fragment>,
}

impl<'p> Extensions<'p> {
    /// A walk that begins with `rest` of `bytes`, which is a `next` by the number at `named_at`. Panics if `rest` goes beyond `bytes`.
    pub fn new(bytes: &'p [u8], next: IpProtocol, named_at: usize, rest: Range<usize>) -> Self {
        assert!(rest.start <= rest.end && rest.end <= bytes.len(), "{rest:?} of {}", bytes.len());
        Self { bytes, next, named_at, rest, fragment: None }
    }

    /// Whether the walk has ended because an extension header goes beyond the end.
    pub fn is_cut(&self) -> bool {
        self.expects_extension() && self.extension().is_none()
    }

    fn expects_extension(&self) -> bool {
        is_extension(self.next) && self.fragment.is_none_or(|fragment| fragment.offset == 0)
    }

    fn extension(&self) -> Option<Extension> {
        let header = &self.bytes[self.rest.clone()];
        let len = extension_bytes(self.next, header)?;
        let header = header.get(..len)?;
        let fragment = (self.next == IpProtocol::Ipv6Frag).then(|| {
            let place = u16::from_be_bytes([header[2], header[3]]);
            Fragment {
                offset: usize::from(place & 0xfff8),
                more: place & 1 != 0,
                ident: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
            }
        });
        let range = self.rest.start..self.rest.start + len;
        Some(Extension { kind: self.next, range, named_at: self.named_at, fragment })
    }
}

impl Iterator for Extensions<'_> {
    type Item = Extension;

    fn next(&mut self) -> Option<Extension> {
        let extension = self.expects_extension().then(|| self.extension())??;
        if let Some(fragment) = extension.fragment
            && (fragment.is_part() || self.fragment.is_none())
        {
            self.fragment = Some(fragment);
        }
        self.named_at = extension.range.start;
        self.next = IpProtocol::from(self.bytes[extension.range.start]);
        self.rest.start = extension.range.end;
        Some(extension)
    }
}

/// Whether this is a header that is walked over. The others of RFC 8200, 4.1 (authentication, encapsulation) hide what follows.
fn is_extension(protocol: IpProtocol) -> bool {
    matches!(
        protocol,
        IpProtocol::HopByHop | IpProtocol::Ipv6Route | IpProtocol::Ipv6Frag | IpProtocol::Ipv6Opts
    )
}

/// The length in bytes that the extension header at the beginning of `header` states; `None`: it is cut before it does.
pub fn extension_bytes(kind: IpProtocol, header: &[u8]) -> Option<usize> {
    match kind {
        IpProtocol::Ipv6Frag => Some(EXTENSION_UNIT),
        _ => Some((usize::from(*header.get(1)?) + 1) * EXTENSION_UNIT),
    }
}
