//! Links: every format is read for ever, and damaged or hostile ones are refused.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use common::FULL;
use miniz_oxide::deflate::compress_to_vec;
use scenario::bounds::DOCUMENT_BYTES_MAX;
use scenario::link::{LinkError, decode, encode};
use scenario::source::Source;
use scenario::{Scenario, examples};

/// A link of the first version, as it was first made. It must be read for ever: never change it, add others.
const SAMPLE_1: &str = "1:fVLbbtswDP2Vgc9GKqt11vpteR36BUMfZJuJhViSJ8noisB_1rf-2Ejm4gRdlwSIJPLwHB7yAKNp95hNtJODuiwg2zwg1PDjWzJupGMBCbGD-nsBPnSYoP51AEsPYCi2t56PfUiZbiZTtKxUoR_VC127LmJKgoFSrfhb3ukHytx2StV1ebd-gJe5OBVM5VIxvdrc9lxzh9bv6KV01sMlt7_K7admCTT07o3jHjYf7zF8FvkPVfpalRZVBexMxlfzxtSnrIqTnGnpSemacpcfm-HyBPWTUopsbEeoD9AGv8OUbfAEiegDzDNVHqzfH41E34kOhlP7FOtwEE6tXKLHSCJEwXMz8t260dgo2CEkwpKwkptPdkDfIrOabcbIoOcNNxXknJiaE8-U4nYvnEcScuNEMvnBOptp7DcI8bxhwO8JJ5G1_mk3t6pyNHaQiT0RdwxOZkLUzDP5Y9ujJBzOce4-h9Pw2jB52qP7mal5o1h7Adj24SuIJbPXJLuj_xwnXKBaPBsxbr_CJqQhcX96VRW3A_PBIyy1qv_WOu8IW_SWebtAi_8XVZdhVmLzVX8rre4Vf6RT0uCxzVckzZlE2PAPg3ocBlmn-S8";

/// A link of the second version, as it was first made.
const SAMPLE_2: &str = "2:wzu0BZ4vpEmrF14mEjP4D2snmRkUI0IwA61gQQlaaBnldHhPUT7xIQ1zlBFmOY3chKSs2ViLPzoJjkphH4XSIa59h5laMgwJNOdQigxDWE6DNfFgzV4kV2FrfQKjh5JuhCGhJg90zgLeVCGl3QBvgQDH4LA11IntoiA1JlDH53A1oJAbdUYGwGoCCAyxNxzRyisAT6w";

/// Written by hand, as a browser passes it on.
const SAMPLE_JSON: &str = "json:%7B%22packetarium%22%3A1%2C%22title%22%3A%22A%20sample%22%2C%22seed%22%3A7%2C%22nodes%22%3A%5B%7B%22id%22%3A%22a%22%2C%22kind%22%3A%22host%22%2C%22at%22%3A%5B150%2C280%5D%2C%22addresses%22%3A%5B%2210.0.0.1%2F24%22%2C%22fd00%3A%3A1%2F64%22%5D%7D%2C%7B%22id%22%3A%22s1%22%2C%22kind%22%3A%22switch%22%2C%22ageing%22%3A%221min%22%7D%2C%7B%22id%22%3A%22h1%22%2C%22kind%22%3A%22hub%22%7D%2C%7B%22id%22%3A%22b%22%2C%22name%22%3A%22B%C3%BCro%22%2C%22kind%22%3A%22host%22%2C%22addresses%22%3A%5B%2210.0.0.2%2F24%22%2C%22fd00%3A%3A2%2F64%22%5D%2C%22gateway%22%3A%2210.0.0.254%22%2C%22mac%22%3A%2202%3A00%3A00%3A00%3A00%3A0a%22%2C%22mtu%22%3A9000%2C%22tcp%22%3A%7B%22congestion%22%3A%22reno%22%7D%7D%5D%2C%22links%22%3A%5B%7B%22ends%22%3A%5B%22a%22%2C%22s1%22%5D%2C%22delay%22%3A%2220ms%22%2C%22rate%22%3A%2210Mbps%22%2C%22impair%22%3A%5B%7B%22loss%22%3A0.01%7D%2C%7B%22silence%22%3A%7B%22after%22%3A%221MB%22%2C%22for%22%3A%221s%22%7D%7D%5D%7D%2C%7B%22ends%22%3A%5B%22s1%22%2C%22h1%22%5D%2C%22rate%22%3A%5B%221Mbps%22%2C%22unlimited%22%5D%7D%2C%7B%22ends%22%3A%5B%22h1%22%2C%22b%22%5D%2C%22queue%22%3A%2216KiB%22%2C%22impair%22%3A%5B%7B%22trailing%22%3A9%2C%22from%22%3A%22b%22%7D%5D%7D%5D%2C%22runs%22%3A%5B%7B%22ping%22%3A%7B%22from%22%3A%22a%22%2C%22to%22%3A%22b%22%2C%22count%22%3A3%7D%7D%2C%7B%22at%22%3A%221s%22%2C%22echo%22%3A%7B%22from%22%3A%22a%22%2C%22to%22%3A%22b%22%2C%22ip%22%3A6%2C%22udp%22%3Atrue%7D%7D%2C%7B%22at%22%3A%222s%22%2C%22iperf%22%3A%7B%22from%22%3A%22a%22%2C%22to%22%3A%22b%22%2C%22seconds%22%3A2.5%2C%22congestion%22%3A%22none%22%7D%7D%2C%7B%22at%22%3A%225s%22%2C%22iperf%22%3A%7B%22from%22%3A%22a%22%2C%22to%22%3A%2210.0.0.2%22%2C%22bytes%22%3A%222MB%22%2C%22udp%22%3Atrue%2C%22rate%22%3A%225Mbps%22%7D%7D%2C%7B%22at%22%3A%221.203000001s%22%2C%22connect%22%3A%7B%22from%22%3A%22b%22%2C%22to%22%3A%22a%22%2C%22text%22%3A%22hello%22%7D%7D%5D%7D";

/// The scenario that is in the samples.
const SAMPLE: &str = r#"{"packetarium":1,"title":"A sample","seed":7,"nodes":[{"id":"a","kind":"host","at":[150,280],"addresses":["10.0.0.1/24","fd00::1/64"]},{"id":"s1","kind":"switch","ageing":"1min"},{"id":"h1","kind":"hub"},{"id":"b","name":"Büro","kind":"host","addresses":["10.0.0.2/24","fd00::2/64"],"gateway":"10.0.0.254","mac":"02:00:00:00:00:0a","mtu":9000,"tcp":{"congestion":"reno"}}],"links":[{"ends":["a","s1"],"delay":"20ms","rate":"10Mbps","impair":[{"loss":0.01},{"silence":{"after":"1MB","for":"1s"}}]},{"ends":["s1","h1"],"rate":["1Mbps","unlimited"]},{"ends":["h1","b"],"queue":"16KiB","impair":[{"trailing":9,"from":"b"}]}],"runs":[{"ping":{"from":"a","to":"b","count":3}},{"at":"1s","echo":{"from":"a","to":"b","ip":6,"udp":true}},{"at":"2s","iperf":{"from":"a","to":"b","seconds":2.5,"congestion":"none"}},{"at":"5s","iperf":{"from":"a","to":"10.0.0.2","bytes":"2MB","udp":true,"rate":"5Mbps"}},{"at":"1.203000001s","connect":{"from":"b","to":"a","text":"hello"}}]}"#;

fn packed(codec: &str, text: &str) -> String {
    use base64::Engine;
    let deflated = compress_to_vec(text.as_bytes(), 10);
    format!("{codec}:{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(deflated))
}

/// A link to a network that changes, as the first such was made.
const SAMPLE_2_CHANGES: &str = "2:o5_X8fsiFr0WNcZScKNGG7DQzkgENasQmsClPXgUzgrTDuTGDLhUN4a0ZbA1u4Ahg1r1gEIFZCjenjYxzW-0kUnwRKQV5gQARqME0dHTM4ACAr6F-ysWrZVdXJIPrKYNgH4EACT_";
const SAMPLE_CHANGES: &str = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"s1","kind":"switch"}],"links":[{"ends":["a","s1"]}],"runs":[{"at":"3s","ping":{"from":"b","to":"a"}}],"changes":[{"at":"1s","link":{"ends":["a","s1"],"delay":["2ms","3ms"],"impair":[{"loss":0.1}]}},{"at":"2s","node":{"id":"b","kind":"host","at":[150,280],"addresses":["10.0.0.2/24"]}},{"at":"2s","cable":{"ends":["b","s1"],"rate":"10Mbps"}},{"at":"4.000000001s","link":{"ends":["a","s1"],"impair":[]}},{"at":"5s","stop":0}]}"#;

#[test]
fn what_was_ever_made_is_read() {
    let changing = Scenario::parse(SAMPLE_CHANGES).unwrap();
    assert_eq!(decode(SAMPLE_2_CHANGES), Ok(changing.clone()));
    assert!(encode(&changing).len() <= SAMPLE_2_CHANGES.len(), "links never become longer again");
    assert_eq!(changing.to_compact_json(), SAMPLE_CHANGES);
    let scenario = Scenario::parse(SAMPLE).unwrap();
    for sample in [SAMPLE_1, SAMPLE_2, SAMPLE_JSON, &format!("json:{SAMPLE}")] {
        assert_eq!(decode(sample).as_ref(), Ok(&scenario), "{sample}");
    }
    assert!(encode(&scenario).len() <= SAMPLE_2.len(), "links never become longer again");
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
        assert_eq!(Source::of(&link), Source::Link(&link));
        assert_eq!(decode(&link).as_ref(), Ok(&scenario), "{link}");
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
    for (link, expected) in [
        ("", LinkError::NotALink),
        ("#", LinkError::NotALink),
        ("https://example.org/", LinkError::NotALink),
        ("https://example.org/#top", LinkError::NotALink),
        ("#0:abc", LinkError::NotALink),
        ("#3:abc", LinkError::Newer(3)),
        ("#37:", LinkError::Newer(37)),
        ("#1:a*b", LinkError::Damaged("it holds a character that does not belong there")),
        ("#1:", LinkError::CutOff),
        ("#2:", LinkError::CutOff),
        ("#2:a*b", LinkError::Damaged("it holds a character that does not belong there")),
        (&format!("#{good}AAAA"), LinkError::Damaged("its parts do not fit together")),
        (&format!("#{}", good.replacen("2:", "1:", 1)), LinkError::Damaged("it cannot be unpacked")),
        ("#1:____", LinkError::Damaged("it cannot be unpacked")),
        ("#json:%ff", LinkError::Damaged("its escapes are not UTF-8")),
        (&format!("{good}&embed=1"), LinkError::UnknownParameter("embed".into())),
        ("#json:{\"packetarium\":1,\"title\":\"A & B\"}", LinkError::UnknownParameter(" B\"}".into())),
    ] {
        assert_eq!(decode(link), Err(expected), "{link}");
    }
    // The advice names what is made today.
    let newest = encode(&examples()[0].scenario());
    let codec = newest.split_once(':').unwrap().0;
    assert_eq!(
        decode("#top").unwrap_err().to_string(),
        format!("this is not a link to a scenario: after its # a link goes on with {codec}: or json:")
    );
    assert!(scenario::source::LINK_FORMS.contains(&format!("#, {codec}: or json:")));
    assert_eq!(
        decode("#3:x").unwrap_err().to_string(),
        "made by a newer Packetarium (link format 3): reload the page or update the program"
    );
}

#[test]
fn a_link_without_its_end_is_told_from_a_damaged_one() {
    let scenario = Scenario::parse(FULL).unwrap();
    for good in [encode(&scenario), SAMPLE_1.to_owned(), encode(&examples()[0].scenario())] {
        for end in 2..good.len() {
            assert_eq!(decode(&good[..end]), Err(LinkError::CutOff), "{}", &good[..end]);
        }
    }
}

#[test]
fn a_link_with_one_wrong_character_is_never_taken_for_another() {
    let scenario = Scenario::parse(FULL).unwrap();
    let good = encode(&scenario);
    for at in 2..good.len() {
        for wrong in ["A", "B", "Z", "_"].into_iter().filter(|wrong| good[at..at + 1] != **wrong) {
            let mut link = good.clone();
            link.replace_range(at..=at, wrong);
            match decode(&link) {
                // Where nothing depends on a bit, such as those that fill the last byte.
                Ok(same) => assert_eq!(same, scenario),
                Err(error) => assert!(!matches!(error, LinkError::Document(_)), "{error} in {link}"),
            }
        }
    }
}

#[test]
fn the_smallest_lab_has_a_short_link() {
    let two_hosts = r#"{"packetarium":1,"nodes":[{"id":"a","kind":"host","addresses":["10.0.0.1/24"]},{"id":"s1","kind":"switch"},{"id":"b","kind":"host","addresses":["10.0.0.2/24"]}],"links":[{"ends":["a","s1"]},{"ends":["s1","b"]}],"runs":[{"ping":{"from":"a","to":"b"}}]}"#;
    let link = encode(&Scenario::parse(two_hosts).unwrap());
    assert!(link.len() < 20, "{link}");
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
    // To deflate, the words before a text make no difference that a bomb would notice.
    assert_eq!(decode(&packed("2", &bomb)), Err(LinkError::TooLarge));
    assert_eq!(decode(&format!("#json:{bomb}")), Err(LinkError::TooLarge));
    for codec in [1, 2] {
        assert_eq!(decode(&format!("#{codec}:{}", "A".repeat(9 << 20))), Err(LinkError::TooLarge));
    }
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
        fill(r#"{"packetarium":1,"changes":["#, "0,", "0]}"),
        fill(r#"{"packetarium":1,"changes":["#, r#"{"node":0},"#, "0]}"),
        fill(r#"{"packetarium":1,"changes":["#, r#"{"link":{"ends":["q","r"]}},"#, "0]}"),
        fill(r#"{"packetarium":1,"changes":[{"link":{"impair":["#, "0,", "0]}}]}"),
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
        "nodes (line 1, column 26): there are more than 4096 nodes, which is the limit"
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
