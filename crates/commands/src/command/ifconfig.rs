//! `ifconfig`: the network card and its addresses, as net-tools show them.

use host::program::Program;
use host::system::System;
use shell::Hosts;
use shell::arguments::Wrong;
use shell::once::Once;
use shell::text::mac;
use smoltcp::wire::{IpCidr, Ipv4Address, Ipv4Cidr};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "-a").collect();
    if let ["eth0", state @ ("up" | "down")] = words[..] {
        let on = state == "up";
        return Ok(Box::new(Once(move |system: &mut System<'_>| {
            system.set_card(on);
            (String::new(), 0)
        })));
    }
    let cidr = match words[..] {
        [] | ["eth0"] | ["lo"] => None,
        ["eth0", address] | ["eth0", address, "up"] => Some(address.parse().map_err(|()| bad(address))?),
        ["eth0", address, "netmask", mask] | ["eth0", address, "netmask", mask, "up"] => {
            let ip: Ipv4Address = address.parse().map_err(|_| bad(address))?;
            let mask: Ipv4Address = mask.parse().map_err(|_| bad(mask))?;
            let cidr = Ipv4Cidr::from_netmask(ip, mask).map_err(|_| format!("{mask}: Invalid netmask"))?;
            Some(IpCidr::Ipv4(cidr))
        }
        ["eth0", other, ..] => return Err(format!("{other}: an address is expected")),
        [other, ..] => {
            return Err(format!("{other}: error fetching interface information: Device not found"));
        }
    };
    let (card, loopback) = (words.first() != Some(&"lo"), words.first() != Some(&"eth0"));
    Ok(Box::new(Once(move |system: &mut System<'_>| match cidr {
        Some(cidr) if system.add_address(cidr) => (String::new(), 0),
        Some(_) => ("SIOCSIFADDR: the host has this address, or as many as it can have\n".into(), 1),
        None => {
            let card = if card { show(system) } else { String::new() };
            (card + if loopback { LOOPBACK } else { "" }, 0)
        }
    })))
}

fn bad(text: &str) -> Wrong {
    format!("{text}: Host name lookup failure; an address is like 10.0.0.7/24")
}

const LOOPBACK: &str = "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        inet6 ::1  prefixlen 128  scopeid 0x10<host>
        loop  txqueuelen 1000  (Local Loopback)

";

fn show(system: &System<'_>) -> String {
    let flags = match system.is_card_on() {
        true => "4163<UP,BROADCAST,RUNNING,MULTICAST>",
        false => "4098<BROADCAST,MULTICAST>",
    };
    let mut text = format!("eth0: flags={flags}  mtu {}\n", system.config().ip_mtu);
    for cidr in system.addresses() {
        text += &match cidr {
            IpCidr::Ipv4(cidr) => {
                let broadcast = cidr.broadcast().map(|to| format!("  broadcast {to}")).unwrap_or_default();
                format!("        inet {}  netmask {}{broadcast}\n", cidr.address(), cidr.netmask())
            }
            IpCidr::Ipv6(cidr) => {
                let scope = if cidr.address().is_unicast_link_local() { "0x20<link>" } else { "0x0<global>" };
                format!(
                    "        inet6 {}  prefixlen {}  scopeid {scope}\n",
                    cidr.address(),
                    cidr.prefix_len()
                )
            }
        };
    }
    text + &format!("        ether {}  txqueuelen 1000  (Ethernet)\n\n", mac(system.mac()))
}
