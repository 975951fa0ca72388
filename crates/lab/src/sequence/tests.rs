use super::lanes::Lanes;
use super::sheet::{CAPSULE, Measure, Sheet, Stroke};
use super::*;
use crate::State;
use crate::packets::Observe;
use proptest::prelude::*;

const REM: f64 = 16.0;
const WIDTH: f64 = 900.0;
const ALL: Measure = Measure { rem: REM, arrows_max: usize::MAX, selected: None };

fn run_whole(example: usize) -> Lab {
    let mut lab = Lab::new(crate::samples::numbered(example));
    for frame in 0..100_000 {
        lab.tick(f64::from(frame) * 16.7, true, &mut || true);
        lab.follow(&mut || true);
        if lab.state() == State::Quiet {
            return lab;
        }
    }
    panic!("it never became quiet")
}

fn whole(lab: &Lab, hosts_only: bool) -> Ladder {
    let mut ladder = Ladder::new(hosts_only, Zoom::default().scale(lab, REM));
    ladder.follow(Side::here(lab), hosts_only, &mut || true);
    assert!(ladder.is_complete());
    ladder
}

fn arrows(lab: &Lab, ladder: &Ladder) -> Vec<Arrow> {
    (0..ladder.transit_count()).map(|place| ladder.arrow(Side::here(lab), place).unwrap()).collect()
}

fn named(lab: &Lab, arrow: &Arrow) -> String {
    let name = |node: NodeId| &lab.whole().node(node).name;
    let lost = arrow.lost.map(|(reason, _)| format!(", {}", drop_reason(reason))).unwrap_or_default();
    let remark = arrow.remark().map(|remark| format!(" [{remark}]")).unwrap_or_default();
    let detail = arrow.detail().replace('\u{a0}', " ");
    let text = format!("{} → {}: {} {detail}", name(arrow.from), name(arrow.to), arrow.label);
    format!("{}{remark}{lost}", text.trim_end())
}

#[test]
fn every_frame_on_every_wire_is_an_arrow_in_order_of_time() {
    let lab = run_whole(2);
    let ladder = whole(&lab, false);
    let arrows = arrows(&lab, &ladder);
    assert_eq!(arrows.len(), lab.world.history().transits().len());
    assert!(arrows.iter().is_sorted_by_key(|arrow| arrow.start));
    let lost = lab.world.history().transits().filter(|transit| transit.fate != Fate::Delivered).count();
    assert_eq!(arrows.iter().filter(|arrow| arrow.lost.is_some()).count(), lost);
    assert!(lost > 0, "the example is one with losses");
    for (place, arrow) in arrows.iter().enumerate() {
        assert_eq!(ladder.place_of(lab.world.history(), arrow.transit), Some(place));
    }
}

#[test]
fn a_handshake_reads_as_in_a_textbook() {
    let lab = run_whole(4);
    let ladder = whole(&lab, true);
    let tcp = arrows(&lab, &ladder).into_iter().filter(|arrow| arrow.swatch == Swatch::TcpControl);
    let lines: Vec<String> = tcp.map(|arrow| named(&lab, &arrow)).collect();
    let one_echo = [
        "client → server: SYN Seq=0",
        "server → client: SYN-ACK Seq=0 Ack=1",
        "client → server: FIN Seq=6 Ack=1",
        "server → client: FIN Seq=1 Ack=7",
    ];
    assert_eq!(lines[..4], one_echo);
}

#[test]
fn between_hosts_only_a_frame_is_one_arrow_to_each_host_that_it_reaches() {
    let lab = run_whole(0);
    let (all, hosts) = (whole(&lab, false), whole(&lab, true));
    assert!(hosts.transit_count() < all.transit_count());
    let is_host = |node: NodeId| matches!(lab.whole().node(node).kind, NodeKind::Host(_));
    let history = lab.world.history();
    for arrow in arrows(&lab, &hosts) {
        assert!(is_host(arrow.from) && (is_host(arrow.to) || arrow.lost.is_some()));
        let first = history.transits().find(|transit| transit.frame_id == arrow.frame).unwrap();
        assert_eq!(arrow.start, first.start, "it begins where the frame was made");
    }
    let reached = history.transits().filter(|transit| {
        transit.fate != Fate::Delivered || is_host(lab.whole().receiver(transit.direction))
    });
    assert_eq!(hosts.transit_count(), reached.count());
    let lanes = Lanes::new(&hosts, Side::here(&lab), WIDTH, 0.0);
    assert!(lanes.lanes.iter().all(|lane| is_host(lane.node)));
}

#[test]
fn with_a_filter_only_what_passes_has_arrows_and_only_who_has_arrows_has_a_lifeline() {
    let mut lab = run_whole(0);
    lab.perform(Look::Observe(Observe::Filter("arp".into()))).unwrap();
    let mut ladder = Ladder::new(false, Zoom::default().scale(&lab, REM));
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert!(!ladder.is_complete() && ladder.transit_count() == 0, "what was not sifted yet is waited for");
    lab.follow(&mut || true);
    ladder.follow(Side::here(&lab), false, &mut || true);
    let passing = lab.world.history().transits().filter(|it| lab.trace().passes(it.frame_id) == Some(true));
    assert_eq!(ladder.transit_count(), passing.count());
    let lanes = Lanes::new(&ladder, Side::here(&lab), WIDTH, 0.0);
    for arrow in arrows(&lab, &ladder) {
        for node in [arrow.from, arrow.to] {
            assert!(lanes.lanes.iter().any(|lane| lane.node == node));
        }
    }
    lab.perform(Look::Observe(Observe::Filter(String::new()))).unwrap();
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert_eq!(ladder.transit_count(), lab.world.history().transits().len());
}

#[test]
fn another_world_is_another_ladder() {
    let mut lab = run_whole(0);
    let mut ladder = whole(&lab, false);
    lab.perform(Clock::Restart).unwrap();
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert_eq!((ladder.transit_count(), ladder.axis().height()), (0, 0.0));
}

#[test]
fn followed_in_pieces_it_is_the_same() {
    let lab = run_whole(0);
    let once = whole(&lab, false);
    let mut pieces = Ladder::new(false, Zoom::default().scale(&lab, REM));
    let mut calls = 0;
    while !pieces.is_complete() {
        let mut left = 7;
        pieces.follow(Side::here(&lab), false, &mut || {
            left -= 1;
            left > 0
        });
        calls += 1;
    }
    assert!(calls > 10);
    assert_eq!(pieces.rungs.rungs, once.rungs.rungs);
    assert_eq!(pieces.axis().height(), once.axis().height());
}

/// Left, right, top, bottom of the capsule with what is beside it.
fn area(stroke: &Stroke) -> Option<[f64; 4]> {
    let text = stroke.text.as_ref()?;
    let half = CAPSULE * REM / 2.0;
    Some([text.at.0, text.right, text.at.1 - half, text.at.1 + half])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn texts_never_lie_on_each_other_and_what_is_in_view_is_there(
        example in 0usize..6,
        hosts_only: bool,
        zoom in -3i8..=5,
        top in 0.0f64..1.0,
        width in 200.0f64..1_500.0,
    ) {
        let lab = run_whole(example);
        let mut ladder = whole(&lab, hosts_only);
        ladder.set_scale(Zoom::default().larger(zoom).scale(&lab, REM), f64::INFINITY);
        let lanes = Lanes::new(&ladder, Side::here(&lab), width, 100.0);
        let top = ladder.axis().height() * top;
        let sheet = Sheet::new(&ladder, Side::here(&lab), &lanes, top..top + 800.0, ALL);
        let areas: Vec<[f64; 4]> = sheet.strokes.iter().filter_map(area).collect();
        for (number, a) in areas.iter().enumerate() {
            for b in &areas[..number] {
                let apart = a[0] >= b[1] || b[0] >= a[1] || a[2] >= b[3] || b[2] >= a[3];
                prop_assert!(apart, "{a:?} and {b:?}");
            }
        }
        for place in 0..ladder.transit_count() {
            let (start, gone) = ladder.lasts(lab.world.history(), place).unwrap();
            let inside = ladder.axis().y(start) < top + 800.0 && ladder.axis().y(gone) > top;
            prop_assert_eq!(sheet.strokes.iter().any(|stroke| stroke.place == place) || !inside, true);
        }
        for stroke in &sheet.strokes {
            prop_assert!(stroke.line[1].1 >= stroke.line[0].1, "time never goes up");
        }
        let ticks: Vec<f64> = sheet.ticks.iter().map(|(y, _)| *y).collect();
        prop_assert!(ticks.windows(2).all(|pair| pair[1] - pair[0] >= 1.2 * REM));
    }
}

#[test]
fn ordinary_traffic_has_all_its_labels() {
    let lab = run_whole(0);
    let ladder = whole(&lab, false);
    let lanes = Lanes::new(&ladder, Side::here(&lab), WIDTH, 100.0);
    let sheet = Sheet::new(&ladder, Side::here(&lab), &lanes, 0.0..1_000.0, ALL);
    assert!(sheet.strokes.len() > 15);
    let missing = sheet.strokes.iter().filter(|stroke| stroke.text.is_none());
    let missing: Vec<String> = missing.map(|stroke| named(&lab, &stroke.arrow)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(!sheet.gaps.is_empty());
}

#[test]
fn dense_traffic_is_thinned_and_says_so() {
    let lab = run_whole(5);
    let mut ladder = whole(&lab, false);
    ladder.set_scale(Zoom::MIN.scale(&lab, REM), f64::INFINITY);
    let lanes = Lanes::new(&ladder, Side::here(&lab), WIDTH, 100.0);
    let middle = ladder.axis().height() / 2.0;
    let sheet = Sheet::new(
        &ladder,
        Side::here(&lab),
        &lanes,
        middle..middle + 2_000.0,
        Measure { arrows_max: 50, ..ALL },
    );
    assert!(sheet.strokes.len() <= 50 && sheet.of.is_some_and(|of| of > 50), "{:?}", sheet.of);
}

#[test]
fn looking_at_an_arrow_selects_its_frame_on_its_wire() {
    let mut lab = run_whole(2);
    let ladder = whole(&lab, false);
    for place in 0..ladder.transit_count() {
        let transit = ladder.transit_at(place).unwrap();
        for command in Ladder::look_at(&lab, transit) {
            lab.perform(command).unwrap();
        }
        assert_eq!(lab.selection, Some(Selection::Frame(transit)));
        let (start, gone) = ladder.lasts(lab.world.history(), place).unwrap();
        assert!((start..=gone).contains(&lab.look().at));
    }
}

#[test]
fn a_conversation_is_found_for_any_frame() {
    let lab = run_whole(1);
    let ladder = whole(&lab, true);
    let mut filters: Vec<String> = arrows(&lab, &ladder)
        .iter()
        .map(|arrow| Ladder::conversation(&lab, Selection::Frame(arrow.transit)).unwrap())
        .collect();
    filters.sort();
    filters.dedup();
    assert!(filters.contains(&"ip.addr == 10.0.0.1 && ip.addr == 10.0.0.2".into()));
    assert!(
        !filters.contains(&"ip.addr == 10.0.0.2 && ip.addr == 10.0.0.1".into()),
        "the same in both directions"
    );
    assert!(filters.contains(&"eth.addr == 02:50:00:00:00:03".into()), "a question to all");
    assert!(filters.contains(&"udp.stream == 0".into()));
    let lab = run_whole(4);
    let ladder = whole(&lab, true);
    let syn = arrows(&lab, &ladder).into_iter().rfind(|arrow| &*arrow.label == "SYN").unwrap();
    let found = Ladder::conversation(&lab, Selection::Frame(syn.transit));
    assert_eq!(found.as_deref(), Some("tcp.stream == 1"));
}

const COLORS: file::Colors = file::Colors {
    paper: "#000001",
    gap: "#000002",
    lane: "#000003",
    head: "#000004",
    head_line: "#000005",
    ink: "#000006",
    ink_soft: "#000007",
    fault: "#000008",
    arrows: [file::ArrowColors { line: "#000009", capsule: "#00000a", letters: "#00000b" };
        Swatch::ALL.len()],
};

#[test]
fn a_file_has_the_colors_it_is_given_and_no_others() {
    let lab = run_whole(0);
    let mut ladder = whole(&lab, false);
    let mut colors = COLORS;
    colors.arrows[Swatch::Arp as usize].line = "#00000c";
    let file = file::file(&mut ladder, &lab, 0, Zoom::default(), 1e9, &colors);
    let written: std::collections::BTreeSet<&str> =
        file.text.split('#').skip(1).map(|text| text.split('"').next().unwrap()).collect();
    for color in ["000001", "000003", "000004", "000005", "000006", "000007", "000009", "00000a", "00000b"] {
        assert!(written.contains(color), "{color} of {written:?}");
    }
    assert!(written.contains("00000c"), "the arrows of ARP have a color of their own");
    assert!(written.iter().all(|color| color.starts_with("00000")), "{written:?}");
}

#[test]
fn a_file_is_well_formed_whatever_the_nodes_are_called() {
    let mut lab = run_whole(0);
    let mut renamed = lab.whole().get().clone();
    renamed.nodes[0].name = "<a & \"b\">\u{7}".into();
    lab.network.set_whole(renamed);
    let mut ladder = whole(&lab, false);
    let seen = ladder.axis().scale();
    let file = file::file(&mut ladder, &lab, 0, Zoom::default(), 1e9, &COLORS);
    assert_eq!(ladder.axis().scale(), seen, "what is on the page stays as it is");
    assert_eq!(
        (file.arrows, file.of),
        (file::ARROWS_MAX.min(ladder.transit_count()), ladder.transit_count())
    );
    assert!(file.text.contains("&lt;a &amp; &quot;b&quot;&gt; <"));
    assert!(!file.text.contains('\u{7}') && !file.text.contains("NaN") && !file.text.contains("style="));
    // Every element is closed, in order.
    let mut open: Vec<&str> = Vec::new();
    for tag in file.text.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').unwrap();
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty());
}

#[test]
fn a_sentence_says_when_from_whom_to_whom_what_and_what_became_of_it() {
    let lab = run_whole(2);
    let ladder = whole(&lab, false);
    let arrows = arrows(&lab, &ladder);
    let lost = arrows.iter().find(|arrow| arrow.lost.is_some()).unwrap();
    let lines =
        [&arrows[0], lost].map(|arrow| ladder.sentence(Side::here(&lab), arrow).replace('\u{a0}', " "));
    assert_eq!(lines[0], "0.000 000 s: client → server: ARP Who has 10.0.0.2? Tell 10.0.0.1");
    assert!(lines[1].contains(" s: client → server: TCP 49153 → 5001 [ACK] Seq="), "{}", lines[1]);
    assert!(lines[1].ends_with("; lost: random loss"), "{}", lines[1]);
}

#[test]
fn it_is_never_higher_than_a_browser_can_scroll() {
    let lab = run_whole(2);
    let mut ladder = whole(&lab, false);
    let wanted = Zoom::MAX.scale(&lab, REM);
    ladder.set_scale(wanted, f64::INFINITY);
    let whole = ladder.axis().height();
    ladder.set_scale(wanted, whole / 2.0);
    let shrunk = ladder.axis().height();
    assert!(shrunk <= whole / 2.0 && shrunk > whole / 3.0);
    ladder.set_scale(wanted, whole / 2.0);
    assert_eq!(ladder.axis().height(), shrunk, "it stays as it is");
    ladder.set_scale(Zoom::default().scale(&lab, REM), whole / 2.0);
    assert_eq!(ladder.axis().scale(), Zoom::default().scale(&lab, REM));
}

fn open(lab: &mut Lab, file: Vec<u8>) {
    let recording = std::rc::Rc::new(capture::read(file).unwrap());
    lab.perform(Look::Observe(Observe::Open("file.pcap".into(), recording))).unwrap();
    lab.follow(&mut || true);
}

#[test]
fn an_opened_capture_has_a_lifeline_for_each_address_and_an_arrow_for_each_packet() {
    let mut lab = run_whole(0);
    let file = lab.pcapng().unwrap();
    open(&mut lab, file);
    let packets = lab.packets().trace().count();
    let mut ladder = whole(&lab, false);
    assert_eq!(ladder.transit_count(), packets);
    let lanes = Lanes::new(&ladder, Side::here(&lab), WIDTH, 100.0);
    let names: Vec<_> = lanes.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert!(names.contains(&"10.0.0.1") && names.contains(&"10.0.0.2"), "{names:?}");
    let arrows = arrows(&lab, &ladder);
    assert!(arrows.iter().all(|arrow| arrow.start == arrow.arrival && arrow.lost.is_none()));
    assert!(arrows.iter().all(|arrow| lanes.x(arrow.from) != lanes.x(arrow.to)));
    let first =
        "0.000\u{a0}000\u{a0}s: 02:50:00:00:00:01 → ff:ff:ff:ff:ff:ff: ARP Who has 10.0.0.2? Tell 10.0.0.1";
    assert_eq!(ladder.sentence(Side::here(&lab), &arrows[0]), first);
    for command in Ladder::look_at(&lab, arrows[2].transit) {
        lab.perform(command).unwrap();
    }
    assert_eq!((lab.selected_packet(), Ladder::selected(&lab)), (Some(2), Some(arrows[2].transit)));
    assert_eq!(ladder.place_of(lab.look().history, arrows[2].transit), Some(2));
    let conversation = Ladder::selected_conversation(&lab).unwrap();
    lab.perform(Look::Observe(Observe::Filter(conversation))).unwrap();
    // The page draws before the filter has been applied.
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert!(!ladder.is_complete());
    lab.follow(&mut || true);
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert!((1..packets).contains(&ladder.transit_count()));

    lab.perform(Look::Observe(Observe::Close)).unwrap();
    lab.perform(Look::Observe(Observe::Filter(String::new()))).unwrap();
    lab.follow(&mut || true);
    ladder.follow(Side::here(&lab), false, &mut || true);
    assert!(ladder.recorded().is_none() && ladder.transit_count() > packets, "every wire again");
}

#[test]
fn of_a_capture_with_many_addresses_the_rest_share_a_lifeline() {
    let mut lab = run_whole(0);
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 1, 0, 0, 0];
    for sender in 0..100u8 {
        let frame = [&[2, 0, 0, 0, 0, 200, 2, 0, 0, 0, 0, sender, 0x88, 0xb5][..], &[0; 46]].concat();
        let length = [frame.len() as u8, 0, 0, 0];
        file.extend([[0; 4], [sender, 0, 0, 0], length, length].concat());
        file.extend(frame);
    }
    open(&mut lab, file);
    let ladder = whole(&lab, false);
    let names = ladder.recorded().unwrap().names();
    assert_eq!((names.len(), names.last().unwrap().as_str()), (recorded::LANES_MAX, "others"));
    assert_eq!(ladder.transit_count(), 100);
}
