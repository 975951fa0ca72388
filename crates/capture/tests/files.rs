//! What is written reads back, here and with a library that knows nothing of us.

mod common;

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::recording::LinkType;
use capture::{Place, Recording, Writer, read};
use common::{file, network, run, scenario, seen};
use netlab::history::{Fate, Limits};
use netlab::topology::{Direction, End, LinkId};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use pcap_file::pcapng::{Block, PcapNgReader};
use std::collections::BTreeMap;

#[test]
fn what_is_written_reads_back() {
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    let seen = seen(&world, Place::Everywhere);
    let recording = read(file(&scenario, &world, Place::Everywhere, |_| true)).unwrap();
    assert_eq!((recording.cut, recording.start_ns), (None, 0));
    assert_eq!(recording.comment.as_deref(), Some("All that happens"));
    assert!(recording.application.as_ref().unwrap().starts_with("Packetarium "));

    let names: Vec<_> = recording.interfaces.iter().map(|interface| &interface.name[..]).collect();
    assert_eq!(names, ["a:0", "b:0", "c:0", "s:0", "s:1", "s:2"]);
    let [a, b, .., s] = &recording.interfaces[..] else { panic!() };
    assert_eq!(a.description, "host Anna's computer, cable to s");
    assert_eq!((a.link_type, a.speed, b.speed), (LinkType::ETHERNET, Some(100_000_000), Some(1_000_000)));
    let addresses: Vec<_> = a.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.0.0.1/24", "fd00::1/64", "fe80::50:ff:fe00:1/64"]);
    assert_eq!(a.mac, Some(netlab_mac(1)));
    assert_eq!((s.mac, &s.description[..]), (None, "switch s, cable to c"));
    let called = |wanted: &str| {
        let found = recording.names.iter().filter(|(ip, _)| ip.to_string() == wanted);
        found.map(|(_, name)| &name[..]).collect::<Vec<_>>()
    };
    assert_eq!([called("10.0.0.3"), called("fd00::2"), called("fe80::50:ff:fe00:1")], [["c"], ["b"], ["a"]]);

    assert_eq!(recording.packets.len(), seen.len());
    let mut lost_of_port = BTreeMap::<u32, u64>::new();
    let mut counted = BTreeMap::<u32, u64>::new();
    let mut comments = Vec::new();
    for (number, (sighting, transit)) in seen.iter().enumerate() {
        let packet = recording.packets[number];
        assert_eq!(packet.at_ns, sighting.at.nanos());
        assert_eq!(recording.frame(number), &transit.frame[..]);
        assert_eq!(packet.original_len as usize, transit.frame.len());
        assert_eq!(recording.sent(number), Some(sighting.sent));
        assert_eq!(recording.packet_id(number), Some(transit.frame_id.0));
        let port = if sighting.sent { transit.direction } else { transit.direction.reverse() };
        assert_eq!(recording.interfaces[packet.interface as usize].name, network(&scenario).port_name(port));
        let is_lost = sighting.sent && transit.fate != Fate::Delivered;
        *lost_of_port.entry(packet.interface).or_default() += u64::from(is_lost);
        *counted.entry(packet.interface).or_default() += recording.drop_count(number).unwrap_or_default();
        let said: Vec<_> = recording.comments(number).map(String::from).collect();
        assert_eq!(said.iter().any(|text| text.starts_with("dropped: ")), is_lost);
        comments.extend(said);
    }
    assert_eq!(counted, lost_of_port);
    for beginning in ["dropped: queue full, 0s after", "dropped: loss, ", "impaired: "] {
        assert!(comments.iter().any(|text| text.starts_with(beginning)), "{beginning}");
    }
}

fn netlab_mac(number: u8) -> smoltcp::wire::EthernetAddress {
    smoltcp::wire::EthernetAddress([0x02, 0x50, 0, 0, 0, number])
}

#[test]
fn a_foreign_library_reads_the_same() {
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    for place in [Place::Once, Place::Link(LinkId(1)), Place::Port(Direction::from_index(4))] {
        let bytes = file(&scenario, &world, place, |_| true);
        let ours = read(&bytes[..]).unwrap();
        let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
        let (mut packets, mut interfaces, mut statistics, mut names) = (0, 0, 0, 0);
        while let Some(block) = reader.next_block() {
            match block.unwrap().0 {
                Block::InterfaceDescription(_) => interfaces += 1,
                Block::InterfaceStatistics(_) => statistics += 1,
                Block::NameResolution(block) => names += block.records.len(),
                Block::EnhancedPacket(packet) => {
                    let our = ours.packets[packets];
                    assert_eq!(&packet.data[..], ours.frame(packets));
                    assert_eq!(packet.timestamp.as_nanos(), u128::from(ours.start_ns + our.at_ns));
                    assert_eq!(packet.interface_id, our.interface);
                    let flags = packet.options.iter().find_map(|option| match option {
                        EnhancedPacketOption::Flags(flags) => Some(flags & 3),
                        _ => None,
                    });
                    assert_eq!(flags, ours.sent(packets).map(|sent| 1 + u32::from(sent)));
                    packets += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            (packets, interfaces, statistics),
            (ours.packets.len(), ours.interfaces.len(), interfaces)
        );
        assert_eq!(
            (names, interfaces),
            (
                ours.names.len(),
                match place {
                    Place::Port(_) => 1,
                    Place::Link(_) => 2,
                    _ => 6,
                }
            )
        );
        assert!(packets > 0);
    }
}

#[test]
fn packets_have_their_reception_types() {
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    let bytes =
        file(&scenario, &world, Place::Port(Direction { link: LinkId(2), from: End::First }), |_| true);
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let mut types = BTreeMap::<u32, u32>::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap().0 {
            for option in &packet.options {
                if let EnhancedPacketOption::Flags(flags) = option {
                    *types.entry(*flags).or_default() += 1;
                }
            }
        }
    }
    // c is sent its own, and what is flooded: to all, to groups; it asks everybody for a, and pings it.
    assert_eq!(types.keys().copied().collect::<Vec<_>>(), [0b00101, 0b00110, 0b01001, 0b01101, 0b01110]);
}

#[test]
fn what_a_filter_leaves_out_is_in_the_statistics() {
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    let place = Place::Port(Direction { link: LinkId(1), from: End::Second });
    let all = seen(&world, place);
    let wanted = |transit: &netlab::history::Transit| transit.frame.len() < 100;
    let bytes = file(&scenario, &world, place, wanted);
    let few = all.iter().filter(|(_, transit)| wanted(transit)).count();
    assert_eq!(read(&bytes[..]).unwrap().packets.len(), few);
    let dropped = all.iter().filter(|(s, transit)| s.sent && transit.fate != Fate::Delivered).count();
    assert!(few > 0 && few < all.len() && dropped > 0);
    let mut reader = PcapNgReader::new(&bytes[..]).unwrap();
    let mut counts = None;
    while let Some(block) = reader.next_block() {
        if let Block::InterfaceStatistics(block) = block.unwrap().0 {
            use pcap_file::pcapng::blocks::interface_statistics::InterfaceStatisticsOption::*;
            for option in &block.options {
                match option {
                    IsbIfRecv(count) => counts.get_or_insert([0; 3])[0] = *count as usize,
                    IsbIfDrop(count) => counts.get_or_insert([0; 3])[1] = *count as usize,
                    IsbFilterAccept(count) => counts.get_or_insert([0; 3])[2] = *count as usize,
                    IsbStartTime(at) => assert_eq!(at.as_nanos(), 0),
                    IsbEndTime(at) => assert_eq!(at.as_nanos(), u128::from(world.now().nanos())),
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    assert_eq!(counts, Some([all.len(), dropped, few]));
}

#[test]
fn the_error_of_a_full_disk_counts_the_packets_written() {
    #[derive(Debug)]
    struct Full(usize);
    impl std::io::Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    let error = Writer::new(Full(100), &network(&scenario), Place::Once).unwrap_err();
    assert_eq!(error.packets, 0);
    let mut writer = Writer::new(Full(4_000), &network(&scenario), Place::Once).unwrap();
    let seen = seen(&world, Place::Once);
    let error = seen.iter().find_map(|(s, transit)| writer.write(*s, transit).err()).unwrap();
    assert!(error.packets > 0 && error.packets == writer.written());
    assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull);
}

#[test]
fn places_have_names_that_find_them() {
    let scenario = scenario();
    let network = network(&scenario);
    let links = [0, 1, 2].map(LinkId);
    let ports = links.iter().flat_map(|&link| End::BOTH.map(|from| Place::Port(Direction { link, from })));
    let places = links.map(Place::Link).into_iter().chain(ports).chain([Place::Once, Place::Everywhere]);
    for place in places {
        assert_eq!(network.place(&network.place_name(place)), Ok(place));
    }
    assert_eq!(network.place("s-b"), Ok(Place::Link(LinkId(1))), "either way round");
    let error = network.place("a:1").unwrap_err().to_string();
    assert_eq!(
        error,
        r#"there is no place "a:1": write once, everywhere, a cable such as "a-s" or a port such as "a:0""#
    );
    let mut twice = scenario.clone();
    twice.topology.links.push(twice.topology.links[0].clone());
    let error = common::network(&twice).place("a-s").unwrap_err().to_string();
    assert_eq!(error, r#""a-s" are several cables: name a port of the one that is meant, such as "a:0""#);
}

#[test]
fn an_empty_capture_is_one() {
    let scenario = scenario();
    let writer = Writer::new(Vec::new(), &network(&scenario), Place::Everywhere).unwrap();
    let Recording { packets, interfaces, cut, .. } =
        read(writer.finish(Default::default()).unwrap()).unwrap();
    assert_eq!((packets.len(), interfaces.len(), cut), (0, 6, None));
}
