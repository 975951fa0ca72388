//! Conversations made by hand, so that each rule is seen alone.

use smoltcp::wire::{ArpOperation, Ipv4Address, TcpControl, TcpRepr, TcpSeqNumber};

use super::*;
use crate::samples;

const MS: u64 = 1_000_000;

/// A connection being written: A is the client.
struct Talk {
    analysis: Analysis,
    at_ns: u64,
}

const DATA: [u8; 1460] = [b'x'; 1460];

impl Talk {
    /// After a handshake that took 2 ms: both have sent number 0, and announce windows that are multiplied by 4.
    fn begun() -> Talk {
        let mut talk = Talk { analysis: Analysis::new(), at_ns: 0 };
        let syn = TcpRepr { seq_number: TcpSeqNumber(1000), ..samples::syn() };
        talk.say(0, samples::tcp(syn));
        talk.say(1, samples::tcp_back(TcpRepr { seq_number: TcpSeqNumber(5000), ..samples::syn_ack() }));
        talk.client(1, 0, 1);
        talk
    }

    /// Analyzes the next packet, this number of milliseconds after the last.
    fn say(&mut self, after_ms: u64, frame: Vec<u8>) -> (Notes, String) {
        self.at_ns += after_ms * MS;
        let notes = self.analysis.push(self.at_ns, &frame);
        (notes, info(&frame, &notes, Answer::Unknown))
    }

    fn client(&mut self, seq: i32, len: usize, ack: i32) -> String {
        self.client_with(1, seq, len, ack, 1000)
    }

    fn client_with(&mut self, after_ms: u64, seq: i32, len: usize, ack: i32, window_len: u16) -> String {
        let repr = TcpRepr {
            control: TcpControl::None,
            seq_number: TcpSeqNumber(1000 + seq),
            ack_number: Some(TcpSeqNumber(5000 + ack)),
            window_len,
            payload: &DATA[..len],
            ..samples::ack()
        };
        self.say(after_ms, samples::tcp(repr)).1
    }

    fn server(&mut self, seq: i32, len: usize, ack: i32, window_len: u16) -> String {
        let repr = TcpRepr {
            src_port: 5001,
            dst_port: 49152,
            control: TcpControl::None,
            seq_number: TcpSeqNumber(5000 + seq),
            ack_number: Some(TcpSeqNumber(1000 + ack)),
            window_len,
            payload: &DATA[..len],
            ..samples::ack()
        };
        self.say(1, samples::tcp_back(repr)).1
    }
}

/// What stands in brackets in front of a line.
fn remark(line: &str) -> &str {
    line.find("] 4").or(line.find("] 5")).map_or("", |end| &line[..=end])
}

#[test]
fn numbers_count_from_the_handshake_and_windows_are_scaled() {
    let mut talk = Talk::begun();
    assert_eq!(talk.client(1, 10, 1), "49152 → 5001 [ACK] Seq=1 Ack=1 Win=4000 Len=10");
    assert_eq!(talk.server(1, 0, 11, 500), "5001 → 49152 [ACK] Seq=1 Ack=11 Win=2000 Len=0");
    assert_eq!(talk.analysis.answer(3), Some((4, MS)), "the ACK says which segment has arrived");
    assert_eq!(talk.analysis.answer(4), None);
}

#[test]
fn what_is_sent_again_late_is_a_retransmission_and_behind_its_ack_a_spurious_one() {
    let mut talk = Talk::begun();
    talk.client(1, 100, 1);
    assert_eq!(remark(&talk.client_with(300, 1, 100, 1, 1000)), "[TCP Retransmission]");
    talk.server(1, 0, 101, 1000);
    assert_eq!(remark(&talk.client(1, 100, 1)), "[TCP Spurious Retransmission]");
}

#[test]
fn duplicate_acks_are_counted_and_answered_by_a_fast_retransmission() {
    let mut talk = Talk::begun();
    talk.client(1, 100, 1);
    talk.server(1, 0, 101, 1000);
    let lost = talk.client(201, 100, 1);
    assert_eq!(remark(&lost), "[TCP Previous segment not captured]");
    for count in 1..=3 {
        assert_eq!(remark(&talk.server(1, 0, 101, 1000)), format!("[TCP Dup ACK 5#{count}]"));
    }
    assert_eq!(remark(&talk.client(101, 100, 1)), "[TCP Fast Retransmission]");
}

#[test]
fn what_fills_a_gap_at_once_was_overtaken() {
    let mut talk = Talk::begun();
    talk.client(101, 100, 1);
    assert_eq!(remark(&talk.client_with(0, 1, 100, 1, 1000)), "[TCP Out-Of-Order]");
}

#[test]
fn a_closed_window_is_marked_from_full_to_open() {
    let mut talk = Talk::begun();
    talk.server(1, 0, 1, 25);
    assert_eq!(remark(&talk.client(1, 100, 1)), "[TCP Window Full]");
    assert_eq!(remark(&talk.server(1, 0, 101, 0)), "[TCP ZeroWindow]");
    assert_eq!(remark(&talk.client(101, 1, 1)), "[TCP ZeroWindowProbe]");
    assert_eq!(remark(&talk.server(1, 0, 101, 0)), "[TCP ZeroWindowProbeAck] [TCP ZeroWindow]");
    assert_eq!(remark(&talk.server(1, 0, 101, 25)), "[TCP Window Update]");
}

#[test]
fn a_keep_alive_and_its_answer_are_no_retransmission() {
    let mut talk = Talk::begun();
    talk.server(1, 0, 1, 1000);
    assert_eq!(remark(&talk.client(0, 1, 1)), "[TCP Keep-Alive]");
    assert_eq!(remark(&talk.server(1, 0, 1, 1000)), "[TCP Keep-Alive ACK]");
}

#[test]
fn bytes_in_flight_are_what_is_sent_and_not_acknowledged() {
    let mut talk = Talk::begun();
    let flight = |talk: &mut Talk, seq: i32| {
        let repr = TcpRepr {
            control: TcpControl::None,
            seq_number: TcpSeqNumber(1000 + seq),
            ack_number: Some(TcpSeqNumber(5001)),
            payload: &DATA,
            ..samples::ack()
        };
        talk.say(1, samples::tcp(repr)).0.in_flight
    };
    assert_eq!([1, 1461, 2921].map(|seq| flight(&mut talk, seq)), [1460, 2920, 4380]);
    talk.server(1, 0, 2921, 1000);
    assert_eq!(flight(&mut talk, 4381), 2920);
}

#[test]
fn another_syn_between_the_same_ports_is_another_connection_but_the_same_syn_is_not() {
    let mut talk = Talk::begun();
    let syn = |seq| samples::tcp(TcpRepr { seq_number: TcpSeqNumber(seq), ..samples::syn() });
    let again = talk.say(300, syn(1000)).0;
    assert_eq!((again.stream, again.marks.contains(Mark::Retransmission)), (Some(0), true));
    let other = talk.say(300, syn(77)).0;
    assert_eq!((other.stream, other.marks.contains(Mark::PortReused)), (Some(1), true));
}

#[test]
fn sequence_numbers_wrap_around_without_a_mark() {
    let mut talk = Talk { analysis: Analysis::new(), at_ns: 0 };
    let syn = TcpRepr { seq_number: TcpSeqNumber(-3), ..samples::syn() };
    talk.say(0, samples::tcp(syn));
    for (index, seq) in [-2, 98, 198].into_iter().enumerate() {
        let repr = TcpRepr {
            control: TcpControl::None,
            seq_number: TcpSeqNumber(seq),
            payload: &DATA[..100],
            ..samples::ack()
        };
        let (notes, _) = talk.say(1, samples::tcp(repr));
        assert_eq!((notes.seq, notes.marks), (1 + 100 * index as u32, Marks::NONE));
    }
}

#[test]
fn an_echo_request_has_its_reply_or_in_the_end_none() {
    let mut analysis = Analysis::new();
    let (request, reply) = (samples::echo(false), samples::echo_reply_of_b());
    let asked = analysis.push(0, &request);
    let answered = analysis.push(3 * MS, &reply);
    assert!(asked.marks.contains(Mark::Request));
    assert_eq!(analysis.answer(0), Some((1, 3 * MS)));
    assert_eq!((answered.answers, answered.after_ns), (Some(0), 3 * MS));
    let line = |answer| info(&request, &asked, answer);
    assert_eq!(line(Answer::By(1)), "Echo (ping) request  id=0x1234, seq=1/256, ttl=64 (reply in 2)");
    assert_eq!(line(Answer::Never), "Echo (ping) request  id=0x1234, seq=1/256, ttl=64 (no response found!)");
    assert_eq!(
        info(&reply, &answered, Answer::Unknown),
        "Echo (ping) reply    id=0x1234, seq=1/256, ttl=64 (request in 1)"
    );
}

#[test]
fn an_arp_reply_answers_the_request_and_a_probe_expects_none() {
    let mut analysis = Analysis::new();
    let asked = analysis.push(0, &samples::arp(ArpOperation::Request, samples::A, samples::B));
    let probe = analysis.push(1, &samples::arp(ArpOperation::Request, Ipv4Address::UNSPECIFIED, samples::B));
    analysis.push(5, &samples::arp(ArpOperation::Reply, samples::B, samples::A));
    assert!(asked.marks.contains(Mark::Request) && !probe.marks.contains(Mark::Request));
    assert_eq!((analysis.answer(0), analysis.answer(1)), (Some((2, 5)), None));
}

/// A segment as a router passes it on: with this sender, and this port.
fn passed_on(segment: &[u8], address: [u8; 4], port: u16) -> Vec<u8> {
    let mut later = segment.to_vec();
    later[26..30].copy_from_slice(&address);
    later[34..36].copy_from_slice(&port.to_be_bytes());
    later
}

/// The answer to a segment: sender and receiver change places.
fn answer_to(segment: &[u8]) -> Vec<u8> {
    let mut answer = segment.to_vec();
    answer[26..30].copy_from_slice(&segment[30..34]);
    answer[30..34].copy_from_slice(&segment[26..30]);
    answer[34..36].copy_from_slice(&segment[36..38]);
    answer[36..38].copy_from_slice(&segment[34..36]);
    answer
}

#[test]
fn what_a_router_passes_on_is_remembered_until_very_many_others_have_come() {
    let mut analysis = Analysis::new();
    let segment = samples::tcp(samples::ack());
    let inside = |number: u32| passed_on(&segment, [10, 1, (number >> 16) as u8, 1], number as u16);
    let outside = |number: u32| passed_on(&segment, [203, 0, 113, (number >> 16) as u8], number as u16);
    for number in 1..100_000 {
        analysis.passed_on(&inside(number), &outside(number));
        if number % 1_000 == 0 {
            // This one is not silent.
            analysis.passed_on(&inside(2), &outside(2));
        }
    }
    let mut is_one = |number: u32| {
        let stream = analysis.push(0, &inside(number)).stream;
        analysis.push(1, &answer_to(&outside(number))).stream == stream
    };
    assert!(is_one(2) && is_one(99_999) && is_one(90_000));
    assert!(!is_one(1), "it was silent for long: memory is bounded");
}

#[test]
fn what_two_routers_pass_on_answers_by_the_addresses_of_the_last() {
    let mut analysis = Analysis::new();
    let inside = samples::tcp(samples::ack());
    let hops = [[10, 9, 9, 9], [203, 0, 113, 5]].map(|address| passed_on(&inside, address, 77));
    let sent = analysis.push(0, &inside).stream;
    for hop in &hops {
        analysis.passed_on(&inside, hop);
    }
    let answer = answer_to(&hops[1]);
    assert_eq!(analysis.push(1, &answer).stream, sent);
    // On its way back it gets the first addresses again, which changes nothing.
    for back in [answer_to(&hops[0]), answer_to(&inside)] {
        analysis.passed_on(&answer, &back);
    }
    assert_eq!([&inside, &answer].map(|frame| analysis.push(2, frame).stream), [sent; 2]);
    // The outside port belongs to another host now.
    let other = passed_on(&inside, [10, 0, 0, 77], 5);
    let of_other = analysis.push(3, &other).stream;
    analysis.passed_on(&other, &hops[1]);
    assert_eq!(analysis.push(4, &answer).stream, of_other);
    assert_ne!(of_other, sent);
}

#[test]
fn any_bytes_have_notes() {
    let mut analysis = Analysis::new();
    for (_, frame) in samples::all() {
        for len in 0..frame.len() {
            let notes = analysis.push(0, &frame[..len]);
            info(&frame[..len], &notes, Answer::Never);
        }
    }
}
