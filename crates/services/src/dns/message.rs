//! DNS messages (RFC 1035, 4), read and written.
//!
//! By hand. simple-dns, which has all of it and more, costs the page 17 KB of brotli where this costs 2, and is not right where real
//! clients ask: it puts version and code of EDNS into the wrong bits (`dig +edns=1` takes the answer for one of version 0), refuses a message
//! whose question has a type that it does not know (RFC 3597) or whose reserved flag is set, loses texts that begin with an equals sign,
//! and allocates what a header's counts say. It is the witness in the tests instead, beside dig and dnsmasq.

use super::name::Name;
use smoltcp::wire::{Ipv4Address, Ipv6Address};
use std::fmt;

/// The type of a record (RFC 1035, 3.2.2), or of a question (3.2.3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

#[allow(missing_docs)]
impl Kind {
    pub const A: Self = Self(1);
    pub const NS: Self = Self(2);
    pub const CNAME: Self = Self(5);
    pub const SOA: Self = Self(6);
    pub const PTR: Self = Self(12);
    pub const MX: Self = Self(15);
    pub const TXT: Self = Self(16);
    pub const AAAA: Self = Self(28);
    pub const ANY: Self = Self(255);

    const NAMES: [(&'static str, Self); 9] = [
        ("A", Self::A),
        ("NS", Self::NS),
        ("CNAME", Self::CNAME),
        ("SOA", Self::SOA),
        ("PTR", Self::PTR),
        ("MX", Self::MX),
        ("TXT", Self::TXT),
        ("AAAA", Self::AAAA),
        ("ANY", Self::ANY),
    ];

    /// The type with this name, in any case; or `TYPE99` (RFC 3597, 5).
    pub fn parse(text: &str) -> Option<Self> {
        let named = Self::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        named.map(|(_, kind)| *kind).or_else(|| {
            let start = text.get(..4).filter(|start| start.eq_ignore_ascii_case("TYPE"))?;
            text[start.len()..].parse().ok().map(Self)
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMES.iter().find(|(_, kind)| kind == self) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "TYPE{}", self.0),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The flags of a header (RFC 1035, 4.1.1).
pub mod flag {
    /// It is an answer.
    pub const RESPONSE: u16 = 0x8000;
    /// The server has authority over the name.
    pub const AUTHORITATIVE: u16 = 0x0400;
    /// It did not fit: the client asks again over TCP.
    pub const TRUNCATED: u16 = 0x0200;
    /// The client wants the server to ask others.
    pub const RECURSION_DESIRED: u16 = 0x0100;
    /// The server would ask others.
    pub const RECURSION_AVAILABLE: u16 = 0x0080;
    /// The bits of the opcode; 0 is a query.
    pub const OPCODE: u16 = 0x7800;
}

/// What became of a query (RFC 1035, 4.1.1): the RCODE.
#[allow(missing_docs)]
pub mod rcode {
    pub const OK: u16 = 0;
    pub const FORMAT_ERROR: u16 = 1;
    pub const SERVER_FAILURE: u16 = 2;
    pub const NO_SUCH_NAME: u16 = 3;
    pub const NOT_IMPLEMENTED: u16 = 4;
    pub const REFUSED: u16 = 5;
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The name, in the letters' case of the question (RFC 4343).
    pub name: Name,
    /// The type.
    pub kind: Kind,
}

/// A resource record of class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The name that it belongs to.
    pub name: Name,
    /// How long it may be kept, in seconds.
    pub ttl: u32,
    /// What it says.
    pub data: Data,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// An IPv4 address.
    A(Ipv4Address),
    /// An IPv6 address (RFC 3596).
    Aaaa(Ipv6Address),
    /// A name server of the zone.
    Ns(Name),
    /// The name is an alias of this one.
    Cname(Name),
    /// The name of an address.
    Ptr(Name),
    /// A mail server, and its preference: the lowest first.
    Mx(u16, Name),
    /// Texts of 255 bytes at most.
    Txt(Vec<Vec<u8>>),
    /// The start of a zone.
    Soa(Box<Soa>),
    /// Any other: its bytes (RFC 3597).
    Other(Kind, Vec<u8>),
}

/// The start of a zone of authority (RFC 1035, 3.3.13).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soa {
    /// The zone's primary name server.
    pub server: Name,
    /// The mail address of the person responsible, with a dot for the at sign.
    pub mail: Name,
    /// The version of the zone.
    pub serial: u32,
    /// After how many seconds a secondary server asks for a new version, asks again, and gives up.
    pub refresh_retry_expire: [i32; 3],
    /// How long a negative answer may be kept, in seconds (RFC 2308, 4).
    pub minimum: u32,
}

impl Data {
    /// The record's type.
    pub fn kind(&self) -> Kind {
        match self {
            Self::A(_) => Kind::A,
            Self::Aaaa(_) => Kind::AAAA,
            Self::Ns(_) => Kind::NS,
            Self::Cname(_) => Kind::CNAME,
            Self::Ptr(_) => Kind::PTR,
            Self::Mx(..) => Kind::MX,
            Self::Txt(_) => Kind::TXT,
            Self::Soa(_) => Kind::SOA,
            Self::Other(kind, _) => *kind,
        }
    }
}

/// What `dig` prints of it (RFC 1035, 5.1).
impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dot = |name: &Name| if *name == Name::ROOT { "" } else { "." };
        match self {
            Self::A(address) => write!(f, "{address}"),
            Self::Aaaa(address) => write!(f, "{address}"),
            Self::Ns(name) | Self::Cname(name) | Self::Ptr(name) => write!(f, "{name}{}", dot(name)),
            Self::Mx(preference, name) => write!(f, "{preference} {name}{}", dot(name)),
            Self::Txt(texts) => {
                for (number, text) in texts.iter().enumerate() {
                    let space = if number > 0 { " " } else { "" };
                    write!(f, "{space}\"{}\"", text.escape_ascii())?;
                }
                Ok(())
            }
            Self::Soa(soa) => {
                let [refresh, retry, expire] = soa.refresh_retry_expire;
                let Soa { server, mail, serial, minimum, .. } = &**soa;
                let dots = (dot(server), dot(mail));
                write!(f, "{server}{} {mail}{} {serial} {refresh} {retry} {expire} {minimum}", dots.0, dots.1)
            }
            Self::Other(_, bytes) => {
                write!(f, "\\# {} ", bytes.len())?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }
    }
}

/// What a sender of EDNS says (RFC 6891, 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edns {
    /// The longest datagram that it takes, in bytes.
    pub udp_size: u16,
    /// The version; 0 is the only one.
    pub version: u8,
    /// In an answer: the query's version is unknown (RFC 6891, 9).
    pub bad_version: bool,
}

/// A DNS message with one question at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Chosen by the client, repeated in the answer.
    pub id: u16,
    /// See [`flag`]; the lowest four bits are the [`rcode`].
    pub flags: u16,
    /// The question, unless its class is not IN or ANY.
    pub question: Option<Question>,
    /// Answers.
    pub answers: Vec<Record>,
    /// The start of the zone in a negative answer, or the servers of a zone that is delegated.
    pub authority: Vec<Record>,
    /// Addresses that go with the others.
    pub additional: Vec<Record>,
    /// The sender speaks EDNS.
    pub edns: Option<Edns>,
}

/// Bytes are no DNS message, or one with several questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a DNS message with one question (RFC 1035, 4.1)")]
pub struct Malformed;

/// Classes (RFC 1035, 3.2.4 and 3.2.5): the Internet's, and any.
const IN: u16 = 1;
const ANY_CLASS: u16 = 255;
/// The type of the record that EDNS is (RFC 6891, 6.1.1).
const OPT: u16 = 41;
/// Old types whose bytes may contain compressed names, so that they mean nothing elsewhere (RFC 3597, 4). They are left out.
const COMPRESSED: [u16; 6] = [3, 4, 7, 8, 9, 14];
/// The two bits in front of a pointer.
const POINTER: u16 = 0xc000;

impl Message {
    /// A query with one question.
    pub fn query(id: u16, question: Question, flags: u16) -> Self {
        Self { id, flags, question: Some(question), ..Self::default() }
    }

    /// An answer to this query without any records.
    pub fn answer(&self, flags: u16) -> Self {
        let kept = flag::OPCODE | flag::RECURSION_DESIRED;
        Self {
            id: self.id,
            flags: (self.flags & kept) | flag::RESPONSE | flags,
            question: self.question.clone(),
            edns: self.edns.map(|edns| Edns { bad_version: edns.version != 0, ..EDNS }),
            ..Self::default()
        }
    }

    /// What became of the query.
    pub fn rcode(&self) -> u16 {
        self.flags & 0xf
    }

    /// Whether a flag is set.
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Reads a message.
    ///
    /// # Errors
    /// See [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        Reader { bytes, at: 0 }.message().ok_or(Malformed)
    }

    /// The bytes of a message of this length at most. What does not fit goes: additional records silently, others so that
    /// the client sees it and asks over TCP (RFC 2181, 9).
    pub fn write(&self, len_max: usize) -> Vec<u8> {
        let mut whole = self.bytes();
        if whole.len() <= len_max {
            return whole;
        }
        let mut less = Self { additional: Vec::new(), ..self.clone() };
        whole = less.bytes();
        if whole.len() > len_max {
            less.flags |= flag::TRUNCATED;
            (less.answers, less.authority) = (Vec::new(), Vec::new());
            whole = less.bytes();
        }
        whole
    }

    fn bytes(&self) -> Vec<u8> {
        let mut writer = Writer { out: Vec::new(), names: Vec::new() };
        let edns = usize::from(self.edns.is_some());
        let counts = [
            usize::from(self.question.is_some()),
            self.answers.len(),
            self.authority.len(),
            self.additional.len() + edns,
        ];
        writer.number(self.id);
        writer.number(self.flags);
        counts.iter().for_each(|count| writer.number(*count as u16));
        if let Some(question) = &self.question {
            writer.name(&question.name);
            writer.number(question.kind.0);
            writer.number(IN);
        }
        let records = [&self.answers, &self.authority, &self.additional];
        records.into_iter().flatten().for_each(|record| writer.record(record));
        if let Some(edns) = self.edns {
            writer.out.push(0);
            let code_and_version = u16::from(edns.bad_version) << 8 | u16::from(edns.version);
            [OPT, edns.udp_size, code_and_version, 0, 0].iter().for_each(|number| writer.number(*number));
        }
        writer.out
    }
}

/// The longest datagram that is sent and asked for with EDNS, in bytes: what fits into every IPv6 packet that is not fragmented.
pub const UDP_SIZE: u16 = 1_232;
/// What is said here with EDNS.
pub const EDNS: Edns = Edns { udp_size: UDP_SIZE, version: 0, bad_version: false };
/// The longest datagram without EDNS, in bytes (RFC 1035, 2.3.4).
pub const UDP_SIZE_WITHOUT_EDNS: u16 = 512;

/// Reads a message from front to back; whatever does not make sense ends it.
struct Reader<'m> {
    bytes: &'m [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, len: usize) -> Option<&[u8]> {
        let taken = self.bytes.get(self.at..self.at + len)?;
        self.at += len;
        Some(taken)
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2).map(|two| u16::from_be_bytes([two[0], two[1]]))
    }

    fn long(&mut self) -> Option<u32> {
        Some(u32::from(self.number()?) << 16 | u32::from(self.number()?))
    }

    /// A name, which may go on at an earlier place (RFC 1035, 4.1.4).
    fn name(&mut self) -> Option<Name> {
        let mut labels = Vec::new();
        // Each pointer has to lead further back than the one before, so there is no circle.
        let (mut at, mut earliest, mut end) = (self.at, self.at, None);
        loop {
            match *self.bytes.get(at)? {
                0 => break,
                len if len < 64 => {
                    labels.push(self.bytes.get(at + 1..at + 1 + usize::from(len))?);
                    at += 1 + usize::from(len);
                }
                high => {
                    let pointer = u16::from_be_bytes([high, *self.bytes.get(at + 1)?]);
                    let to = usize::from(pointer & !POINTER);
                    if pointer & POINTER != POINTER || to >= earliest {
                        return None;
                    }
                    end.get_or_insert(at + 2);
                    (at, earliest) = (to, to);
                }
            }
        }
        self.at = end.unwrap_or(at + 1);
        Name::from_labels(labels.into_iter()).ok()
    }

    fn message(&mut self) -> Option<Message> {
        let (id, flags) = (self.number()?, self.number()?);
        let [questions, answers, authority, additional] =
            [self.number()?, self.number()?, self.number()?, self.number()?];
        let mut message = Message { id, flags, ..Message::default() };
        if questions > 1 {
            return None;
        }
        if questions == 1 {
            let question = Question { name: self.name()?, kind: Kind(self.number()?) };
            let is_ours = matches!(self.number()?, IN | ANY_CLASS);
            message.question = is_ours.then_some(question);
        }
        for _ in 0..answers {
            message.answers.extend(self.record(&mut None)?);
        }
        for _ in 0..authority {
            message.authority.extend(self.record(&mut None)?);
        }
        for _ in 0..additional {
            let mut edns = None;
            message.additional.extend(self.record(&mut edns)?);
            // RFC 6891, 6.1.1: one at most.
            if edns.is_some() && std::mem::replace(&mut message.edns, edns).is_some() {
                return None;
            }
        }
        Some(message)
    }

    /// A record; the inner `None`: one that is left out.
    fn record(&mut self, edns: &mut Option<Edns>) -> Option<Option<Record>> {
        let name = self.name()?;
        let (kind, class, ttl, len) =
            (self.number()?, self.number()?, self.long()?, usize::from(self.number()?));
        let end = self.at + len;
        if end > self.bytes.len() {
            return None;
        }
        if kind == OPT {
            let [code, version, ..] = ttl.to_be_bytes();
            *edns = Some(Edns { udp_size: class, version, bad_version: code == 1 });
        }
        let data = match class {
            IN if kind != OPT && !COMPRESSED.contains(&kind) => Some(self.data(Kind(kind), end)?),
            _ => {
                self.at = end;
                None
            }
        };
        // RFC 2181, 8: a time to live with the top bit set is zero.
        let ttl = if ttl > i32::MAX as u32 { 0 } else { ttl };
        (self.at == end).then(|| data.map(|data| Record { name, ttl, data }))
    }

    fn data(&mut self, kind: Kind, end: usize) -> Option<Data> {
        Some(match kind {
            Kind::A => Data::A(Ipv4Address::from(<[u8; 4]>::try_from(self.take(4)?).ok()?)),
            Kind::AAAA => Data::Aaaa(Ipv6Address::from(<[u8; 16]>::try_from(self.take(16)?).ok()?)),
            Kind::NS => Data::Ns(self.name()?),
            Kind::CNAME => Data::Cname(self.name()?),
            Kind::PTR => Data::Ptr(self.name()?),
            Kind::MX => Data::Mx(self.number()?, self.name()?),
            Kind::SOA => {
                let (server, mail) = (self.name()?, self.name()?);
                let [serial, refresh, retry, expire, minimum] =
                    [self.long()?, self.long()?, self.long()?, self.long()?, self.long()?];
                let refresh_retry_expire = [refresh, retry, expire].map(u32::cast_signed);
                Data::Soa(Box::new(Soa { server, mail, serial, refresh_retry_expire, minimum }))
            }
            Kind::TXT => {
                let mut texts = Vec::new();
                while self.at < end {
                    let len = usize::from(self.take(1)?[0]);
                    texts.push(self.take(len)?.to_vec());
                }
                Data::Txt(texts)
            }
            other => Data::Other(other, self.take(end - self.at)?.to_vec()),
        })
    }
}

/// Writes a message from front to back.
struct Writer {
    out: Vec<u8>,
    /// The names, and their ends, that stand in it already, and where (RFC 1035, 4.1.4).
    names: Vec<(Vec<u8>, u16)>,
}

impl Writer {
    fn number(&mut self, number: u16) {
        self.out.extend(number.to_be_bytes());
    }

    fn long(&mut self, number: u32) {
        self.out.extend(number.to_be_bytes());
    }

    fn name(&mut self, name: &Name) {
        let mut rest = name.wire();
        while let Some(len) = rest.first() {
            if let Some((_, place)) = self.names.iter().find(|(known, _)| known == rest) {
                return self.number(POINTER | *place);
            }
            if self.out.len() < usize::from(!POINTER) {
                self.names.push((rest.to_vec(), self.out.len() as u16));
            }
            let (label, tail) = rest.split_at(1 + usize::from(*len));
            self.out.extend(label);
            rest = tail;
        }
        self.out.push(0);
    }

    fn record(&mut self, record: &Record) {
        self.name(&record.name);
        self.number(record.data.kind().0);
        self.number(IN);
        self.long(record.ttl);
        let place = self.out.len();
        self.number(0);
        match &record.data {
            Data::A(address) => self.out.extend(address.octets()),
            Data::Aaaa(address) => self.out.extend(address.octets()),
            Data::Ns(name) | Data::Cname(name) | Data::Ptr(name) => self.name(name),
            Data::Mx(preference, name) => {
                self.number(*preference);
                self.name(name);
            }
            Data::Soa(soa) => {
                self.name(&soa.server);
                self.name(&soa.mail);
                let [refresh, retry, expire] = soa.refresh_retry_expire.map(i32::cast_unsigned);
                [soa.serial, refresh, retry, expire, soa.minimum]
                    .iter()
                    .for_each(|number| self.long(*number));
            }
            Data::Txt(texts) => {
                for text in texts {
                    let text = &text[..text.len().min(255)];
                    self.out.push(text.len() as u8);
                    self.out.extend(text);
                }
            }
            Data::Other(_, bytes) => self.out.extend(bytes),
        }
        let len = (self.out.len() - place - 2) as u16;
        self.out[place..place + 2].copy_from_slice(&len.to_be_bytes());
    }
}
