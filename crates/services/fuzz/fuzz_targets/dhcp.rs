//! Whatever comes in at a DHCP server, client and relay: no panic, no busy waiting, no table above its pool.
//!
//! The input is a row of records: a byte for the time that passes, two for the length, and that many bytes of message.
#![no_main]

use services::dhcp::client::Client;
use services::dhcp::relay::relay;
use services::dhcp::server::{Config, Scope, Server};
use smoltcp::wire::{EthernetAddress, Ipv4Address};
use wire::rng::Stream;
use wire::{Duration, Instant};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let own = Ipv4Address::new(10, 0, 0, 1);
    let scope = Scope {
        network: "10.0.0.0/24".parse().unwrap(),
        first: Ipv4Address::new(10, 0, 0, 100),
        last: Ipv4Address::new(10, 0, 0, 107),
        lease: Duration::from_secs(600),
        routers: vec![own],
        dns: vec![own],
        domain: Some("home.test".into()),
    };
    let probe = Some(Duration::from_millis(500));
    let mut server = Server::new(Config { address: own, scopes: vec![scope], reservations: Vec::new(), probe });
    let mac = EthernetAddress([2, 0, 0, 0, 0, 1]);
    let mut client = Client::new(mac, None, Stream::new(1, &[]));
    let (mut now, mut rest) = (Instant::ZERO, bytes);
    client.start(now, &mut Vec::new());
    while let [wait, high, low, tail @ ..] = rest {
        let (message, tail) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(tail.len()));
        rest = tail;
        server.receive(now, message, &mut Vec::new());
        client.receive(now, message, &mut Vec::new());
        client.probed(now, wait & 1 != 0, &mut Vec::new());
        relay(message, own, &[own], &[own]);
        now += Duration::from_secs(u64::from(*wait) * 10);
        server.poll(now, &mut Vec::new());
        client.poll(now, &mut Vec::new());
        assert!(server.poll_at().is_none_or(|at| at > now) && client.poll_at().is_none_or(|at| at > now), "it is busy");
        assert!(server.leases().count() <= 8);
    }
});
