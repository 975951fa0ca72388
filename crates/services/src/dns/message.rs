//! DNS messages (RFC 1035, 4), read and written by simple-dns.
//!
//! What that crate refuses and servers have to accept is made acceptable first: a question about a type that it does not know (RFC 3597),
//! and a flag that is reserved. And it allocates what the header's counts say, so they are compared with the length.

use super::name::Name;
use simple_dns::rdata::{self, RData};
use simple_dns::{CLASS, CharacterString, Label, Packet, QCLASS, QTYPE, RCODE, ResourceRecord, TYPE};
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

const HEADER_LEN: usize = 12;
/// The shortest question and the shortest record: a root, and what has a fixed length.
const QUESTION_LEN_MIN: usize = 5;
const RECORD_LEN_MIN: usize = 11;
/// A flag without a meaning.
const RESERVED: u8 = 0x40;

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

    /// Reads a message. Records of types that nothing here uses are left out.
    ///
    /// # Errors
    /// See [`Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let number = |at: usize| bytes.get(at..at + 2).map(|two| u16::from_be_bytes([two[0], two[1]]));
        let [Some(id), Some(flags), Some(questions), Some(answers), Some(authority), Some(additional)] =
            [0, 2, 4, 6, 8, 10].map(number)
        else {
            return Err(Malformed);
        };
        let records: usize = [answers, authority, additional].map(usize::from).iter().sum();
        let least = HEADER_LEN + usize::from(questions) * QUESTION_LEN_MIN + records * RECORD_LEN_MIN;
        if questions > 1 || least > bytes.len() {
            return Err(Malformed);
        }
        let mut known = bytes.to_vec();
        known[3] &= !RESERVED;
        let place = type_of_question(bytes).filter(|_| questions == 1);
        let kind = place.and_then(number).map(Kind);
        if let Some(place) = place {
            known[place..place + 2].copy_from_slice(&Kind::A.0.to_be_bytes());
        }
        let packet = Packet::parse(&known).map_err(|_| Malformed)?;
        let mut question = None;
        if let (Some(asked), Some(kind)) = (packet.questions.first(), kind)
            && matches!(asked.qclass, QCLASS::ANY | QCLASS::CLASS(CLASS::IN))
        {
            question = Some(Question { name: name(&asked.qname).ok_or(Malformed)?, kind });
        }
        let all = |records: &[ResourceRecord<'_>]| records.iter().filter_map(record).collect();
        Ok(Self {
            id,
            flags,
            question,
            answers: all(&packet.answers),
            authority: all(&packet.name_servers),
            additional: all(&packet.additional_records),
            edns: packet.opt().map(|opt| Edns {
                udp_size: opt.udp_packet_size,
                version: opt.version,
                bad_version: packet.rcode() == RCODE::BADVERS,
            }),
        })
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
        let mut packet = Packet::new_query(self.id);
        if let Some(question) = &self.question {
            let class = QCLASS::CLASS(CLASS::IN);
            let name = labels(&question.name);
            packet.questions = vec![simple_dns::Question::new(name, QTYPE::TYPE(TYPE::A), class, false)];
        }
        if self.edns.is_some_and(|edns| edns.bad_version) {
            *packet.rcode_mut() = RCODE::BADVERS;
        }
        packet.answers = self.answers.iter().map(written).collect();
        packet.name_servers = self.authority.iter().map(written).collect();
        packet.additional_records = self.additional.iter().map(written).collect();
        *packet.opt_mut() = self.edns.map(|edns| rdata::OPT {
            opt_codes: Vec::new(),
            udp_packet_size: edns.udp_size,
            version: edns.version,
        });
        // It fails only if a writer does; this one is memory.
        let mut bytes = packet.build_bytes_vec_compressed().unwrap_or_default();
        if let Some(flags) = bytes.get_mut(2..4) {
            flags.copy_from_slice(&self.flags.to_be_bytes());
        }
        if let (Some(place), Some(question)) = (type_of_question(&bytes), &self.question) {
            bytes[place..place + 2].copy_from_slice(&question.kind.0.to_be_bytes());
        }
        bytes
    }
}

/// The longest datagram that is sent and asked for with EDNS, in bytes: what fits into every IPv6 packet that is not fragmented.
pub const UDP_SIZE: u16 = 1_232;
/// What is said here with EDNS.
pub const EDNS: Edns = Edns { udp_size: UDP_SIZE, version: 0, bad_version: false };
/// The longest datagram without EDNS, in bytes (RFC 1035, 2.3.4).
pub const UDP_SIZE_WITHOUT_EDNS: u16 = 512;

/// Where the type of the first question is: behind its name, which cannot be compressed.
fn type_of_question(bytes: &[u8]) -> Option<usize> {
    let mut at = HEADER_LEN;
    loop {
        match *bytes.get(at)? {
            0 => break,
            len if len < 64 => at += 1 + usize::from(len),
            _ => return None,
        }
    }
    bytes.get(at + 1..at + 5).map(|_| at + 1)
}

fn name(name: &simple_dns::Name<'_>) -> Option<Name> {
    Name::from_labels(name.as_bytes()).ok()
}

fn labels(name: &Name) -> simple_dns::Name<'_> {
    let labels: Vec<_> = name.labels().map(Label::new_unchecked).collect();
    simple_dns::Name::new_with_labels(&labels)
}

fn record(record: &ResourceRecord<'_>) -> Option<Record> {
    let data = match &record.rdata {
        RData::A(a) => Data::A(Ipv4Address::from_bits(a.address)),
        RData::AAAA(aaaa) => Data::Aaaa(Ipv6Address::from_bits(aaaa.address)),
        RData::NS(ns) => Data::Ns(name(&ns.0)?),
        RData::CNAME(cname) => Data::Cname(name(&cname.0)?),
        RData::PTR(ptr) => Data::Ptr(name(&ptr.0)?),
        RData::MX(mx) => Data::Mx(mx.preference, name(&mx.exchange)?),
        RData::TXT(txt) => Data::Txt(txt.iter_raw().map(text).collect()),
        RData::SOA(soa) => Data::Soa(Box::new(Soa {
            server: name(&soa.mname)?,
            mail: name(&soa.rname)?,
            serial: soa.serial,
            refresh_retry_expire: [soa.refresh, soa.retry, soa.expire],
            minimum: soa.minimum,
        })),
        _ => return None,
    };
    // RFC 2181, 8: a time to live with the top bit set is zero.
    let ttl = if record.ttl > i32::MAX as u32 { 0 } else { record.ttl };
    (record.class == CLASS::IN).then_some(Record { name: name(&record.name)?, ttl, data })
}

/// A text as it is on the wire: simple-dns cuts it at its equals sign (RFC 6763, 6).
fn text((key, value): (&[u8], Option<&[u8]>)) -> Vec<u8> {
    value.map_or(key.to_vec(), |value| [key, b"=", value].concat())
}

fn written(record: &Record) -> ResourceRecord<'_> {
    let data = match &record.data {
        Data::A(address) => RData::A(rdata::A { address: address.to_bits() }),
        Data::Aaaa(address) => RData::AAAA(rdata::AAAA { address: address.to_bits() }),
        Data::Ns(name) => RData::NS(rdata::NS(labels(name))),
        Data::Cname(name) => RData::CNAME(rdata::CNAME(labels(name))),
        Data::Ptr(name) => RData::PTR(rdata::PTR(labels(name))),
        Data::Mx(preference, name) => {
            RData::MX(rdata::MX { preference: *preference, exchange: labels(name) })
        }
        Data::Txt(texts) => {
            let mut txt = rdata::TXT::new();
            for text in texts {
                let text = &text[..text.len().min(255)];
                txt.add_char_string(CharacterString::new(text).expect("it is 255 bytes long at most"));
            }
            RData::TXT(txt)
        }
        Data::Soa(soa) => {
            let [refresh, retry, expire] = soa.refresh_retry_expire;
            RData::SOA(rdata::SOA {
                mname: labels(&soa.server),
                rname: labels(&soa.mail),
                serial: soa.serial,
                refresh,
                retry,
                expire,
                minimum: soa.minimum,
            })
        }
    };
    ResourceRecord::new(labels(&record.name), CLASS::IN, record.ttl, data)
}
