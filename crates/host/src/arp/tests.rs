use super::*;
use crate::neighbor::Effect;
use wire::Duration;
use wire::header::Ethernet;

const OWN: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
const OWN_IP: Ipv4Address = Ipv4Address::new(10, 0, 0, 1);
const PEER: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 2]);
const OTHER: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 3]);
const PEER_IP: Ipv4Address = Ipv4Address::new(10, 0, 0, 2);

fn at(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

fn arrives(table: &mut Neighbors, now: Instant, frame: &Frame) -> Option<Frame> {
    let ethernet = Ethernet::read(frame).unwrap();
    receive(now, ethernet.payload(), OWN, table, |ip| ip == OWN_IP)
}

fn knows(table: &mut Neighbors, now: Instant, ip: Ipv4Address) -> Option<EthernetAddress> {
    table.lookup(now, &ip.into())
}

/// A gratuitous request or reply: the sender is the target.
fn gratuitous(operation: ArpOperation, mac: EthernetAddress, ip: Ipv4Address) -> Frame {
    frame(operation, (mac, ip), EthernetAddress::BROADCAST, (EthernetAddress([0; 6]), ip))
}

#[test]
fn a_request_for_the_host_is_answered_from_whatever_network_it_comes() {
    for from in [PEER_IP, Ipv4Address::new(192, 168, 7, 7)] {
        let mut table = Neighbors::default();
        let answer = arrives(&mut table, at(0), &request((PEER, from), OWN_IP, None)).unwrap();
        assert_eq!(answer, frame(ArpOperation::Reply, (OWN, OWN_IP), PEER, (PEER, from)));
        assert_eq!(knows(&mut table, at(0), from), Some(PEER), "what the wire says is in the table");
    }
}

#[test]
fn a_probe_without_a_sender_address_is_answered_and_teaches_nothing() {
    let mut table = Neighbors::default();
    let probe = request((PEER, Ipv4Address::UNSPECIFIED), OWN_IP, None);
    let answer = arrives(&mut table, at(0), &probe).unwrap();
    assert_eq!(answer, frame(ArpOperation::Reply, (OWN, OWN_IP), PEER, (PEER, Ipv4Address::UNSPECIFIED)));
    assert!(table.next_effect().is_none());
}

#[test]
fn arp_for_another_host_is_not_answered_and_makes_no_entry() {
    let mut table = Neighbors::default();
    let asked = request((PEER, PEER_IP), Ipv4Address::new(10, 0, 0, 9), None);
    assert_eq!(arrives(&mut table, at(0), &asked), None);
    assert_eq!(knows(&mut table, at(0), PEER_IP), None);
}

#[test]
fn gratuitous_arp_updates_an_entry_at_once_so_that_failover_and_spoofing_work() {
    for operation in [ArpOperation::Request, ArpOperation::Reply] {
        let mut table = Neighbors::default();
        assert_eq!(arrives(&mut table, at(0), &gratuitous(operation, OTHER, PEER_IP)), None);
        assert_eq!(knows(&mut table, at(0), PEER_IP), None, "there was no entry");
        arrives(&mut table, at(0), &request((PEER, PEER_IP), OWN_IP, None));
        arrives(&mut table, at(1), &gratuitous(operation, OTHER, PEER_IP));
        assert_eq!(knows(&mut table, at(1), PEER_IP), Some(OTHER), "{operation:?}");
    }
}

#[test]
fn of_two_answers_the_first_is_believed_until_a_second_has_passed() {
    let mut table = Neighbors::default();
    table.wait(at(0), PEER_IP.into(), Frame::copy_from(&[1]));
    let reply = |mac| frame(ArpOperation::Reply, (mac, PEER_IP), OWN, (OWN, OWN_IP));
    arrives(&mut table, at(1), &reply(PEER));
    arrives(&mut table, at(2), &reply(OTHER));
    assert_eq!(knows(&mut table, at(2), PEER_IP), Some(PEER));
    arrives(&mut table, at(1_002), &reply(OTHER));
    assert_eq!(knows(&mut table, at(1_002), PEER_IP), Some(OTHER));
}

#[test]
fn arp_in_the_host_s_own_name_or_that_of_a_group_is_not_believed() {
    let mut table = Neighbors::default();
    for ip in [OWN_IP, Ipv4Address::BROADCAST, Ipv4Address::new(224, 0, 0, 1)] {
        assert_eq!(arrives(&mut table, at(0), &request((PEER, ip), OWN_IP, None)), None);
    }
    let from_group = request((EthernetAddress::BROADCAST, PEER_IP), OWN_IP, None);
    assert_eq!(arrives(&mut table, at(0), &from_group), None);
    assert!(!matches!(table.next_effect(), Some(Effect::Known(..))));
}

#[test]
fn a_probed_address_is_claimed_by_its_user_and_by_another_probe() {
    let (own, other) = (EthernetAddress([2, 0, 0, 0, 0, 1]), EthernetAddress([2, 0, 0, 0, 0, 2]));
    let [probed, elsewhere] = [9, 8].map(|last| Ipv4Address::new(10, 0, 0, last));
    let claims = |frame: Frame| super::claims(&frame[ETHERNET_HEADER_BYTES..], own, probed);
    let reply = |ip| frame(ArpOperation::Reply, (other, ip), own, (own, Ipv4Address::UNSPECIFIED));
    assert!(claims(reply(probed)) && !claims(reply(elsewhere)));
    assert!(claims(probe(other, probed)) && !claims(probe(other, elsewhere)) && !claims(probe(own, probed)));
    assert!(claims(request((other, probed), elsewhere, None)), "its user asks for another address");
    assert!(!claims(request((other, elsewhere), probed, None)), "a host that asks for it does not use it");
    assert!(!super::claims(&[0; 20], own, probed));
}
