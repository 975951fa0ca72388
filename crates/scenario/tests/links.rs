//! Links: read for ever, and whatever somebody sends.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::FULL;
use miniz_oxide::deflate::compress_to_vec;
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::link::{self, LinkError, decode, encode};
use scenario::{Scenario, examples};

/// A link of the first version, as it was first made. It must be read for ever: never change it, add others.
const SAMPLE_1: &str = "1:fVLbbtswDP2Vgc9GKqt11vpteR36BUMfZJuJhViSJ8noisB_1rf-2Ejm4gRdlwSIJPLwHB7yAKNp95hNtJODuiwg2zwg1PDjWzJupGMBCbGD-nsBPnSYoP51AEsPYCi2t56PfUiZbiZTtKxUoR_VC127LmJKgoFSrfhb3ukHytx2StV1ebd-gJe5OBVM5VIxvdrc9lxzh9bv6KV01sMlt7_K7admCTT07o3jHjYf7zF8FvkPVfpalRZVBexMxlfzxtSnrIqTnGnpSemacpcfm-HyBPWTUopsbEeoD9AGv8OUbfAEiegDzDNVHqzfH41E34kOhlP7FOtwEE6tXKLHSCJEwXMz8t260dgo2CEkwpKwkptPdkDfIrOabcbIoOcNNxXknJiaE8-U4nYvnEcScuNEMvnBOptp7DcI8bxhwO8JJ5G1_mk3t6pyNHaQiT0RdwxOZkLUzDP5Y9ujJBzOce4-h9Pw2jB52qP7mal5o1h7Adj24SuIJbPXJLuj_xwnXKBaPBsxbr_CJqQhcX96VRW3A_PBIyy1qv_WOu8IW_SWebtAi_8XVZdhVmLzVX8rre4Vf6RT0uCxzVckzZlE2PAPg3ocBlmn-S8";

/// The scenario that is in the samples.
const SAMPLE: &str = r#"{"packetarium":1,"title":"A sample","seed":7,"nodes":[{"id":"a","kind":"host","at":[150,280],"addresses":["10.0.0.1/24","fd00::1/64"]},{"id":"s1","kind":"switch","ageing":"1min"},{"id":"h1","kind":"hub"},{"id":"b","name":"Büro","kind":"host","addresses":["10.0.0.2/24","fd00::2/64"],"gateway":"10.0.0.254","mac":"02:00:00:00:00:0a","mtu":9000,"tcp":{"congestion":"reno"}}],"links":[{"ends":["a","s1"],"delay":"20ms","rate":"10Mbps","impair":[{"loss":0.01},{"silence":{"after":"1MB","for":"1s"}}]},{"ends":["s1","h1"],"rate":["1Mbps","unlimited"]},{"ends":["h1","b"],"queue":"16KiB","impair":[{"trailing":9,"from":"b"}]}],"runs":[{"ping":{"from":"a","to":"b","count":3}},{"at":"1s","echo":{"from":"a","to":"b","ip":6,"udp":true}},{"at":"2s","iperf":{"from":"a","to":"b","seconds":2.5,"congestion":"none"}},{"at":"5s","iperf":{"from":"a","to":"10.0.0.2","bytes":"2MB","udp":true,"rate":"5Mbps"}},{"at":"1.203000001s","connect":{"from":"b","to":"a","text":"hello"}}]}"#;

fn packed(codec: &str, text: &str) -> String {
    use base64::Engine;
    let deflated = compress_to_vec(text.as_bytes(), 10);
    format!("{codec}:{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(deflated))
}

#[test]
fn what_was_ever_made_is_read() {
    let scenario = Scenario::parse(SAMPLE).unwrap();
    assert_eq!(decode(SAMPLE_1).as_ref(), Ok(&scenario));
    let by_hand = format!("json:{SAMPLE}");
    assert_eq!(decode(&by_hand), Ok(scenario));
}

#[test]
fn a_link_is_read_in_every_wrapping() {
    let scenario = examples()[0].scenario();
    let fragment = encode(&scenario);
    let wrapped = [
        fragment.clone(),
        format!("#{fragment}"),
        format!("https://example.org/packetarium/?embed#{fragment}"),
        format!("  http://127.0.0.1:8080/#{fragment}\n"),
        format!("#{fragment}=="),
        format!("#{}", fragment.replacen(':', "%3A", 1)),
        format!("#json:{}", scenario.to_compact_json()),
        format!("https://example.org/#json:{}", scenario.to_json().replace(' ', "%20").replace('"', "%22")),
        format!(
            "#json:{}",
            percent_encoding::utf8_percent_encode(&scenario.to_json(), percent_encoding::NON_ALPHANUMERIC)
        ),
    ];
    for link in wrapped {
        assert!(link::is_link(&link), "{link}");
        assert_eq!(decode(&link).as_ref(), Ok(&scenario), "{link}");
    }
    for file in ["scenario.json", "-", "lab#1.json", "../a/1.json", "c:\\labs\\one.json"] {
        assert!(!link::is_link(file), "{file}");
    }
}

#[test]
fn a_link_needs_no_escaping() {
    for example in examples() {
        let fragment = encode(&example.scenario());
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_');
        assert!(fragment.chars().all(plain), "{fragment}");
    }
}

#[test]
fn a_broken_link_says_what_is_wrong() {
    let good = encode(&examples()[0].scenario());
    let cut = |bytes: usize| good[..good.len() - bytes].to_owned();
    for (link, expected) in [
        ("", LinkError::NotALink),
        ("#", LinkError::NotALink),
        ("https://example.org/", LinkError::NotALink),
        ("https://example.org/#top", LinkError::NotALink),
        ("#0:abc", LinkError::NotALink),
        ("#2:abc", LinkError::Newer(2)),
        ("#37:", LinkError::Newer(37)),
        ("#1:a*b", LinkError::Damaged("it holds a character that does not belong there")),
        ("#1:", LinkError::CutOff),
        (&cut(40), LinkError::CutOff),
        (&cut(41), LinkError::CutOff),
        ("#1:____", LinkError::Damaged("it cannot be unpacked")),
        ("#json:%ff", LinkError::Damaged("its escapes are not UTF-8")),
        (&format!("{good}&set=nodes.a.mtu:1400"), LinkError::UnknownParameter("set".into())),
        ("#json:{\"packetarium\":1,\"title\":\"A & B\"}", LinkError::UnknownParameter(" B\"}".into())),
    ] {
        assert_eq!(decode(link), Err(expected), "{link}");
    }
    assert_eq!(
        decode("#2:x").unwrap_err().to_string(),
        "made by a newer Packetarium (link format 2): reload the page or update the program"
    );
}

#[test]
fn the_faults_of_a_linked_document_are_told() {
    let Err(LinkError::Document(faults)) = decode("#json:{\"packetarium\":1,\"nodes\":[{\"id\":7},{}]}")
    else {
        panic!("it has faults")
    };
    assert_eq!(faults.len(), 4);
    let error = LinkError::Document(faults).to_string();
    assert!(error.starts_with("the scenario in this link has 4 faults: nodes[0]"), "{error}");
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let mut bomb = format!("{{\"packetarium\":1,\"title\":\"{}\"}}", "x".repeat(DOCUMENT_BYTES_MAX));
    assert_eq!(decode(&packed("1", &bomb)), Err(LinkError::TooLarge));
    assert_eq!(decode(&format!("#json:{bomb}")), Err(LinkError::TooLarge));
    assert_eq!(decode(&format!("#1:{}", "A".repeat(9 << 20))), Err(LinkError::TooLarge));
    bomb.truncate(0);
    assert!(
        matches!(decode(&packed("1", &bomb)), Err(LinkError::Document(_))),
        "nothing at all is a syntax error"
    );
}

#[test]
fn millions_of_tiny_values_are_refused_without_storing_them() {
    let fill = |open: &str, part: &str, close: &str| {
        let parts = (DOCUMENT_BYTES_MAX - 200) / part.len();
        format!("{open}{}{close}", part.repeat(parts))
    };
    for text in [
        fill(r#"{"packetarium":1,"nodes":["#, "0,", "0]}"),
        fill(r#"{"packetarium":1,"nodes":["#, "{},", "{}]}"),
        fill(r#"{"packetarium":1,"links":["#, r#"{"ends":["q","r"]},"#, r#"{"ends":["q","r"]}]}"#),
        fill(r#"{"packetarium":1,"runs":["#, "[],", "[]]}"),
        fill(r#"{"packetarium":1,"nodes":[{"addresses":["#, "0,", "0]}]}"),
        fill(r#"{"packetarium":1,"links":[{"ends":["#, "0,", "0]}]}"),
        fill(r#"{"packetarium":1"#, r#","a":0"#, "}"),
        fill(r#"{"packetarium":1,"nodes":[{"id":1"#, r#","a":0"#, "}]}"),
        fill("", "[", ""),
        fill("", r#"{"a":"#, ""),
        fill(r#"{"packetarium":1,"seed":"#, "[", &"]".repeat(0)),
        fill(r#"{"packetarium":1,"seed":"#, "9", "}"),
        fill(r#"{"packetarium":1,"nodes":[{"at":["#, "9", ",1e999999999]}]}"),
        fill(r#"{"packetarium":1,"title":""#, "\\u0041", "\"}"),
    ] {
        let Err(LinkError::Document(faults)) = decode(&packed("1", &text)) else { panic!("{}", &text[..60]) };
        assert!(!faults.is_empty() && faults.len() <= 101, "{}", &text[..60]);
        assert!(faults.iter().all(|fault| fault.message.len() < 400), "{}", &text[..60]);
    }
}

#[test]
fn more_than_the_bounds_is_refused() {
    let nodes = |count: usize| -> String {
        let nodes: Vec<_> = (0..count).map(|n| format!(r#"{{"id":"n{n}","kind":"switch"}}"#)).collect();
        format!(r#"{{"packetarium":1,"nodes":[{}]}}"#, nodes.join(","))
    };
    assert!(decode(&packed("1", &nodes(4_096))).is_ok());
    let Err(LinkError::Document(faults)) = decode(&packed("1", &nodes(4_097))) else { panic!("too many") };
    assert_eq!(
        faults[0].to_string(),
        "nodes (line 1, column 26): there are more than 4096 nodes: at most so many are run"
    );
}

#[test]
fn absurd_numbers_are_refused() {
    for (part, absurd) in [
        ("\"seed\": 9007199254740991", "\"seed\": 9007199254740992"),
        ("\"seed\": 9007199254740991", "\"seed\": 99999999999999999999999999999999999999999999"),
        ("\"seed\": 9007199254740991", "\"seed\": 1e400"),
        ("\"tx_buffer\": \"1MiB\"", "\"tx_buffer\": \"1TiB\""),
        ("\"rate\": \"1.5Mbps\"", "\"rate\": \"18446744073709551616bps\""),
        ("\"count\": 3", "\"count\": 4294967297"),
        ("\"at\": \"1.000000001s\"", "\"at\": \"18446744073s\""),
        ("\"at\": \"1.000000001s\"", "\"at\": \"99999999999999999999s\""),
        ("\"at\": [0, 0]", "\"at\": [1e999, 0]"),
        ("\"bytes\": \"3GiB\"", "\"bytes\": \"3000000TiB\""),
    ] {
        let text = common::with(part, absurd);
        let found = Scenario::parse(&text).expect_err(absurd);
        assert_eq!(found.len(), 1, "{absurd}: {found:?}");
    }
}

#[test]
fn the_full_document_survives_a_link() {
    let scenario = Scenario::parse(FULL).unwrap();
    assert_eq!(decode(&encode(&scenario)), Ok(scenario));
}
