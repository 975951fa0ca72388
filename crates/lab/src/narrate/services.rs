//! What a node says with a message of DHCP, DNS or HTTP.

use dissect::message::{
    ApplicationMessage, DhcpKind, DhcpMessage, DnsKind, DnsMessage, HttpKind, HttpMessage,
};
use texts::t;

/// Bytes of a path that are shown.
const PATH_MAX: usize = 40;

/// The sentence for a message that this node sends to `to`; `None`: it has none of its own.
pub fn services(name: &str, to: &str, message: &ApplicationMessage<'_>) -> Option<String> {
    match message {
        ApplicationMessage::Dhcp(message) => dhcp(name, message),
        ApplicationMessage::Dns(message) => dns(name, to, message),
        ApplicationMessage::Http(message) => Some(http(name, to, message)),
        ApplicationMessage::Ntp(_) | ApplicationMessage::Rip(_) | ApplicationMessage::Tls(_) => None,
    }
}

fn dhcp(name: &str, message: &DhcpMessage<'_>) -> Option<String> {
    let address = message.your_address;
    Some(match message.kind {
        DhcpKind::Discover => {
            t!("{name} asks all hosts: is there a server that lends me an address? (DHCP Discover)")
        }
        DhcpKind::Offer => t!("{name} offers the address {address}. (DHCP Offer)"),
        DhcpKind::Request => t!("{name} asks whether it may use the address. (DHCP Request)"),
        DhcpKind::Ack if address.is_unspecified() => t!("{name} sends the other settings. (DHCP Ack)"),
        DhcpKind::Ack => t!("{name} agrees: {address} is lent. (DHCP Ack)"),
        DhcpKind::Nak => t!("{name} refuses: that address is not to be used here. (DHCP Nak)"),
        DhcpKind::Decline => {
            t!("{name} reports that another host uses the address already. (DHCP Decline)")
        }
        DhcpKind::Release => t!("{name} gives its address back. (DHCP Release)"),
        DhcpKind::Inform => t!("{name} has an address, and asks for the other settings. (DHCP Inform)"),
        DhcpKind::Further(_)
        | DhcpKind::BootRequest
        | DhcpKind::BootReply
        | DhcpKind::Other(_)
        | DhcpKind::CutShort => return None,
    })
}

fn dns(name: &str, to: &str, message: &DnsMessage<'_>) -> Option<String> {
    let about = message.name()?;
    let about = if about == "<Root>" { t!("the root").into() } else { about };
    // RFC 1035, 3.2.2; RFC 3596.
    let what = match message.record_type {
        Some(1 | 28) => t!("the address"),
        Some(2) => t!("the name server"),
        Some(12) => t!("the name"),
        Some(15) => t!("the mail server"),
        Some(_) | None => t!("the record"),
    };
    Some(match message.kind {
        DnsKind::Query => t!("{name} asks {to}: what is {what} of {about}? (DNS query)"),
        DnsKind::Answer => t!("{name} answers the question for {what} of {about}. (DNS answer)"),
        DnsKind::NoSuchName => t!("{name} answers that there is no {about}. (DNS: no such name)"),
        DnsKind::Error(_) => t!("{name} cannot answer the question about {about}. (DNS error)"),
        DnsKind::CutShort => return None,
    })
}

fn http(name: &str, to: &str, message: &HttpMessage<'_>) -> String {
    match message.kind {
        HttpKind::Request { method, target } => {
            let is_cut = target.len() > PATH_MAX;
            let shown = target.iter().take(PATH_MAX).map(|&byte| match byte {
                b' '..=b'~' => char::from(byte),
                _ => '·',
            });
            let path: String = shown.chain(is_cut.then_some('…')).collect();
            let method = method.name();
            match method {
                "POST" => t!("{name} sends a form to {path} of {to}. (HTTP POST)"),
                _ => t!("{name} asks {to} for {path}. (HTTP {method})"),
            }
        }
        HttpKind::Response { status } => {
            let what = match status {
                Some(200..=299) => t!("here it is"),
                Some(304) => t!("it has not changed"),
                Some(300..=399) => t!("it is somewhere else"),
                Some(404) => t!("there is no such page"),
                Some(400..=499) => t!("your request cannot be served"),
                Some(500..=599) => t!("something is wrong here"),
                Some(_) | None => return t!("{name} answers. (HTTP)"),
            };
            t!("{name} answers: {what}. (HTTP {})", status.unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Lab;
    use crate::narrate::of_transit;

    /// The sentences for all frames that hosts send first.
    fn sentences(name: &str) -> Vec<String> {
        let example = scenario::examples().iter().find(|example| example.name == name).unwrap();
        let mut lab = Lab::new(example.scenario());
        lab.world.run_until(netlab::Instant::ZERO + netlab::Duration::from_secs(20), || true);
        let history = lab.world.history();
        let first = history.transits().filter(|transit| transit.first);
        first.map(|transit| of_transit(lab.network.whole(), history, transit)).collect()
    }

    #[test]
    fn captions_speak_dhcp() {
        let sentences = sentences("dhcp");
        for expected in [
            "laptop asks all hosts: is there a server that lends me an address? (DHCP Discover)",
            "server offers the address 192.168.1.100. (DHCP Offer)",
            "laptop asks whether it may use the address. (DHCP Request)",
            "server agrees: 192.168.1.100 is lent. (DHCP Ack)",
            "laptop gives its address back. (DHCP Release)",
        ] {
            assert!(sentences.iter().any(|sentence| sentence == expected), "{expected}: {sentences:#?}");
        }
    }

    #[test]
    fn captions_speak_dns_and_http() {
        let sentences = sentences("web-page");
        for expected in [
            "laptop asks 192.168.1.2: what is the address of www.example.test? (DNS query)",
            "ns answers the question for the address of www.example.test. (DNS answer)",
            "laptop asks 198.51.100.80 for /. (HTTP GET)",
            "www answers: here it is. (HTTP 200)",
        ] {
            assert!(sentences.iter().any(|sentence| sentence == expected), "{expected}: {sentences:#?}");
        }
    }
}
