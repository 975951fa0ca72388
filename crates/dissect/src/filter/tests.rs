//! Filters by hand, and drawn at random.

use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use smoltcp::wire::{ArpOperation, TcpRepr};

use super::catalogue::entries;
use super::entry::{Entry, Read};
use super::expression::{
    End, Expression, Function, Literal, Needle, Operand, Part, Quantity, Relation, Sign, Span,
};
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
    Subject { number: 41, at_ns: 2_500_000_000, first_at_ns: 1_000_000_000, ..Subject::new(frame, notes) }
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
        "frame matches \"a(b\"",
        "tcp.port matches \"8\"",
        "ip.src + 1 == 2",
        "ip.src == tcp.port",
        "len(tcp.port) > 1",
        "size(tcp.payload) > 1",
        "dns.qry.type == A",
        "ip.src[0] == 192",
        "_ws.expert.severity == error",
        "ospf.area_id == 0",
        "80 == tcp.port",
        "any arp",
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
               ^^^^^^^^ eth.src is a MAC address: write 02:50:00:00:00:01.
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
    frame matches "a(b"
                  ^^^^^ This is no regular expression: found open group without closing ')'.
    tcp.port matches "8"
    ^^^^^^^^ tcp.port is a number: write 80, or 0x50. “matches” looks into texts and bytes.
    ip.src + 1 == 2
    ^^^^^^ ip.src is an IPv4 address: it cannot be calculated with.
    ip.src == tcp.port
              ^^^^^^^^ ip.src is an IPv4 address, and tcp.port is a number.
    len(tcp.port) > 1
    ^^^^^^^^^^^^^ tcp.port is a number: len() does not take that.
    size(tcp.payload) > 1
    ^^^^ There is no function size.
    dns.qry.type == A
                    ^ dns.qry.type is a number: write 80, or 0x50.
    ip.src[0] == 192
                 ^^^ ip.src[0:1] is bytes: write 0d:0a in hexadecimal, or "text".
    _ws.expert.severity == error
    ^^^^^^^^^^^^^^^^^^^ _ws.expert.severity is left out here: expert information is not made; _ws.malformed and tcp.analysis.flags are.
    ospf.area_id == 0
    ^^^^^^^^^^^^ ospf.area_id is left out here: it is not read here; ip.proto == 89 finds it.
    80 == tcp.port
    ^^ A field or protocol, such as ip.addr or arp, belongs here, and its value behind it.
    any arp
           ^ Something to compare it with is missing.
    ip.addr > 10.0.0.0/8
              ^^^^^^^^^^ An address is in a net or not: use == or !=.
    eth.src[0:0] == 00
           ^^^^^ Bytes are chosen by [from:how many], [from-to], [from:], [:how many] or [which].
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

/// Bits that mean something in answers only, so that questions have no such field.
const OF_ANSWERS: [&str; 4] =
    ["dns.flags.rcode", "dns.flags.authoritative", "dns.flags.recavail", "dns.flags.authenticated"];

/// Without fragments: what the first shows of a message is found where the message is complete.
fn whole_samples() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    samples::all().into_iter().filter(|(name, _)| !name.contains("fragment"))
}

#[test]
fn every_field_of_every_sample_can_be_asked_for() {
    for (name, frame) in whole_samples() {
        for layer in crate::layers(&frame).layers {
            for field in layer.walk().filter(|field| !OF_ANSWERS.contains(&field.key)) {
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
    for (name, frame) in whole_samples() {
        let dissection = crate::layers(&frame);
        let fields = dissection.layers.iter().flat_map(crate::Layer::walk);
        for field in fields {
            let Some(entry) = catalogue::find(field.key) else { continue };
            let Read::Quick(_) = entry.read else { continue };
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
            // Numbers of SACK are relative here.
            let relative = field.key.starts_with("tcp.options.sack_");
            // In the tree they have the line as their value.
            if ["http.request", "http.response"].contains(&field.key) {
                continue;
            }
            if matches!(entry.kind, Kind::Text) || relative || OF_ANSWERS.contains(&field.key) {
                continue;
            }
            let text = format!("{} == {value}", field.key);
            assert!(shows(&text, &frame), "{text} of {name}");
        }
    }
}

#[test]
fn what_may_come_next_is_offered() {
    let offered =
        |text: &str| -> Vec<&str> { complete(text, text.len()).iter().map(|one| one.text).collect() };
    assert_eq!(offered("tcp.flags.s"), ["tcp.flags.syn", "tcp.flags.str"]);
    assert_eq!(offered("arp and udp.str"), ["udp.stream"]);
    assert_eq!(offered("tcp.flags.syn == "), ["1", "0"]);
    assert_eq!(offered("ip.ttl "), ["==", "!=", ">", "<", ">=", "<=", "in", "and", "or"]);
    assert_eq!(offered("arp a"), ["and"]);
    assert_eq!(offered("ip.ttl == 64 "), ["and", "or"]);
    assert_eq!(offered("frame contains \"tcp."), [""; 0]);
    assert_eq!(offered("tcp.analysis.retransmission "), ["and", "or"]);
    let offers = complete("arp or tcp.fl && ip", 10);
    assert_eq!(offers[0].replaces, 7..13, "the whole word");
}

fn field() -> impl Strategy<Value = &'static Entry> {
    prop::sample::select(entries().collect::<Vec<_>>())
}

fn literal(kind: Kind) -> BoxedStrategy<Literal> {
    let bytes = vec(any::<u8>(), 1..5).prop_map(Literal::Bytes);
    let v4 = (any::<u32>(), 0..=32u8)
        .prop_map(|(bits, len)| Literal::Net(std::net::Ipv4Addr::from(bits).into(), len));
    let v6 = (any::<u128>(), 0..=128u8)
        .prop_map(|(bits, len)| Literal::Net(std::net::Ipv6Addr::from(bits).into(), len));
    let text = any::<String>().prop_map(Literal::Text);
    match kind {
        Kind::Number => (-5..i64::from(u32::MAX)).prop_map(Literal::Number).boxed(),
        Kind::Flag => (0..2i64).prop_map(Literal::Number).boxed(),
        Kind::Time => any::<i32>().prop_map(|ns| Literal::Time(i64::from(ns) * 1_000)).boxed(),
        Kind::Moment => any::<u32>().prop_map(|s| Literal::Moment(i64::from(s) * 1_000_000_000)).boxed(),
        Kind::Mac => any::<[u8; 6]>().prop_map(Literal::Mac).boxed(),
        Kind::Ipv4 => v4.boxed(),
        Kind::Ipv6 => v6.boxed(),
        Kind::Text => text.boxed(),
        Kind::Bytes | Kind::Protocol | Kind::Mark => bytes.boxed(),
    }
}

fn part() -> impl Strategy<Value = Part> {
    let end = prop_oneof![(1..9i32).prop_map(End::Length), Just(End::Open)];
    let last = (0..9i32, 0..9i32).prop_map(|(from, more)| Part { from, to: End::Last(from + more) });
    prop_oneof![(-9..9i32, end).prop_map(|(from, to)| Part { from, to }), last]
}

/// A field, or what is made of one.
fn operand(entry: &'static Entry) -> BoxedStrategy<(Operand, Kind)> {
    let field = Operand::Field(entry);
    let plain = Just((field.clone(), entry.kind));
    let count = Just((Operand::Call(Function::Count, vec![field.clone()]), Kind::Number));
    match entry.kind {
        Kind::Number | Kind::Flag => {
            let number = (0..99i64).prop_map(|number| Operand::Literal(Literal::Number(number)));
            let sign =
                prop::sample::select(vec![Sign::And, Sign::Plus, Sign::Minus, Sign::Times, Sign::Modulo]);
            let sum = (sign, number).prop_map(move |(sign, number)| {
                let left = Box::new(Operand::Field(entry));
                (Operand::Arithmetic(left, sign, Box::new(number)), Kind::Number)
            });
            prop_oneof![4 => plain, 1 => sum, 1 => count].boxed()
        }
        Kind::Mark | Kind::Time | Kind::Moment => plain.boxed(),
        kind => {
            let sliced = if kind == Kind::Text { Kind::Text } else { Kind::Bytes };
            let slice = vec(part(), 1..3)
                .prop_map(move |parts| (Operand::Slice(Box::new(Operand::Field(entry)), parts), sliced));
            let len = Just((Operand::Call(Function::Len, vec![field]), Kind::Number));
            prop_oneof![4 => plain, 1 => slice, 1 => count, 1 => len].boxed()
        }
    }
}

fn test() -> impl Strategy<Value = Expression> {
    field().prop_flat_map(operand).prop_flat_map(|(operand, kind)| {
        let present = Just(match &operand {
            Operand::Slice(field, _) => Expression::Present((**field).clone()),
            Operand::Call(_, arguments) => Expression::Present(arguments[0].clone()),
            operand => Expression::Present(operand.clone()),
        })
        .boxed();
        if kind == Kind::Mark {
            return present;
        }
        let relation = (0..5usize).prop_map(|index| Relation::ALL[index].0);
        let compare =
            (Just(operand.clone()), relation, literal(kind)).prop_map(|(operand, relation, literal)| {
                Expression::Compare(Quantity::Usual, operand, relation, Operand::Literal(literal))
            });
        let spans = vec(literal(kind).prop_map(|from| Span { from, to: None }), 1..4);
        let within = (Just(operand.clone()), spans)
            .prop_map(|(operand, spans)| Expression::In(Quantity::Usual, operand, spans));
        let bytes = vec(any::<u8>(), 1..4).prop_map(Needle::Bytes);
        let text = any::<String>().prop_map(Needle::Text);
        let needle = if kind == Kind::Text { text.boxed() } else { prop_oneof![bytes, text].boxed() };
        let quantity = prop::sample::select(vec![Quantity::Usual, Quantity::Any, Quantity::All]);
        let contains = (quantity, Just(operand), needle)
            .prop_map(|(quantity, operand, needle)| Expression::Contains(quantity, operand, needle));
        match kind.has_bytes() {
            false => prop_oneof![present, compare, within].boxed(),
            true => prop_oneof![present, compare, within, contains].boxed(),
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
    let compare = |operand: &Operand, relation, literal: &Operand| {
        Expression::Compare(Quantity::Usual, operand.clone(), relation, literal.clone())
    };
    // Something is equal or not equal to it.
    let there = |operand: &Operand, literal: &Operand| {
        naive(&compare(operand, Relation::Equal, literal), subject)
            || naive(&compare(operand, Relation::AnyNotEqual, literal), subject)
    };
    match expression {
        Expression::Not(inner) => !naive(inner, subject),
        Expression::All(parts) => parts.iter().filter(|part| naive(part, subject)).count() == parts.len(),
        Expression::Any(parts) => parts.iter().filter(|part| naive(part, subject)).count() > 0,
        Expression::Compare(_, operand, Relation::NotEqual, literal) => {
            there(operand, literal) && !naive(&compare(operand, Relation::Equal, literal), subject)
        }
        Expression::Compare(_, operand, Relation::AllEqual, literal) => {
            there(operand, literal) && !naive(&compare(operand, Relation::AnyNotEqual, literal), subject)
        }
        Expression::In(_, operand, spans) => spans.iter().any(|span| {
            naive(&compare(operand, Relation::Equal, &Operand::Literal(span.from.clone())), subject)
        }),
        test => Filter(test.clone()).matches(subject),
    }
}

proptest! {
    #[test]
    fn contains_finds_what_is_there_and_nothing_else(bytes in vec(0..3u8, 60..200), wanted in vec(0..3u8, 1..8)) {
        let found = bytes.windows(wanted.len()).any(|window| window == wanted);
        let frame = Operand::Field(catalogue::find("frame").unwrap());
        let filter = Filter(Expression::Contains(Quantity::Usual, frame, Needle::Bytes(wanted)));
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
                "10.0.0.1", "\"x", "\"", "contains", "eth.src", "matches", "len(", "&", "+", "-", "any", "r\"", "'a'", "~=", "[", "0", ":", "3", "]", ",", "aa:bb", " ", "\\", "ü",
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
