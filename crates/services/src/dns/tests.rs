use super::cache::{Cache, ENTRIES_MAX, Trust};
use super::framing::{Framing, framed};
use super::message::*;
use super::name::{Name, NameError};
use super::resolver::{Resolver, Upstream};
use super::server::{self, Server};
use super::stub::{self, Families, LookupError, Stub};
use super::zone::{Zone, zones};
use super::{PORT, Transport};
use proptest::prelude::*;
use smoltcp::wire::IpAddress;
use std::collections::VecDeque;
use wire::rng::Stream;
use wire::{Duration, Instant};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn ip(text: &str) -> IpAddress {
    text.parse().unwrap()
}

fn at(secs: u64) -> Instant {
    Instant::from_nanos(secs * 1_000_000_000)
}

/// `name type content`, one record for each line, as in a zone file.
fn records(text: &str) -> Vec<Record> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let data = match words[1] {
            "A" => Data::A(words[2].parse().unwrap()),
            "AAAA" => Data::Aaaa(words[2].parse().unwrap()),
            "NS" => Data::Ns(name(words[2])),
            "CNAME" => Data::Cname(name(words[2])),
            "MX" => Data::Mx(words[2].parse().unwrap(), name(words[3])),
            "TXT" => Data::Txt(words[2..].iter().map(|text| text.as_bytes().to_vec()).collect()),
            other => panic!("{other}"),
        };
        Record { name: name(words[0]), ttl: 3_600, data }
    };
    text.lines().map(str::trim).filter(|text| !text.is_empty()).map(line).collect()
}

fn question(text: &str, kind: Kind) -> Question {
    Question { name: name(text), kind }
}

const ZONE: &str = "
    example.test MX 10 mail.example.test
    example.test TXT v=spf1 -all
    example.test NS ns.example.test
    ns.example.test A 10.0.2.53
    www.example.test A 10.0.2.80
    www.example.test AAAA fd00::80
    mail.example.test A 10.0.2.25
    ftp.example.test CNAME www.example.test
    away.example.test CNAME www.other.test
    one.example.test CNAME two.example.test
    two.example.test CNAME one.example.test
    a.b.example.test A 10.0.3.1
    *.wild.example.test A 10.0.4.4
    sub.example.test NS ns.sub.example.test
    ns.sub.example.test A 10.0.9.53";

fn ask(server: &mut Server, text: &str, kind: Kind) -> Message {
    let query = Message { edns: Some(EDNS), ..Message::query(7, question(text, kind), 0) };
    let mut out = Vec::new();
    server.query(at(0), 1, Transport::Udp, &query.write(512), &mut out);
    let [server::Output::Reply { client: 1, bytes }] = &out[..] else { panic!("{out:?}") };
    Message::read(bytes).unwrap()
}

fn shown(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| format!("{} {} {}", record.name, record.data.kind(), record.data)).collect()
}

fn example() -> Server {
    Server::new(zones(None, records(ZONE)), None)
}

#[test]
fn names_compare_without_case_and_know_their_domains() {
    assert_eq!(name("WWW.Example.Test."), name("www.example.test"));
    assert!(name("www.example.test").is_within(&name("EXAMPLE.test")));
    assert!(!name("www.badexample.test").is_within(&name("example.test")));
    assert!(name("test").is_within(&Name::ROOT) && !Name::ROOT.is_within(&name("test")));
    assert_eq!(name("WWW.Example").to_string(), "WWW.Example");
    assert_eq!(Name::ROOT.to_string(), ".");
    assert_eq!(Name::from_labels([&b"a.b\\\xff"[..]].into_iter()).unwrap().to_string(), "a\\.b\\\\\\255");
    assert_eq!(Name::reverse(&ip("10.0.2.80")), name("80.2.0.10.in-addr.arpa"));
    assert!(Name::reverse(&ip("fd00::80")).to_string().starts_with("0.8.0.0.0."));
    assert_eq!(Name::parse("a..b"), Err(NameError::EmptyLabel));
    assert_eq!(Name::parse(&"a".repeat(64)), Err(NameError::LabelTooLong));
    assert_eq!(Name::parse(&"a.".repeat(128)), Err(NameError::NameTooLong));
    assert!(Name::parse(&"a.".repeat(127)).is_ok());
}

#[test]
fn a_zone_answers_with_records_and_what_goes_with_them() {
    let mut server = example();
    let answer = ask(&mut server, "WWW.example.TEST", Kind::A);
    assert_eq!(shown(&answer.answers), ["WWW.example.TEST A 10.0.2.80"]);
    assert!(answer.has(flag::AUTHORITATIVE) && answer.rcode() == rcode::OK);
    let answer = ask(&mut server, "example.test", Kind::MX);
    assert_eq!(shown(&answer.answers), ["example.test MX 10 mail.example.test."]);
    assert_eq!(shown(&answer.additional), ["mail.example.test A 10.0.2.25"]);
    assert_eq!(
        shown(&ask(&mut server, "example.test", Kind::TXT).answers),
        ["example.test TXT \"v=spf1\" \"-all\""]
    );
    assert_eq!(shown(&ask(&mut server, "www.example.test", Kind::ANY).answers).len(), 2);
    let answer = ask(&mut server, "ftp.example.test", Kind::A);
    let expected = ["ftp.example.test CNAME www.example.test.", "www.example.test A 10.0.2.80"];
    assert_eq!(shown(&answer.answers), expected);
}

#[test]
fn addresses_have_names() {
    let mut server = example();
    let answer = ask(&mut server, "80.2.0.10.in-addr.arpa", Kind::PTR);
    assert_eq!(shown(&answer.answers), ["80.2.0.10.in-addr.arpa PTR www.example.test."]);
    assert_eq!(ask(&mut server, "81.2.0.10.in-addr.arpa", Kind::PTR).rcode(), rcode::NO_SUCH_NAME);
    let answer = ask(&mut server, &Name::reverse(&ip("fd00::80")).to_string(), Kind::PTR);
    assert_eq!(answer.answers.len(), 1);
    // The address of a delegated zone's server is not this server's matter.
    assert_eq!(ask(&mut server, "53.9.0.10.in-addr.arpa", Kind::PTR).rcode(), rcode::REFUSED);
}

#[test]
fn no_such_name_differs_from_no_such_record() {
    let mut server = example();
    let none = ask(&mut server, "no.example.test", Kind::A);
    assert_eq!((none.rcode(), none.answers.len()), (rcode::NO_SUCH_NAME, 0));
    let expected = "example.test SOA ns.example.test. hostmaster.example.test. 1 3600 600 86400 300";
    assert_eq!(shown(&none.authority), [expected]);
    assert_eq!(none.authority[0].ttl, 300);
    for (text, kind) in
        [("www.example.test", Kind::MX), ("b.example.test", Kind::A), ("www.example.test", Kind(99))]
    {
        let none = ask(&mut server, text, kind);
        assert_eq!((none.rcode(), none.answers.len(), none.authority.len()), (rcode::OK, 0, 1), "{text}");
        assert_eq!(none.question, Some(question(text, kind)));
    }
    assert_eq!(
        shown(&ask(&mut server, "x.y.wild.example.test", Kind::A).answers),
        ["x.y.wild.example.test A 10.0.4.4"]
    );
    assert_eq!(ask(&mut server, "other.test", Kind::A).rcode(), rcode::REFUSED);
}

#[test]
fn a_delegated_name_is_referred_with_glue() {
    let referral = ask(&mut example(), "www.sub.example.test", Kind::A);
    assert_eq!((referral.answers.len(), referral.has(flag::AUTHORITATIVE)), (0, false));
    assert_eq!(shown(&referral.authority), ["sub.example.test NS ns.sub.example.test."]);
    assert_eq!(shown(&referral.additional), ["ns.sub.example.test A 10.0.9.53"]);
}

#[test]
fn the_origin_of_a_zone_is_found() {
    let origin = |text| zones(None, records(text))[0].origin().to_string();
    assert_eq!(origin("www.example.test A 10.0.2.80"), "example.test");
    assert_eq!(origin(ZONE), "example.test");
    assert_eq!(origin("a.test A 10.0.0.1\nb.org A 10.0.0.2"), ".");
    assert_eq!(origin("example.test A 10.0.0.1\nwww.example.test A 10.0.0.2"), "test");
}

#[test]
fn bad_queries_are_answered_as_the_rfc_says() {
    let mut server = example();
    let mut answer = |bytes: &[u8]| {
        let mut out = Vec::new();
        server.query(at(0), 1, Transport::Udp, bytes, &mut out);
        out.pop().map(|output| match output {
            server::Output::Reply { bytes, .. } => Message::read(&bytes).unwrap(),
            server::Output::Ask { .. } => panic!("it has no resolver"),
        })
    };
    let good = Message::query(7, question("www.example.test", Kind::A), 0).write(512);
    let with = |place: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[place] = byte;
        bytes
    };
    assert_eq!(answer(&good).unwrap().rcode(), rcode::OK);
    assert_eq!(answer(&good[..20]).unwrap().rcode(), rcode::FORMAT_ERROR);
    assert_eq!(answer(&good[..3]), None);
    assert_eq!(answer(&with(2, 0x10)).unwrap().rcode(), rcode::NOT_IMPLEMENTED);
    assert_eq!(answer(&with(2, 0x80)), None, "an answer is not answered");
    assert_eq!(answer(&with(5, 0)).unwrap().rcode(), rcode::FORMAT_ERROR);
    assert_eq!(answer(&with(5, 2)).unwrap().rcode(), rcode::FORMAT_ERROR);
    // `dig CH TXT version.bind`.
    let place = good.len() - 1;
    assert_eq!(answer(&with(place, 3)).unwrap().rcode(), rcode::REFUSED);
    let edns = Edns { version: 1, ..EDNS };
    let query = Message { edns: Some(edns), ..Message::query(7, question("www.example.test", Kind::A), 0) };
    let refused = answer(&query.write(512)).unwrap();
    assert!(refused.edns.unwrap().bad_version && refused.answers.is_empty());
}

#[test]
fn what_does_not_fit_is_asked_for_over_tcp() {
    let many = (0..60).map(|number| format!("many.example.test A 10.1.0.{number}\n")).collect::<String>();
    let mut server = Server::new(vec![Zone::new(name("example.test"), records(&many))], None);
    let query = Message::query(7, question("many.example.test", Kind::A), 0).write(512);
    let mut answer = |over| {
        let mut out = Vec::new();
        server.query(at(0), 1, over, &query, &mut out);
        let Some(server::Output::Reply { bytes, .. }) = out.pop() else { panic!("no answer") };
        bytes
    };
    let short = Message::read(&answer(Transport::Udp)).unwrap();
    assert!(short.has(flag::TRUNCATED) && short.answers.is_empty());
    let whole = answer(Transport::Tcp);
    assert_eq!(Message::read(&whole).unwrap().answers.len(), 60);
    // In pieces of one byte, two messages behind each other.
    let mut framing = Framing::default();
    let mut messages = Vec::new();
    for byte in [framed(&whole), framed(&query)].concat() {
        framing.push(&[byte]);
        messages.extend(framing.next_message());
    }
    assert_eq!(messages, [whole, query]);
}

/// Servers that reach each other, and messages on their way.
struct Net {
    now: Instant,
    servers: Vec<(IpAddress, Server)>,
    down: Vec<IpAddress>,
    /// Who was asked for what, in order.
    asked: Vec<String>,
    queue: VecDeque<Letter>,
}

/// A message: from the server in this place (`None`: from the stub resolver) to another and back.
enum Letter {
    Query { from: Option<usize>, to: IpAddress, over: Transport, bytes: Vec<u8> },
    Answer { to: Option<usize>, from: IpAddress, bytes: Vec<u8> },
}

/// Clients' numbers say who asks, and how it is to be answered.
fn client_of(from: Option<usize>) -> u64 {
    from.map_or(0, |place| place as u64 + 1)
}

impl Net {
    fn new(servers: Vec<(&str, Server)>) -> Self {
        let servers = servers.into_iter().map(|(address, server)| (ip(address), server)).collect();
        Self { now: at(0), servers, down: Vec::new(), asked: Vec::new(), queue: VecDeque::new() }
    }

    fn serve(&mut self, place: usize, act: impl FnOnce(&mut Server, Instant, &mut Vec<server::Output>)) {
        let mut out = Vec::new();
        let (address, server) = &mut self.servers[place];
        act(server, self.now, &mut out);
        for output in out {
            self.queue.push_back(match output {
                server::Output::Ask { to, over, bytes } => {
                    Letter::Query { from: Some(place), to, over, bytes }
                }
                server::Output::Reply { client, bytes } => {
                    Letter::Answer { to: (client as usize).checked_sub(1), from: *address, bytes }
                }
            });
        }
    }

    fn deliver(&mut self, stub: &mut Stub, found: &mut Vec<Result<Vec<IpAddress>, LookupError>>) {
        while let Some(letter) = self.queue.pop_front() {
            match letter {
                Letter::Query { from, to, over, bytes } => {
                    let query = Message::read(&bytes).unwrap().question.unwrap();
                    self.asked.push(format!("{to} {} {}", query.name, query.kind));
                    let place = self.servers.iter().position(|(address, _)| *address == to);
                    if let Some(place) = place.filter(|_| !self.down.contains(&to)) {
                        self.serve(place, |server, now, out| {
                            server.query(now, client_of(from), over, &bytes, out)
                        });
                    }
                }
                Letter::Answer { to: Some(place), from, bytes } => {
                    self.serve(place, |server, now, out| server.receive(now, from, &bytes, out));
                }
                Letter::Answer { to: None, from, bytes } => {
                    let mut out = Vec::new();
                    stub.receive(self.now, from, &bytes, &mut out);
                    self.take(out, found);
                }
            }
        }
    }

    fn take(&mut self, out: Vec<stub::Output>, found: &mut Vec<Result<Vec<IpAddress>, LookupError>>) {
        for output in out {
            match output {
                stub::Output::Ask { to, over, bytes } => {
                    self.queue.push_back(Letter::Query { from: None, to, over, bytes })
                }
                stub::Output::Found { result, .. } => found.push(result),
            }
        }
    }

    fn look_up(&mut self, stub: &mut Stub, text: &str) -> Result<Vec<IpAddress>, LookupError> {
        let mut found = Vec::new();
        let mut out = Vec::new();
        stub.look_up(self.now, text, Families { v4: true, v6: false }, 3, &mut out);
        self.take(out, &mut found);
        for _ in 0..200 {
            self.deliver(stub, &mut found);
            if let Some(result) = found.pop() {
                return result;
            }
            let times = self.servers.iter().filter_map(|(_, server)| server.poll_at());
            self.now = times.chain(stub.poll_at()).min().expect("something is waited for");
            for place in 0..self.servers.len() {
                self.serve(place, |server, now, out| server.poll(now, out));
            }
            let mut out = Vec::new();
            stub.poll(self.now, &mut out);
            self.take(out, &mut found);
        }
        panic!("it does not end");
    }
}

fn stub(server: &str) -> Stub {
    Stub::new(vec![ip(server)], Some(name("example.test")), Stream::new(5, &[]))
}

fn resolving(upstream: Upstream, zones: Vec<Zone>) -> Server {
    Server::new(zones, Some(Resolver::new(upstream, Stream::new(1, &[]))))
}

const RESOLVER: &str = "10.0.0.53";

/// A resolver, root, top level and zone.
fn tree() -> Net {
    let root = records("test NS ns.test\nns.test A 10.0.1.2\norg NS ns.org\nns.org A 10.0.1.3");
    let test = records(
        "test NS ns.test\nns.test A 10.0.1.2\nexample.test NS ns.example.test\nns.example.test A 10.0.2.53
         other.test NS ns.helper.org",
    );
    let org = records("org NS ns.org\nns.org A 10.0.1.3\nns.helper.org A 10.0.3.53");
    let other = records("www.other.test A 10.0.3.80\nother.test NS ns.helper.org");
    let zone = |origin: &str, records| Server::new(zones(Some(name(origin)), records), None);
    Net::new(vec![
        (RESOLVER, resolving(Upstream::Roots(vec![ip("10.0.1.1")]), Vec::new())),
        ("10.0.1.1", zone(".", root)),
        ("10.0.1.2", zone("test", test)),
        ("10.0.1.3", zone("org", org)),
        ("10.0.2.53", zone("example.test", records(ZONE))),
        ("10.0.3.53", zone("other.test", other)),
    ])
}

#[test]
fn a_resolver_walks_from_the_root_to_the_zone_and_remembers_the_way() {
    let (mut net, mut stub) = (tree(), stub(RESOLVER));
    assert_eq!(net.look_up(&mut stub, "www.example.test"), Ok(vec![ip("10.0.2.80")]));
    let walk = ["10.0.0.53", "10.0.1.1", "10.0.1.2", "10.0.2.53"];
    assert_eq!(net.asked, walk.map(|server| format!("{server} www.example.test A")));
    net.asked.clear();
    assert_eq!(net.look_up(&mut stub, "www.example.test"), Ok(vec![ip("10.0.2.80")]));
    assert_eq!(net.asked, [] as [String; 0], "the host has it in its own cache");
    assert_eq!(net.look_up(&mut stub, "mail"), Ok(vec![ip("10.0.2.25")]));
    assert_eq!(net.asked, ["10.0.0.53 mail.example.test A", "10.0.2.53 mail.example.test A"]);
    // After an hour the answers are forgotten, and the delegations with them.
    net.asked.clear();
    net.now = at(3_601);
    assert_eq!(net.look_up(&mut stub, "www.example.test"), Ok(vec![ip("10.0.2.80")]));
    assert_eq!(net.asked.len(), 4);
}

#[test]
fn servers_that_have_names_only_are_looked_up_first() {
    let (mut net, mut stub) = (tree(), stub(RESOLVER));
    assert_eq!(net.look_up(&mut stub, "www.other.test"), Ok(vec![ip("10.0.3.80")]));
    let expected = [
        "10.0.0.53 www.other.test A",
        "10.0.1.1 www.other.test A",
        "10.0.1.2 www.other.test A",
        "10.0.1.1 ns.helper.org A",
        "10.0.1.3 ns.helper.org A",
        "10.0.3.53 www.other.test A",
    ];
    assert_eq!(net.asked, expected);
}

#[test]
fn an_alias_leads_into_another_zone() {
    let (mut net, mut stub) = (tree(), stub(RESOLVER));
    assert_eq!(net.look_up(&mut stub, "away.example.test"), Ok(vec![ip("10.0.3.80")]));
}

#[test]
fn aliases_in_a_circle_end() {
    let (mut net, mut stub) = (tree(), stub(RESOLVER));
    assert_eq!(net.look_up(&mut stub, "one.example.test."), Err(LookupError::NoAnswer));
    assert!(net.asked.len() < 40, "{:?}", net.asked);
}

#[test]
fn a_missing_name_is_remembered_as_missing() {
    let (mut net, mut stub) = (tree(), stub(RESOLVER));
    assert_eq!(net.look_up(&mut stub, "no.example.test."), Err(LookupError::NotFound));
    net.asked.clear();
    assert_eq!(net.look_up(&mut stub, "no.example.test."), Err(LookupError::NotFound));
    assert_eq!(net.asked, [] as [String; 0]);
    net.now = at(301);
    assert_eq!(net.look_up(&mut stub, "no.example.test."), Err(LookupError::NotFound));
    assert_eq!(
        net.asked.len(),
        2,
        "the negative answer lasted five minutes, the delegation an hour: {:?}",
        net.asked
    );
}

#[test]
fn a_dead_server_fails_after_tries_and_another_one_helps() {
    let (mut net, mut dead) = (tree(), stub("10.9.9.9"));
    assert_eq!(net.look_up(&mut dead, "www.example.test."), Err(LookupError::NoAnswer));
    assert_eq!((net.asked.len(), net.now), (2, at(10)));
    let mut two = Stub::new(vec![ip("10.9.9.9"), ip(RESOLVER)], None, Stream::new(5, &[]));
    assert_eq!(net.look_up(&mut two, "www.example.test"), Ok(vec![ip("10.0.2.80")]));
    let mut net = tree();
    net.down.push(ip("10.0.2.53"));
    assert_eq!(net.look_up(&mut stub(RESOLVER), "www.example.test."), Err(LookupError::NoAnswer));
}

#[test]
fn a_forwarder_answers_from_its_zone_and_asks_for_the_rest() {
    let mut net = tree();
    let home = zones(Some(name("home.test")), records("nas.home.test A 192.168.1.9"));
    net.servers.push((ip("192.168.1.1"), resolving(Upstream::Forward(vec![ip(RESOLVER)]), home)));
    let mut stub = stub("192.168.1.1");
    assert_eq!(net.look_up(&mut stub, "nas.home.test"), Ok(vec![ip("192.168.1.9")]));
    assert_eq!(net.look_up(&mut stub, "ftp"), Ok(vec![ip("10.0.2.80")]));
    assert_eq!(net.asked[1..3], ["192.168.1.1 ftp.example.test A", "10.0.0.53 ftp.example.test A"]);
}

#[test]
fn forwarders_in_a_circle_end() {
    let server = |other: &str| resolving(Upstream::Forward(vec![ip(other)]), Vec::new());
    let mut net = Net::new(vec![("10.0.0.1", server("10.0.0.2")), ("10.0.0.2", server("10.0.0.1"))]);
    assert_eq!(net.look_up(&mut stub("10.0.0.1"), "www.example.test."), Err(LookupError::NoAnswer));
    assert!(net.asked.len() < 100, "{}", net.asked.len());
}

#[test]
fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let many = (0..90).map(|number| format!("many.example.test A 10.1.0.{number}\n")).collect::<String>();
    let zone = vec![Zone::new(name("example.test"), records(&many))];
    let mut net = Net::new(vec![(RESOLVER, Server::new(zone, None))]);
    assert_eq!(net.look_up(&mut stub(RESOLVER), "many").unwrap().len(), 90);
    assert_eq!(net.asked.len(), 2);
}

#[test]
fn what_was_not_asked_for_is_not_believed() {
    let mut resolver = Resolver::new(Upstream::Forward(vec![ip("10.0.0.1")]), Stream::new(1, &[]));
    let mut out = Vec::new();
    resolver.resolve(at(0), &question("www.example.test", Kind::A), 1, &mut out);
    let Some(super::resolver::Output::Ask { bytes, .. }) = out.pop() else { panic!("it asks") };
    let query = Message::read(&bytes).unwrap();
    let mut answer = query.answer(0);
    answer.answers = records("www.example.test A 10.0.2.80\nbank.test A 6.6.6.6");
    answer.additional = records("bank.test A 6.6.6.6");
    // From another address, with another number, or to another question it is no answer.
    resolver.receive(at(0), ip("10.0.0.2"), &answer.write(512), &mut out);
    resolver.receive(
        at(0),
        ip("10.0.0.1"),
        &Message { id: !query.id, ..answer.clone() }.write(512),
        &mut out,
    );
    let other = Message { question: Some(question("bank.test", Kind::A)), ..answer.clone() };
    resolver.receive(at(0), ip("10.0.0.1"), &other.write(512), &mut out);
    assert_eq!(out, []);
    resolver.receive(at(0), ip("10.0.0.1"), &answer.write(512), &mut out);
    assert_eq!(out.len(), 1);
    let cached: Vec<_> = resolver.cache().entries(at(0)).map(|(name, ..)| name.to_string()).collect();
    assert_eq!(cached, ["www.example.test"]);
}

#[test]
fn literal_addresses_and_localhost_need_no_server() {
    let mut stub = Stub::new(Vec::new(), None, Stream::new(5, &[]));
    let mut look_up = |text: &str, v6| {
        let mut out = Vec::new();
        stub.look_up(at(0), text, Families { v4: true, v6 }, 1, &mut out);
        let [stub::Output::Found { token: 1, result }] = &out[..] else { panic!("{out:?}") };
        result.clone()
    };
    assert_eq!(look_up("10.0.0.1", false), Ok(vec![ip("10.0.0.1")]));
    assert_eq!(look_up("fd00::1", true), Ok(vec![ip("fd00::1")]));
    assert_eq!(look_up("fd00::1", false), Err(LookupError::NotFound));
    assert_eq!(look_up("localhost", true), Ok(vec![ip("127.0.0.1"), ip("::1")]));
    assert_eq!(look_up("www.example.test", false), Err(LookupError::NoAnswer));
    assert_eq!(look_up("a..b", false), Err(LookupError::NotFound));
}

#[test]
fn a_full_cache_forgets_what_would_end_first() {
    let mut cache = Cache::default();
    for number in 0..ENTRIES_MAX as u32 + 10 {
        let record = Record {
            name: name(&format!("h{number}.test")),
            ttl: 100 + number,
            data: Data::A([10, 0, 0, 1].into()),
        };
        cache.insert(at(0), record.name.clone(), &[record], Trust::Answer);
    }
    assert_eq!(cache.entries(at(0)).count(), ENTRIES_MAX);
    assert!(cache.get(at(0), &name("h9.test"), Kind::A, Trust::Answer).is_none());
    assert!(cache.get(at(0), &name("h10.test"), Kind::A, Trust::Answer).is_some());
    assert_eq!(PORT, 53);
}

#[test]
fn pointers_that_lead_forward_or_in_a_circle_end_a_message() {
    let with = |name: &[u8]| [&[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], name, &[0, 1, 0, 1]].concat();
    assert!(Message::read(&with(b"\x01a\x00")).is_ok());
    for name in [&b"\xc0\x0c"[..], b"\x01a\xc0\x0c", b"\xc0\x10", b"\xc0", b"\x40a\x00", b"\x3fa", b""] {
        assert_eq!(Message::read(&with(name)), Err(Malformed), "{name:?}");
    }
}

#[test]
fn a_header_that_announces_too_much_is_not_allocated_for() {
    let mut bytes = vec![0; 12];
    bytes[6..].fill(0xff);
    assert_eq!(Message::read(&bytes), Err(Malformed));
}

fn names() -> impl Strategy<Value = Name> {
    let label = prop_oneof![
        prop::sample::select(vec![b"www".to_vec(), b"example".to_vec(), b"test".to_vec(), b"WWW".to_vec()]),
        prop::collection::vec(any::<u8>(), 1..64),
    ];
    prop::collection::vec(label, 0..4)
        .prop_map(|labels| Name::from_labels(labels.iter().map(Vec::as_slice)).unwrap_or_default())
}

fn data() -> impl Strategy<Value = Data> {
    let text = prop::collection::vec(any::<u8>(), 0..256);
    prop_oneof![
        any::<[u8; 4]>().prop_map(|octets| Data::A(octets.into())),
        any::<[u8; 16]>().prop_map(|octets| Data::Aaaa(octets.into())),
        names().prop_map(Data::Ns),
        names().prop_map(Data::Cname),
        names().prop_map(Data::Ptr),
        (any::<u16>(), names()).prop_map(|(preference, name)| Data::Mx(preference, name)),
        prop::collection::vec(text, 1..4).prop_map(Data::Txt),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Data::Other(Kind(65_280), bytes)),
        (names(), names(), any::<u32>()).prop_map(|(server, mail, serial)| {
            Data::Soa(Box::new(Soa { server, mail, serial, refresh_retry_expire: [1, 2, 3], minimum: 4 }))
        }),
    ]
}

fn messages() -> impl Strategy<Value = Message> {
    let records = || {
        let record = (names(), 0u32..0x8000_0000, data());
        prop::collection::vec(record.prop_map(|(name, ttl, data)| Record { name, ttl, data }), 0..4)
    };
    let question = prop::option::of(
        (names(), any::<u16>()).prop_map(|(name, kind)| Question { name, kind: Kind(kind) }),
    );
    let edns = prop::option::of(any::<u16>().prop_map(|udp_size| Edns { udp_size, ..EDNS }));
    (any::<[u16; 2]>(), question, [records(), records(), records()], edns).prop_map(
        |([id, flags], question, [answers, authority, additional], edns)| Message {
            id,
            flags,
            question,
            answers,
            authority,
            additional,
            edns,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(message in messages()) {
        prop_assert_eq!(Message::read(&message.write(65_535)), Ok(message));
    }

    #[test]
    fn simple_dns_reads_the_same_and_what_it_writes_is_read(mut message in messages()) {
        if let Some(question) = &mut message.question {
            // It refuses questions about types that it does not know.
            question.kind = Kind::A;
        }
        let mut bytes = message.write(65_535);
        bytes[3] &= !0x40;
        let packet = simple_dns::Packet::parse(&bytes).unwrap();
        let shown = |record: &simple_dns::ResourceRecord<'_>| {
            (record.name.as_bytes().map(<[u8]>::to_vec).collect::<Vec<_>>(), record.ttl)
        };
        let expected = |record: &Record| (record.name.labels().map(<[u8]>::to_vec).collect::<Vec<_>>(), record.ttl);
        let theirs = [&packet.answers, &packet.name_servers, &packet.additional_records];
        for (theirs, ours) in theirs.iter().zip([&message.answers, &message.authority, &message.additional]) {
            prop_assert!(theirs.iter().map(shown).eq(ours.iter().map(expected)));
        }
        let again = Message::read(&packet.build_bytes_vec_compressed().unwrap()).unwrap();
        // It drops empty texts, and those that begin with an equals sign.
        let known = |records: &[Record]| {
            records.iter().filter(|record| !matches!(record.data, Data::Txt(_))).cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(known(&again.answers), known(&message.answers));
        prop_assert_eq!(known(&again.authority), known(&message.authority));
        prop_assert_eq!(known(&again.additional), known(&message.additional));
    }

    #[test]
    fn what_has_a_limit_keeps_it(message in messages(), len_max in 600usize..1_300) {
        let bytes = message.write(len_max);
        prop_assert!(bytes.len() <= len_max);
        prop_assert!(Message::read(&bytes).is_ok());
    }

    #[test]
    fn no_message_makes_a_server_or_stub_panic_or_hang(
        inputs in prop::collection::vec((messages(), any::<[u8; 4]>(), any::<prop::sample::Index>()), 1..12),
    ) {
        let zone = zones(None, records(ZONE));
        let mut server = resolving(Upstream::Roots(vec![ip("10.0.1.1"), ip("10.0.1.2")]), zone);
        let mut stub = stub(RESOLVER);
        let mut now = at(0);
        for (message, [how, bit, wait, from], place) in inputs {
            let mut bytes = message.write(65_535);
            if how & 1 != 0 {
                let place = place.index(bytes.len());
                bytes[place] ^= 1 << (bit % 8);
            }
            let from = ip(["10.0.1.1", "10.0.1.2", RESOLVER][usize::from(from % 3)]);
            let (mut out, mut found) = (Vec::new(), Vec::new());
            server.query(now, 1, Transport::Udp, &bytes, &mut out);
            server.query(now, 2, Transport::Udp, &Message { flags: flag::RECURSION_DESIRED, ..message.clone() }.write(1_232), &mut out);
            stub.look_up(now, "www", Families { v4: true, v6: true }, 1, &mut found);
            // Whatever was asked is answered with this message.
            let mut asked: VecDeque<Vec<u8>> = VecDeque::new();
            for _ in 0..60 {
                asked.extend(out.drain(..).filter_map(|output| match output {
                    server::Output::Ask { bytes, .. } => Some(bytes),
                    server::Output::Reply { .. } => None,
                }));
                asked.extend(found.drain(..).filter_map(|output| match output {
                    stub::Output::Ask { bytes, .. } => Some(bytes),
                    stub::Output::Found { .. } => None,
                }));
                let Some(query) = asked.pop_front() else { break };
                let query = Message::read(&query).unwrap();
                let flags = (message.flags & 0x7ff) | flag::RESPONSE;
                let answer = Message { id: query.id, flags, question: query.question, ..message.clone() };
                server.receive(now, from, &answer.write(65_535), &mut out);
                stub.receive(now, from, &answer.write(65_535), &mut found);
            }
            now += Duration::from_millis(u64::from(wait) * 20);
            server.poll(now, &mut out);
            stub.poll(now, &mut found);
            prop_assert!(server.poll_at().is_none_or(|at| at > now));
            prop_assert!(server.resolver().unwrap().cache().entries(now).count() <= ENTRIES_MAX);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), cuts in 1usize..50) {
        let _ = Message::read(&bytes);
        let mut framing = Framing::default();
        for piece in bytes.chunks(cuts) {
            framing.push(piece);
            while framing.next_message().is_some() {}
        }
        let _ = Name::parse(&String::from_utf8_lossy(&bytes)).map(|name| name.to_string());
    }
}
