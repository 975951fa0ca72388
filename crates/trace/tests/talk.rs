//! What was said in a conversation is put together from its packets.

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::read;
use trace::{Sequence, Source, Stream, Talk, Trace};

fn talk(file: &[u8], stream: Stream) -> Option<Talk> {
    let recording = read(file).unwrap();
    let mut trace = Trace::of(&recording, Sequence::File);
    trace.follow(Source::Recording(&recording), &mut || true);
    Talk::of(&trace, Source::Recording(&recording), stream)
}

#[test]
fn a_connection_is_a_request_and_an_answer_without_what_was_sent_again() {
    let talk = talk(include_bytes!("captures/http-content-length.pcap"), Stream::Tcp(0)).unwrap();
    assert_eq!(talk.ends.map(|end| end.to_string()), ["192.0.2.1:40000", "192.0.2.2:80"]);
    assert_eq!(
        talk.text(),
        [
            (true, "GET /index.html HTTP/1.1\nHost: www.example.com\n\n".to_string()),
            (
                false,
                "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 30\n\n0123456789abcdefghijklmnopqrst"
                    .to_string()
            ),
        ]
    );
}

#[test]
fn what_overtakes_waits_for_its_turn() {
    let talk = talk(include_bytes!("captures/http-out-of-order.pcap"), Stream::Tcp(0)).unwrap();
    let (_, answer) = talk.text().pop().unwrap();
    assert!(answer.ends_with("aaaaaaaaaaccccccccccbbbbbbbbbbdddddddddd"), "{answer}");
}

#[test]
fn what_was_never_seen_is_a_gap() {
    let talk = talk(include_bytes!("captures/tcp-two-gaps.pcap"), Stream::Tcp(0)).unwrap();
    let lengths: Vec<_> = talk.turns.iter().map(|turn| turn.data.as_ref().map(Vec::len)).collect();
    assert_eq!(lengths, [Ok(100), Err(&100), Ok(100), Err(&100), Ok(100)]);
    assert!(talk.text()[0].1.contains("[100 bytes missing]"));
    // Of frames that are cut, what was not captured.
    let cut = self::talk(include_bytes!("captures/snaplen-54.pcap"), Stream::Tcp(0)).unwrap();
    assert!(cut.turns.iter().all(|turn| turn.data.is_err()), "{:?}", cut.turns);
}

#[test]
fn datagrams_are_said_one_after_the_other_and_streams_without_packets_are_none() {
    let file = include_bytes!("captures/dns-flags-in-query.pcap");
    let talk = talk(file, Stream::Udp(0)).unwrap();
    assert_eq!(talk.turns.iter().map(|turn| turn.forward).collect::<Vec<_>>(), [true, false]);
    assert_eq!(self::talk(file, Stream::Tcp(0)), None);
    assert_eq!(self::talk(file, Stream::Udp(7)), None);
}
