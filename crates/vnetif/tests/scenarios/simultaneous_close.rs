//! Both sides close at the same time, so that their FINs cross (RFC 9293, 3.6.1 and figure 13).

use crate::pair::{CLIENT, Host, PORT, Pair, SERVER, secs};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::tcp::State;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, EthernetFrame, EthernetProtocol, EthernetRepr, IpAddress, IpProtocol,
    Ipv4Packet, Ipv4Repr, TcpControl, TcpPacket, TcpRepr, TcpSeqNumber,
};
use vnetif::driver::TICK;
use vnetif::{Backend, Delayed, Duration, Frame, Instant, Lan, Options, Vnetif};
use wire::line::{LineConfig, Queue};

/// A hub behind cables of 10 ms: long enough for two FINs to meet.
fn far_apart() -> Delayed<Lan> {
    let delay = Duration::from_millis(10);
    Delayed::new(Lan::hub(), LineConfig { rate: None, delay, queue: Queue::bytes(usize::MAX) })
}

#[test]
fn both_sides_go_through_closing_and_are_cleaned_up() {
    let mut pair = Pair::new(far_apart(), 7);
    let both = |pair: &mut Pair<_>, state| pair.client.state() == state && pair.server.state() == state;
    assert!(pair.run(secs(3), |pair| both(pair, State::Established)));
    pair.client.tcp().close();
    pair.server.tcp().close();
    assert!(pair.run(secs(1), |pair| both(pair, State::Closing)));
    assert!(pair.run(secs(1), |pair| both(pair, State::TimeWait)));
    assert!(pair.run(secs(15), |pair| both(pair, State::Closed)));
    assert_eq!(pair.backend.next_due(), None, "and all is quiet");
}

/// A peer without a stack, which sends just what the scenario wants.
struct Forger {
    vnetif: Vnetif<Lan>,
    client: Host<Lan>,
    now: Instant,
}

/// The forger's sequence number after its SYN.
const FORGED_SEQ: i32 = 1_000_001;

impl Forger {
    /// A client connects to a forger.
    fn new() -> Self {
        let hub = Lan::hub();
        let vnetif = Vnetif::connect(&hub, Options::default()).unwrap();
        vnetif.listen().unwrap();
        let mut client = Host::new(&hub, Options::default(), 7, CLIENT);
        client.connect(SERVER);
        Self { vnetif, client, now: Instant::ZERO }
    }

    /// Lets the client run for a duration, answers ARP, and returns the last segment that it sent, if it sent any: control,
    /// sequence number, and what would acknowledge it.
    fn hear(&mut self, for_long: Duration) -> Option<(TcpControl, TcpSeqNumber, TcpSeqNumber)> {
        let until = self.now + for_long;
        let mut heard = None;
        loop {
            self.client.stack.poll(self.now);
            while let Some(frame) = self.vnetif.receive(self.now) {
                let ethernet = EthernetFrame::new_checked(&frame[..]).unwrap();
                match ethernet.ethertype() {
                    EthernetProtocol::Arp => self.answer_arp(ethernet.payload()),
                    EthernetProtocol::Ipv4 => {
                        let ip = Ipv4Packet::new_checked(ethernet.payload()).unwrap();
                        let tcp = TcpPacket::new_checked(ip.payload()).unwrap();
                        let repr = TcpRepr::parse(&tcp, &CLIENT, &SERVER, &Default::default()).unwrap();
                        heard = Some((repr.control, repr.seq_number, repr.seq_number + repr.segment_len()));
                    }
                    other => panic!("{other}"),
                }
            }
            match self.client.stack.poll_at(self.now) {
                Some(due) if due <= until => self.now = due.max(self.now + TICK),
                _ => break,
            }
        }
        self.now = until;
        heard
    }

    fn answer_arp(&self, request: &[u8]) {
        let request = ArpPacket::new_checked(request).unwrap();
        let ArpRepr::EthernetIpv4 {
            source_hardware_addr, source_protocol_addr, target_protocol_addr, ..
        } = ArpRepr::parse(&request).unwrap()
        else {
            panic!("not a MAC address")
        };
        let answer = ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Reply,
            source_hardware_addr: self.vnetif.mac(),
            source_protocol_addr: target_protocol_addr,
            target_hardware_addr: source_hardware_addr,
            target_protocol_addr: source_protocol_addr,
        };
        self.send(EthernetProtocol::Arp, answer.buffer_len(), |bytes| {
            answer.emit(&mut ArpPacket::new_unchecked(bytes));
        });
    }

    fn say(&self, control: TcpControl, seq: i32, ack: Option<TcpSeqNumber>) {
        let tcp = TcpRepr {
            src_port: PORT,
            dst_port: 49152,
            control,
            seq_number: TcpSeqNumber(seq),
            ack_number: ack,
            window_len: 5840,
            window_scale: None,
            max_seg_size: None,
            sack_permitted: false,
            sack_ranges: [None; 3],
            timestamp: None,
            payload: &[],
        };
        let (IpAddress::Ipv4(from), IpAddress::Ipv4(to)) = (SERVER, CLIENT) else { unreachable!() };
        let ip = Ipv4Repr {
            src_addr: from,
            dst_addr: to,
            next_header: IpProtocol::Tcp,
            payload_len: tcp.buffer_len(),
            hop_limit: 64,
        };
        self.send(EthernetProtocol::Ipv4, ip.buffer_len() + tcp.buffer_len(), |bytes| {
            let checksums = ChecksumCapabilities::default();
            ip.emit(&mut Ipv4Packet::new_unchecked(&mut *bytes), &checksums);
            let segment = &mut bytes[ip.buffer_len()..];
            tcp.emit(&mut TcpPacket::new_unchecked(segment), &SERVER, &CLIENT, &checksums);
        });
    }

    fn send(&self, ethertype: EthernetProtocol, len: usize, fill: impl FnOnce(&mut [u8])) {
        let header =
            EthernetRepr { src_addr: self.vnetif.mac(), dst_addr: self.client.stack.vnetif.mac(), ethertype };
        let frame = Frame::build(header.buffer_len() + len, |bytes| {
            header.emit(&mut EthernetFrame::new_unchecked(&mut *bytes));
            fill(&mut bytes[header.buffer_len()..]);
        });
        self.vnetif.send(self.now, frame).unwrap();
    }

    /// Opens the connection, and closes it from both sides at once; returns what acknowledges the client's FIN.
    fn cross_fins(&mut self) -> TcpSeqNumber {
        let blink = Duration::from_millis(1);
        let (control, _, after_syn) = self.hear(blink).expect("a SYN");
        assert_eq!(control, TcpControl::Syn);
        self.say(TcpControl::Syn, FORGED_SEQ - 1, Some(after_syn));
        assert_eq!(self.hear(blink).expect("an ACK").0, TcpControl::None);
        assert_eq!(self.client.state(), State::Established);
        self.say(TcpControl::Fin, FORGED_SEQ, Some(after_syn));
        self.client.tcp().close();
        let (control, _, after_fin) = self.hear(blink).expect("a FIN");
        assert_eq!(control, TcpControl::Fin);
        assert_eq!(self.client.state(), State::Closing);
        after_fin
    }
}

#[test]
fn an_acknowledged_close_is_cleaned_up() {
    let mut forger = Forger::new();
    let after_fin = forger.cross_fins();
    forger.say(TcpControl::None, FORGED_SEQ + 1, Some(after_fin));
    forger.hear(secs(1));
    assert_eq!(forger.client.state(), State::TimeWait);
    forger.hear(secs(15));
    assert_eq!(forger.client.state(), State::Closed);
}

#[test]
fn a_reset_with_an_old_number_is_ignored_and_one_with_the_right_number_closes() {
    let mut forger = Forger::new();
    forger.cross_fins();
    forger.say(TcpControl::Rst, FORGED_SEQ, None);
    forger.hear(Duration::from_millis(1));
    assert_eq!(forger.client.state(), State::Closing, "that might have been anyone (RFC 5961, section 3)");
    forger.say(TcpControl::Rst, FORGED_SEQ + 1, None);
    forger.hear(Duration::from_millis(1));
    assert_eq!(forger.client.state(), State::Closed);
}
