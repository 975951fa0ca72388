//! What is wrong with services: pools outside of their network, servers that cannot be reached, names that no server knows.

use super::{Check, HostConfig, Kind, Level, NodeId, RouterConfig};
use crate::Change;
use crate::check::owners::Attachment;
use crate::fault::Place;
use crate::quantity::quoted;
use crate::read::service_settings::settings_of;
use crate::services::settings::{Dns, Pool, Settings, ipv4};
use netlab::topology::{Node, NodeKind};
use services::dns::message::Data;
use services::dns::name::Name;
use services::dns::resolver::Upstream;
use services::http::url::Url;
use smoltcp::wire::{IpAddress, IpCidr, Ipv4Address};
use std::rc::Rc;
use texts::t;
use wire::sorted::SortedSet;

/// Commands that go to a host, and those of their options behind which a value stands.
const COMMANDS: [(&str, &str); 7] = [
    ("ping", "ciIMsWwt"),
    ("traceroute", "fmqw"),
    ("tracepath", "m"),
    ("tracert", "hw"),
    ("nc", "wp"),
    ("curl", "doHX"),
    ("telnet", ""),
];

impl Check<'_> {
    /// The services of all nodes, read once.
    fn all_services(&self) -> Rc<[Settings]> {
        let read = |node: &Node| settings_of(&node.kind);
        Rc::clone(self.all_services.get_or_init(|| self.scenario.topology.nodes.iter().map(read).collect()))
    }

    /// The services that nodes are set to while the network runs, read once.
    fn later_services(&self) -> Rc<[(NodeId, Settings)]> {
        let read = || {
            let set = self.changes.iter().filter_map(|(_, change)| match change {
                Change::Set(node, kind) => Some((*node, settings_of(kind))),
                _ => None,
            });
            set.collect()
        };
        Rc::clone(self.later_services.get_or_init(read))
    }

    /// Whether a node has such a service at some time.
    fn ever_offers(&self, node: NodeId, is_it: impl Fn(&Settings) -> bool) -> bool {
        is_it(&self.all_services()[node.index()])
            || self.later_services().iter().any(|(other, settings)| *other == node && is_it(settings))
    }

    pub(in crate::check) fn services(&mut self, id: NodeId, config: &HostConfig) {
        let place = self.node_place(id.index());
        self.dns_servers(&place.field("dns"), &config.dns, reached_by(config));
        let all = self.all_services();
        self.services_of(&place, &all[id.index()], &config.addresses, reached_by(config));
    }

    /// The services of a node that a change sets.
    pub(in crate::check) fn changed_services(&mut self, place: &Place, id: NodeId, kind: &NodeKind) {
        let settings = settings_of(kind);
        match kind {
            NodeKind::Host(config) => {
                self.services_of(place, &settings, &config.addresses, reached_by(config));
            }
            NodeKind::Router(_) => {
                let own = self.addresses_of_router(id);
                self.services_of(place, &settings, &own, |_| true);
            }
            NodeKind::Hub | NodeKind::Switch(_) => {}
        }
    }

    fn addresses_of_router(&self, id: NodeId) -> Vec<IpCidr> {
        self.lans.interfaces_of(id).flat_map(|of| of.addresses).copied().collect()
    }

    pub(in crate::check) fn router_services(&mut self, id: NodeId, config: &RouterConfig) {
        if config.services.is_none() {
            return;
        }
        let own = self.addresses_of_router(id);
        let reaches = |server: &IpAddress| {
            let near = own.iter().any(|cidr| cidr.contains_addr(server));
            near || config.rip.is_some() || config.routes.iter().any(|route| route.to.contains_addr(server))
        };
        let place = self.node_place(id.index());
        let all = self.all_services();
        self.services_of(&place, &all[id.index()], &own, reaches);
        let relay = all[id.index()].relay.clone();
        for server in relay.into_iter().map(IpAddress::from) {
            let lends = |owner: &Attachment| self.ever_offers(owner.node, |settings| settings.dhcp.is_some());
            if self.all_known() && !self.owners.all(server).iter().any(lends) {
                let message =
                    t!("no DHCP server here has the address {server}: what is relayed there is lost");
                let place = self.node_place(id.index()).field("services").field("relay");
                self.problem(Kind::NoDhcpServer, Level::Warning, place, message);
            }
        }
    }

    /// The services of the node at this place, with these addresses.
    fn services_of(
        &mut self,
        place: &Place,
        Settings { dhcp, dns, .. }: &Settings,
        own: &[IpCidr],
        reaches: impl Fn(&IpAddress) -> bool,
    ) {
        let place = place.field("services");
        if let Some(dhcp) = dhcp {
            let alone = dhcp.pools.len() == 1;
            for (number, pool) in dhcp.pools.iter().enumerate() {
                let place = place.field("dhcp");
                let place = if alone { place } else { place.index(number) };
                let network = pool.network(own);
                let inside =
                    |address: &Ipv4Address| network.is_some_and(|network| network.contains_addr(address));
                if !inside(&pool.first) || !inside(&pool.last) {
                    let network = match network.or_else(|| ipv4(own).next()) {
                        Some(network) => t!("the network {}", network.network()),
                        None => t!("any network here, where no IPv4 address is").to_owned(),
                    };
                    let message = t!(
                        "the pool from {} to {} is not in {network}: hosts could not use its addresses there",
                        pool.first,
                        pool.last
                    );
                    self.problem(Kind::PoolOutside, Level::Error, place.field("pool"), message);
                    continue;
                }
                for router in pool.routers.iter().filter(|router| !inside(router)) {
                    let message =
                        t!("the router {router} is not in the network of the pool: hosts cannot reach it");
                    self.problem(Kind::PoolOutside, Level::Warning, place.field("router"), message);
                }
                let dns: Vec<IpAddress> = pool.dns.iter().map(|server| (*server).into()).collect();
                self.known_dns_servers(&place.field("dns"), &dns);
            }
        }
        if let Some(Dns { upstream: Some(upstream), .. }) = dns {
            let (field, servers) = match upstream {
                Upstream::Forward(servers) => ("forward", servers),
                Upstream::Roots(servers) => ("roots", servers),
            };
            self.dns_servers(&place.field("dns").field(field), servers, reaches);
        }
    }

    /// DNS servers that a node asks: it needs a way to them.
    fn dns_servers(&mut self, place: &Place, servers: &[IpAddress], reaches: impl Fn(&IpAddress) -> bool) {
        self.known_dns_servers(place, servers);
        for server in servers.iter().filter(|server| !reaches(server)) {
            let message = t!(
                "the DNS server {server} is in none of the networks here, and no route leads to it: it cannot be asked"
            );
            self.problem(Kind::NoDnsServer, Level::Warning, place.clone(), message);
        }
    }

    fn known_dns_servers(&mut self, place: &Place, servers: &[IpAddress]) {
        if !self.all_known() {
            return;
        }
        for server in servers {
            let owners = self.owners.all(*server);
            let has_dns = |settings: &Settings| settings.dns.is_some();
            let answers = owners.iter().any(|owner| self.ever_offers(owner.node, has_dns));
            let message = match owners {
                _ if answers => continue,
                [] => t!("no node here has the address of the DNS server, {server}: names will not be found"),
                [owner, ..] => t!(
                    "{} has the address {server}, but is no DNS server: give it \"services\": {written}",
                    self.name(owner.node),
                    written = "{\"dns\": …}"
                ),
            };
            self.problem(Kind::NoDnsServer, Level::Warning, place.clone(), message);
        }
    }

    /// The DHCP servers of a LAN, and the hosts that need one.
    pub(in crate::check) fn dhcp_servers(&mut self, lan: usize, hosts: &[NodeId]) {
        let all = self.all_services();
        // A router serves a LAN if it has a pool of addresses there, or relays what is asked there.
        let mut routers: Vec<_> = self.lans.routers(lan).map(|of| (of.node, of.addresses)).collect();
        routers.dedup_by_key(|(router, _)| *router);
        let relayed = routers.iter().any(|(router, _)| !all[router.index()].relay.is_empty());
        let lends = |(router, own): &(NodeId, &[IpCidr])| {
            let dhcp = all[router.index()].dhcp.as_ref()?;
            let here = |pool: &Pool| {
                pool.network(own)
                    .is_some_and(|network| ipv4(own).any(|cidr| network.contains_addr(&cidr.address())))
            };
            dhcp.pools.iter().any(here).then_some(*router)
        };
        let on_hosts = hosts.iter().copied().filter(|id| all[id.index()].dhcp.is_some());
        let servers: Vec<_> = on_hosts.chain(routers.iter().filter_map(lends)).collect();
        let asks = |id: &NodeId| self.scenario.topology.host(*id).is_some_and(|host| host.dhcp);
        let clients: Vec<_> = hosts.iter().copied().filter(asks).collect();
        let names: Vec<_> = servers.iter().map(|server| self.name(*server)).collect();
        if let [first, second, ..] = servers[..] {
            let message = t!(
                "{} and {} both lend addresses on this LAN: which of them a host gets its address from is chance",
                names[0],
                names[1]
            );
            let place = self.node_place(second.index()).field("services").field("dhcp");
            let problem = self.problem(Kind::TwoDhcpServers, Level::Warning, place, message);
            problem.nodes.push(first);
        }
        let later = |id: &NodeId| self.ever_offers(*id, |settings| settings.dhcp.is_some());
        if !servers.is_empty()
            || relayed
            || hosts.iter().any(later)
            || routers.iter().any(|(id, _)| later(id))
        {
            return;
        }
        for client in clients {
            let message = t!(
                "{} asks for an address, but there is no DHCP server on its LAN: give a host there \"services\": {written}",
                self.name(client),
                written = "{\"dhcp\": …}"
            );
            let place = self.node_place(client.index()).field("addresses");
            self.problem(Kind::NoDhcpServer, Level::Warning, place, message);
        }
    }

    /// Names in commands that no DNS server here knows.
    pub(in crate::check) fn names(&mut self) {
        let scenario = self.scenario;
        let commands: Vec<_> = scenario.commands.iter().map(|(_, command)| target(&command.line)).collect();
        if commands.iter().all(Option::is_none) {
            return;
        }
        let (mut known, mut domains) = (SortedSet::new(), SortedSet::new());
        let (all, later) = (self.all_services(), self.later_services());
        for Settings { dns, dhcp, .. } in all.iter().chain(later.iter().map(|(_, settings)| settings)) {
            let pools = dhcp.iter().flat_map(|dhcp| &dhcp.pools);
            domains.extend(pools.filter_map(|pool| Name::parse(pool.domain.as_deref()?).ok()));
            let records = dns.iter().flat_map(|dns| &dns.records);
            let own = records.filter(|record| !matches!(record.data, Data::Ns(_)));
            known.extend(own.map(|record| record.name.clone()));
        }
        for (number, name) in commands.into_iter().enumerate() {
            let Some(name) = name else { continue };
            let candidates = domains.iter().filter_map(|domain| name.in_domain(domain).ok());
            let serves = |name: &Name| {
                let stars = name.ancestors().skip(1).filter_map(|domain| domain.child("*").ok());
                known.contains(name) || stars.into_iter().any(|star| known.contains(&star))
            };
            if candidates.chain([name.clone()]).any(|name| serves(&name)) {
                continue;
            }
            let message = t!(
                "no DNS server here knows the name {}: add it to a zone, or write an address",
                quoted(&name.to_string())
            );
            let place = Place::default().field("runs").index(scenario.runs.len() + number);
            self.problem(Kind::UnknownName, Level::Warning, place.field("command").field("line"), message);
        }
    }
}

/// The DNS servers that a host with these settings has a way to.
fn reached_by(config: &HostConfig) -> impl Fn(&IpAddress) -> bool {
    |server| {
        let near = config.addresses.iter().any(|cidr| cidr.contains_addr(server));
        let routed = config.gateways.iter().any(|gateway| gateway.version() == server.version());
        near || routed || config.slaac || config.dhcp
    }
}

/// The name that a command line goes to, if it goes to one.
fn target(line: &str) -> Option<Name> {
    let words = services::line::parse(line).ok()?.words;
    let (command, words) = words.split_first()?;
    let (_, with_value) = COMMANDS.iter().find(|(name, _)| name == command)?;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix('-') {
            Some(option) => {
                // The value of an option stands behind it, or is the rest of its word.
                if option.len() == 1 && with_value.contains(option) {
                    words.next();
                }
            }
            None => {
                let host = if command == "curl" { Url::parse(word).ok()?.host } else { word.clone() };
                let is_address = host.parse::<IpAddress>().is_ok() || host.eq_ignore_ascii_case("localhost");
                let is_number = host.bytes().all(|byte| byte.is_ascii_digit());
                return Name::parse(&host).ok().filter(|_| !is_address && !is_number);
            }
        }
    }
    None
}
