use super::suggest::{of_packet, of_results, of_tables};
use super::*;
use crate::Verdict;
use crate::check::check;
use netlab::topology::NodeId;
use netlab::{Duration, Instant};

/// Hosts at a switch with a spanning tree, a router that translates addresses, a server with names, a host that asks for an address.
const DOCUMENT: &str = r#"{
  "packetarium": 1, "title": "Two networks", "description": "A {small} office.",
  "nodes": [
    {"id": "a", "kind": "host", "addresses": ["10.0.1.1/24"], "gateway": "10.0.1.254", "dns": "192.0.2.80"},
    {"id": "b", "kind": "host", "addresses": ["10.0.1.2/24"], "gateway": "10.0.1.254"},
    {"id": "s1", "kind": "switch", "stp": true},
    {"id": "s2", "kind": "switch", "stp": true},
    {"id": "r1", "kind": "router", "nat": true, "services": {"dhcp": {"pool": "10.0.1.100-10.0.1.110"}}},
    {"id": "new", "kind": "host"},
    {"id": "web", "kind": "host", "addresses": ["192.0.2.80/24"],
     "services": {"http": {"pages": {"/": "hello"}}, "dns": {"zone": {"www.example.test": {"a": "192.0.2.80"}}}}}
  ],
  "links": [
    {"ends": ["a", "s1"], "delay": "1ms"}, {"ends": ["b", "s1"], "delay": "1ms", "impair": [{"every": 4}]},
    {"ends": ["s1", "s2"], "delay": "1ms"}, {"ends": ["s1", "s2"], "delay": "1ms"}, {"ends": ["new", "s2"], "delay": "1ms"},
    {"ends": ["s1", "r1"], "delay": "1ms", "ports": {"r1": {"addresses": ["10.0.1.254/24"]}}},
    {"ends": ["r1", "web"], "delay": "2ms", "ports": {"r1": {"addresses": ["192.0.2.1/24"], "outside": true}}}
  ],
  "runs": [
    {"at": "5s", "ping": {"from": "a", "to": "b", "count": 3}},
    {"at": "6s", "command": {"on": "new", "line": "dhclient"}},
    {"at": "8s", "command": {"on": "a", "line": "curl http://www.example.test/"}},
    {"at": "9s", "connect": {"from": "b", "to": "web", "port": 9}},
    {"at": "10s", "traceroute": {"from": "a", "to": "web"}},
    {"at": "11s", "command": {"on": "b", "line": "ping -c 1 10.0.1.77"}}
  ]
}"#;

/// What a learner is to bring about here.
const PLAIN: &str = r#"{"packetarium": 1, "title": "A ping",
  "nodes": [{"id": "a", "kind": "host", "addresses": ["10.0.7.5/24"], "gateway": "10.0.7.1"},
            {"id": "r", "kind": "router"}, {"id": "b", "kind": "host", "addresses": ["192.0.2.9/24"], "gateway": "192.0.2.1"}],
  "links": [{"ends": ["a", "r"], "delay": "3ms", "ports": {"r": {"addresses": ["10.0.7.1/24"]}}},
            {"ends": ["r", "b"], "delay": "1ms", "ports": {"r": {"addresses": ["192.0.2.1/24"]}}}]}"#;

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text).unwrap_or_else(|faults| panic!("{}", faults[0]))
}

fn second(second: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(second)
}

/// The draft's network, after these acts.
fn played(draft: &Draft, acts: &str, until: Instant) -> Play {
    let mut tried = draft.clone();
    tried.lesson.put("goals", Tree::object());
    tried.lesson.put("steps", Tree::List(vec![Tree::of([("id", Tree::text("x"))])]));
    tried.lesson.take("wrong");
    tried.lesson.put("solution", Tree::read(acts).unwrap());
    let lesson = Rc::new(tried.lesson().unwrap_or_else(|faults| panic!("{}", faults[0])));
    let mut play = Play::new(lesson.clone()).unwrap();
    play.perform(&lesson.solution).unwrap();
    play.run_through(until);
    play
}

/// A lesson with a step, a solution and texts.
fn written() -> Draft {
    let mut draft = Draft::begin(&scenario(PLAIN), "en");
    for (key, text) in [
        ("summary", "A first ping."),
        ("why", "So says [RFC 792](rfc:792)."),
        ("step.step-1.title", "Ping"),
        ("step.step-1.text", "Ping b from a, at 10.0.7.5."),
    ] {
        draft.set_text(key, text);
    }
    let play = played(&draft, r#"[{"wait": "1s"}, {"type": "ping -c 1 192.0.2.9", "on": "a"}]"#, second(5));
    let (world, network) = (play.world(), play.judge().lesson().scenario.clone());
    let reply = world.history().transits().find(|transit| &*dissect::label(&transit.frame) == "echo reply 1");
    let offered = of_packet(world, &network, reply.unwrap().id);
    assert_eq!(offered[0].text, "echo reply from b arrives at a.");
    draft.add_goal(0, &offered[0]).unwrap();
    let acts = draft.acts(play.scenario()).unwrap();
    draft.set_solution(acts);
    draft
}

fn errors(draft: &Draft) -> Vec<String> {
    let findings = check(&draft.files("")).into_iter();
    findings.filter(|finding| finding.is_error).map(|finding| finding.message).collect()
}

#[test]
fn each_goal_that_is_offered_is_fulfilled_by_what_it_was_made_of() {
    let draft = Draft::begin(&scenario(DOCUMENT), "en");
    let play = played(&draft, "[]", second(20));
    let (world, network) = (play.world(), draft.network().unwrap());
    let mut offered = Vec::new();
    let packets = world.history().transits().map(|transit| transit.id).collect::<Vec<_>>();
    offered.extend(packets.into_iter().flat_map(|packet| of_packet(world, &network, packet)));
    for number in 0..network.ids.len() {
        for at in [4, 7, 9, 20] {
            offered.extend(of_tables(world, &network, NodeId(number as u32), second(at)));
        }
    }
    offered.extend(of_results(world, &network, second(20)));
    let mut distinct: Vec<Suggestion> = Vec::new();
    for one in offered {
        if !distinct.iter().any(|other| other.goal == one.goal) {
            distinct.push(one);
        }
    }
    let kinds = [
        "frames", "mac", "neighbor", "route", "nat", "address", "gateway", "stp", "root", "socket", "lease",
        "name", "run", "command",
    ];
    for kind in kinds.into_iter().filter(|kind| !matches!(*kind, "address" | "gateway")) {
        assert!(distinct.iter().any(|one| one.goal.get(kind).is_some()), "no goal about {kind}");
    }
    for fate in ["delivered", "lost", "dropped"] {
        let has = |one: &Suggestion| one.goal.get("fate").and_then(Tree::as_text) == Some(fate);
        assert!(distinct.iter().any(has), "no frame that is {fate}");
    }
    for some in distinct.chunks(GOALS_MAX) {
        let mut draft = draft.clone();
        some.iter().for_each(|one| _ = draft.add_goal(0, one).unwrap());
        let lesson = draft.lesson().unwrap_or_else(|faults| panic!("{}", faults[0]));
        let mut play = Play::new(Rc::new(lesson)).unwrap();
        play.run_through(second(20));
        for (number, one) in some.iter().enumerate() {
            let verdict = play.judge().verdict(number);
            assert!(
                matches!(verdict, Verdict::Fulfilled { .. }),
                "{}: {}: {verdict:?}",
                one.text,
                one.goal.compact()
            );
        }
    }
}

#[test]
fn what_is_written_by_doing_it_passes_the_check_and_comes_back_from_its_link_and_its_folder() {
    let mut draft = written();
    assert_eq!(errors(&draft), [""; 0]);
    let goal = r#"{"frames":"icmp && ip.src == 192.0.2.9 && ip.dst == 10.0.7.5 && icmp.type == 0","to":"a","fate":"delivered"}"#;
    assert_eq!(draft.goal(&draft.goals_of(0)[0]).as_deref(), Some(goal));
    assert_eq!(draft.text("summary"), "A first ping.");

    let wrong = played(&draft, r#"[{"wait": "1s"}, {"type": "ping -c 1 10.0.7.99", "on": "a"}]"#, second(9));
    let acts = draft.acts(wrong.scenario()).unwrap();
    assert_eq!(draft.add_wrong(acts).unwrap(), draft.goals_of(0));
    let right = draft.lesson.get("solution").unwrap().elements().to_vec();
    assert!(draft.add_wrong(right).unwrap_err().0.contains("all goals"));
    assert_eq!(check(&draft.files("")), []);

    let shared = link::decode(&draft.link("").unwrap()).unwrap();
    assert_eq!(shared.drawn(SEED).unwrap(), draft.lesson().unwrap());
    let [(lesson, json), (texts, text)] = &draft.folder()[..] else { panic!() };
    assert_eq!((lesson.as_str(), texts.as_str()), ("a-ping/lesson.json", "a-ping/en.json"));
    assert_eq!(Lesson::read(json, SEED).unwrap(), draft.lesson().unwrap());
    let reopened = Draft::read(json, text, "en").unwrap();
    assert_eq!(reopened.lesson, draft.lesson);
    assert_eq!(Draft::from_text(&reopened.to_text()), Some(reopened));
}

#[test]
fn a_network_that_varies_is_solved_with_every_students_values() {
    let mut draft = written();
    assert_eq!(
        draft.networks().iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.0.7.0/24", "192.0.2.0/24"]
    );
    for network in draft.networks() {
        draft.vary_network(network).unwrap();
    }
    assert_eq!(draft.networks(), []);
    assert_eq!(errors(&draft), [""; 0], "played with four drawings");
    assert!(draft.goal(&draft.goals_of(0)[0]).unwrap().contains("ip.dst == {address(host(lan, 5))}"));
    assert_eq!(draft.text("step.step-1.text"), "Ping b from a, at {address(host(lan, 5))}.");
    let networks = |seed| Lesson::read(&draft.lesson.compact(), seed).unwrap().scenario.to_compact_json();
    assert_ne!(networks(1), networks(2));

    // What is done and pointed at in the drawn network is written with its variables.
    let b = draft.network().unwrap();
    let NodeId(number) = b.node("b").unwrap();
    let address = b.write_node(NodeId(number)).to_json();
    let address =
        address.split('"').find(|text| text.contains('/')).unwrap().split('/').next().unwrap().to_owned();
    let acts = format!(r#"[{{"type": "ping -c 2 {address}", "on": "a"}}]"#);
    let play = played(&draft, &acts, second(9));
    let acts = draft.acts(play.scenario()).unwrap();
    draft.set_solution(acts);
    assert!(draft.lesson.compact().contains("ping -c 2 {address(host(lan2, 9))}"));
    let results = of_results(play.world(), &b, second(9));
    let id = draft.add_goal(0, &results[0]).unwrap();
    assert!(draft.goal(&id).unwrap().contains("{address(host(lan2, 9))}"));
    assert_eq!(errors(&draft), [""; 0]);

    let before = draft.network().unwrap();
    draft.fix_values().unwrap();
    assert_eq!(draft.variables().count(), 0);
    assert_eq!(draft.network().unwrap(), before);
    assert_eq!(errors(&draft), [""; 0]);
}

#[test]
fn a_word_that_varies_is_one_of_its_values() {
    let mut draft = Draft::begin(&scenario(PLAIN), "en");
    draft.vary_word("slow", "3ms", &["50ms", "200ms"]).unwrap();
    assert!(draft.lesson.compact().contains(r#""delay":"{slow}""#));
    let delays: Vec<_> =
        (0..20).map(|seed| Lesson::read(&draft.lesson.compact(), seed).unwrap().scenario).collect();
    assert!(delays.iter().any(|network| *network != delays[0]));
    for (name, word, others) in [
        ("x", "7ms", &["1s"][..]),
        ("x", "{slow}", &["1s"]),
        ("x", "50ms", &[]),
        ("X y", "3ms", &["2ms"]),
        ("x", "a", &["c"]),
    ] {
        assert!(draft.vary_word(name, word, others).is_err(), "{word}");
    }
}

#[test]
fn steps_are_added_moved_and_removed_with_what_belongs_to_them() {
    let mut draft = written();
    let goal = draft.goals_of(0)[0].clone();
    assert_eq!(draft.add_step(0).unwrap(), 1);
    draft.set_hints(1, 2);
    draft.set_text("step.step-2.hint2", "Look.");
    draft.move_step(0, 1);
    assert_eq!(draft.step_ids().collect::<Vec<_>>(), ["step-2", "step-1"]);
    draft.set_hints(0, 1);
    assert_eq!((draft.hints(0), draft.text("step.step-2.hint2")), (1, ""));
    let allowed = Allowed {
        nodes: vec!["a".into(), "b.gateway".into()],
        links: vec![["a".into(), "r".into()]],
        add: true,
        all: false,
    };
    draft.allow(0, &allowed);
    assert_eq!(draft.allowed(0), allowed);
    assert!(draft.lesson().unwrap().steps[0].edit.add);
    draft.allow(0, &Allowed::default());
    assert_eq!(draft.allowed(0), Allowed::default());
    let wrong = played(&draft, r#"[{"type": "ping -c 1 10.0.7.99", "on": "a"}]"#, second(9));
    let acts = draft.acts(wrong.scenario()).unwrap();
    draft.add_wrong(acts).unwrap();
    draft.remove_step(1);
    assert_eq!((draft.goal_count(), draft.goal(&goal), draft.text("step.step-1.title")), (0, None, ""));
    assert!(draft.lesson().unwrap().wrong[0].unsolved);
    draft.remove_step(0);
    assert_eq!(draft.step_ids().len(), 1, "one is left");
    draft.remove_wrong(0);
    assert!(draft.wrong().is_empty() && draft.lesson.get("wrong").is_none());
}

#[test]
fn braces_of_a_command_are_no_places_of_variables() {
    let mut draft = Draft::begin(&scenario(PLAIN), "en");
    draft.set_solution(vec![Tree::read(r#"{"type": "echo {a}", "on": "a"}"#).unwrap()]);
    let crate::act::Act::Type(_, line) = &draft.lesson().unwrap().solution[0] else { panic!() };
    assert_eq!(line, "echo {a}");
}

#[test]
fn what_was_planned_can_be_left_to_the_learner() {
    let mut draft = Draft::begin(&scenario(DOCUMENT), "en");
    assert_eq!(draft.planned(), 6);
    draft.plan_nothing();
    assert_eq!((draft.planned(), draft.network().unwrap().runs.len()), (0, 0));
    assert_eq!(draft.text("summary"), "A {{small}} office.");
}

#[test]
fn no_draft_becomes_larger_than_a_lesson_may_be() {
    let mut draft = written();
    let goal = of_results(
        played(&draft, r#"[{"type": "ping -c 1 192.0.2.9", "on": "a"}]"#, second(3)).world(),
        &draft.network().unwrap(),
        second(3),
    )[0]
    .clone();
    while draft.add_step(0).is_ok() {}
    while draft.add_goal(0, &goal).is_ok() {}
    assert_eq!((draft.step_ids().len(), draft.goal_count()), (STEPS_MAX, GOALS_MAX));
    for number in 0..400 {
        draft.set_text(&format!("glossary.x{number}"), &"é\"\n".repeat(TEXT_CHARS_MAX));
    }
    let lesson = draft.lesson().unwrap();
    assert_eq!((lesson.steps.len(), lesson.goals.len()), (STEPS_MAX, GOALS_MAX));
    assert!(Draft::from_text(&draft.to_text()).is_some());
    assert!(draft.text("glossary.x0").len() > 3_000 && draft.text("glossary.x399").is_empty());
}

#[test]
fn what_was_kept_by_another_program_is_no_draft() {
    for text in ["", "en", "en\n{}", "en\n[]\n{}", "en\n{\n{}", "en\n{}\n[]", "en\n7\n{}"] {
        assert_eq!(Draft::from_text(text), None, "{text}");
    }
    let draft = Draft::from_text("en\n{}\n{}").unwrap();
    assert_eq!((draft.step_ids().len(), draft.id(), draft.planned()), (1, "", 0));
    assert!(draft.network().is_err() && draft.lesson().is_err());
}
