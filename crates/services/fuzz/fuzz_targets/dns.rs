//! Whatever comes in at a DNS server that also resolves: no panic, no busy waiting; and what is read and written is read the same.
//!
//! The input is a row of records: a byte for the time that passes and the sender, two for the length, and that many bytes of message.
#![no_main]

use services::dns::Transport;
use services::dns::message::{Data, Message, Record};
use services::dns::name::Name;
use services::dns::resolver::{Resolver, Upstream};
use services::dns::server::{Output, Server};
use services::dns::zone::zones;
use smoltcp::wire::IpAddress;
use wire::rng::Stream;
use wire::{Duration, Instant};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::read(bytes) {
        let again = message.write(usize::MAX);
        if again.len() <= 65_535 {
            assert_eq!(Message::read(&again), Ok(message));
        }
    }
    let root = IpAddress::v4(10, 0, 0, 1);
    let name = Name::parse("www.example.test").unwrap();
    let records = vec![Record { name, ttl: 60, data: Data::A([10, 0, 0, 2].into()) }];
    let resolver = Resolver::new(Upstream::Roots(vec![root]), Stream::new(1, &[]));
    let mut server = Server::new(zones(None, records), Some(resolver));
    let (mut now, mut rest) = (Instant::ZERO, bytes);
    let mut asked: Vec<u16> = Vec::new();
    while let [how, high, low, tail @ ..] = rest {
        let (message, tail) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(tail.len()));
        rest = tail;
        let mut out = Vec::new();
        let mut answer = message.to_vec();
        match (how & 1, asked.pop(), answer.get_mut(..2)) {
            (1, Some(id), Some(place)) => {
                place.copy_from_slice(&id.to_be_bytes());
                server.receive(now, root, &answer, &mut out);
            }
            _ => server.query(now, 1, Transport::Udp, message, &mut out),
        }
        now += Duration::from_millis(u64::from(*how) * 20);
        server.poll(now, &mut out);
        for output in out {
            match output {
                Output::Ask { bytes, .. } => asked.push(u16::from_be_bytes([bytes[0], bytes[1]])),
                Output::Reply { bytes, .. } => assert!(Message::read(&bytes).is_ok()),
            }
        }
        assert!(server.poll_at().is_none_or(|at| at > now), "it is busy");
    }
});
