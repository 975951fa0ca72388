//! `route`: where packets go, as net-tools show it.

use host::program::Program;
use host::system::System;
use shell::Hosts;
use shell::arguments::Wrong;
use shell::once::Once;
use smoltcp::wire::{IpAddress, IpCidr};

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let numeric = words.first() == Some(&"-n");
    match words[usize::from(numeric)..] {
        [] | ["print"] => Ok(Box::new(Once(move |system: &mut System<'_>| (table(system, numeric), 0)))),
        ["add", "default", "gw", gateway] | ["add", "default", gateway] => {
            let gateway: IpAddress =
                gateway.parse().map_err(|()| format!("{gateway}: Unknown host; a gateway is an address"))?;
            Ok(Box::new(Once(move |system: &mut System<'_>| {
                if system.next_hop(&gateway) != Some(gateway) {
                    return ("SIOCADDRT: Network is unreachable\n".into(), 7);
                }
                system.set_gateway(matches!(gateway, IpAddress::Ipv6(_)), Some(gateway));
                (String::new(), 0)
            })))
        }
        ["del", "default"] => Ok(Box::new(Once(|system: &mut System<'_>| {
            let had = system.gateways().iter().any(|gateway| matches!(gateway, IpAddress::Ipv4(_)));
            system.set_gateway(false, None);
            if had { (String::new(), 0) } else { ("SIOCDELRT: No such process\n".into(), 7) }
        }))),
        _ => Err("it is route [-n], route add default gw ADDRESS or route del default".into()),
    }
}

/// The table of IPv4.
pub(super) fn table(system: &System<'_>, numeric: bool) -> String {
    let mut text = "Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n".to_owned();
    let mut line = |to: String, via: String, mask: String, flags: &str| {
        text += &format!("{to:15} {via:15} {mask:15} {flags:5} 0      0        0 eth0\n");
    };
    for gateway in system.gateways().iter().filter(|gateway| matches!(gateway, IpAddress::Ipv4(_))) {
        let to = if numeric { "0.0.0.0" } else { "default" };
        line(to.into(), gateway.to_string(), "0.0.0.0".into(), "UG");
    }
    for cidr in system.addresses() {
        if let IpCidr::Ipv4(cidr) = cidr {
            let network = cidr.network();
            line(network.address().to_string(), "0.0.0.0".into(), network.netmask().to_string(), "U");
        }
    }
    text
}
