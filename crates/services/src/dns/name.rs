//! Domain names (RFC 1034, 3.1): labels, the most special first. Letters keep their case, and compare without it (RFC 4343).

use smoltcp::wire::IpAddress;
use std::cmp::Ordering;
use std::fmt;

/// The longest name in bytes, as it is on the wire (RFC 1035, 2.3.4).
const NAME_MAX: usize = 255;
/// The longest label in bytes.
const LABEL_MAX: usize = 63;

/// A domain name.
#[derive(Clone, Default)]
pub struct Name {
    /// Each label behind its length, without the empty label of the root.
    labels: Vec<u8>,
}

/// Why a text is no domain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Two dots have nothing between them.
    #[error("an empty label: two dots have nothing between them")]
    EmptyLabel,
    /// A label is longer than 63 bytes.
    #[error("a label is longer than 63 bytes (RFC 1035, 2.3.4)")]
    LabelTooLong,
    /// The name is longer than 255 bytes.
    #[error("the name is longer than 255 bytes (RFC 1035, 2.3.4)")]
    NameTooLong,
}

impl Name {
    /// The root: the name without labels.
    pub const ROOT: Self = Self { labels: Vec::new() };

    /// Reads a name as people write it, with or without the dot of the root.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match text.strip_suffix('.').unwrap_or(text) {
            "" => Ok(Self::ROOT),
            text => Self::from_labels(text.split('.').map(str::as_bytes)),
        }
    }

    /// Makes a name of its labels.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn from_labels<'a>(all: impl Iterator<Item = &'a [u8]>) -> Result<Self, NameError> {
        let mut labels = Vec::new();
        for label in all {
            match label.len() {
                0 => return Err(NameError::EmptyLabel),
                len if len > LABEL_MAX => return Err(NameError::LabelTooLong),
                len if labels.len() + len + 2 > NAME_MAX => return Err(NameError::NameTooLong),
                len => labels.push(len as u8),
            }
            labels.extend(label);
        }
        Ok(Self { labels })
    }

    /// The name under which the name of an address is found (RFC 1035, 3.5; RFC 3596, 2.5).
    pub fn reverse(address: &IpAddress) -> Self {
        let text: String = match address {
            IpAddress::Ipv4(v4) => {
                let [a, b, c, d] = v4.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddress::Ipv6(v6) => {
                let digits = v6.octets().into_iter().rev().flat_map(|byte| [byte & 0xf, byte >> 4]);
                digits.map(|digit| format!("{digit:x}.")).chain(["ip6.arpa".to_owned()]).collect()
            }
        };
        Self::parse(&text).expect("it has 34 labels at most")
    }

    /// The labels, the most special first.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.labels[..];
        std::iter::from_fn(move || {
            let (len, tail) = rest.split_first()?;
            let (label, tail) = tail.split_at(usize::from(*len));
            rest = tail;
            Some(label)
        })
    }

    /// The name of the domain that it is directly in; `None`: it is the root.
    pub fn parent(&self) -> Option<Self> {
        let len = 1 + usize::from(*self.labels.first()?);
        Some(Self { labels: self.labels[len..].to_vec() })
    }

    /// The name itself, the domain that it is in, and so on up to the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// Whether it is this domain, or in it.
    pub fn is_within(&self, domain: &Self) -> bool {
        let mut rest = &self.labels[..];
        while rest.len() > domain.labels.len() {
            rest = &rest[1 + usize::from(rest[0])..];
        }
        rest.eq_ignore_ascii_case(&domain.labels)
    }

    /// The name in a domain, with this label in front.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn child(&self, label: &str) -> Result<Self, NameError> {
        Self::from_labels(std::iter::once(label.as_bytes()).chain(self.labels()))
    }

    /// The name in a domain: `www` in `example.test` is `www.example.test`.
    ///
    /// # Errors
    /// See [`NameError`].
    pub fn in_domain(&self, domain: &Self) -> Result<Self, NameError> {
        Self::from_labels(self.labels().chain(domain.labels()))
    }

    /// The labels as they are on the wire, without the empty one of the root.
    pub(super) fn wire(&self) -> &[u8] {
        &self.labels
    }

    fn lower(&self) -> impl Iterator<Item = u8> {
        // Lengths are below 64, where there are no letters.
        self.labels.iter().map(u8::to_ascii_lowercase)
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.labels.eq_ignore_ascii_case(&other.labels)
    }
}

impl Eq for Name {}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        self.lower().cmp(other.lower())
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Name {
    /// Without the dot of the root; bytes that are no visible ASCII characters as `\DDD` (RFC 1035, 5.1).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.labels.is_empty() {
            return f.write_str(".");
        }
        for (number, label) in self.labels().enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            for byte in label {
                match byte {
                    b'.' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                    b'!'..=b'~' => write!(f, "{}", char::from(*byte))?,
                    _ => write!(f, "\\{byte:03}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
