//! The words of pcap-filter(7) as a display filter, whose engine then decides.

use shell::arguments::Wrong;
use smoltcp::wire::{EthernetAddress, IpAddress};

/// Protocols with their names in display filters.
const PROTOCOLS: [(&str, &str); 8] = [
    ("arp", "arp"),
    ("icmp", "icmp"),
    ("icmp6", "icmpv6"),
    ("ip", "ip"),
    ("ip6", "ipv6"),
    ("tcp", "tcp"),
    ("udp", "udp"),
    ("stp", "stp"),
];
/// Parentheses within each other.
const DEPTH_MAX: usize = 32;

/// The display filter that these words mean.
///
/// # Errors
/// They are no words of pcap-filter: what was expected.
pub(super) fn translated(text: &str) -> Result<String, Wrong> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('!', " not ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = Words { words: &words, depth: 0 };
    let filter = words.alternatives()?;
    match words.words {
        [] => Ok(filter),
        [word, ..] => Err(format!("syntax error at \"{word}\"")),
    }
}

struct Words<'w> {
    words: &'w [&'w str],
    depth: usize,
}

/// The direction that a word asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Destination,
    Either,
}

impl<'w> Words<'w> {
    fn take(&mut self, wanted: &[&str]) -> bool {
        let found = self.words.first().is_some_and(|word| wanted.contains(word));
        if found {
            self.words = &self.words[1..];
        }
        found
    }

    fn next(&mut self, what: &str) -> Result<&'w str, Wrong> {
        let (first, rest) =
            self.words.split_first().ok_or_else(|| format!("syntax error: {what} is missing"))?;
        self.words = rest;
        Ok(first)
    }

    fn alternatives(&mut self) -> Result<String, Wrong> {
        let mut text = self.conjunction()?;
        while self.take(&["or", "||"]) {
            text = format!("{text} || {}", self.conjunction()?);
        }
        Ok(text)
    }

    fn conjunction(&mut self) -> Result<String, Wrong> {
        let mut text = self.factor()?;
        while self.take(&["and", "&&"]) {
            text = format!("{text} && {}", self.factor()?);
        }
        Ok(text)
    }

    fn factor(&mut self) -> Result<String, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("too many parentheses within each other".into());
        }
        let text = if self.take(&["not"]) {
            format!("!({})", self.factor()?)
        } else if self.take(&["("]) {
            let inner = self.alternatives()?;
            if !self.take(&[")"]) {
                return Err("syntax error: ) is missing".into());
            }
            format!("({inner})")
        } else {
            self.primitive()?
        };
        self.depth -= 1;
        Ok(text)
    }

    /// `[PROTOCOL] [src|dst] [host|net|port|portrange] VALUE`, or a word that stands alone.
    fn primitive(&mut self) -> Result<String, Wrong> {
        if self.take(&["broadcast"]) {
            return Ok("eth.dst == ff:ff:ff:ff:ff:ff".into());
        }
        if self.take(&["multicast"]) {
            return Ok("eth.dst[0] & 1".into());
        }
        for (word, sign) in [("greater", ">="), ("less", "<=")] {
            if self.take(&[word]) {
                return Ok(format!("frame.len {sign} {}", number(self.next("a length")?)?));
            }
        }
        let is_ether = self.take(&["ether"]);
        let named =
            PROTOCOLS.iter().find(|(name, _)| !is_ether && self.take(&[name])).map(|(_, shown)| *shown);
        let side = match () {
            () if self.take(&["src"]) => Side::Source,
            () if self.take(&["dst"]) => Side::Destination,
            () => Side::Either,
        };
        let kind = self.words.first().copied().unwrap_or_default();
        let rest = match kind {
            "host" | "net" | "port" | "portrange" => {
                self.words = &self.words[1..];
                let value = self.next("an address or a port")?;
                match kind {
                    "port" | "portrange" => ports(value, side, named)?,
                    _ if is_ether => return ether(value, side),
                    _ => addresses(value, side)?,
                }
            }
            _ if side != Side::Either => {
                let value = self.next("an address")?;
                if is_ether { return ether(value, side) } else { addresses(value, side)? }
            }
            _ => return named.map(str::to_owned).ok_or_else(|| format!("syntax error at \"{kind}\"")),
        };
        Ok(match named {
            Some(protocol) => format!("({protocol} && {rest})"),
            None => rest,
        })
    }
}

/// The fields of a side: `either`, or with what comes behind `stem`.
fn field(side: Side, names: [&str; 3]) -> &str {
    match side {
        Side::Source => names[0],
        Side::Destination => names[1],
        Side::Either => names[2],
    }
}

fn number(text: &str) -> Result<u32, Wrong> {
    text.parse().map_err(|_| format!("\"{text}\" is no number"))
}

fn ether(value: &str, side: Side) -> Result<String, Wrong> {
    let mac: EthernetAddress = value.parse().map_err(|()| format!("\"{value}\" is no MAC address"))?;
    let mac = shell::text::mac(mac);
    Ok(format!("{} == {mac}", field(side, ["eth.src", "eth.dst", "eth.addr"])))
}

fn addresses(value: &str, side: Side) -> Result<String, Wrong> {
    let (address, len) = value.split_once('/').map_or((value, None), |(address, len)| (address, Some(len)));
    let address: IpAddress =
        address.parse().map_err(|()| format!("\"{value}\" is no address: names are not looked up here"))?;
    let most = if matches!(address, IpAddress::Ipv4(_)) { 32 } else { 128 };
    let len = len.map(number).transpose()?.unwrap_or(most);
    if len > most {
        return Err(format!("\"{value}\" has too long a prefix"));
    }
    let network = if len == most { address.to_string() } else { format!("{address}/{len}") };
    Ok(match address {
        IpAddress::Ipv6(_) => format!("{} == {network}", field(side, ["ipv6.src", "ipv6.dst", "ipv6.addr"])),
        IpAddress::Ipv4(_) => {
            let ip = format!("{} == {network}", field(side, ["ip.src", "ip.dst", "ip.addr"]));
            let [from, to] = ["src", "dst"].map(|of| format!("arp.{of}.proto_ipv4 == {network}"));
            match side {
                Side::Source => format!("({ip} || {from})"),
                Side::Destination => format!("({ip} || {to})"),
                Side::Either => format!("({ip} || {from} || {to})"),
            }
        }
    })
}

fn ports(value: &str, side: Side, protocol: Option<&str>) -> Result<String, Wrong> {
    let (first, last) = value.split_once('-').unwrap_or((value, value));
    let range = match (known_port(first)?, known_port(last)?) {
        (first, last) if first == last => format!("== {first}"),
        (first, last) if first < last => format!("in {{{first}..{last}}}"),
        _ => return Err(format!("the first port of \"{value}\" is behind its last")),
    };
    let of = |protocol: &str| format!("{protocol}.{} {range}", field(side, ["srcport", "dstport", "port"]));
    match protocol {
        Some(protocol @ ("tcp" | "udp")) => Ok(of(protocol)),
        Some(_) | None => Ok(format!("({} || {})", of("tcp"), of("udp"))),
    }
}

/// A port by its number or its name.
fn known_port(text: &str) -> Result<u16, Wrong> {
    const NAMES: [(&str, u16); 8] = [
        ("bootpc", 68),
        ("bootps", 67),
        ("domain", 53),
        ("echo", 7),
        ("http", 80),
        ("ntp", 123),
        ("ssh", 22),
        ("telnet", 23),
    ];
    let known = NAMES.iter().find(|(name, _)| *name == text).map(|(_, port)| *port);
    known.or_else(|| text.parse().ok()).ok_or_else(|| format!("\"{text}\" is no port"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dissect::filter::Filter;

    #[test]
    fn words_of_pcap_filters_become_display_filters() {
        let cases = [
            ("icmp", "icmp"),
            ("port 53", "(tcp.port == 53 || udp.port == 53)"),
            ("tcp dst port http", "(tcp && tcp.dstport == 80)"),
            (
                "host 10.0.0.1",
                "(ip.addr == 10.0.0.1 || arp.src.proto_ipv4 == 10.0.0.1 || arp.dst.proto_ipv4 == 10.0.0.1)",
            ),
            ("src fd00::1 and not (arp or icmp6)", "ipv6.src == fd00::1 && !((arp || icmpv6))"),
            ("ether host 02:50:00:00:00:01", "eth.addr == 02:50:00:00:00:01"),
            ("udp portrange 67-68", "(udp && udp.port in {67..68})"),
            ("broadcast or less 100", "eth.dst == ff:ff:ff:ff:ff:ff || frame.len <= 100"),
            ("dst net 10.0.0.0/8", "(ip.dst == 10.0.0.0/8 || arp.dst.proto_ipv4 == 10.0.0.0/8)"),
            ("multicast", "eth.dst[0] & 1"),
        ];
        for (words, filter) in cases {
            assert_eq!(translated(words).as_deref(), Ok(filter));
            if let Err(error) = Filter::parse(filter) {
                panic!("{filter}: {error}");
            }
        }
        for wrong in
            ["", "port", "port x", "host www", "(icmp", "tcp udp", "net 10.0.0.0/40", "portrange 9-1"]
        {
            assert!(translated(wrong).is_err(), "{wrong}");
        }
        assert!(translated(&"(".repeat(100)).is_err() && translated(&"not ".repeat(10_000)).is_err());
    }
}
