use super::impair::Kind;
use super::*;
use netlab::topology::{End, Link, LinkId, NodeId, NodeKind, Port, Topology};
use proptest::prelude::*;
use scenario::Scenario;
use scenario::quantity::show_rate;
use wire::impair::Impairment;
use wire::preset::presets;

fn example(number: usize) -> Scenario {
    crate::samples::numbered(number)
}

/// Everything that a switch, a router, a link and their ports can have.
fn everything() -> Scenario {
    let text = r#"{"packetarium":1,"nodes":[
        {"id":"h","kind":"host","slaac":true},
        {"id":"s","kind":"switch","stp":{"priority":4096,"hello":"1s","max_age":"6s","forward_delay":"4s"},"snooping":true,"ageing":"10s"},
        {"id":"r","kind":"router","routes":[{"to":"default","via":"10.0.0.9"},{"to":"10.9.0.0/16","via":"10.0.0.8","metric":3},{"to":"2001:db8::/32","via":"fd00::2"}],
          "rip":{"split_horizon":"off","triggered":false,"update":"5s","timeout":"30s","garbage":"20s"},
          "nat":{"forwards":[{"tcp":8080,"to":"10.0.0.7","port":80},{"udp":53,"to":"10.0.0.7"}]},
          "filter":{"rules":[{"allow":"tcp","from":"10.0.0.0/24","to":"10.0.1.7/32","ports":"20-25","in":"s"},{"reject":"icmp"},{"deny":"all","in":"q"}],"otherwise":"deny"}},
        {"id":"q","kind":"router","rip":true}],
        "links":[
        {"ends":["h","s"],"queue":["50 frames",{"size":"64KiB","codel":{"target":"3ms","interval":"50ms"}}],"ports":{"s":{"vlan":20,"edge":true,"cost":7,"priority":16,"mtu":1500,"up":false},"h":{"duplex":"half"}},
         "impair":[{"loss":0.1,"max_size":"100B"},{"loss":0.1,"correlation":0.25,"from":"h"},{"frame_size":"1000B"},{"trailing":9},{"silence":{"after":"1kB","for":"1s"}},{"down":true,"from":"s"}]},
        {"ends":["s","r"],"queue":{"size":"100 frames","red":{"min":"10 frames","max":"50 frames","probability":0.02,"weight":4}},
         "ports":{"s":{"trunk":[10,20],"native":null},"r":{"addresses":["10.0.0.1/24"],"vlans":{"10":["10.0.10.1/24","fd00:10::1/64"],"20":[]},"outside":true,"advertise":false,"rip":false,"mtu":1400,"mac":"02:00:00:00:00:99"}},
         "impair":[{"outage":{"at":"1s","for":"1s","every":"5s"}},{"burst":{"to_bad":0.01,"to_good":0.3,"loss":0.9,"good_loss":0.001}},{"every":7},{"frame":3}]},
        {"ends":["q","r"],"ports":{"q":{"addresses":["10.0.2.2/24"]},"r":{"addresses":["10.0.2.1/24"]}},
         "impair":[{"duplicate":0.1,"correlation":0.5},{"corrupt":0.1},{"jitter":"3ms","distribution":"pareto","overtakes":true,"from":"r"},{"reorder":0.1,"gap":5}]}]}"#;
    Scenario::parse(text).unwrap()
}

fn of_link(scenario: &Scenario, id: u32) -> (ItemForm, &Topology, &Link) {
    let (topology, link) = (&scenario.topology, scenario.topology.link(LinkId(id)));
    (ItemForm::of_link(topology, link), topology, link)
}

fn field(groups: &[Group], key: &str) -> Field {
    let fields = groups.iter().flat_map(|group| &group.fields);
    fields.into_iter().find(|field| field.key == key).unwrap_or_else(|| panic!("{key}")).clone()
}

#[test]
fn a_form_reads_back_as_the_settings_it_shows() {
    let examples = scenario::examples().iter().map(|example| example.scenario());
    for scenario in examples.chain([everything()]) {
        for id in scenario.topology.node_ids() {
            let kind = &scenario.topology.node(id).kind;
            assert_eq!(ItemForm::of_node(&scenario, id).node(&scenario, id).as_ref(), Ok(kind));
        }
        for id in 0..scenario.topology.links.len() as u32 {
            let (form, _, link) = of_link(&scenario, id);
            assert_eq!(form.link(&scenario, link), Ok((link.ways.clone(), link.ports.clone())));
            assert_eq!(form.duplex(), link.duplex);
        }
    }
}

#[test]
fn errors_are_reported_at_their_fields() {
    let scenario = example(0);
    let keys = |wrong: Vec<Wrong>| {
        let mut keys: Vec<_> = wrong.into_iter().map(|(key, _)| key).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    let mut form = ItemForm::of_node(&scenario, NodeId(0));
    for (key, value) in
        [("addresses", "10.0.0.1"), ("gateway", "10.9.9.9"), ("mtu", "big"), ("tx_buffer", "5")]
    {
        form.put(key, value);
    }
    assert_eq!(keys(form.node(&scenario, NodeId(0)).unwrap_err()), ["addresses", "mtu", "tx_buffer"]);
    let (mut form, _, link) = of_link(&scenario, 0);
    form.put("rate", "fast");
    form.put("loss", "101");
    assert_eq!(keys(form.link(&scenario, link).unwrap_err()), ["loss", "rate"]);

    let scenario = everything();
    let (mut form, _, link) = of_link(&scenario, 1);
    for (key, value) in [("port0.trunk", "10, 5000"), ("port1.vlans", "10: 10.0.10.1"), ("min", "3s")] {
        form.put(key, value);
    }
    form.impairments[0].set("at", "later".into());
    form.impairments[1].set("impair.1.to_bad", "200".into());
    let wrong = form.link(&scenario, link).unwrap_err();
    assert_eq!(keys(wrong.clone()), ["impair.0.at", "impair.1.to_bad", "min", "port0.trunk", "port1.vlans"]);
    let vlan = wrong.iter().find(|(key, _)| key == "port1.vlans").unwrap();
    assert!(vlan.1.starts_with("line 1: "), "{vlan:?}");
}

#[test]
fn a_malformed_line_is_reported_with_its_number_and_an_example() {
    let scenario = everything();
    let router = NodeId(2);
    for (key, typed, says) in [
        ("routes", "10.0.2.0/24 via 10.0.12.2\n\n10.0.3.0/24", "line 3: write a network and the next hop"),
        ("routes", "\n10.0.3.0/99 via 10.0.12.2", "line 2: "),
        ("forwards", "sctp 80 to 10.0.0.1", "line 1: write the outside port"),
        ("forwards", "tcp 80 to fd00::1", "line 1: "),
        ("rules", "allow all\nblock tcp", "line 2: begin with allow, deny or reject"),
        ("rules", "deny tcp ports", "line 1: write a value after “ports”"),
        ("rules", "deny tcp in nowhere", "line 1: no node has the id \"nowhere\""),
        ("rules", "\ndeny tcp from 10.0.0.0/99", "line 2: "),
    ] {
        let mut form = ItemForm::of_node(&scenario, router);
        form.put(key, typed);
        let wrong = form.node(&scenario, router).unwrap_err();
        assert!(wrong.iter().any(|(at, what)| at == key && what.starts_with(says)), "{typed}: {wrong:?}");
    }
}

#[test]
fn rules_are_shown_in_the_syntax_in_which_they_are_typed() {
    let scenario = everything();
    let form = ItemForm::of_node(&scenario, NodeId(2));
    assert_eq!(
        form.get("rules").unwrap(),
        "allow tcp from 10.0.0.0/24 to 10.0.1.7/32 ports 20-25 in s\nreject icmp\ndeny all in q"
    );
    assert_eq!(form.get("forwards").unwrap(), "tcp 8080 to 10.0.0.7 port 80\nudp 53 to 10.0.0.7");
    assert!(
        form.get("routes").unwrap().starts_with("default via 10.0.0.9\n10.9.0.0/16 via 10.0.0.8 metric 3\n")
    );
    let mut form = form;
    form.put("rules", "deny tcp from 10.0.0.5 port 22");
    let NodeKind::Router(config) = form.node(&scenario, NodeId(2)).unwrap() else { panic!("a router") };
    let [rule] = &config.filter.unwrap().rules[..] else { panic!("one rule") };
    assert_eq!(rule.from, Some("10.0.0.5/32".parse().unwrap()), "one address is a network of one");
    assert_eq!(rule.to_ports, Some(22..=22));
}

#[test]
fn fields_of_a_feature_disappear_when_it_is_switched_off() {
    let scenario = everything();
    let mut form = ItemForm::of_node(&scenario, NodeId(1));
    let kind = &scenario.topology.nodes[1].kind;
    let stp = field(&form.node_groups(kind), "stp");
    assert!(form.node_groups(kind)[0].fields.iter().any(|field| field.key == "priority"));
    form.set(&stp, String::new());
    assert!(!form.node_groups(kind)[0].fields.iter().any(|field| field.key == "priority"));
    let NodeKind::Switch(config) = form.node(&scenario, NodeId(1)).unwrap() else { panic!("a switch") };
    assert_eq!(config.stp, None);
}

#[test]
fn a_port_can_be_given_a_vlan_and_that_of_a_host_can_only_be_half_duplex() {
    let scenario = example(0);
    let (mut form, topology, link) = of_link(&scenario, 0);
    let groups = form.link_groups(topology, link);
    let titles: Vec<_> = groups.iter().map(|group| group.title.as_str()).collect();
    assert_eq!(titles, ["", "Port of a", "Port of s1"]);
    form.put("port1.vlan", "30");
    let (ways, ports) = form.link(&scenario, link).unwrap();
    assert_eq!(ways, link.ways);
    assert_eq!(ports[0], Port::Plain);
    assert_eq!(
        ports[1].of_switch().vlan,
        bridge::config::Membership::Access(bridge::config::Vlan::new(30).unwrap())
    );
}

#[test]
fn every_kind_of_impairment_can_be_added_with_its_defaults() {
    let scenario = example(0);
    for kind in Kind::ALL {
        let (mut form, topology, link) = of_link(&scenario, 0);
        form.impairments.push(Entry::new(kind));
        let (ways, _) = form.link(&scenario, link).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong:?}"));
        for way in &ways {
            assert_eq!(way.impairments.len(), 1, "{kind:?}");
        }
        let next = Link { ways, ..link.clone() };
        let again = ItemForm::of_link(topology, &next);
        assert_eq!(again.link(&scenario, &next), Ok((next.ways.clone(), next.ports.clone())), "{kind:?}");
    }
}

#[test]
fn every_preset_can_be_chosen() {
    let scenario = example(0);
    for preset in presets() {
        let (mut form, _, link) = of_link(&scenario, 0);
        form.take_preset(preset, End::First);
        let (ways, _) = form.link(&scenario, link).unwrap();
        let [down, up] = &preset.ways;
        assert_eq!([ways[0].line, ways[1].line], [up.line, down.line], "{}", preset.key);
        for (way, preset) in ways.iter().zip([up, down]) {
            assert_eq!(way.impairments.len(), preset.impairments.len());
            assert!(preset.impairments.iter().all(|impairment| way.impairments.contains(impairment)));
        }
    }
}

#[test]
fn a_percentage_is_a_probability_to_the_last_digit() {
    for (typed, read) in
        [("1", "0.01"), ("12.5", "0.125"), ("100", "1.00"), ("0.0000001", "0.000000001"), ("0", "0.00")]
    {
        assert_eq!(hundredth(typed).as_deref(), Some(read));
    }
    for wrong in ["101", "-1", "1e3", "one", "100.1", ""] {
        assert_eq!(hundredth(wrong), None, "{wrong}");
    }
}

#[test]
fn directions_can_differ_and_other_impairments_stay() {
    let scenario = example(0);
    let topology = &scenario.topology;
    let mut link = topology.links[0].clone();
    link.ways[1].impairments = vec![Impairment::TrailingBytes(9)];
    let mut form = ItemForm::of_link(topology, &link);
    for (key, value) in [("alike", "no"), ("rate back", "2Mbps"), ("loss back", "5 %")] {
        form.put(key, value);
    }
    let (ways, _) = form.link(&scenario, &link).unwrap();
    assert_eq!(show_rate(ways[1].line.rate.unwrap()), "2Mbps");
    assert_eq!(ways[0].line, link.ways[0].line);
    assert_eq!(ways[1].impairments.len(), 2);
    assert!(ways[0].impairments.is_empty());
    assert_eq!(ItemForm::of_link(topology, &Link { ways, ..link }).get("alike"), Some("no"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_typed_text_is_read_or_rejected(
        typed in prop::collection::vec("[ -~äß\n]{0,14}", 12), fields in prop::collection::vec(any::<prop::sample::Index>(), 12),
    ) {
        let scenario = everything();
        for id in scenario.topology.node_ids() {
            let mut form = ItemForm::of_node(&scenario, id);
            let groups = form.node_groups(&scenario.topology.node(id).kind);
            for (index, value) in fields.iter().zip(&typed) {
                form.set(index.get(&groups[0].fields), value.clone());
            }
            let _ = form.node(&scenario, id);
        }
        for id in 0..3 {
            let (mut form, topology, link) = of_link(&scenario, id);
            let all: Vec<Field> = form.link_groups(topology, link).into_iter().flat_map(|group| group.fields).collect();
            for (index, value) in fields.iter().zip(&typed) {
                form.set(index.get(&all), value.clone());
            }
            for (number, value) in typed.iter().enumerate() {
                let place = number % form.impairments.len();
                if let Some(field) = form.impairments[place].fields(place).first() {
                    form.impairments[place].set(&field.key, value.clone());
                }
            }
            let _ = form.link(&scenario, link);
        }
    }
}
