//! Filters by hand, and drawn at random.

use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use smoltcp::wire::{ArpOperation, TcpRepr};

use super::catalogue::ENTRIES;
use super::expression::{Expression, Key, Literal, Name, Needle, Relation, Span};
use super::value::Kind;
use super::*;
use crate::analysis::{Analysis, Notes};
use crate::samples;

fn shows(text: &str, frame: &[u8]) -> bool {
    let notes = Analysis::new().push(0, frame);
    let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    filter.matches(&subject(frame, &notes))
}

fn subject<'a>(frame: &'a [u8], notes: &'a Notes) -> Subject<'a> {
    Subject {
        number: 41,
        at_ns: 2_500_000_000,
        first_at_ns: 1_000_000_000,
        previous_at_ns: None,
        frame,
        notes,
    }
}

/// The text with a line of `^` under the spot, and the message.
fn complaint(text: &str) -> String {
    let error = Filter::parse(text).expect_err(text);
    let before = text[..error.at.start].chars().count();
    let marked = text[error.at].chars().count().max(1);
    format!("{text}\n{:before$}{} {}\n", "", "^".repeat(marked), error.message)
}

#[test]
fn fields_of_all_kinds_are_compared() {
    let (syn, arp) =
        (samples::tcp(samples::syn()), samples::arp(ArpOperation::Request, samples::A, samples::B));
    for text in [
        "",
        "tcp",
        "ip && tcp && !udp",
        "ip.addr == 10.0.0.2",
        "ip.addr == 10.0.0.0/8 and not ip.addr == 192.168.0.0/16",
        "tcp.flags.syn == 1 && tcp.flags.ack == false",
        "tcp.flags == 0x002",
        "tcp.port in {80, 5000..5010}",
        "tcp.port in {80, 5000 .. 5010}",
        "tcp.srcport > 49151 and tcp.srcport le 49152",
        "eth.src == 02:50:00:00:00:01",
        "eth.src[0:2] == 02:50 and eth.src[5] == 01 and eth.src[4-5] == 00-01",
        "frame.number == 42 and frame.time_relative == 1.5",
        "frame contains 0a:00:00:02",
        "tcp.options.mss_val == 1460",
        "tcp.option_kind == 3",
        "ip.version == 4",
    ] {
        assert!(shows(text, &syn), "{text}");
    }
    assert!(shows("arp.opcode == 1 && arp.dst.proto_ipv4 == 10.0.0.2", &arp));
    assert!(!shows("ip.addr == 10.0.0.2", &arp), "an address in ARP is not one of IP");
    assert!(shows("vlan.id == 100 and vlan.priority == 3", &samples::tagged(syn)));
    assert!(shows("udp.payload contains \"ell\"", &samples::udp()));
    assert!(shows("data.text == \"hello\"", &samples::udp()));
    assert!(shows("ipv6.dst == fe80::2 and ipv6.addr == fe80::/10", &samples::udp6()));
}

#[test]
fn unequal_means_all_differ_and_needs_the_field() {
    let (syn, arp) =
        (samples::tcp(samples::syn()), samples::arp(ArpOperation::Request, samples::A, samples::B));
    assert!(!shows("ip.addr != 10.0.0.2", &syn), "one of the two is equal");
    assert!(shows("ip.addr !== 10.0.0.2", &syn), "the other differs");
    assert!(shows("ip.addr != 10.0.0.9", &syn));
    assert!(!shows("ip.addr != 10.0.0.9", &arp), "there is no address");
    assert!(shows("!(ip.addr == 10.0.0.9)", &arp));
}

#[test]
fn an_icmp_error_is_found_by_the_packet_that_it_quotes() {
    let frame = samples::port_unreachable();
    assert!(shows("icmp and udp.dstport == 7", &frame));
    assert!(shows("tcp.port == 5001", &samples::time_exceeded()));
    assert!(!shows("tcp.flags.syn", &samples::time_exceeded()), "that is not quoted");
}

#[test]
fn marks_and_relative_numbers_come_from_the_notes() {
    let mut analysis = Analysis::new();
    analysis.push(0, &samples::tcp(samples::syn()));
    let frame = samples::tcp(TcpRepr { ack_number: None, ..samples::data() });
    analysis.push(1, &frame);
    let notes = analysis.push(500_000_000, &frame);
    let shows = |text: &str| Filter::parse(text).unwrap().matches(&subject(&frame, &notes));
    assert!(shows("tcp.analysis.retransmission && tcp.analysis.flags && tcp.seq == 1 && tcp.stream == 0"));
    assert!(!shows("tcp.analysis.fast_retransmission"));
}

#[test]
fn and_binds_tighter_than_or_and_not_tightest() {
    let printed = |text: &str| Filter::parse(text).unwrap().to_string();
    assert_eq!(printed("arp or ip and not udp or tcp"), "arp || (ip && !udp) || tcp");
    assert_eq!(printed("(arp or ip) and udp"), "(arp || ip) && udp");
    assert_eq!(printed("not ip.ttl eq 0x40"), "!(ip.ttl == 64)");
}

#[test]
fn errors_point_at_the_spot() {
    let complaints: Vec<_> = [
        "tcp.prot == 80",
        "ip.addr == 10.0.0.256",
        "tcp.port == http",
        "tcp.flags.syn == 2",
        "eth.src == 10.0.0.1",
        "tcp.analysis.retransmission == 1",
        "tcp.port ==",
        "tcp.port = 80",
        "(arp or ip",
        "arp)",
        "arp ip",
        "arp &&",
        "tcp.port in 80",
        "tcp.port in {80, 443",
        "tcp.port contains \"80\"",
        "frame contains \"abc",
        "frame matches \"abc\"",
        "tcp.flags & 2",
        "ip.addr > 10.0.0.0/8",
        "eth.src[0:0] == 00",
        "qwertz",
        "größe == 1",
    ]
    .map(complaint)
    .to_vec();
    assert_snapshot!(complaints.concat(), @r#"
    tcp.prot == 80
    ^^^^^^^^ There is no field tcp.prot. Is it tcp.port?
    ip.addr == 10.0.0.256
               ^^^^^^^^^^ ip.addr is an IPv4 address: write 10.0.0.1, or 10.0.0.0/8.
    tcp.port == http
                ^^^^ tcp.port is a number: write 80, or 0x50.
    tcp.flags.syn == 2
                     ^ tcp.flags.syn is a flag: write 1 or 0.
    eth.src == 10.0.0.1
               ^^^^^^^^ eth.src is an Ethernet address: write 02:50:00:00:00:01.
    tcp.analysis.retransmission == 1
                                   ^ tcp.analysis.retransmission is there or not: it has no value.
    tcp.port ==
               ^ A value belongs here.
    tcp.port = 80
             ^ “Equal” is written ==.
    (arp or ip
    ^ This parenthesis is not closed.
    arp)
       ^ There is no parenthesis that this one closes.
    arp ip
        ^^ An “and” or “or” is missing before this.
    arp &&
          ^ A field or protocol, such as ip.addr or arp, belongs here.
    tcp.port in 80
                ^^ A set such as {80, 443, 5000..5010} belongs here.
    tcp.port in {80, 443
                ^ This brace is not closed.
    tcp.port contains "80"
    ^^^^^^^^ tcp.port is a number: write 80, or 0x50. “contains” looks into texts and bytes.
    frame contains "abc
                   ^ This quotation mark is not closed.
    frame matches "abc"
          ^^^^^^^ “matches” is not offered here. “contains” finds a text.
    tcp.flags & 2
              ^ “And” is written && here, and bits are not compared.
    ip.addr > 10.0.0.0/8
              ^^^^^^^^^^ An address is in a net or not: use == or !=.
    eth.src[0:0] == 00
           ^^^^^ Bytes are chosen by [from:how many], [from-to] or [which].
    qwertz
    ^^^^^^ There is no field or protocol qwertz.
    größe == 1
    ^^^^^ The names of fields and protocols have no such letters.
    "#);
}

#[test]
fn hostile_texts_are_refused_before_they_cost_anything() {
    let deep = "(".repeat(2_000);
    assert!(Filter::parse(&deep).unwrap_err().message.contains("levels"));
    assert!(Filter::parse(&"!".repeat(4_000)).unwrap_err().message.contains("levels"));
    assert!(Filter::parse(&"arp or ".repeat(1_000)).unwrap_err().message.contains("at most"));
    let long = vec!["arp"; 500].join(" or ");
    assert!(shows(&long, &samples::arp(ArpOperation::Reply, samples::B, samples::A)));
}

#[test]
fn every_field_of_every_sample_can_be_asked_for() {
    for (name, frame) in samples::all() {
        for layer in crate::layers(&frame).layers {
            for field in layer.walk() {
                let filter = Filter::parse(field.key);
                let found = filter.map(|filter| filter.matches(&subject(&frame, &Notes::default())));
                assert_eq!(found, Ok(true), "{} of {name}", field.key);
            }
        }
    }
}

/// Where both are there, the quick way and the tree have to agree.
#[test]
fn quick_reads_agree_with_the_dissection() {
    for (name, frame) in samples::all() {
        let dissection = crate::layers(&frame);
        let fields = dissection.layers.iter().flat_map(crate::Layer::walk);
        for field in fields {
            let Some(entry) = catalogue::find(field.key) else { continue };
            let catalogue::Read::Quick(_) = entry.read else { continue };
            let value = field.value.split(' ').next().unwrap();
            let value = match (entry.kind, field.value.as_str()) {
                (Kind::Flag, set) => {
                    if set == "set" {
                        "1"
                    } else {
                        "0"
                    }
                }
                _ => value,
            };
            let text = format!("{} == {value}", field.key);
            assert!(shows(&text, &frame), "{text} of {name}");
        }
    }
}

#[test]
fn what_may_come_next_is_offered() {
    let offered =
        |text: &str| -> Vec<&str> { complete(text, text.len()).iter().map(|one| one.text).collect() };
    assert_eq!(offered("tcp.flags.s"), ["tcp.flags.syn"]);
    assert_eq!(offered("arp and udp.st"), ["udp.stream"]);
    assert_eq!(offered("tcp.flags.syn == "), ["1", "0"]);
    assert_eq!(offered("ip.ttl "), ["==", "!=", ">", "<", ">=", "<=", "in", "and", "or"]);
    assert_eq!(offered("arp a"), ["and"]);
    assert_eq!(offered("ip.ttl == 64 "), ["and", "or"]);
    assert_eq!(offered("frame contains \"tcp."), [""; 0]);
    assert_eq!(offered("tcp.analysis.retransmission "), ["and", "or"]);
    let offers = complete("arp or tcp.fl && ip", 10);
    assert_eq!(offers[0].replaces, 7..13, "the whole word");
}

fn name() -> impl Strategy<Value = Name> {
    let known = (0..ENTRIES.len()).prop_map(|index| Name::Known(&ENTRIES[index]));
    prop_oneof![8 => known, 1 => Just(Name::Other("tcp.option_kind".into()))]
}

fn literal(kind: Option<Kind>) -> BoxedStrategy<Literal> {
    let bytes = vec(any::<u8>(), 1..5).prop_map(Literal::Bytes);
    let v4 = (any::<u32>(), 0..=32u8)
        .prop_map(|(bits, len)| Literal::Net(std::net::Ipv4Addr::from(bits).into(), len));
    let v6 = (any::<u128>(), 0..=128u8)
        .prop_map(|(bits, len)| Literal::Net(std::net::Ipv6Addr::from(bits).into(), len));
    let text = any::<String>().prop_map(Literal::Text);
    match kind {
        Some(Kind::Number) => any::<u64>().prop_map(Literal::Number).boxed(),
        Some(Kind::Flag) => (0..2u64).prop_map(Literal::Number).boxed(),
        Some(Kind::Time) => any::<u64>().prop_map(Literal::Time).boxed(),
        Some(Kind::Mac) => any::<[u8; 6]>().prop_map(Literal::Mac).boxed(),
        Some(Kind::Ipv4) => v4.boxed(),
        Some(Kind::Ipv6) => v6.boxed(),
        Some(Kind::Text) => text.boxed(),
        Some(Kind::Bytes | Kind::Protocol | Kind::Mark) => bytes.boxed(),
        None => prop_oneof![any::<u64>().prop_map(Literal::Number), v4, v6, text].boxed(),
    }
}

fn test() -> impl Strategy<Value = Expression> {
    name().prop_flat_map(|name| {
        let kind = match &name {
            Name::Known(entry) => Some(entry.kind),
            Name::Other(_) => None,
        };
        let present = Just(Expression::Present(name.clone())).boxed();
        if kind == Some(Kind::Mark) {
            return present;
        }
        let key = Key { name: name.clone(), slice: None };
        let relation = (0..4usize).prop_map(|index| Relation::ALL[index].0);
        let compare = (Just(key.clone()), relation, literal(kind))
            .prop_map(|(key, relation, literal)| Expression::Compare(key, relation, literal));
        let spans = vec(literal(kind).prop_map(|from| Span { from, to: None }), 1..4);
        let within = (Just(key.clone()), spans).prop_map(|(key, spans)| Expression::In(key, spans));
        let needle = prop_oneof![
            vec(any::<u8>(), 1..4).prop_map(Needle::Bytes),
            any::<String>().prop_map(Needle::Text)
        ];
        let contains = (Just(key), needle).prop_map(|(key, needle)| Expression::Contains(key, needle));
        match kind {
            Some(Kind::Number | Kind::Flag | Kind::Time) => prop_oneof![present, compare, within].boxed(),
            _ => prop_oneof![present, compare, within, contains].boxed(),
        }
    })
}

fn expression() -> impl Strategy<Value = Expression> {
    test().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
            vec(inner.clone(), 2..4).prop_map(Expression::All),
            vec(inner, 2..4).prop_map(Expression::Any),
        ]
    })
}

/// What a filter means, without short cuts: tests are asked one by one, and the answers put together.
fn naive(expression: &Expression, subject: &Subject<'_>) -> bool {
    match expression {
        Expression::Not(inner) => !naive(inner, subject),
        Expression::All(parts) => parts.iter().filter(|part| naive(part, subject)).count() == parts.len(),
        Expression::Any(parts) => parts.iter().filter(|part| naive(part, subject)).count() > 0,
        Expression::Compare(key, Relation::NotEqual, literal) => {
            let there = Expression::Present(key.name.clone());
            let equal = Expression::Compare(key.clone(), Relation::Equal, literal.clone());
            naive(&there, subject) && !naive(&equal, subject)
        }
        Expression::Compare(key, Relation::AllEqual, literal) => {
            let there = Expression::Present(key.name.clone());
            let differs = Expression::Compare(key.clone(), Relation::AnyNotEqual, literal.clone());
            naive(&there, subject) && !naive(&differs, subject)
        }
        Expression::In(key, spans) => spans.iter().any(|span| {
            naive(&Expression::Compare(key.clone(), Relation::Equal, span.from.clone()), subject)
        }),
        test => Filter(test.clone()).matches(subject),
    }
}

proptest! {
    #[test]
    fn contains_finds_what_is_there_and_nothing_else(bytes in vec(0..3u8, 60..200), wanted in vec(0..3u8, 1..8)) {
        let found = bytes.windows(wanted.len()).any(|window| window == wanted);
        let key = Key { name: Name::Known(catalogue::find("frame").unwrap()), slice: None };
        let filter = Filter(Expression::Contains(key, Needle::Bytes(wanted)));
        prop_assert_eq!(filter.matches(&subject(&bytes, &Notes::default())), found);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in "\\PC{0,60}") {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{error:?}");
            prop_assert!(!error.message.is_empty());
        }
        complete(&text, text.len() / 2);
    }

    #[test]
    fn any_words_are_a_filter_or_an_error_within_it(
        words in vec(
            prop::sample::select(vec![
                "tcp.port", "ip.addr", "arp", "==", "!=", "in", "{", "}", "(", ")", "!", "not", "and", "||", "80", "..",
                "10.0.0.1", "\"x", "\"", "contains", "eth.src", "[", "0", ":", "3", "]", ",", "aa:bb", " ", "\\", "ü",
            ]),
            0..14,
        ),
        space in prop::sample::select(vec!["", " "]),
    ) {
        let text = words.join(space);
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(text.get(error.at.clone()).is_some(), "{error:?}");
            prop_assert!(!error.message.is_empty());
        }
        for cursor in 0..=text.len() {
            for offer in complete(&text, cursor) {
                prop_assert!(text.get(offer.replaces.clone()).is_some());
            }
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same(expression in expression()) {
        let filter = Filter(expression);
        let text = filter.to_string();
        prop_assume!(text.len() <= LENGTH_MAX);
        prop_assert_eq!(Filter::parse(&text), Ok(filter), "{}", text);
    }

    #[test]
    fn filters_say_what_their_parts_say(expression in expression(), sample in 0..samples::all().len()) {
        let (_, frame) = samples::all().swap_remove(sample);
        let notes = Analysis::new().push(0, &frame);
        let subject = subject(&frame, &notes);
        prop_assert_eq!(Filter(expression.clone()).matches(&subject), naive(&expression, &subject));
    }
}
