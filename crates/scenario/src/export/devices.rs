//! Hubs, switches and routers as Linux machines: the kernel's bridge, its VLANs, its routes and its packet filter. What needs a
//! daemon (RIP, router advertisements) is described in comments, with what to start.

use super::lab::Machine;
use crate::defaults::{self, of_router, of_switch};
use crate::ip::network;
use crate::quantity::show_mac;
use bridge::config::{Edge, Membership};
use netlab::Duration;
use netlab::topology::{IP_MTU_MIN, NodeId, Port, RouterConfig, SwitchConfig};
use router::config::{Filter, Nat, Protocol, Rule, Transport, Verdict};
use smoltcp::wire::{IpAddress, IpCidr};
use wire::PortId;

/// The two IP versions' packet filters.
const TABLES: [(&str, &str, &str); 2] =
    [("iptables", "icmp", "icmp-admin-prohibited"), ("ip6tables", "ipv6-icmp", "icmp6-adm-prohibited")];

impl Machine {
    pub fn hub(&mut self, interfaces: &[String], mtu: usize) {
        // A bridge that forgets addresses at once floods every frame: a hub.
        self.run("ip link add br0 type bridge ageing_time 0 mcast_snooping 0 stp_state 0".to_owned());
        for interface in interfaces {
            self.run(format!("ip link set dev {interface} mtu {mtu} up master br0"));
        }
        self.run("ip link set dev br0 up".to_owned());
    }

    pub fn switch(&mut self, config: &SwitchConfig, ports: Vec<(&str, &Port)>, mtu: usize) {
        let hundredths = |time: Duration| time.nanos().div_ceil(10_000_000).min(u64::from(u32::MAX));
        let ports: Vec<_> = ports.into_iter().map(|(interface, port)| (interface, of_switch(port))).collect();
        let aware = ports.iter().any(|(_, port)| port.vlan != defaults::switch_port().vlan);
        let mut bridge = format!(
            "ip link add br0 type bridge ageing_time {} mcast_snooping {} stp_state {}",
            hundredths(config.ageing),
            u8::from(config.snooping),
            u8::from(config.stp.is_some())
        );
        if let Some(stp) = config.stp {
            let [hello, age, delay] = [stp.hello, stp.max_age, stp.forward_delay].map(hundredths);
            bridge +=
                &format!(" priority {} hello_time {hello} max_age {age} forward_delay {delay}", stp.priority);
            self.remark("The kernel's spanning tree is the older one (IEEE 802.1D-1998): it takes longer.");
        }
        if aware {
            bridge += " vlan_filtering 1";
        }
        if let Some(mac) = config.mac {
            bridge += &format!(" address {}", show_mac(mac));
        }
        self.run(bridge);
        for (interface, port) in &ports {
            let mtu = if port.mtu == defaults::SWITCH_MTU { mtu } else { port.mtu };
            let up = if port.up { "up" } else { "down" };
            self.run(format!("ip link set dev {interface} mtu {mtu} {up} master br0"));
            if aware {
                self.vlans(interface, &port.vlan);
            }
            if let Some(cost) = port.cost {
                self.run(format!("bridge link set dev {interface} cost {}", cost.min(65_535)));
            }
            if port.priority != defaults::switch_port().priority {
                self.run(format!("bridge link set dev {interface} priority {}", port.priority / 4));
            }
            if port.edge != Edge::Auto && config.stp.is_some() {
                self.remark(format!("Not expressed on {interface}: whether it is an edge port."));
            }
        }
        self.run("ip link set dev br0 up".to_owned());
    }

    fn vlans(&mut self, interface: &str, vlan: &Membership) {
        self.run(format!("bridge vlan del dev {interface} vid 1"));
        match vlan {
            Membership::Access(vlan) => {
                self.run(format!("bridge vlan add dev {interface} vid {} pvid untagged", vlan.get()));
            }
            Membership::Trunk { native, allowed } => {
                match allowed {
                    None => self.run(format!("bridge vlan add dev {interface} vid 1-4094")),
                    Some(allowed) => {
                        for vlan in allowed {
                            self.run(format!("bridge vlan add dev {interface} vid {}", vlan.get()));
                        }
                    }
                }
                if let Some(native) = native {
                    self.run(format!("bridge vlan add dev {interface} vid {} pvid untagged", native.get()));
                }
            }
        }
    }

    pub fn router(&mut self, config: &RouterConfig, id: NodeId, ports: Vec<(&str, &Port)>) {
        self.forwards("1");
        if config.services.is_some() {
            self.remark("Not expressed: its services (DHCP, DNS); run programs such as dnsmasq or dhcrelay.");
        }
        // Packets may come back another way.
        self.set_on("all", "net.ipv4.conf", "rp_filter", "0");
        let mut sides = Sides::default();
        for (number, (interface, port)) in ports.iter().enumerate() {
            let port = of_router(port);
            let mac = port.mac.unwrap_or(id.router_mac(PortId(number as u32)));
            let up = if port.up { "up" } else { "down" };
            self.run(format!("ip link set dev {interface} address {}", show_mac(mac)));
            self.run(format!("ip link set dev {interface} mtu {} {up}", port.mtu));
            self.addresses(interface, &port.addresses);
            self.set_on(interface, "net.ipv4.conf", "rp_filter", "0");
            sides.add(port.outside, interface.to_string(), &port.addresses);
            for (vlan, addresses) in &port.vlans {
                let name = format!("{interface}.{vlan}");
                self.run(format!("ip link add link {interface} name {name} type vlan id {vlan}"));
                self.run(format!("ip link set dev {name} up"));
                self.addresses(&name, addresses);
                if port.advertise {
                    self.advertised(&name, addresses);
                }
                sides.add(port.outside, name, addresses);
            }
            if port.advertise {
                self.advertised(interface, &port.addresses);
            }
            if port.mtu < IP_MTU_MIN && port.addresses.iter().any(|cidr| matches!(cidr, IpCidr::Ipv6(_))) {
                self.remark(format!("Not expressed on {interface}: IPv6 with so small an MTU."));
            }
            if config.rip.is_some() && port.rip {
                self.remark(format!(
                    "Not expressed on {interface}: RIP. FRR has it: network {interface} below router rip, and router ripng."
                ));
            }
        }
        let all = sides.outside.iter().chain(&sides.inside).flat_map(|(_, cidrs)| cidrs);
        self.speaks_v6 = all.clone().any(|cidr| matches!(cidr, IpCidr::Ipv6(_)));
        for route in &config.routes {
            let six = if matches!(route.via, IpAddress::Ipv6(_)) { "-6 " } else { "" };
            let dev = route.port.and_then(|port| ports.get(port as usize));
            let dev = dev.map(|(interface, _)| format!(" dev {interface}")).unwrap_or_default();
            self.run(format!(
                "ip {six}route replace {} via {}{dev} metric {}",
                route.to, route.via, route.metric
            ));
        }
        if let Some(nat) = &config.nat {
            self.translate(nat, &sides);
        }
        if let Some(filter) = &config.filter {
            self.filter(filter, &ports);
        }
    }

    /// Address translation, with hairpinning: hosts inside reach forwarded ports by the outside address, too.
    fn translate(&mut self, nat: &Nat, sides: &Sides) {
        for (outside, _) in &sides.outside {
            self.run(format!("iptables -t nat -A POSTROUTING -o {outside} -j MASQUERADE"));
            // Nothing new comes in but what is forwarded.
            for (inside, _) in &sides.inside {
                for state in ["ESTABLISHED", "RELATED", "DNAT"] {
                    self.run(format!(
                        "iptables -t mangle -A FORWARD -i {outside} -o {inside} -m conntrack --ctstate {state} -j ACCEPT"
                    ));
                }
                self.run(format!("iptables -t mangle -A FORWARD -i {outside} -o {inside} -j DROP"));
            }
        }
        for forward in &nat.forwards {
            let protocol = match forward.transport {
                Transport::Tcp => "tcp",
                Transport::Udp => "udp",
            };
            for (number, (from, _)) in sides.outside.iter().chain(&sides.inside).enumerate() {
                // From outside an outside port's own addresses only, from inside all of them.
                let of_outside = sides.outside.iter().enumerate();
                let of_outside =
                    of_outside.filter(|(own, _)| number >= sides.outside.len() || number == *own);
                for address in of_outside.flat_map(|(_, (_, cidrs))| four(cidrs)) {
                    self.run(format!(
                        "iptables -t nat -A PREROUTING -i {from} -d {}/32 -p {protocol} --dport {} -j DNAT --to-destination {}:{}",
                        address.address(),
                        forward.port,
                        forward.to,
                        forward.to_port
                    ));
                }
            }
        }
        let outside = sides.outside.iter().flat_map(|(_, cidrs)| four(cidrs)).next();
        if let Some(outside) = outside.filter(|_| !nat.forwards.is_empty()) {
            for (inside, cidrs) in &sides.inside {
                for (_, from) in &sides.inside {
                    for from in four(from) {
                        let from = network(from);
                        let to = format!("-o {inside} -s {from} -m conntrack --ctstate DNAT");
                        if !cidrs.is_empty() {
                            self.run(format!(
                                "iptables -t nat -A POSTROUTING {to} -j SNAT --to-source {}",
                                outside.address()
                            ));
                        }
                    }
                }
            }
        }
        self.remark("Not expressed: hosts inside that reach one another by outside ports that are not forwarded (hairpinning).");
    }

    fn advertised(&mut self, interface: &str, addresses: &[IpCidr]) {
        for cidr in addresses.iter().filter(|cidr| matches!(cidr, IpCidr::Ipv6(_))) {
            let network = network(*cidr);
            self.remark(format!(
                "Not expressed on {interface}: {network} is advertised to hosts; radvd does that."
            ));
        }
    }

    fn filter(&mut self, filter: &Filter, ports: &[(&str, &Port)]) {
        for (table, icmp, prohibited) in TABLES {
            // Packets of an accepted connection pass.
            for state in ["ESTABLISHED", "RELATED"] {
                self.run(format!("{table} -A FORWARD -m conntrack --ctstate {state} -j ACCEPT"));
            }
            let six = table == "ip6tables";
            let of_table =
                |cidr: &Option<IpCidr>| cidr.is_none_or(|cidr| matches!(cidr, IpCidr::Ipv6(_)) == six);
            for rule in filter.rules.iter().filter(|rule| of_table(&rule.from) && of_table(&rule.to)) {
                for protocol in protocols(rule, icmp) {
                    let mut command = format!("{table} -A FORWARD{protocol}");
                    if let Some((interface, _)) = rule.port.and_then(|port| ports.get(port as usize)) {
                        command += &format!(" -i {interface}");
                    }
                    if let Some(from) = rule.from {
                        command += &format!(" -s {from}");
                    }
                    if let Some(to) = rule.to {
                        command += &format!(" -d {to}");
                    }
                    if let Some(ports) = &rule.to_ports {
                        command += &format!(" --dport {}:{}", ports.start(), ports.end());
                    }
                    self.run(command + &target(rule.verdict, prohibited));
                }
            }
            if filter.otherwise != Verdict::Allow {
                self.run(format!("{table} -A FORWARD{}", target(filter.otherwise, prohibited)));
            }
        }
    }
}

/// The interfaces of a router on the two sides of its address translation, with their addresses.
#[derive(Default)]
struct Sides {
    outside: Vec<(String, Vec<IpCidr>)>,
    inside: Vec<(String, Vec<IpCidr>)>,
}

impl Sides {
    fn add(&mut self, is_outside: bool, interface: String, addresses: &[IpCidr]) {
        let side = if is_outside { &mut self.outside } else { &mut self.inside };
        side.push((interface, addresses.to_vec()));
    }
}

fn four(addresses: &[IpCidr]) -> impl Iterator<Item = IpCidr> {
    addresses.iter().copied().filter(|cidr| matches!(cidr, IpCidr::Ipv4(_)))
}

/// The protocols that a rule is about, as options; ports are TCP's and UDP's.
fn protocols(rule: &Rule, icmp: &str) -> Vec<String> {
    match rule.protocol {
        Some(Protocol::Tcp) => vec![" -p tcp".into()],
        Some(Protocol::Udp) => vec![" -p udp".into()],
        Some(Protocol::Icmp) => vec![format!(" -p {icmp}")],
        None if rule.to_ports.is_some() => vec![" -p tcp".into(), " -p udp".into()],
        None => vec![String::new()],
    }
}

fn target(verdict: Verdict, prohibited: &str) -> String {
    match verdict {
        Verdict::Allow => " -j ACCEPT".into(),
        Verdict::Deny => " -j DROP".into(),
        Verdict::Reject => format!(" -j REJECT --reject-with {prohibited}"),
    }
}
