//! The packet list as a person uses it: marks, times, menus, conversations, finding.

use super::find::{Progress, Search};
use super::followed::Voice;
use super::meetings::Counted;
use super::menu::What;
use super::*;
use crate::State;
use crate::command::Look;
use crate::inspect::Inspected;

/// Two hosts, a ping and an echo over TCP, until nothing is under way.
fn lab() -> Lab {
    run(
        r#"{"ping": {"from": "a", "to": "b", "count": 2}}, {"at": "500ms", "echo": {"from": "b", "to": "a"}}"#,
    )
}

/// Two hosts with these runs, until nothing is under way.
fn run(runs: &str) -> Lab {
    let text = format!(
        r#"{{"packetarium": 1, "nodes": [{{"id": "a", "kind": "host", "addresses": ["10.0.0.1/24"]}},
        {{"id": "b", "kind": "host", "addresses": ["10.0.0.2/24"]}}], "links": [{{"ends": ["a", "b"]}}], "runs": [{runs}]}}"#
    );
    let mut lab = Lab::new(scenario::Scenario::parse(&text).unwrap());
    let mut now_ms = 0.0;
    while lab.state() != State::Quiet {
        now_ms += 16.7;
        lab.tick(now_ms, true, &mut || true);
        lab.follow(&mut || true);
    }
    lab
}

fn opened(lab: &mut Lab) {
    let recording = capture::read(lab.pcapng().unwrap()).unwrap();
    lab.perform(Look::Observe(Observe::Open("file.pcapng".into(), Rc::new(recording)))).unwrap();
    lab.follow(&mut || true);
}

fn number_of(lab: &Lab, info: &str) -> usize {
    let trace = lab.packets().trace();
    (0..trace.count()).find(|&number| lab.line(number).unwrap().info.contains(info)).expect(info)
}

fn choose(lab: &mut Lab, number: usize, text: &str) {
    let menu = lab.packet_menu(number).unwrap();
    let entry = menu.iter().find(|entry| entry.text.starts_with(text)).unwrap_or_else(|| panic!("{menu:?}"));
    match entry.what.clone() {
        What::Look(look) => lab.perform(look).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_marked_packet_stays_marked_at_another_place_and_is_gone_to() {
    let mut lab = lab();
    let syn = number_of(&lab, "[SYN]");
    choose(&mut lab, syn, "Mark");
    assert!(lab.line(syn).unwrap().marked && lab.view().pins.is_marked(lab.line(syn).unwrap().row.transit));
    choose(&mut lab, 0, "Go to the next marked packet");
    assert_eq!(lab.selected_packet(), Some(syn));
    let direction = lab.places()[3].0;
    lab.perform(Look::Observe(Observe::At(direction))).unwrap();
    lab.follow(&mut || true);
    let there = number_of(&lab, "[SYN]");
    assert!(lab.line(there).unwrap().marked);
    choose(&mut lab, there, "Remove the mark");
    assert!(lab.view().pins.is_empty());
}

#[test]
fn times_count_from_the_chosen_packet() {
    for is_opened in [false, true] {
        let mut lab = lab();
        if is_opened {
            opened(&mut lab);
        }
        let reply = number_of(&lab, "ping) reply");
        let before = lab.line(reply).unwrap();
        choose(&mut lab, reply, "Count times from here");
        let (line, first) = (lab.line(reply).unwrap(), lab.line(0).unwrap());
        assert_eq!((line.time.as_str(), line.is_reference), ("0.000\u{a0}000", true));
        assert!(first.time.starts_with('−') && first.time.ends_with(&before.time), "{}", first.time);
        choose(&mut lab, reply, "Count times from the start again");
        assert_eq!(lab.line(reply).unwrap().time, before.time);
    }
}

#[test]
fn a_menu_filters_for_the_conversation_and_for_each_address() {
    let mut lab = lab();
    let syn = number_of(&lab, "[SYN]");
    choose(&mut lab, syn, "Show only this conversation");
    assert_eq!(&**lab.packets().applied(), "tcp.stream == 0");
    choose(&mut lab, syn, "Show only 10.0.0.2");
    assert_eq!(&**lab.packets().applied(), "ip.addr == 10.0.0.2");
    let arp = number_of(&lab, "Who has");
    choose(&mut lab, arp, "Show only this conversation");
    assert_eq!(lab.packets().fault(), None);
    let reply = number_of(&lab, "ping) reply");
    choose(&mut lab, reply, "Go to packet 3, which it answers");
    assert_eq!(lab.selected_packet(), Some(2));
}

#[test]
fn a_connection_is_read_as_what_its_two_ends_said() {
    for is_opened in [false, true] {
        let mut lab = lab();
        if is_opened {
            opened(&mut lab);
        }
        assert!(lab.followed(0).is_none(), "ARP is no conversation of two programs");
        let followed = lab.followed(number_of(&lab, "[SYN]")).unwrap();
        assert_eq!(
            (followed.title.as_str(), followed.filter.as_str()),
            ("TCP connection 0", "tcp.stream == 0")
        );
        assert!(followed.ends[0].starts_with("10.0.0.2:") && followed.ends[1].starts_with("10.0.0.1:7, "));
        let (both, is_cut) = followed.paragraphs(Voice::Both);
        assert!(!is_cut && both.first().unwrap().0 && both.iter().any(|(forward, _)| !forward));
        let [said, answered] = [0, 1].map(|end| followed.text(Voice::One(end)));
        assert_eq!(said, answered, "an echo");
        assert!(!said.is_empty());
    }
}

#[test]
fn a_text_is_found_from_the_selected_packet_on_and_around_the_end() {
    let mut lab = lab();
    let syn = number_of(&lab, "[SYN]");
    let find = |lab: &Lab, text: &str, forward| {
        let mut search = Search::new(lab, text, forward);
        loop {
            match search.look(lab, 2) {
                Progress::GoOn => {}
                other => break other,
            }
        }
    };
    assert_eq!(find(&lab, "  [syn]", true), Progress::Found(syn));
    assert_eq!(find(&lab, "who has", false), Progress::Found(0));
    assert_eq!(find(&lab, "no such words", true), Progress::Nothing);
    assert_eq!(find(&lab, " ", true), Progress::Nothing);
    lab.perform(Look::Packet(syn)).unwrap();
    assert_eq!(find(&lab, "[SYN]", true), Progress::Found(syn), "around");
    let Progress::Found(next) = find(&lab, "tcp", true) else { panic!("the handshake goes on") };
    assert_eq!(next, syn + 1);
    let Progress::Found(last) = find(&lab, "who has", false) else { panic!("it has a neighbor to ask for") };
    assert!(last < syn);
}

#[test]
fn the_detail_counts_from_the_beginning_of_the_connection_as_the_list_does() {
    for is_opened in [false, true] {
        let mut lab = lab();
        if is_opened {
            opened(&mut lab);
        }
        let trace = lab.packets().trace();
        let data = (0..trace.count()).rfind(|&number| trace.row(number).unwrap().notes.len > 0).unwrap();
        let notes = trace.row(data).unwrap().notes;
        lab.perform(Look::Packet(data)).unwrap();
        let Some(Inspected::Frame(sheet)) = lab.view().inspected.as_deref().cloned() else {
            panic!("a frame")
        };
        let tcp = sheet.dissection.layer("TCP").unwrap();
        for (key, number) in
            [("tcp.seq", notes.seq), ("tcp.ack", notes.ack), ("tcp.window_size", notes.window)]
        {
            let field = tcp.field(key).unwrap();
            assert_eq!(field.value, number.to_string());
            assert_eq!(sheet.filter_of(field), Some(format!("{key} == {number}")));
        }
        assert_eq!(sheet.facts[0], ("Packet", (data + 1).to_string()));
    }
}

#[test]
fn the_last_fragment_has_the_packet_that_it_completes() {
    let mut lab = run(r#"{"ping": {"from": "a", "to": "b", "count": 1, "size": "4000B", "fragment": true}}"#);
    let request = number_of(&lab, "request");
    lab.perform(Look::Packet(request)).unwrap();
    let Some(Inspected::Frame(sheet)) = lab.view().inspected.as_deref().cloned() else { panic!("a frame") };
    let (bytes, whole) = sheet.whole.clone().expect("its last piece");
    assert!(whole.layers[0].name == "ICMP" && bytes.len() > 4000, "{whole}");
}

#[test]
fn a_capture_shows_who_spoke_with_whom_and_the_selected_packet_between_them() {
    let mut lab = lab();
    opened(&mut lab);
    let meetings = |lab: &Lab| Counted::of(lab).meetings(lab).unwrap();
    let all = meetings(&lab);
    let names: Vec<_> = all.peers.iter().map(|peer| peer.name.as_str()).collect();
    assert!(names.starts_with(&["10.0.0.1", "10.0.0.2"]), "{names:?}");
    assert!(all.peers.iter().all(|peer| (0.0..1.0).contains(&peer.turn)));
    let pair = &all.meetings[0];
    assert_eq!((pair.between, pair.share), ([0, 1], 1.0));
    assert!(pair.words.starts_with("10.0.0.1 and 10.0.0.2: "), "{}", pair.words);
    assert!(all.meetings.iter().any(|meeting| meeting.words.contains("ff:ff:ff:ff:ff:ff")), "ARP asks all");
    assert_eq!(all.selected, None);

    lab.perform(Look::Observe(Observe::Filter(pair.filter.clone()))).unwrap();
    lab.follow(&mut || true);
    let few = meetings(&lab);
    assert_eq!((few.peers.len(), few.meetings.len(), &few.meetings[0].words), (2, 1, &pair.words));
    let reply = number_of(&lab, "ping) reply");
    lab.perform(Look::Packet(reply)).unwrap();
    let passing = meetings(&lab).selected.unwrap();
    assert_eq!((passing.between, passing.label.as_str()), ([1, 0], "echo reply 1"));
    lab.perform(Look::Observe(Observe::Close)).unwrap();
    assert!(Counted::of(&lab).meetings(&lab).is_none() && !lab.view().is_capture);
}
