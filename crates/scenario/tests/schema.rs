//! The published schema and the reader agree.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::{FULL, with};
use jsonschema::Validator;
use scenario::{Scenario, examples};
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/scenario.schema.json")).expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

#[test]
fn the_schema_is_a_schema() {
    jsonschema::meta::validate(&schema()).expect("of its own draft");
}

#[test]
fn every_document_that_we_write_or_publish_is_valid() {
    let validator = validator();
    let written = examples().iter().flat_map(|example| {
        let scenario = example.scenario();
        [example.text.to_owned(), scenario.to_json(), scenario.to_compact_json()]
    });
    let full = Scenario::parse(FULL).unwrap();
    for text in written.chain([FULL.to_owned(), full.to_json(), r#"{"packetarium": 1}"#.to_owned()]) {
        let errors: Vec<_> = validator.iter_errors(&json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {text}");
    }
}

/// Every field of every object is refused under a wrong name, with a wrong type, and twice over its bound, by both.
#[test]
fn both_refuse_the_same_mutations() {
    let validator = validator();
    let mutations = [
        ("\"packetarium\": 1", "\"packetarium\": 2"),
        ("\"packetarium\": 1", "\"packetarium\": \"1\""),
        ("\"packetarium\": 1,", ""),
        ("\"title\": \"Everything\"", "\"title\": 7"),
        ("\"title\": \"Everything\"", "\"title\": \"two\\nlines\""),
        ("\"title\": \"Everything\"", "\"titel\": \"Everything\""),
        ("\"seed\": 9007199254740991", "\"seed\": 9007199254740992"),
        ("\"seed\": 9007199254740991", "\"seed\": -1"),
        ("\"seed\": 9007199254740991", "\"seed\": 0.5"),
        ("\"seed\": 9007199254740991", "\"seed\": \"7\""),
        ("\"icon\": \"access-point\"", "\"icon\": \"toaster\""),
        ("\"icon\": \"access-point\"", "\"icon\": 7"),
        ("\"id\": \"r\", \"kind\"", "\"kind\""),
        ("\"id\": \"r\"", "\"id\": \"\""),
        ("\"id\": \"r\"", "\"id\": \"r 1\""),
        ("\"id\": \"r\"", "\"id\": \"10.0.0.1\""),
        ("\"id\": \"h1\", \"kind\": \"hub\"", "\"id\": \"h1\""),
        ("\"id\": \"h1\", \"kind\": \"hub\"", "\"id\": \"h1\", \"kind\": \"modem\""),
        ("\"id\": \"h1\", \"kind\": \"hub\"", "\"id\": \"h1\", \"kind\": \"hub\", \"mtu\": 1500"),
        ("\"id\": \"h1\", \"kind\": \"hub\"", "\"id\": \"h1\", \"kind\": \"hub\", \"ageing\": \"1s\""),
        ("\"name\": \"Hub\"", "\"name\": \"\""),
        ("\"name\": \"Hub\"", "\"name\": 3"),
        ("\"at\": [0, 0]", "\"at\": [0]"),
        ("\"at\": [0, 0]", "\"at\": [0, 0, 0]"),
        ("\"at\": [0, 0]", "\"at\": [0, \"0\"]"),
        ("\"at\": [0, 0]", "\"at\": {\"x\": 0, \"y\": 0}"),
        ("\"at\": [0, 0]", "\"at\": [0, 100001]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "\"10.0.0.2/24\""),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"10.0.0.2\", \"fd00::2/64\"]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"10.0.0.2/33\", \"fd00::2/64\"]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"10.0.0.2/024\", \"fd00::2/64\"]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"10.0.0.2/24\", \"fd00::2/0\"]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"10.0.0.2/24\", \"fd00::2/129\"]"),
        ("[\"10.0.0.2/24\", \"fd00::2/64\"]", "[\"b/24\", \"fd00::2/64\"]"),
        (
            "[\"10.0.0.2/24\", \"fd00::2/64\"]",
            "[\"10.0.0.2/24\", \"10.0.0.3/24\", \"10.0.0.4/24\", \"10.0.0.5/24\", \"10.0.0.6/24\", \"10.0.0.7/24\", \
             \"10.0.0.8/24\", \"fd00::2/64\"]",
        ),
        ("\"gateway\": \"10.0.0.254\"", "\"gateway\": \"10.0.0.254/24\""),
        ("\"gateway\": \"10.0.0.254\"", "\"gateway\": \"r\""),
        ("\"gateway\": \"10.0.0.254\"", "\"gateway\": null"),
        ("\"mac\": \"02:00:00:00:00:0a\"", "\"mac\": \"02:00:00:00:00\""),
        ("\"mac\": \"02:00:00:00:00:0a\"", "\"mac\": \"2:0:0:0:0:a\""),
        ("\"mac\": \"02:00:00:00:00:0a\"", "\"mac\": 2"),
        ("\"mtu\": 9000", "\"mtu\": 9001"),
        ("\"mtu\": 9000", "\"mtu\": 1279"),
        ("\"mtu\": 9000", "\"mtu\": \"1500\""),
        ("\"congestion\": \"reno\"", "\"congestion\": \"bbr\""),
        ("\"rx_buffer\": \"128B\"", "\"rx_buffer\": 65536"),
        ("\"rx_buffer\": \"128B\"", "\"rx_buffer\": \"64 Kib\""),
        ("\"rx_buffer\": \"128B\"", "\"rxbuffer\": \"128B\""),
        ("\"ageing\": \"1min\"", "\"ageing\": 60"),
        ("\"ageing\": \"1min\"", "\"aging\": \"1min\""),
        ("\"ends\": [\"s1\", \"b\"]", "\"ends\": [\"s1\"]"),
        ("\"ends\": [\"s1\", \"b\"]", "\"ends\": [\"s1\", \"s1\"]"),
        ("\"ends\": [\"s1\", \"b\"]", "\"ends\": \"s1\""),
        ("\"ends\": [\"s1\", \"b\"]", "\"end\": [\"s1\", \"b\"]"),
        ("\"delay\": \"1.203456789s\"", "\"delay\": 1"),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"1\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"1.s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \".5s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"-1s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"1e3s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"1.2.3s\""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"1S\""),
        ("\"delay\": [\"0s\", \"20 ms\"]", "\"delay\": [\"0s\"]"),
        ("\"delay\": [\"0s\", \"20 ms\"]", "\"delay\": [\"0s\", \"20 ms\", \"1s\"]"),
        ("\"rate\": \"1.5Mbps\"", "\"rate\": \"1.5MBps\""),
        ("\"rate\": \"1.5Mbps\"", "\"rate\": \"infinite\""),
        ("\"queue\": \"0B\"", "\"queue\": \"0\""),
        ("{\"loss\": 0.000000001}", "{\"loss\": 1.01}"),
        ("{\"loss\": 0.000000001}", "{\"loss\": -0.01}"),
        ("{\"loss\": 0.000000001}", "{\"loss\": \"0.01\"}"),
        ("{\"loss\": 0.000000001}", "{}"),
        ("{\"loss\": 0.000000001}", "{\"lose\": 0.1}"),
        ("{\"loss\": 0.000000001}", "{\"max_size\": \"100B\"}"),
        ("{\"loss\": 0.000000001}", "{\"loss\": 0.1, \"trailing\": 9}"),
        ("{\"loss\": 0.000000001}", "0.1"),
        ("{\"frame_size\": \"1514B\"}", "{\"frame_size\": 1514}"),
        ("{\"frame_size\": \"1514B\"}", "{\"frame_size\": \"1514B\", \"max_size\": \"1B\"}"),
        ("{\"trailing\": 9, \"from\": \"a\"}", "{\"trailing\": \"9B\"}"),
        ("{\"trailing\": 9, \"from\": \"a\"}", "{\"trailing\": 0}"),
        ("{\"trailing\": 9, \"from\": \"a\"}", "{\"trailing\": 1501}"),
        ("{\"trailing\": 9, \"from\": \"a\"}", "{\"trailing\": 9, \"from\": 1}"),
        ("{\"after\": \"1MB\", \"for\": \"1s\"}", "{\"after\": \"1MB\"}"),
        ("{\"after\": \"1MB\", \"for\": \"1s\"}", "{\"after\": \"1MB\", \"for\": \"1s\", \"times\": 2}"),
        ("{\"after\": \"1MB\", \"for\": \"1s\"}", "true"),
        ("{\"down\": true}", "{\"down\": false}"),
        ("\"at\": \"1.000000001s\"", "\"at\": 1"),
        ("\"ping\": {\"from\": \"a\", \"to\": \"b\", \"ip\"", "\"ping\": {\"from\": \"a\", \"ip\""),
        ("\"ping\": {\"from\": \"a\", \"to\": \"b\", \"ip\"", "\"ping\": {\"to\": \"b\", \"ip\""),
        (
            "\"ping\": {\"from\": \"a\", \"to\": \"b\", \"ip\"",
            "\"pong\": {\"from\": \"a\", \"to\": \"b\", \"ip\"",
        ),
        ("\"ip\": 6", "\"ip\": 5"),
        ("\"ip\": 6", "\"ip\": \"6\""),
        ("\"count\": 3", "\"count\": 0"),
        ("\"count\": 3", "\"count\": 60001"),
        ("\"size\": \"1000B\"", "\"size\": 1000"),
        ("\"timeout\": \"1h\"", "\"timeout\": \"1d\""),
        ("\"udp\": true, \"count\"", "\"udp\": \"true\", \"count\""),
        ("\"udp\": true, \"count\"", "\"tcp\": true, \"count\""),
        ("\"text\": \"hi\"", "\"text\": \"\""),
        ("\"text\": \"hi\"", "\"text\": null"),
        ("\"port\": 8080", "\"port\": 0"),
        ("\"port\": 8080", "\"port\": 65536"),
        ("\"port\": 8080", "\"port\": \"80\""),
        ("\"bytes\": \"3GiB\"", "\"bytes\": 1000000"),
        ("\"bytes\": \"3GiB\"", "\"bytes\": \"3GiB\", \"seconds\": 3"),
        ("\"bytes\": \"3GiB\"", "\"rate\": \"1Mbps\""),
        ("\"bytes\": \"3GiB\"", "\"datagram\": \"100B\""),
        ("\"datagram\": \"100B\"", "\"congestion\": \"reno\""),
        ("\"datagram\": \"100B\"", "\"rx_buffer\": \"64KiB\""),
        ("\"seconds\": 2.5", "\"seconds\": 0"),
        ("\"seconds\": 2.5", "\"seconds\": 3601"),
        ("\"seconds\": 2.5", "\"seconds\": true"),
        ("\"nodes\": [\n", "\"nodes\": {}, \"node\": [\n"),
        ("\"links\": [\n", "\"links\": null, \"link\": [\n"),
        ("\"changes\": [\n", "\"changes\": {}, \"change\": [\n"),
        ("{\"at\": \"1500ms\", \"link\"", "{\"link\""),
        ("{\"at\": \"1500ms\", \"link\"", "{\"at\": 1500, \"link\""),
        ("\"link\": {\"ends\": [\"s1\", \"r\"]", "\"links\": {\"ends\": [\"s1\", \"r\"]"),
        ("\"ends\": [\"s1\", \"r\"], \"delay\"", "\"delay\""),
        ("\"ends\": [\"s1\", \"r\"]", "\"ends\": [\"s1\", \"s1\"]"),
        ("\"ends\": [\"s1\", \"r\"]", "\"ends\": [\"s1\", \"r\"], \"which\": -1"),
        ("\"ends\": [\"s1\", \"r\"]", "\"ends\": [\"s1\", \"r\"], \"which\": \"0\""),
        ("\"ends\": [\"s1\", \"r\"]", "\"ends\": [\"s1\", \"r\"], \"which\": 16384"),
        ("\"delay\": [\"3ms\", \"4ms\"]", "\"delay\": [\"3ms\"]"),
        ("\"queue\": \"7KiB\"", "\"queues\": \"7KiB\""),
        ("{\"loss\": 0.75, \"from\": \"s1\"}", "{}"),
        ("{\"id\": \"h2\", \"kind\": \"hub\"}", "{\"id\": \"h2\"}"),
        ("{\"id\": \"h2\", \"kind\": \"hub\"}", "{\"kind\": \"hub\"}"),
        ("{\"id\": \"h2\", \"kind\": \"hub\"}", "[]"),
        ("\"cable\": {\"ends\": [\"h2\", \"s1\"]}", "\"cable\": {\"ends\": [\"h2\", \"s1\"], \"which\": 0}"),
        ("\"cable\": {\"ends\": [\"h2\", \"s1\"]}", "\"cable\": [\"h2\", \"s1\"]"),
        ("\"stop\": 7", "\"stop\": -1"),
        ("\"stop\": 7", "\"stop\": \"7\""),
        ("\"stop\": 7", "\"stop\": 4096"),
        ("\"stop\": 7", "\"stop\": 7, \"node\": {\"id\": \"h3\", \"kind\": \"hub\"}"),
        ("\"stp\": {\"priority\": 4096", "\"stp\": {\"priority\": 4097"),
        ("\"stp\": {\"priority\": 4096", "\"stp\": {\"priority\": 65536"),
        ("\"hello\": \"1s\"", "\"hello\": 1"),
        ("\"hello\": \"1s\"", "\"hallo\": \"1s\""),
        ("\"snooping\": true", "\"snooping\": 1"),
        ("{\"to\": \"default\", \"via\": \"10.9.1.2\"}", "{\"via\": \"10.9.1.2\"}"),
        ("{\"to\": \"default\", \"via\": \"10.9.1.2\"}", "{\"to\": \"default\"}"),
        ("{\"to\": \"default\", \"via\": \"10.9.1.2\"}", "{\"to\": \"all\", \"via\": \"10.9.1.2\"}"),
        ("{\"to\": \"default\", \"via\": \"10.9.1.2\"}", "{\"to\": \"default\", \"via\": \"r2\"}"),
        ("\"metric\": 7", "\"metric\": 0"),
        ("\"metric\": 7", "\"metric\": 256"),
        ("\"split_horizon\": \"simple\"", "\"split_horizon\": true"),
        ("\"update\": \"10s\"", "\"update\": 10"),
        ("{\"udp\": 53, \"to\": \"10.9.0.4\"}", "{\"udp\": 0, \"to\": \"10.9.0.4\"}"),
        ("{\"udp\": 53, \"to\": \"10.9.0.4\"}", "{\"udp\": 53, \"tcp\": 53, \"to\": \"10.9.0.4\"}"),
        ("{\"udp\": 53, \"to\": \"10.9.0.4\"}", "{\"udp\": 53}"),
        ("{\"udp\": 53, \"to\": \"10.9.0.4\"}", "{\"udp\": 53, \"to\": \"fd00::4\"}"),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"from\": \"10.0.0.9\"}"),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"reject\": \"icmp\", \"deny\": \"tcp\"}"),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"reject\": \"all\", \"ports\": \"22-\"}"),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"reject\": \"all\", \"from\": \"c\"}"),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"reject\": \"all\", \"in\": -1}"),
        ("\"otherwise\": \"deny\"", "\"otherwise\": \"drop\""),
        ("\"otherwise\": \"deny\"", "\"else\": \"deny\""),
        ("\"slaac\": true", "\"slaac\": \"yes\""),
        ("\"size\": \"100 frames\"", "\"size\": \"100 packets\""),
        ("\"size\": \"100 frames\"", "\"size\": 100"),
        ("\"min\": \"20 frames\", ", ""),
        ("\"weight\": 7", "\"weight\": 0"),
        ("{\"size\": \"32KiB\", \"codel\": true}", "{\"codel\": true}"),
        (
            "{\"size\": \"32KiB\", \"codel\": true}",
            "{\"size\": \"32KiB\", \"codel\": true, \"red\": {\"min\": \"1kB\", \"max\": \"2kB\"}}",
        ),
        ("\"target\": \"1ms\"", "\"goal\": \"1ms\""),
        ("\"mtu\": 1600", "\"mtu\": 67"),
        ("\"mtu\": 1600", "\"mtu\": 9217"),
        ("\"edge\": true", "\"edge\": \"yes\""),
        ("\"cost\": 5", "\"cost\": 0"),
        ("\"priority\": 16}", "\"priority\": 17}"),
        ("\"outside\": true", "\"inside\": true"),
        ("\"mac\": \"02:00:00:00:00:1a\"", "\"mac\": 7"),
        ("\"20\": [\"10.9.2.2/24\"]}", "\"0\": [\"10.9.2.2/24\"]}"),
        ("\"20\": [\"10.9.2.2/24\"]}", "\"4095\": [\"10.9.2.2/24\"]}"),
        ("\"20\": [\"10.9.2.2/24\"]}", "\"20\": \"10.9.2.2/24\"}"),
        ("\"trunk\": [10, 20], \"native\": null", "\"trunk\": [0]"),
        ("\"trunk\": [10, 20], \"native\": null", "\"trunk\": []"),
        ("\"trunk\": [10, 20], \"native\": null", "\"trunk\": false"),
        ("\"trunk\": [10, 20], \"native\": null", "\"trunk\": true, \"vlan\": 2"),
        ("\"trunk\": [10, 20], \"native\": null", "\"native\": 5"),
        ("{\"loss\": 0.125, \"correlation\": 0.25}", "{\"loss\": 0.125, \"correlation\": 1.25}"),
        (
            "{\"loss\": 0.125, \"correlation\": 0.25}",
            "{\"loss\": 0.125, \"correlation\": 0.25, \"max_size\": \"100B\"}",
        ),
        ("{\"every\": 10}", "{\"every\": 0}"),
        ("{\"every\": 10}", "{\"every\": 10, \"correlation\": 0.5}"),
        ("{\"every\": 10}", "{\"every\": 10, \"gap\": 5}"),
        ("{\"every\": 10}", "{\"every\": 10, \"overtakes\": true}"),
        ("{\"frame\": 17, \"from\": \"c\"}", "{\"frame\": 0}"),
        ("\"at\": \"3s\", \"for\": \"2s\"", "\"for\": \"2s\""),
        ("\"to_bad\": 0.01, \"to_good\"", "\"to_god\""),
        ("\"jitter\": \"5ms\"", "\"jitter\": 5"),
        ("\"distribution\": \"normal\"", "\"distribution\": \"gauss\""),
        ("\"gap\": 5", "\"gap\": 0"),
        ("\"ttl\": 3", "\"ttl\": 0"),
        ("\"ttl\": 3", "\"ttl\": 256"),
        ("\"fragment\": true", "\"fragment\": 1"),
        ("\"hops\": 5", "\"hops\": 0"),
        ("\"hops\": 5", "\"hops\": 65"),
        ("\"tries\": 2", "\"tries\": 11"),
        ("\"timeout\": \"5ms\"", "\"timeout\": 5"),
        ("\"group\": \"239.1.2.3\"", "\"group\": \"b\""),
        ("\"receivers\": [\"b\", \"r\"]", "\"receivers\": []"),
        ("\"receivers\": [\"b\", \"r\"]", "\"receivers\": \"b\""),
        ("\"receivers\": [\"b\", \"r\"]", "\"receivers\": [\"b\", \"b\"]"),
        ("\"receivers\": [\"b\", \"r\"], ", ""),
        ("\"of\": \"s2\", ", ""),
        ("\"up\": false, \"vlan\": 20", "\"up\": 0"),
        ("\"up\": false, \"vlan\": 20", "\"vlan\": 20, \"trunk\": true"),
        ("{\"node\": \"s2\", \"stp\": false}", "{\"stp\": false}"),
        ("{\"node\": \"s2\", \"stp\": false}", "{\"node\": \"s2\", \"stp\": 0}"),
        ("\"clear\": \"s1\"", "\"clear\": 1"),
        ("{\"trunk\": [20]}", "{\"trunk\": [20], \"addresses\": []}"),
        ("{\"ends\": [\"s1\", \"b\"]}", "{\"ends\": [\"s1\", \"b\"], \"preset\": \"modem\"}"),
        (", \"stop\": 7", ""),
        ("\"chapters\": [\n", "\"chapters\": {}, \"chapter\": [\n"),
        ("{\"title\": \"It begins\"}", "{}"),
        ("{\"title\": \"It begins\"}", "{\"title\": \"\"}"),
        ("{\"title\": \"It begins\"}", "{\"title\": \"It\\nbegins\"}"),
        ("{\"title\": \"It begins\"}", "{\"titel\": \"It begins\"}"),
        ("\"look\": [\"a\", \"h1\"]", "\"look\": \"a\""),
        ("\"look\": [\"a\", \"h1\"]", "\"look\": [\"a\", \"a\"]"),
        ("\"pace\": \"slow\"", "\"pace\": \"slowly\""),
        ("\"pace\": \"slow\"", "\"pace\": 1"),
        ("\"frame\": \"arp-request\"", "\"frame\": \"arp\""),
        ("\"frame\": \"arp-request\"", "\"frames\": \"arp-request\""),
        ("\"after\": \"1ms\"", "\"after\": 1"),
        ("\"on\": {\"drop\": \"r1\"}", "\"on\": {}"),
        ("\"on\": {\"drop\": \"r1\"}", "\"on\": {\"drop\": \"r1\", \"tree\": \"s1\"}"),
        ("\"on\": {\"drop\": \"r1\"}", "\"on\": {\"drop\": \"r1\", \"from\": \"s1\"}"),
        ("\"on\": {\"drop\": \"r1\"}", "\"on\": {\"drop\": \"r1\"}, \"at\": \"2s\""),
        ("\"up\": [\"h1\", \"s1\"]", "\"up\": [\"h1\"]"),
        ("\"up\": [\"h1\", \"s1\"]", "\"up\": [\"h1\", \"s1\"], \"which\": -1"),
        ("\"begins\": 6", "\"begins\": \"6\""),
        ("\"begins\": 6", "\"begins\": 4096"),
        ("\"headline\": true", "\"headline\": 1"),
        ("\"route\": \"r2\"", "\"route\": 2"),
    ];
    for (part, instead) in mutations {
        let text = with(part, instead);
        assert!(!validator.is_valid(&json(&text)), "the schema accepts {instead}");
        assert!(Scenario::parse(&text).is_err(), "the reader accepts {instead}");
    }
}

#[test]
fn both_accept_the_same_variants() {
    let validator = validator();
    for (part, instead) in [
        ("\"seed\": 9007199254740991", "\"seed\": 7.0"),
        ("\"at\": [0, 0]", "\"at\": [-1.5e2, 100000]"),
        ("\"gateway\": \"10.0.0.254\"", "\"gateway\": []"),
        ("\"mac\": \"02:00:00:00:00:0a\"", "\"mac\": \"02-00-00-00-00-0A\""),
        (
            "\"tcp\": {\"congestion\": \"reno\", \"rx_buffer\": \"128B\", \"tx_buffer\": \"1MiB\"}",
            "\"tcp\": {}",
        ),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \" 5 µs \""),
        ("\"delay\": \"1.203456789s\"", "\"delay\": \"5μs\""),
        ("\"queue\": \"0B\"", "\"queue\": \"0.5kB\""),
        ("\"seconds\": 2.5", "\"seconds\": \"2500ms\""),
        ("\"to\": \"10.0.0.2\"", "\"to\": \"fd00:0:0::2\""),
        ("{\"loss\": 0.000000001}", "{\"loss\": 1e-9}"),
        ("\"ends\": [\"s1\", \"r\"]", "\"ends\": [\"s1\", \"r\"], \"which\": 0"),
        (
            "\"link\": {\"ends\": [\"new\", \"h2\"], \"impair\": []}",
            "\"link\": {\"ends\": [\"h2\", \"new\"]}",
        ),
        (
            "\"stp\": {\"priority\": 4096, \"hello\": \"1s\", \"max_age\": \"10s\", \"forward_delay\": \"6s\"}",
            "\"stp\": false",
        ),
        (
            "\"rip\": {\"split_horizon\": \"simple\", \"triggered\": false, \"update\": \"10s\", \"timeout\": \"60s\", \"garbage\": \"40s\"}",
            "\"rip\": false",
        ),
        ("{\"reject\": \"icmp\", \"from\": \"10.0.0.9\"}", "{\"reject\": \"icmp\", \"from\": \"0.0.0.0/0\"}"),
        ("[{\"deny\": \"udp\", \"to\": \"239.0.0.0/8\"}]", "false"),
        ("[{\"deny\": \"udp\", \"to\": \"239.0.0.0/8\"}]", "{\"rules\": []}"),
        ("\"size\": \"100 frames\"", "\"size\": \"100frame\""),
        ("\"codel\": true", "\"codel\": false"),
        ("\"edge\": true", "\"edge\": \"auto\""),
        ("\"cost\": 5", "\"cost\": null"),
        ("\"native\": 30", "\"native\": null"),
        ("\"trunk\": [10, 20], \"native\": null", "\"trunk\": [20, 10, 10]"),
        ("{\"ends\": [\"s1\", \"b\"]}", "{\"ends\": [\"s1\", \"b\"], \"preset\": \"wifi\", \"ports\": {}}"),
        ("\"stop\": 7", "\"stop\": 6"),
        ("\"up\": [\"h1\", \"s1\"]", "\"up\": [\"s1\", \"h1\"], \"which\": 0"),
        (
            "{\"title\": \"It begins\"}",
            "{\"title\": \"It begins\", \"text\": \"\", \"pace\": \"normal\", \"headline\": false}",
        ),
    ] {
        let text = with(part, instead);
        let errors: Vec<_> = validator.iter_errors(&json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "the schema refuses {instead}: {errors:?}");
        assert_eq!(Scenario::read(&text).faults, [], "the reader refuses {instead}");
    }
}

/// Documents with services, which are no part of [`FULL`]: not every program can run them.
#[cfg(feature = "services")]
#[test]
fn both_agree_about_services() {
    let validator = validator();
    let examples =
        [include_str!("../../../scenarios/dhcp.json"), include_str!("../../../scenarios/web-page.json")];
    let own = r#"{"packetarium": 1, "nodes": [
        {"id": "a", "kind": "host", "addresses": ["dhcp", "fd00::2/64"], "dns": ["10.0.0.1"]},
        {"id": "b", "kind": "host", "addresses": ["10.0.0.1/24"], "services": {
            "dhcp": [{"pool": "10.0.0.10 - 10.0.0.20", "lease": "2h", "router": ["10.0.0.1"], "dns": "10.0.0.1", "domain": "a.test", "reserve": {"02:00:00:00:00:01": "10.0.0.5"}},
                {"pool": "10.0.1.10", "network": "10.0.1.0/24"}],
            "dns": {"origin": "a.test", "zone": {"a.test": {"a": "10.0.0.1", "aaaa": ["fd00::1"], "mx": "5 b.a.test", "txt": ["x"], "ns": "b.a.test", "ttl": "1min"}, "b.a.test": ["10.0.0.1"], "c.a.test": {"cname": "b.a.test"}}},
            "http": {"pages": {"/": "x", "/old": {"moved": "/"}}, "port": 8080}, "echo": true, "discard": {}, "chargen": false, "daytime": true, "ntp": true}},
        {"id": "r", "kind": "router", "services": {"relay": "10.0.0.1", "dns": {"forward": ["10.0.0.1"]}}}]}"#;
    for text in examples.into_iter().chain([own]) {
        let errors: Vec<_> = validator.iter_errors(&json(text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        Scenario::parse(text).unwrap();
    }
    for (part, instead) in [
        (r#"["dhcp", "fd00::2/64"]"#, r#""dhcp6""#),
        (r#""dns": ["10.0.0.1"]}"#, r#""dns": "b"}"#),
        (r#""pool": "10.0.1.10""#, r#""pool": 7"#),
        (r#""pool": "10.0.1.10""#, r#""pool": "all""#),
        (r#""pool": "10.0.1.10", "#, ""),
        (r#""lease": "2h""#, r#""lease": 2"#),
        ("02:00:00:00:00:01", "a"),
        (r#""origin": "a.test""#, r#""origin": 1"#),
        (r#""origin": "a.test""#, r#""forward": "10.0.0.9", "roots": "10.0.0.9""#),
        (r#""b.a.test": ["10.0.0.1"]"#, r#""b.a.test": [1]"#),
        (r#""cname": "b.a.test""#, r#""ptr": "b.a.test""#),
        (r#""ttl": "1min""#, r#""ttl": 60"#),
        (r#""/old""#, r#""old""#),
        (r#"{"moved": "/"}"#, "{}"),
        (r#""port": 8080"#, r#""port": 65536"#),
        (r#""discard": {}"#, r#""discard": {"port": 9}"#),
        (r#""ntp": true"#, r#""ntp": 1"#),
        (r#""ntp": true"#, r#""smtp": true"#),
        (r#""relay": "10.0.0.1""#, r#""http": {}"#),
        (r#""relay": "10.0.0.1""#, r#""relay": 1"#),
    ] {
        assert_eq!(own.matches(part).count(), 1, "{part}");
        let text = own.replacen(part, instead, 1);
        assert!(!validator.is_valid(&json(&text)), "the schema accepts {instead}");
        assert!(Scenario::parse(&text).is_err(), "the reader accepts {instead}");
    }
}
