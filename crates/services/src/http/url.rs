//! Addresses of pages: `http://HOST[:PORT]/PATH[?QUERY]` (RFC 3986; RFC 9110, 4.2.1).

use std::fmt;

/// The longest address in bytes.
const URL_MAX: usize = 2_048;

/// The address of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The host's name or address; an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Path and query, as they stand in a request.
    pub target: String,
}

/// Why a text is no address of a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Another protocol than HTTP.
    #[error("Protocol \"{0}\" not supported: only http:// is")]
    Scheme(String),
    /// No host, a port that is no number, a space, or too long.
    #[error("URL rejected: malformed input to a URL function")]
    Malformed,
}

impl Url {
    /// Reads an address; without `http://` in front as if it were there.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.len() > URL_MAX || text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(UrlError::Malformed);
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _))
                if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) =>
            {
                return Err(UrlError::Scheme(scheme.to_owned()));
            }
            _ => text,
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        // A name and a password are not sent to anyone.
        let authority = authority.rsplit('@').next().unwrap_or_default();
        let (host, port) = match authority.strip_prefix('[') {
            Some(v6) => v6.split_once(']').ok_or(UrlError::Malformed)?,
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let port = match port.strip_prefix(':') {
            None | Some("") => super::PORT,
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Malformed)?,
        };
        let is_v6 = authority.starts_with('[');
        let is_host = match is_v6 {
            true => host.parse::<smoltcp::wire::Ipv6Address>().is_ok(),
            false => host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || byte >= 0x80),
        };
        if host.is_empty() || !is_host || !port_is_rest(authority, host) {
            return Err(UrlError::Malformed);
        }
        let slash = if target.starts_with('/') { "" } else { "/" };
        Ok(Self { host: host.to_owned(), port, target: encoded(&format!("{slash}{target}")) })
    }

    /// The address that a link on this page leads to (RFC 3986, 5.2).
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn join(&self, link: &str) -> Result<Self, UrlError> {
        let link = link.trim();
        if let Some(rest) = link.strip_prefix("//") {
            return Self::parse(rest);
        }
        let end = link.find(['/', '?', '#']).unwrap_or(link.len());
        if let Some((scheme, _)) = link[..end].split_once(':') {
            let is_scheme = !scheme.is_empty()
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            if is_scheme {
                let web = scheme.eq_ignore_ascii_case("http") && link[scheme.len()..].starts_with("://");
                return if web { Self::parse(link) } else { Err(UrlError::Scheme(scheme.to_owned())) };
            }
        }
        let link = link.split('#').next().unwrap_or_default();
        let path = self.target.split('?').next().unwrap_or_default();
        let target = match link.bytes().next() {
            None => self.target.clone(),
            Some(b'?') => format!("{path}{link}"),
            Some(b'/') => plain(link),
            Some(_) => plain(&format!("{}{link}", &path[..=path.rfind('/').unwrap_or(0)])),
        };
        if target.len() > URL_MAX || target.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(UrlError::Malformed);
        }
        Ok(Self { target: encoded(&target), ..self.clone() })
    }

    /// Host and port as they stand in the field `Host` (RFC 9110, 7.2).
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == super::PORT { host } else { format!("{host}:{}", self.port) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}{}", self.authority(), self.target)
    }
}

/// Whether nothing but a port stands behind the host.
fn port_is_rest(authority: &str, host: &str) -> bool {
    let rest = authority.trim_start_matches('[');
    rest.get(host.len()..).is_some_and(|rest| {
        let rest = rest.trim_start_matches(']');
        rest.is_empty() || rest.starts_with(':')
    })
}

/// Removes `.` and `..` from a path (RFC 3986, 5.2.4).
fn plain(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut kept: Vec<&str> = Vec::new();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    for (place, part) in parts.iter().enumerate() {
        let last = place + 1 == parts.len();
        match *part {
            "." | ".." => {
                if *part == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            part => kept.push(part),
        }
    }
    format!("/{}{query}", kept.join("/"))
}

/// Bytes that may not stand in a request line are written as `%XX` (RFC 3986, 2.1).
fn encoded(target: &str) -> String {
    let mut text = String::new();
    for byte in target.bytes() {
        match byte {
            b'!'..=b'~' if !b"\"<>\\^`{|}".contains(&byte) => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

/// The text behind `%XX`; with `plus`, also the spaces behind plus signs, as forms write them.
pub fn decoded(text: &str, plus: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        let code = || u8::from_str_radix(std::str::from_utf8(tail.get(..2)?).ok()?, 16).ok();
        match first {
            b'%' if tail.first() != Some(&b'+') && code().is_some() => {
                bytes.extend(code());
                rest = &tail[2..];
            }
            b'+' if plus => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
