//! Labs for other programs: the same network, and nothing that a hostile scenario could put into a script.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod common;

use proptest::prelude::*;
use scenario::export::{Export, Format, export};
use scenario::{Scenario, examples};
use std::collections::BTreeSet;

const FORMATS: [Format; 3] = [Format::Containerlab, Format::Kathara, Format::Mininet];

fn text(scenario: &Scenario, format: Format) -> String {
    export(scenario, format).files.iter().map(|file| format!("{}\n{}", file.name, file.text)).collect()
}

/// What is no comment, with every word replaced by one: what a program takes for its own.
fn skeleton(Export { files, .. }: &Export) -> Vec<String> {
    let lines = files.iter().flat_map(|file| file.name.lines().chain(file.text.lines()));
    let lines = lines.filter(|line| !line.trim_start().starts_with('#'));
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    lines
        .map(|line| {
            let mut shape = String::new();
            for c in line.chars() {
                match word(c) {
                    true if shape.ends_with('x') => {}
                    true => shape.push('x'),
                    false => shape.push(c),
                }
            }
            shape
        })
        .collect()
}

#[test]
fn a_cables_peculiarities_stand_at_the_end_that_sends() {
    let scenario = Scenario::parse(common::FULL).unwrap();
    for format in FORMATS {
        let text = text(&scenario, format);
        for expected in [
            // 1.5 Mbit/s for 1.2 s are 149 frames; nothing may wait, and one is being sent.
            "root netem limit 151 delay 1203456789ns rate 1500000bit loss 0.0000001%",
            // Pulled out, and slow in one direction only.
            "root netem limit 2 delay 0us rate 1000bit loss 100%",
            "root netem limit 100000 delay 20000us loss 100%",
            // Three losses in a row: 1 - 0.5 · 0.75 · 0.75.
            "loss 71.875%",
            "Not expressed on",
            "frames of up to 100B are lost with a probability of 0.1",
            "ageing_time 6000 ",
            "ageing_time 0 ",
            "mtu 9000",
            "ip -6 addr add fd00::1/64 dev eth",
            "ip -6 route replace default via fd00::ff dev eth",
            "tcp_congestion_control=reno",
            "address 02:00:00:00:00:0a",
            "Planned at 1.000000001s: ping from a to b",
        ] {
            assert!(text.contains(expected), "{format:?}: {expected}\n{text}");
        }
    }
}

#[test]
fn every_node_and_link_is_there() {
    let campus = Scenario::parse(include_str!("fixtures/campus.json")).unwrap();
    for scenario in examples().iter().map(|example| example.scenario()).chain([campus]) {
        let [nodes, links] = [scenario.topology.nodes.len(), scenario.topology.links.len()];
        assert_eq!(text(&scenario, Format::Containerlab).matches("- endpoints: [").count(), links);
        assert_eq!(export(&scenario, Format::Kathara).files.len(), 1 + nodes);
        assert_eq!(text(&scenario, Format::Kathara).matches("]=\"cable").count(), 2 * links);
        assert_eq!(text(&scenario, Format::Mininet).matches("net.addLink(").count(), links);
        for format in FORMATS {
            assert_eq!(text(&scenario, format).matches("root netem").count(), 2 * links);
        }
    }
}

#[test]
fn names_stay_apart_and_fit() {
    let nodes: Vec<_> = ["A", "a", "a_", "-", "_", "7", "shared", &"x".repeat(60), &"x".repeat(61)]
        .iter()
        .map(|id| format!(r#"{{"id":"{id}","kind":"host"}}"#))
        .collect();
    let text = format!(r#"{{"packetarium":1,"nodes":[{}]}}"#, nodes.join(","));
    let files = export(&Scenario::parse(&text).unwrap(), Format::Kathara).files;
    let names: BTreeSet<_> =
        files.iter().skip(1).map(|file| file.name.trim_end_matches(".startup")).collect();
    assert_eq!(names.len(), 9);
    assert!(!names.contains("shared"), "Kathará would run it everywhere");
    for name in names {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(name.len() <= 30 && name.chars().all(plain) && !name.starts_with('_'), "{name}");
    }
}

#[test]
fn an_empty_scenario_is_an_empty_lab() {
    for format in FORMATS {
        let lab = export(&Scenario::default(), format);
        assert_eq!((&lab.name[..], lab.files.len()), ("packetarium", 1));
    }
}

#[test]
fn a_comment_cannot_state_an_encoding() {
    let title = "coding: utf-7".to_owned();
    let python = text(&Scenario { title, ..Scenario::default() }, Format::Mininet);
    assert_eq!(
        python.lines().nth(2),
        Some("# -*- coding: utf-8 -*-"),
        "only one of the first two lines can (PEP 263)"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hostile_scenario_puts_nothing_but_words_into_a_lab(
        texts in prop::collection::vec(
            prop_oneof![
                any::<String>(),
                "[\"'\\\\\\n\\r$`;#: \u{b}\u{85}\u{2028}\u{feff}{}\\[\\]&|!%*a-c-]{0,12}",
            ],
            16,
        ),
        example in 0..6usize,
    ) {
        let harmless = examples()[example].scenario();
        // Not checked.
        let mut hostile = harmless.clone();
        hostile.title = texts[0].clone();
        hostile.description = Some(texts[1].clone());
        for (number, id) in hostile.ids.iter_mut().enumerate() {
            id.clone_from(&texts[2 + number]);
            hostile.topology.nodes[number].name.clone_from(&texts[15 - number]);
        }
        for format in FORMATS {
            let [hostile, harmless] = [&hostile, &harmless].map(|scenario| export(scenario, format));
            prop_assert_eq!(skeleton(&hostile), skeleton(&harmless));
            for file in &hostile.files {
                let ends = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
                prop_assert!(!file.text.replace('\n', "").contains(ends), "{}", file.text);
                prop_assert!(file.name.len() < 50 && !file.name.contains(['/', '\\']) && !file.name.starts_with('.'));
            }
        }
    }
}

#[test]
fn later_changes_are_reported_as_left_out() {
    let scenario = Scenario::parse(common::FULL).unwrap();
    for (_, format) in Format::ALL {
        let text = text(&scenario, format);
        assert!(text.contains(
            "# Not expressed: 15 changes of the running network. This is the network as it is at the start."
        ));
        assert!(text.contains("# Planned at 2.5s: ping from new to b"), "{text}");
        assert!(!text.contains("10.0.0.33"), "a host that is added later");
    }
}

#[test]
fn routers_and_vlans_are_linux_machines() {
    let scenario = Scenario::parse(common::FULL).unwrap();
    for (_, format) in Format::ALL {
        let text = text(&scenario, format);
        for expected in [
            "net.ipv4.ip_forward=1",
            "address 02:00:00:00:00:1a",
            "ip route replace 0.0.0.0/0 via 10.9.1.2 metric 1",
            "ip -6 route replace fd09::/32 via fd00:9::2 metric 7",
            " type vlan id 10",
            "-j MASQUERADE",
            " -d 10.0.0.253/32 -p tcp --dport 8081 -j DNAT --to-destination 10.9.0.3:81",
            "iptables -A FORWARD -p tcp -i eth",
            " -s 10.0.0.0/8 -d 10.9.0.0/16 --dport 1000:2000 -j DROP",
            "ip6tables -A FORWARD -j DROP",
            "iptables -A FORWARD -p icmp -s 10.0.0.9/32 -j REJECT --reject-with icmp-admin-prohibited",
            "vlan_filtering 1",
            "priority 4096 hello_time 100 max_age 1000 forward_delay 600",
            "mcast_snooping 1 stp_state 1",
            " vid 1-4094",
            " vid 30 pvid untagged",
            "FRR has it",
            "fd00:9::/64 is advertised to hosts; radvd does that.",
            "accept_ra=2",
            "random early detection",
            "controlled delay",
            // What both directions have, and what only one has.
            " delay 1000us 5000us 75% distribution normal rate 100000000bit loss 12.5% 25% duplicate 2% 50% corrupt 0.1% 0% \
             reorder 35% 6.25% gap 5",
            "one frame of 10 is lost",
            "frame 17 is lost",
            "from 3s on nothing passes for 2s, every 10s",
            "a second model of loss",
            "Planned at 3s: multicast from a to 239.1.2.3",
        ] {
            assert!(text.contains(expected), "{format:?}: {expected}\n{text}");
        }
        assert!(!text.contains("ip6tables -t nat"));
    }
}

#[cfg(feature = "services")]
#[test]
fn what_services_a_lab_leaves_out_is_said() {
    let scenario = Scenario::parse(
        r#"{"packetarium": 1, "nodes": [{"id": "a", "kind": "host", "addresses": "dhcp", "dns": "10.0.0.1"},
            {"id": "b", "kind": "host", "addresses": ["10.0.0.1/24"], "services": {"echo": true}},
            {"id": "r", "kind": "router", "services": {"relay": "10.0.0.1"}}],
            "links": [{"ends": ["a", "r"]}, {"ends": ["b", "r"]}],
            "runs": [{"at": "2s", "command": {"on": "a", "line": "ping 10.0.0.1"}}]}"#,
    );
    for format in FORMATS {
        let text = text(scenario.as_ref().unwrap(), format);
        for expected in [
            "Not expressed: its address by DHCP",
            "Not expressed: its DNS servers, 10.0.0.1.",
            "Not expressed: its services (DHCP, DNS, HTTP and others)",
            "Not expressed: its services (DHCP, DNS);",
            "Planned at 2s on a: ping 10.0.0.1",
        ] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
}
