//! The head of a message (RFC 9112, 2), read by httparse: its fields, and from them how its content is delimited.

use super::body::Body;

/// The longest head in bytes.
pub const HEAD_MAX: usize = 8_192;
/// Fields in one head.
pub const FIELDS_MAX: usize = 64;

/// Names and values of fields, in the order of the wire (RFC 9110, 5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    pub(super) fn read(headers: &[httparse::Header<'_>]) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        Self(headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect())
    }

    /// The values of all fields with this name, in any case.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let its = move |(here, _): &&(String, String)| here.eq_ignore_ascii_case(name);
        self.0.iter().filter(its).map(|(_, value)| value.as_str())
    }

    /// The value of the first field with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The items of a list, which may be in several fields (RFC 9110, 5.6.1).
    pub fn items(&self, name: &str) -> impl Iterator<Item = &str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
    }

    /// Whether a list has this item, in any case.
    pub fn has(&self, name: &str, item: &str) -> bool {
        self.items(name).any(|here| here.eq_ignore_ascii_case(item))
    }

    /// The length that `Content-Length` states.
    ///
    /// # Errors
    /// [`Malformed`] if it is no number, or there are several (RFC 9112, 6.3).
    fn content_length(&self) -> Result<Option<u64>, Malformed> {
        let mut all = self.items("content-length");
        let Some(first) = all.next() else { return Ok(None) };
        let digits = first.bytes().all(|byte| byte.is_ascii_digit());
        let same = all.all(|other| other == first);
        first.parse().ok().filter(|_| digits && same).map(Some).ok_or(Malformed)
    }

    /// How the content of a message with these fields ends (RFC 9112, 6.3). `otherwise`: without a word about it.
    ///
    /// # Errors
    /// [`Malformed`] if the fields contradict each other: what then follows may be meant as another message.
    pub fn body(&self, otherwise: Body) -> Result<Body, Malformed> {
        let codings: Vec<&str> = self.items("transfer-encoding").collect();
        match (&codings[..], self.content_length()?) {
            ([], None) => Ok(otherwise),
            ([], Some(len)) => Ok(Body::counted(len)),
            ([one], None) if one.eq_ignore_ascii_case("chunked") => Ok(Body::chunked()),
            _ => Err(Malformed),
        }
    }
}

/// A head, or content, that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed HTTP message (RFC 9112)")]
pub struct Malformed;
