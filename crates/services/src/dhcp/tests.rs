use super::client::{self, Client, State};
use super::message::{Message, client_id, option};
use super::server::{self, CONFLICT_LASTS, LeaseState, Scope, Server};
use super::{SERVER_PORT, relay};
use proptest::prelude::*;
use smoltcp::wire::{DhcpMessageType, EthernetAddress, Ipv4Address};
use wire::rng::Stream;
use wire::{Duration, Instant};

const HOUR: Duration = Duration::from_secs(3_600);

fn ip(text: &str) -> Ipv4Address {
    text.parse().unwrap()
}

fn mac(last: u8) -> EthernetAddress {
    EthernetAddress([2, 0, 0, 0, 0, last])
}

fn at(secs: u64) -> Instant {
    Instant::from_nanos(secs * 1_000_000_000)
}

fn scope(network: &str, last: &str) -> Scope {
    Scope {
        network: network.parse().unwrap(),
        first: ip("192.168.1.100"),
        last: ip(last),
        lease: HOUR,
        routers: vec![ip("192.168.1.1")],
        dns: vec![ip("192.168.1.1"), ip("9.9.9.9")],
        domain: Some("home.test".into()),
    }
}

fn config(last: &str) -> server::Config {
    server::Config {
        address: ip("192.168.1.1"),
        scopes: vec![scope("192.168.1.0/24", last)],
        reservations: Vec::new(),
        probe: None,
    }
}

type ToClient<'a> = &'a mut dyn FnMut(&mut Client, Instant, &mut Vec<client::Output>);
type ToServer<'a> = &'a mut dyn FnMut(&mut Server, Instant, &mut Vec<server::Output>);

/// Clients and servers on one network without delay.
struct Net {
    now: Instant,
    clients: Vec<Client>,
    servers: Vec<Server>,
    /// Addresses that other hosts use.
    taken: Vec<Ipv4Address>,
    /// Kinds of messages in the order in which they were sent.
    seen: Vec<DhcpMessageType>,
    up: bool,
}

impl Net {
    fn new(clients: u8, configs: Vec<server::Config>) -> Self {
        let client = |last| Client::new(mac(last), Some(format!("pc{last}")), Stream::new(7, &[last.into()]));
        let mut net = Self {
            now: at(0),
            clients: (1..=clients).map(client).collect(),
            servers: configs.into_iter().map(Server::new).collect(),
            taken: Vec::new(),
            seen: Vec::new(),
            up: true,
        };
        for place in 0..net.clients.len() {
            net.client(place, &mut |client, now, out| client.start(now, out));
        }
        net
    }

    fn client(&mut self, place: usize, act: ToClient<'_>) {
        let mut out = Vec::new();
        act(&mut self.clients[place], self.now, &mut out);
        for output in out {
            match output {
                client::Output::Send { to, bytes, .. } => {
                    self.seen.push(Message::read(&bytes).unwrap().kind);
                    for server in 0..self.servers.len() {
                        let mine = to.is_broadcast() || to == self.servers[server].address();
                        if self.up && mine {
                            self.server(server, &mut |server, now, out| server.receive(now, &bytes, out));
                        }
                    }
                }
                client::Output::Probe(address) => {
                    let in_use = self.taken.contains(&address);
                    self.client(place, &mut |client, now, out| client.probed(now, in_use, out));
                }
                client::Output::Configure(_) | client::Output::Deconfigure(_) | client::Output::State(_) => {}
            }
        }
    }

    fn server(&mut self, place: usize, act: ToServer<'_>) {
        let mut out = Vec::new();
        act(&mut self.servers[place], self.now, &mut out);
        for output in out {
            match output {
                server::Output::Send { bytes, .. } => {
                    self.seen.push(Message::read(&bytes).unwrap().kind);
                    for client in 0..self.clients.len() {
                        self.client(client, &mut |client, now, out| client.receive(now, &bytes, out));
                    }
                }
                server::Output::Probe(address) if self.taken.contains(&address) => {
                    self.server(place, &mut |server, now, out| server.conflict(now, address, out));
                }
                server::Output::Probe(_) | server::Output::Lease(..) | server::Output::Free(_) => {}
            }
        }
    }

    fn run_until(&mut self, end: Instant) {
        loop {
            let clients = self.clients.iter().filter_map(Client::poll_at);
            let next = clients.chain(self.servers.iter().filter_map(Server::poll_at)).min();
            self.now = next.filter(|next| *next < end).unwrap_or(end).max(self.now);
            if self.now >= end {
                return;
            }
            for place in 0..self.servers.len() {
                self.server(place, &mut |server, now, out| server.poll(now, out));
            }
            for place in 0..self.clients.len() {
                self.client(place, &mut |client, now, out| client.poll(now, out));
            }
        }
    }

    fn address(&self, place: usize) -> Option<String> {
        let lease = self.clients[place].lease().filter(|_| self.clients[place].state() != State::Probing)?;
        Some(lease.address.to_string())
    }
}

use DhcpMessageType::{Ack, Decline, Discover, Nak, Offer, Release, Request};

#[test]
fn four_messages_give_an_address_with_router_dns_and_domain() {
    let net = Net::new(1, vec![config("192.168.1.199")]);
    assert_eq!(net.seen, [Discover, Offer, Request, Ack]);
    let lease = net.clients[0].lease().unwrap();
    assert_eq!(lease.address.to_string(), "192.168.1.100/24");
    assert_eq!(lease.routers, [ip("192.168.1.1")]);
    assert_eq!(lease.dns, [ip("192.168.1.1"), ip("9.9.9.9")]);
    assert_eq!(lease.domain.as_deref(), Some("home.test"));
    assert_eq!((lease.renew_at, lease.rebind_at, lease.until), (at(1_800), at(3_150), at(3_600)));
    let (address, entry) = net.servers[0].leases().next().unwrap();
    assert_eq!(
        (*address, entry.state, entry.name.as_deref()),
        (ip("192.168.1.100"), LeaseState::Bound, Some("pc1"))
    );
    assert!(entry.is_by_mac());
}

#[test]
fn a_lease_is_renewed_at_half_its_time() {
    let mut net = Net::new(1, vec![config("192.168.1.199")]);
    net.run_until(at(1_801));
    assert_eq!(net.seen[4..], [Request, Ack]);
    assert_eq!(net.clients[0].lease().unwrap().until, at(5_400));
}

#[test]
fn without_the_server_a_lease_is_rebound_and_then_ends() {
    let mut net = Net::new(1, vec![config("192.168.1.199")]);
    net.up = false;
    net.run_until(at(3_149));
    assert_eq!(net.clients[0].state(), State::Renewing);
    net.run_until(at(3_151));
    assert_eq!(net.clients[0].state(), State::Rebinding);
    assert_eq!(net.address(0).as_deref(), Some("192.168.1.100/24"));
    net.run_until(at(3_601));
    assert_eq!((net.clients[0].state(), net.address(0)), (State::Selecting, None));
    net.up = true;
    net.run_until(at(3_700));
    assert_eq!(net.address(0).as_deref(), Some("192.168.1.100/24"));
}

#[test]
fn another_server_may_extend_the_lease_when_rebinding() {
    let mut net = Net::new(1, vec![config("192.168.1.199")]);
    // The copy has the same leases under another address, as a failover partner would.
    let twin = net.servers[0].clone().with_address(ip("192.168.1.2"));
    net.servers = vec![twin];
    net.run_until(at(3_151));
    assert_eq!(net.clients[0].state(), State::Bound);
    assert_eq!(net.clients[0].lease().unwrap().server, ip("192.168.1.2"));
}

#[test]
fn discovers_go_out_with_growing_waits() {
    let mut net = Net::new(1, Vec::new());
    let mut moments = Vec::new();
    for second in 1..200 {
        let before = net.seen.len();
        net.run_until(at(second));
        moments.extend((net.seen.len() > before).then_some(second));
    }
    let waits: Vec<_> = moments.windows(2).map(|two| two[1] - two[0]).collect();
    for (wait, expected) in waits.iter().zip([8, 16, 32, 64]) {
        assert!(wait.abs_diff(expected) <= 2, "{waits:?}");
    }
}

#[test]
fn a_client_declines_an_address_in_use_and_gets_another() {
    let mut net = Net::new(0, vec![config("192.168.1.199")]);
    net.taken = vec![ip("192.168.1.100")];
    net.clients.push(Client::new(mac(1), None, Stream::new(7, &[])));
    net.client(0, &mut |client, now, out| client.start(now, out));
    assert_eq!(net.seen, [Discover, Offer, Request, Ack, Decline]);
    assert_eq!(net.servers[0].leases().next().unwrap().1.state, LeaseState::Conflict);
    net.run_until(at(11));
    assert_eq!(net.address(0).as_deref(), Some("192.168.1.101/24"));
    net.run_until(at(0) + CONFLICT_LASTS + Duration::from_secs(1));
    assert_eq!(net.servers[0].leases().next().unwrap().1.state, LeaseState::Past);
}

#[test]
fn a_server_that_probes_offers_no_address_in_use() {
    let mut net = Net::new(
        0,
        vec![server::Config { probe: Some(Duration::from_millis(500)), ..config("192.168.1.199") }],
    );
    net.taken = vec![ip("192.168.1.100")];
    net.clients.push(Client::new(mac(1), None, Stream::new(7, &[])));
    net.client(0, &mut |client, now, out| client.start(now, out));
    assert_eq!(net.seen, [Discover]);
    net.run_until(at(1));
    assert_eq!(net.seen, [Discover, Offer, Request, Ack]);
    assert_eq!(net.address(0).as_deref(), Some("192.168.1.101/24"));
}

#[test]
fn an_exhausted_pool_is_silent_until_an_address_is_released() {
    let mut net = Net::new(3, vec![config("192.168.1.101")]);
    assert_eq!((net.address(0).is_some(), net.address(1).is_some(), net.address(2)), (true, true, None));
    net.client(0, &mut |client, now, out| client.release(now, out));
    assert_eq!((net.clients[0].state(), net.address(0)), (State::Off, None));
    assert!(net.seen.contains(&Release));
    net.run_until(at(10));
    assert_eq!(net.address(2).as_deref(), Some("192.168.1.100/24"));
}

#[test]
fn a_client_that_comes_back_gets_its_address_again() {
    let mut net = Net::new(2, vec![config("192.168.1.199")]);
    let before = net.address(0);
    net.client(0, &mut |client, now, out| client.release(now, out));
    net.client(0, &mut |client, now, out| client.start(now, out));
    assert_eq!(net.address(0), before);
    // With a lease, it asks for the same address without looking for servers.
    net.seen.clear();
    net.client(0, &mut |client, now, out| client.start(now, out));
    assert_eq!((net.seen.as_slice(), net.address(0)), ([Request, Ack].as_slice(), before));
}

#[test]
fn a_reservation_is_kept_for_its_client() {
    let reservations = vec![(mac(2), ip("192.168.1.50")), (mac(9), ip("192.168.1.100"))];
    let net = Net::new(2, vec![server::Config { reservations, ..config("192.168.1.199") }]);
    assert_eq!(net.address(0).as_deref(), Some("192.168.1.101/24"));
    assert_eq!(net.address(1).as_deref(), Some("192.168.1.50/24"));
}

#[test]
fn a_client_that_moved_is_refused_and_starts_over() {
    let mut net = Net::new(1, vec![config("192.168.1.199")]);
    let there = Scope {
        network: "10.0.0.0/8".parse().unwrap(),
        first: ip("10.0.0.9"),
        last: ip("10.0.0.9"),
        ..scope("10.0.0.0/8", "10.0.0.9")
    };
    net.servers = vec![Server::new(server::Config {
        address: ip("10.0.0.1"),
        scopes: vec![there],
        ..config("10.0.0.9")
    })];
    net.seen.clear();
    net.client(0, &mut |client, now, out| client.start(now, out));
    assert_eq!(net.seen, [Request, Nak, Discover, Offer, Request, Ack]);
    assert_eq!(net.address(0).as_deref(), Some("10.0.0.9/8"));
}

#[test]
fn of_two_servers_the_first_to_offer_wins_and_the_other_takes_its_offer_back() {
    let rogue = server::Config { address: ip("192.168.1.66"), ..config("192.168.1.199") };
    let net = Net::new(1, vec![config("192.168.1.199"), rogue]);
    assert_eq!(net.clients[0].lease().unwrap().server, ip("192.168.1.1"));
    assert!(net.servers[1].leases().all(|(_, lease)| lease.state != LeaseState::Bound));
}

#[test]
fn a_server_that_knows_no_client_of_that_name_is_silent() {
    let mut server = Server::new(config("192.168.1.199"));
    let mut message = Message::new(Request, 1, mac(1));
    message.set_addresses(option::REQUESTED_IP, &[ip("192.168.1.120")]);
    let mut out = Vec::new();
    server.receive(at(0), &message.write(), &mut out);
    assert_eq!(out, []);
}

#[test]
fn an_inform_is_answered_without_a_loan() {
    let mut server = Server::new(config("192.168.1.199"));
    let mut message = Message::new(DhcpMessageType::Inform, 1, mac(1));
    message.client_ip = ip("192.168.1.7");
    let mut out = Vec::new();
    server.receive(at(0), &message.write(), &mut out);
    let [server::Output::Send { to, bytes, .. }] = &out[..] else { panic!("{out:?}") };
    let answer = Message::read(bytes).unwrap();
    assert_eq!((*to, answer.kind, answer.your_ip), (ip("192.168.1.7"), Ack, Ipv4Address::UNSPECIFIED));
    assert_eq!(
        (answer.option(option::LEASE_TIME), answer.address(option::DNS)),
        (None, Some(ip("192.168.1.1")))
    );
}

#[test]
fn a_relay_names_the_network_and_brings_the_answer_back() {
    let (here, far) = (ip("192.168.1.1"), ip("10.9.0.2"));
    let mut server = Server::new(server::Config { address: far, ..config("192.168.1.199") });
    let discover = Message::new(Discover, 5, mac(3)).write();
    let own = [here, ip("10.9.0.1")];
    let [to_server] = &relay::relay(&discover, here, &own, &[far])[..] else { panic!("one server") };
    assert_eq!((to_server.to, to_server.port, to_server.network), (far, SERVER_PORT, here));
    let mut out = Vec::new();
    server.receive(at(0), &to_server.bytes, &mut out);
    let Some(server::Output::Send { to, port, bytes, .. }) = out.last() else { panic!("{out:?}") };
    assert_eq!((*to, *port), (here, SERVER_PORT));
    let [to_client] = &relay::relay(bytes, ip("10.9.0.1"), &own, &[far])[..] else { panic!("one client") };
    assert_eq!((to_client.to, to_client.port, to_client.mac), (ip("192.168.1.100"), 68, Some(mac(3))));
    // Its own messages are not relayed again, and those that have come too far are dropped.
    assert!(relay::relay(&to_server.bytes, here, &own, &[far]).is_empty());
    let far_come = Message { hops: 16, ..Message::new(Discover, 5, mac(3)) };
    assert!(relay::relay(&far_come.write(), here, &own, &[far]).is_empty());
}

#[test]
fn a_foreign_client_identifier_is_repeated_and_distinguishes_clients() {
    let mut server = Server::new(config("192.168.1.199"));
    let offered = |server: &mut Server, id: &[u8]| {
        let mut message = Message::new(Discover, 1, mac(1));
        message.set(option::CLIENT_ID, id);
        let mut out = Vec::new();
        server.receive(at(0), &message.write(), &mut out);
        let Some(server::Output::Send { bytes, .. }) = out.last() else { panic!("{out:?}") };
        let answer = Message::read(bytes).unwrap();
        assert_eq!(answer.option(option::CLIENT_ID), Some(id));
        answer.your_ip
    };
    // Of seven bytes and another type than Ethernet: smoltcp's own reader refuses such a message.
    assert_ne!(offered(&mut server, b"\0seven."), offered(&mut server, &client_id(mac(1))));
    assert_eq!(offered(&mut server, b"\0seven."), ip("192.168.1.100"));
}

#[test]
fn options_go_on_in_the_fields_of_names_and_in_several_pieces() {
    let mut message = Message::new(Discover, 1, mac(1));
    message.set(option::MESSAGE, vec![b'x'; 600]);
    message.set(option::OVERLOAD, [3]);
    let mut bytes = message.write();
    bytes[108..114].copy_from_slice(&[option::HOST_NAME, 3, b'a', b'b', b'c', 255]);
    bytes[44..50].copy_from_slice(&[option::HOST_NAME, 1, b'd', 255, 0, 0]);
    let read = Message::read(&bytes).unwrap();
    assert_eq!(read.option(option::MESSAGE).unwrap().len(), 600);
    assert_eq!(read.text(option::HOST_NAME), Some("abcd"));
}

fn messages() -> impl Strategy<Value = Message> {
    let option = (1u8..255, prop::collection::vec(any::<u8>(), 1..300));
    let addresses = prop::sample::select(vec![
        Ipv4Address::UNSPECIFIED,
        Ipv4Address::BROADCAST,
        ip("192.168.1.1"),
        ip("192.168.1.100"),
        ip("192.168.1.101"),
    ]);
    let known = (
        prop::sample::select(vec![
            option::REQUESTED_IP,
            option::SERVER_ID,
            option::LEASE_TIME,
            option::SUBNET_MASK,
        ]),
        addresses.clone().prop_map(|address| address.octets().to_vec()),
    );
    let options = prop::collection::vec(prop_oneof![option, known], 0..6);
    (1u8..9, 0u32..3, any::<bool>(), [addresses.clone(), addresses.clone(), addresses], 1u8..4, options)
        .prop_map(|(kind, xid, broadcast, [client_ip, your_ip, relay_ip], last, options)| {
            let mut message = Message::new(kind.into(), xid, mac(last));
            (message.broadcast, message.client_ip, message.your_ip, message.relay_ip) =
                (broadcast, client_ip, your_ip, relay_ip);
            for (code, data) in options {
                let special = [option::MESSAGE_TYPE, option::OVERLOAD].contains(&code);
                if !special && message.option(code).is_none() {
                    message.set(code, data);
                }
            }
            message
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(message in messages()) {
        prop_assert_eq!(Message::read(&message.write()), Some(message));
    }

    #[test]
    fn no_message_makes_a_server_client_or_relay_panic_or_hang(
        inputs in prop::collection::vec((messages(), any::<prop::sample::Index>(), any::<u8>(), 0u64..4_000), 1..40),
        probe in any::<bool>(),
    ) {
        let mut server = Server::new(server::Config {
            probe: probe.then_some(Duration::from_millis(500)),
            reservations: vec![(mac(2), ip("192.168.1.101"))],
            ..config("192.168.1.102")
        });
        let mut client = Client::new(mac(1), Some("pc".into()), Stream::new(1, &[]));
        let mut now = at(0);
        client.start(now, &mut Vec::new());
        for (message, place, bit, wait) in inputs {
            let mut bytes = message.write();
            if bit < 128 {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << (bit % 8);
            }
            relay::relay(&bytes, ip("192.168.1.1"), &[ip("192.168.1.1")], &[ip("10.0.0.1")]);
            let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
            server.receive(now, &bytes, &mut to_client);
            client.receive(now, &bytes, &mut to_server);
            let own = Message { xid: 0, ..message };
            client.receive(now, &own.write(), &mut to_server);
            if bit % 3 == 0 {
                client.probed(now, bit % 2 == 0, &mut to_server);
                server.conflict(now, ip("192.168.1.100"), &mut to_client);
            }
            prop_assert!(to_client.len() < 20 && to_server.len() < 20);
            prop_assert!(server.leases().count() <= 3);
            // One address is bound to one client, and one reserved address to its own.
            for (address, lease) in server.leases() {
                prop_assert!(*address != ip("192.168.1.101") || lease.mac == mac(2));
            }
            now += Duration::from_secs(wait);
            server.poll(now, &mut Vec::new());
            client.poll(now, &mut Vec::new());
            prop_assert!(server.poll_at().is_none_or(|at| at > now));
            prop_assert!(client.poll_at().is_none_or(|at| at > now));
        }
    }
}
