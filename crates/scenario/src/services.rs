//! The services of hosts as programs: what a document sets them to, and the commands that start them.
//!
//! A service is started like a command, at the moment at which its host is there, and reads its settings from its host, as a
//! server reads its file in `/etc`. So it stands in the history like any other program, and a person who has stopped it can
//! start it again.

pub(crate) mod begun;
pub(crate) mod form;
pub(crate) mod names;
pub(crate) mod settings;

use crate::read::service_settings::settings_of;
use host::program::{Poll, Program};
use host::system::System;
use netlab::Duration;
use netlab::topology::{NodeKind, RouterConfig};
use router::agent::Agent;
use services::agent::{Pools, Services};
use services::dhcp::server::Config;
use services::dns::resolver::Resolver;
use services::dns::server::Server;
use services::dns::zone::zones;
use services::program::dhcp::DhcpServer;
use services::program::dns::DnsServer;
use services::program::http::HttpServer;
use services::program::small::{NtpServer, SmallServer};
use settings::{Dhcp, Dns, Http, Settings, ipv4};
use shell::Command;
use shell::Hosts;
use shell::Shell;
use shell::arguments::Wrong;
use smoltcp::wire::{IpCidr, Ipv4Address, Ipv4Cidr};
use wire::rng::Stream;

/// How long a DHCP server waits for a sign that an address is in use before it offers it.
const PROBE: Duration = Duration::from_millis(500);

/// The commands of hosts: those of services, and those of the crates below.
pub(crate) static SHELL: Shell = Shell {
    commands: &[&DAEMONS, &commands::COMMANDS, &shell::command::COMMANDS],
    names: Some(commands::names),
};

static DAEMONS: [Command; 5] = [
    Command {
        name: "dhcpd",
        summary: "lend addresses to hosts that have none (DHCP server)",
        usage: "dhcpd",
        examples: &[("dhcpd", "starts the server with this host's settings; Ctrl-C stops it")],
        make: |words, _| daemon("dhcpd", words),
    },
    Command {
        name: "named",
        summary: "answer questions about names (DNS server)",
        usage: "named",
        examples: &[("named", "starts the server with this host's settings; Ctrl-C stops it")],
        make: |words, _| daemon("named", words),
    },
    Command {
        name: "httpd",
        summary: "show pages (web server)",
        usage: "httpd",
        examples: &[("httpd", "starts the server with this host's settings; Ctrl-C stops it")],
        make: |words, _| daemon("httpd", words),
    },
    Command {
        name: "inetd",
        summary: "offer a small service: echo, discard, chargen or daytime",
        usage: "inetd echo|discard|chargen|daytime",
        examples: &[("inetd echo", "sends back what comes to port 7")],
        make: inetd,
    },
    Command {
        name: "ntpd",
        summary: "answer with the time (NTP server)",
        usage: "ntpd",
        examples: &[("ntpd", "answers at UDP port 123; Ctrl-C stops it")],
        make: |words, _| alone(words, || Box::new(NtpServer::default())),
    },
];

fn inetd(words: &[String], _: &mut Hosts) -> Result<Box<dyn Program>, Wrong> {
    let [name] = words else { return Err("it takes the name of one service".into()) };
    let small = services::small::ALL.iter().find(|(known, _)| known == name);
    let (_, small) = small
        .ok_or_else(|| format!("there is no service {name}: it is echo, discard, chargen or daytime"))?;
    Ok(Box::new(SmallServer::new(*small)))
}

fn daemon(name: &'static str, words: &[String]) -> Result<Box<dyn Program>, Wrong> {
    alone(words, || Box::new(Daemon { name, program: None }))
}

/// A program that takes no words.
fn alone(words: &[String], program: impl FnOnce() -> Box<dyn Program>) -> Result<Box<dyn Program>, Wrong> {
    match words {
        [] => Ok(program()),
        [extra, ..] => Err(format!("extra operand \"{extra}\"")),
    }
}

/// A server that has its settings from its host.
struct Daemon {
    name: &'static str,
    program: Option<Box<dyn Program>>,
}

impl Daemon {
    fn begin(&self, system: &mut System<'_>) -> Result<Box<dyn Program>, String> {
        let Settings { dhcp, dns, http, .. } = settings_of(&NodeKind::Host(system.config().clone()));
        let none = || format!("{}: this host has no settings for it\n", self.name);
        Ok(match self.name {
            "dhcpd" => Box::new(dhcpd(dhcp.ok_or_else(none)?, system.addresses())?),
            "named" => Box::new(named(dns.ok_or_else(none)?, Stream::new(system.random(), &[]))),
            _ => {
                let Http { site, port } = http.ok_or_else(none)?;
                Box::new(HttpServer::new(site, port))
            }
        })
    }
}

impl Program for Daemon {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        if self.program.is_none() {
            match self.begin(system) {
                Ok(program) => self.program = Some(program),
                Err(text) => {
                    system.print(&text);
                    return Poll::Exit(1);
                }
            }
        }
        self.program.as_mut().map_or(Poll::Exit(1), |program| program.poll(system))
    }

    fn interrupt(&mut self, system: &mut System<'_>) -> u8 {
        self.program.as_mut().map_or(host::program::INTERRUPTED, |program| program.interrupt(system))
    }
}

/// The services of a router.
pub(crate) fn of_router(config: &RouterConfig, random: u64) -> Option<Box<dyn Agent>> {
    config.services.as_ref()?;
    let Settings { dhcp, dns, relay, .. } = settings_of(&NodeKind::Router(config.clone()));
    let pools = dhcp.map(|dhcp| -> Pools {
        Box::new(move |own| {
            let scopes = dhcp.pools.iter().filter_map(|pool| pool.scope(own)).collect();
            let reservations = dhcp.reservations.clone();
            Config { address: Ipv4Address::UNSPECIFIED, scopes, reservations, probe: None }
        })
    });
    let dns = dns.map(|dns| server_of(dns, Stream::new(random, &[STREAM_OF_DNS])));
    Some(Box::new(Services::new(pools, relay, dns)))
}

/// The random numbers of a router's DNS server, beside those of the router itself.
const STREAM_OF_DNS: u64 = 64;

fn dhcpd(Dhcp { pools, reservations }: Dhcp, own: &[IpCidr]) -> Result<DhcpServer, String> {
    let scopes: Option<Vec<_>> = pools.iter().map(|pool| pool.scope(own)).collect();
    let scopes = scopes.ok_or("dhcpd: the pool is in none of this host's networks\n")?;
    let near = |cidr: &Ipv4Cidr| scopes.iter().any(|scope| scope.network.contains_addr(&cidr.address()));
    let address = ipv4(own).find(near).or_else(|| ipv4(own).next());
    let address = address.ok_or("dhcpd: this host has no IPv4 address\n")?.address();
    Ok(DhcpServer::new(Config { address, scopes, reservations, probe: Some(PROBE) }))
}

fn named(dns: Dns, random: Stream) -> DnsServer {
    DnsServer::new(server_of(dns, random))
}

fn server_of(Dns { origin, records, upstream }: Dns, random: Stream) -> Server {
    let zones = if records.is_empty() && origin.is_none() { Vec::new() } else { zones(origin, records) };
    Server::new(zones, upstream.map(|upstream| Resolver::new(upstream, random)))
}
