use super::*;
use wire::Duration;

const OWN: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 1]);
const PEER: EthernetAddress = EthernetAddress([2, 0x50, 0, 0, 0, 2]);
const OWN_IP: Ipv6Address = Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 1);
const PEER_IP: Ipv6Address = Ipv6Address::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);

struct Node {
    table: Neighbors,
    dad: Dad,
}

impl Node {
    fn new() -> Self {
        Self { table: Neighbors::default(), dad: Dad::default() }
    }

    fn receive(&mut self, frame: &Frame) -> Option<Frame> {
        let ip = packet::read(frame).unwrap();
        assert!(is_valid(&ip) && packet::verify_icmp(&ip));
        receive(Instant::ZERO, &ip, OWN, &mut self.table, &mut self.dad, |ip| ip == OWN_IP)
    }

    fn knows(&mut self) -> Option<EthernetAddress> {
        self.table.lookup(Instant::ZERO, &PEER_IP.into())
    }
}

/// Flags, target and destination of an advertisement.
fn said(frame: &Frame) -> (u8, Ipv6Address, IpAddress) {
    let ip = packet::read(frame).unwrap();
    assert_eq!((ip.payload()[0], ip.hop_limit), (NEIGHBOR_ADVERTISEMENT, 255));
    assert_eq!(find_address(&ip.payload()[24..], TARGET_ADDRESS), Some(Some(OWN)));
    (ip.payload()[4], address_at(ip.payload(), 8).unwrap(), ip.destination)
}

#[test]
fn a_solicitation_is_answered_to_its_sender_whose_address_is_learned() {
    let mut node = Node::new();
    let answer = node.receive(&solicitation((PEER, PEER_IP), OWN_IP, false)).unwrap();
    assert_eq!(said(&answer), (SOLICITED | OVERRIDE, OWN_IP, PEER_IP.into()));
    assert_eq!(node.knows(), Some(PEER));
    assert_eq!(node.receive(&solicitation((PEER, PEER_IP), PEER_IP, false)), None, "it is for another host");
}

#[test]
fn duplicate_address_detection_of_another_host_is_answered_to_all() {
    let mut node = Node::new();
    let answer = node.receive(&probe(OWN_IP)).unwrap();
    assert_eq!(said(&answer), (OVERRIDE, OWN_IP, ALL_NODES.into()));
    assert_eq!(node.receive(&probe(PEER_IP)), None);
}

#[test]
fn an_address_that_is_tested_and_another_host_s_is_given_up() {
    let mut node = Node::new();
    node.dad.begin(OWN_IP, Instant::ZERO);
    let question = node.dad.poll(Instant::ZERO);
    assert_eq!(question, [probe(OWN_IP)]);
    let answer = node.receive(&solicitation((PEER, PEER_IP), OWN_IP, false)).unwrap();
    assert_eq!(said(&answer).0, SOLICITED, "it is optimistic and overrides nothing");
    let objection = advertisement((PEER, OWN_IP), None, true);
    assert_eq!(node.receive(&objection), None);
    assert_eq!(node.dad.next_duplicate(), Some((OWN_IP, Some(PEER))));
    assert!(node.dad.is_taken(OWN_IP) && node.dad.deadline().is_none());
}

#[test]
fn two_hosts_that_test_the_same_address_both_give_it_up() {
    let mut node = Node::new();
    node.dad.begin(OWN_IP, Instant::ZERO + Duration::from_millis(500));
    assert_eq!(node.receive(&probe(OWN_IP)), None);
    assert_eq!(node.dad.next_duplicate(), Some((OWN_IP, None)));
}

#[test]
fn after_a_second_without_an_objection_the_address_is_the_host_s_own() {
    let mut node = Node::new();
    node.dad.begin(OWN_IP, Instant::ZERO);
    node.dad.poll(Instant::ZERO);
    let over = Instant::ZERO + Duration::from_secs(1);
    assert_eq!(node.dad.deadline(), Some(over));
    assert_eq!(node.dad.poll(over), []);
    assert!(!node.dad.is_tentative(OWN_IP));
    assert_eq!(said(&node.receive(&probe(OWN_IP)).unwrap()).0, OVERRIDE, "it is defended");
    node.receive(&advertisement((PEER, OWN_IP), None, true));
    assert_eq!(node.dad.next_duplicate(), None, "later objections are ignored");
}

#[test]
fn an_advertisement_teaches_where_its_target_is_and_makes_no_entry() {
    let mut node = Node::new();
    let advertised = |mac, overrides| advertisement((mac, PEER_IP), None, overrides);
    node.receive(&advertised(PEER, true));
    assert_eq!(node.knows(), None);
    node.receive(&solicitation((PEER, PEER_IP), OWN_IP, false));
    let other = EthernetAddress([2, 0x50, 0, 0, 0, 3]);
    node.receive(&advertised(other, false));
    assert_eq!(node.knows(), Some(PEER), "without the override flag");
    node.receive(&advertised(other, true));
    assert_eq!(node.knows(), Some(other));
}

#[test]
fn what_came_over_a_router_or_breaks_off_is_not_believed() {
    let mut far = solicitation((PEER, PEER_IP), OWN_IP, false);
    far.make_mut()[14 + 7] = 254;
    assert!(!is_valid(&packet::read(&far).unwrap()));
    assert_eq!(find_address(&[1, 0], SOURCE_ADDRESS), None, "an option without a length");
    assert_eq!(find_address(&[1, 1, 2, 3], SOURCE_ADDRESS), None, "half an option");
    assert_eq!(find_address(&[9, 1, 0, 0, 0, 0, 0, 0], SOURCE_ADDRESS), Some(None));
}
