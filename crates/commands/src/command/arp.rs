//! `arp`: the neighbor table of IPv4, as net-tools show it.

use host::program::Program;
use host::system::System;
use shell::Hosts;
use shell::arguments::{Arguments, Word, Wrong, unknown};
use shell::once::Once;
use shell::text::mac;
use smoltcp::wire::IpAddress;

pub(super) fn make(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let (mut arguments, mut all, mut enter) = (Arguments::new(words), false, None);
    while let Some(word) = arguments.next()? {
        match word {
            Word::Short('a') => all = true,
            Word::Short('n' | 'v') => {}
            Word::Short('s') => enter = Some(arguments.text()?),
            Word::Operand(text) if enter.is_some() => {
                let address: IpAddress =
                    enter.unwrap_or_default().parse().map_err(|()| "that is no address".to_owned())?;
                let mac = text.parse().map_err(|()| format!("invalid hardware address: {text}"))?;
                return Ok(Box::new(Once(move |system: &mut System<'_>| {
                    system.set_neighbor(address, mac);
                    (String::new(), 0)
                })));
            }
            other => return Err(unknown(&other)),
        }
    }
    if enter.is_some() {
        return Err("need hardware address".into());
    }
    Ok(Box::new(Once(move |system: &mut System<'_>| (if all { list(system) } else { table(system) }, 0))))
}

fn list(system: &System<'_>) -> String {
    let line = |(ip, address): (IpAddress, Option<_>)| match address {
        Some(address) => format!("? ({ip}) at {} [ether] on eth0\n", mac(address)),
        None => format!("? ({ip}) at <incomplete> on eth0\n"),
    };
    known(system).map(line).collect()
}

fn table(system: &System<'_>) -> String {
    let line = |(ip, address): (IpAddress, Option<_>)| match address {
        Some(address) => {
            format!("{:24} ether   {:19} C                     eth0\n", ip.to_string(), mac(address))
        }
        None => format!("{:24}         (incomplete)                              eth0\n", ip.to_string()),
    };
    let head = "Address                  HWtype  HWaddress           Flags Mask            Iface\n";
    head.to_owned() + &known(system).map(line).collect::<String>()
}

fn known(system: &System<'_>) -> impl Iterator<Item = (IpAddress, Option<smoltcp::wire::EthernetAddress>)> {
    let v4 = |(ip, address, _)| matches!(ip, IpAddress::Ipv4(_)).then_some((ip, address));
    system.neighbors().filter_map(v4)
}
