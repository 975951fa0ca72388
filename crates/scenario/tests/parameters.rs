//! Values set over the document of a link.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use netlab::topology::{Congestion, NodeId};
use netlab::{Duration, Instant, Ratio};
use proptest::prelude::*;
use scenario::link::{LinkError, decode, encode, moment, seed_from, text, with_moment};
use scenario::{Scenario, bounds, examples};
use wire::impair::Impairment;

/// Two hosts, `a` and `b`, at a switch, `s1`.
fn link(parameters: &str) -> String {
    format!("#{}{parameters}", encode(&examples()[0].scenario()))
}

fn open(parameters: &str) -> Scenario {
    decode(&link(parameters)).unwrap_or_else(|error| panic!("{parameters}: {error}"))
}

fn trouble(parameters: &str) -> String {
    decode(&link(parameters)).expect_err(parameters).to_string()
}

#[test]
fn a_student_gets_an_address_of_their_own() {
    let scenario =
        open("&set=nodes.a.addresses:10.0.7.1/24&set=nodes.b.addresses:[\"10.0.7.2/24\",\"fd00::2/64\"]");
    let addresses = |node| {
        let addresses = &scenario.topology.host(NodeId(node)).unwrap().addresses;
        addresses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(addresses(0), ["10.0.7.1/24"]);
    assert_eq!(addresses(2), ["10.0.7.2/24", "fd00::2/64"]);
    assert_eq!(scenario.title, examples()[0].scenario().title, "all else is as it was");
}

#[test]
fn nodes_and_links_have_names_and_numbers() {
    for path in ["links.a-s1.delay", "links.s1-a.delay", "links.0.delay"] {
        let scenario = open(&format!("&set={path}:5ms"));
        assert_eq!(scenario.topology.links[0].ways[0].line.delay, Duration::from_millis(5));
        assert_eq!(scenario.topology.links[1], examples()[0].scenario().topology.links[1]);
    }
    for path in ["nodes.s1.id", "nodes.1.id"] {
        assert!(trouble(&format!("&set={path}:a")).contains("nodes[1].id"), "both are the same switch");
    }
    let named = decode(
        r#"json:{"packetarium":1,"nodes":[{"id":"1","kind":"hub"},{"id":"0","kind":"hub"}]}&set=nodes.1.name:one"#,
    );
    assert_eq!(named.unwrap().topology.nodes[0].name, "one", "the id comes before the number");
}

#[test]
fn what_was_not_there_is_added() {
    let scenario = open(
        "&set=seed:9&set=title:Lab 9&set=nodes.a.tcp.congestion:reno&set=links.s1-b.impair.0.loss:0.25\
         &set=links.0.impair:{\"down\":true}&set=runs.0.ping.count:7&set=runs.3:{\"ping\":{\"from\":\"b\",\"to\":\"a\"}}",
    );
    assert_eq!((scenario.seed, &scenario.title[..]), (9, "Lab 9"));
    assert_eq!(scenario.topology.host(NodeId(0)).unwrap().tcp.congestion, Congestion::Reno);
    assert_eq!(scenario.topology.links[1].ways[0].impairments, [Impairment::Loss(Ratio::percent(25))]);
    assert_eq!(scenario.topology.links[0].ways[0].impairments, [Impairment::Down]);
    assert_eq!(scenario.runs.len(), 4);
    let empty = decode("json:{}&set=packetarium:1&set=nodes.0.id:a&set=nodes.a.kind:hub").unwrap();
    assert_eq!(empty.ids, ["a"], "even a whole document");
}

#[test]
fn parameters_are_percent_decoded_and_the_last_one_counts() {
    for parameters in
        ["&set=title:A%20%26%20B", "&set%3Dtitle%3AA%20%26%20B", "&set=title:x&set=title:\"A %26 B\""]
    {
        assert_eq!(open(parameters).title, "A & B", "{parameters}");
    }
}

#[test]
fn a_seed_comes_from_a_name_and_stays_the_same_for_ever() {
    // From the reference implementation of XXH3: python3 -c 'import xxhash; print(xxhash.xxh3_64_intdigest("ada") % 2**53)'
    for (name, seed) in
        [("ada", 8_237_968_819_781_679), ("Grüße", 3_403_959_577_188_312), ("7", 4_170_472_168_261_114)]
    {
        assert_eq!(seed_from(name), seed, "{name}");
        assert_eq!(open(&format!("&seed={name}")).seed, seed);
        assert_eq!(open(&format!("&seed=%20{name}%20")).seed, seed, "spaces around it do not count");
    }
}

#[test]
fn a_parameter_that_does_not_fit_says_what_would() {
    for (parameters, expected) in [
        (
            "&set=nodes.x.mtu:1400",
            r#"the parameter "set=nodes.x.mtu:1400" does not fit this link: nodes has no "x": write the id of a node or a number up to 4"#,
        ),
        (
            "&set=links.a-b.delay:1ms",
            r#"links has no "a-b": write the ends of a link, as in links.a-b, or a number up to 3"#,
        ),
        ("&set=runs.7.at:1s", r#"runs has no "7": write a number up to 3"#),
        ("&set=nodes.a.id.x:1", "there is nothing inside of nodes[0].id"),
        ("&set=links.0.impair.2.loss:1", "the list has no entries yet: begin with 0"),
        ("&set=nodes.a", "write a path, a colon and a value: &set=nodes.a.addresses:10.0.7.1/24"),
        ("&set=:1", "the document has no \"\""),
        ("&set", "write a path, a colon and a value"),
        ("&seed=", "write a name behind it: &seed=ada"),
        ("&at=1.203", "\"1.203\" has no unit: write something like \"1ms\""),
        ("&at", "the parameter \"at\" does not fit this link"),
        ("&at=-1s", "the parameter \"at=-1s\" does not fit this link"),
        ("&at=48.000000000001h", "is not a whole number of ns"),
        ("&at=172800.000000001s", "too late: a moment is at most 172800s after the beginning"),
        ("&at=99999999999999999999s", "the parameter"),
        ("&lock", "this link asks for \"lock\", which this version does not know"),
        ("&set=title:%ff", "its escapes are not UTF-8"),
        // The reader of documents reports a wrong value, in its words.
        ("&set=nodes.a.adresses:10.0.0.9/24", "did you mean \"addresses\"?"),
        (
            "&set=nodes.a.addresses:10.0.0.9",
            "\"10.0.0.9\" has no prefix length: write something like \"10.0.0.9/24\"",
        ),
        ("&set=title:7", "should be a text in double quotes, not the number 7"),
        (
            "&set=links.0.delay:5",
            "links[0].delay (line 1, column 553): \"5\" has no unit: write something like \"1ms\"",
        ),
    ] {
        assert!(trouble(parameters).contains(expected), "{}", trouble(parameters));
    }
    let parallel = r#"json:{"packetarium":1,"nodes":[{"id":"a","kind":"hub"},{"id":"b","kind":"hub"}],"links":[{"ends":["a","b"]},{"ends":["b","a"]}]}&set=links.a-b.delay:1ms"#;
    let error = decode(parallel).unwrap_err().to_string();
    assert!(error.contains("several of links are called \"a-b\": write a number below 2"), "{error}");
}

#[test]
fn a_document_with_faults_keeps_them() {
    let broken = "json:{\"packetarium\":1,&set=seed:9";
    assert_eq!(text(broken).as_deref(), Ok("{\"packetarium\":1,"));
    assert!(matches!(decode(broken), Err(LinkError::Document(_))));
    assert_eq!(
        decode("json:\u{feff}{\"packetarium\":1}&set=seed:9").unwrap().seed,
        9,
        "a byte order mark is none"
    );
}

#[test]
fn too_many_or_too_long_parameters_are_refused() {
    assert!(decode(&link(&"&seed=ada".repeat(32))).is_ok());
    assert_eq!(decode(&link(&"&seed=ada".repeat(33))), Err(LinkError::TooManyParameters));
    let why = trouble(&"&set=title:x".repeat(33));
    assert!(why.starts_with("this link has more than 32 parameters: "), "{why}");
    let long = format!("&set=title:{}", "x".repeat(bounds::DOCUMENT_BYTES_MAX));
    assert_eq!(decode(&link(&long)), Err(LinkError::TooLarge));
    let long = format!("&set=nodes.{}.x:1", "ä".repeat(1_000_000));
    assert!(trouble(&long).len() < 600, "messages stay short");
}

#[test]
fn a_link_names_a_moment_and_is_the_same_document() {
    let plain = link("&set=title:x");
    assert_eq!(moment(&plain), None);
    for (parameter, ns) in [
        ("&at=1.203s", 1_203_000_000),
        ("&at=1203000001ns", 1_203_000_001),
        ("&at=0s", 0),
        ("&at=48h", 172_800_000_000_000),
        ("&at=1s&at=2s", 2_000_000_000),
        ("&%61t%3D1.5%20ms", 1_500_000),
    ] {
        for link in [format!("{plain}{parameter}"), link(&format!("{parameter}&set=title:x"))] {
            assert_eq!(moment(&link), Some(Instant::from_nanos(ns)), "{link}");
            assert_eq!(moment(&format!("https://example.org/?embed&at=9s{link}\n")), moment(&link));
            assert_eq!(decode(&link), decode(&plain), "{link}");
        }
    }
    for broken in
        ["&at", "&at=", "&at=1", "&at=x", "&at=1s&at=x", "&at=49h", "&at=%ff", "&AT=1s", "&mat=1s", ""]
    {
        assert_eq!(moment(&link(broken)), None, "{broken}");
    }
}

#[test]
fn a_moment_is_written_in_its_shortest_form_and_in_the_place_of_any_other() {
    let at = |ns| Instant::from_nanos(ns);
    let first = with_moment("2:abc", at(1_203_000_000));
    assert_eq!(first, "2:abc&at=1.203s");
    assert_eq!(with_moment(&first, at(1_000_000_007)), "2:abc&at=1.000000007s");
    assert_eq!(with_moment("#2:abc&at=1s&set=title:A%26B&%61t=2s", at(0)), "#2:abc&set=title:A%26B&at=0s");
    assert_eq!(with_moment(" https://a.b/?x&at=1s#2:abc ", at(1)), "https://a.b/?x&at=1s#2:abc&at=1ns");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_moment_survives_a_link(ns in 0..=172_800_000_000_000u64, unit in prop::sample::select(vec![1u64, 1_000, 1_000_000_000])) {
        let at = Instant::from_nanos(ns / unit * unit);
        let link = with_moment(&link("&seed=ada"), at);
        prop_assert_eq!(moment(&link), Some(at), "{}", link);
        prop_assert!(link.is_ascii() && decode(&link).is_ok());
    }

    #[test]
    fn any_text_has_a_moment_or_none(text in any::<String>(), value in any::<String>()) {
        let _ = moment(&text);
        let link = format!("{text}&at={value}");
        if let Some(at) = moment(&link) {
            prop_assert!(at <= bounds::MOMENT_MAX);
        }
        prop_assert_eq!(moment(&with_moment(&link, Instant::from_nanos(5))), Some(Instant::from_nanos(5)));
    }

    #[test]
    fn any_parameters_are_applied_or_refused(
        path in "(nodes|links|runs|seed|title|x)(\\.(a|s1|0|1|a-s1|impair|id|ends|é)){0,4}",
        value in any::<String>(),
    ) {
        let parameter = format!("&set={path}:{}", value.replace('%', "%25").replace('&', "%26"));
        match text(&link(&parameter)) {
            // Whatever was put in, the text is JSON as before.
            Ok(text) => prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok(), "{}", text),
            Err(error) => prop_assert!(matches!(error, LinkError::Parameter { .. }), "{}", error),
        }
    }
}
