//! `ipconfig`: addresses and leases in the words of Windows.

use crate::lease::{Asking, Outcome};
use host::program::{Poll, Program};
use host::system::System;
use services::clock::{c_date, unix};
use services::program::shared::{Shared, Wish};
use shell::Hosts;
use shell::arguments::Wrong;
use shell::once::Once;
use smoltcp::wire::{IpAddress, IpCidr};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let word = match words {
        [] => String::new(),
        [word] => word.to_ascii_lowercase().replace('-', "/"),
        [_, extra, ..] => return Err(format!("extra operand \"{extra}\"")),
    };
    let asking = |wish| Box::new(Changed { asking: Asking::new(wish) });
    Ok(match &word[..] {
        "" | "/all" => {
            let all = word == "/all";
            Box::new(Once(move |system: &mut System<'_>| (show(system, all), 0)))
        }
        "/renew" => asking(Wish::Renew),
        "/release" => asking(Wish::Release),
        "/flushdns" => Box::new(Once(|system: &mut System<'_>| {
            system.kept::<Shared>().names = Default::default();
            ("\nWindows IP Configuration\n\nSuccessfully flushed the DNS Resolver Cache.\n".into(), 0)
        })),
        "/displaydns" => Box::new(Once(|system: &mut System<'_>| (cached(system), 0))),
        other => return Err(format!("unrecognized or incomplete command line: {other}")),
    })
}

/// Asks the host's client for a change, and shows what came of it.
struct Changed {
    asking: Asking,
}

impl Program for Changed {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        match self.asking.poll(system) {
            Outcome::Client(poll) => poll,
            Outcome::Wait(at) => Poll::Wait(Some(at)),
            Outcome::Done => {
                let text = show(system, false);
                system.print(&text);
                Poll::Exit(0)
            }
            Outcome::Failed => {
                system.print(
                    "\nWindows IP Configuration\n\nAn error occurred on interface Ethernet: unable to contact your DHCP server.\n",
                );
                Poll::Exit(1)
            }
        }
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.asking.interrupt(system)
    }
}

fn show(system: &mut System<'_>, all: bool) -> String {
    let dhcp = system.kept::<Shared>().dhcp.clone();
    let mut text = "\nWindows IP Configuration\n\n".to_owned();
    if all {
        text += &entry("Host Name", system.hostname());
        text += "\n";
    }
    text += "\nEthernet adapter Ethernet:\n\n";
    text += &entry("Connection-specific DNS Suffix", system.resolver().domain.as_deref().unwrap_or_default());
    if all {
        text += &entry("Physical Address", &system.mac().to_string().to_ascii_uppercase().replace(':', "-"));
        text += &entry("DHCP Enabled", if dhcp.state.is_some() { "Yes" } else { "No" });
    }
    for cidr in system.addresses() {
        text += &match cidr {
            IpCidr::Ipv6(cidr) if cidr.address().is_unicast_link_local() => {
                entry("Link-local IPv6 Address", &cidr.address().to_string())
            }
            IpCidr::Ipv6(cidr) => entry("IPv6 Address", &cidr.address().to_string()),
            IpCidr::Ipv4(cidr) => {
                entry("IPv4 Address", &cidr.address().to_string())
                    + &entry("Subnet Mask", &cidr.netmask().to_string())
            }
        };
    }
    if let Some((lease, granted)) = dhcp.lease.as_ref().filter(|_| all) {
        text += &entry("Lease Obtained", &c_date(unix(*granted)));
        text += &entry("Lease Expires", &c_date(unix(lease.until)));
    }
    let gateways: Vec<String> = system.gateways().iter().map(IpAddress::to_string).collect();
    text += &list("Default Gateway", &gateways);
    if all {
        if let Some((lease, _)) = &dhcp.lease {
            text += &entry("DHCP Server", &lease.server.to_string());
        }
        let servers: Vec<String> = system.resolver().servers.iter().map(IpAddress::to_string).collect();
        text += &list("DNS Servers", &servers);
    }
    text
}

/// A name with dots behind it: `IPv4 Address. . . . . . . . . . . `.
fn dots(name: &str) -> String {
    // The longest name has two spaces behind it.
    let (mut text, longest) = (name.to_owned(), 30);
    while text.len() < 34 {
        let is_dot = text.len().is_multiple_of(2) && (text.len(), name.len()) != (longest, longest);
        text.push(if is_dot { '.' } else { ' ' });
    }
    text
}

fn entry(name: &str, value: &str) -> String {
    format!("   {}: {value}", dots(name)).trim_end().to_owned() + "\n"
}

/// A value in each line, all below the first.
fn list(name: &str, values: &[String]) -> String {
    let (first, rest) = values.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
    let below = rest.iter().map(|value| format!("{:39}{value}\n", ""));
    entry(name, first) + &below.collect::<String>()
}

fn cached(system: &mut System<'_>) -> String {
    let now = system.now();
    let mut text = "\nWindows IP Configuration\n\n".to_owned();
    for (name, kind, known) in system.kept::<Shared>().names.entries(now) {
        let kind = kind.map(|kind| kind.to_string()).unwrap_or_default();
        let left = known.until.nanos().saturating_sub(now.nanos()) / 1_000_000_000;
        for data in &known.records {
            text += &format!("    {name}\n    ----------------------------------------\n");
            text += &format!("    Record Name . . . . . : {name}\n    Record Type . . . . . : {kind}\n");
            text += &format!("    Time To Live  . . . . : {left}\n    Record  . . . . . . . : {data}\n\n");
        }
    }
    text
}
