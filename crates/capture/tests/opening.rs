//! Files that others wrote, whole, broken, or made to do harm.

mod common;

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

use capture::recording::{LinkType, Why};
use capture::{Place, ReadError, read};
use common::{file, run, scenario};
use netlab::history::Limits;
use proptest::prelude::*;

/// Numbers in one of the two byte orders, one after the other.
struct Bytes {
    big_endian: bool,
    bytes: Vec<u8>,
}

impl Bytes {
    fn new(big_endian: bool) -> Self {
        Self { big_endian, bytes: Vec::new() }
    }

    fn u16(mut self, value: u16) -> Self {
        self.bytes.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }

    fn u32(mut self, value: u32) -> Self {
        self.bytes.extend(if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }

    fn u32s(self, values: &[u32]) -> Self {
        values.iter().fold(self, |bytes, &value| bytes.u32(value))
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// A block of pcapng.
    fn block(self, kind: u32, body: impl FnOnce(Self) -> Self) -> Self {
        let body = body(Self::new(self.big_endian)).bytes;
        let length = body.len() as u32 + 12;
        self.u32s(&[kind, length]).raw(&body).u32(length)
    }

    fn section(self) -> Self {
        self.block(0x0a0d_0d0a, |body| body.u32(0x1a2b_3c4d).u16(1).u16(0).u32s(&[!0, !0]))
    }

    /// An Ethernet interface without a limit, with these options.
    fn interface(self, options: &[u8]) -> Self {
        self.block(1, |body| body.u16(1).u16(0).u32(0).raw(options))
    }

    /// An enhanced packet of four bytes, seen at this time.
    fn packet(self, interface: u32, ticks: u64, bytes: &[u8; 4]) -> Self {
        let halves = [(ticks >> 32) as u32, ticks as u32];
        self.block(6, |body| body.u32(interface).u32s(&halves).u32s(&[4, 60]).raw(bytes))
    }
}

fn pcap(big_endian: bool, magic: u32, link_type: u32) -> Bytes {
    Bytes::new(big_endian).u32(magic).u16(2).u16(4).u32s(&[0, 0, 65_535, link_type])
}

#[test]
fn classic_captures_are_read_in_micro_and_nanoseconds_and_either_byte_order() {
    for big_endian in [false, true] {
        for (magic, unit) in [(0xa1b2_c3d4, 1_000), (0xa1b2_3c4d, 1)] {
            let file = pcap(big_endian, magic, 1).u32s(&[1_700_000_000, 7, 3, 60]).raw(b"abc");
            let file = file.u32s(&[1_700_000_001, 5, 5, 5]).raw(b"defgh");
            let recording = read(file.bytes).unwrap();
            assert_eq!(recording.start_ns, 1_700_000_000_000_000_000 + 7 * unit);
            let packets: Vec<_> = recording.packets.iter().map(|p| (p.at_ns, p.original_len)).collect();
            assert_eq!(packets, [(0, 60), (1_000_000_000 - 2 * unit, 5)]);
            assert_eq!([recording.frame(0), recording.frame(1)], [&b"abc"[..], &b"defgh"[..]]);
            assert_eq!((recording.cut, recording.interfaces[0].snap_length), (None, 65_535));
            assert_eq!((recording.comments(0).count(), recording.sent(0)), (0, None));
        }
    }
}

#[test]
fn every_clock_of_pcapng_is_understood() {
    // Resolution and offset of an interface, what it says, and what time that is.
    let second = 1_000_000_000;
    let clocks: [(u8, i64, u64, u64); 8] = [
        (6, 0, 1_000_001, second + 1_000),
        (9, 0, 5, 5),
        (3, 0, 5, 5_000_000),
        (0, 0, 5, 5 * second),
        (12, 0, 5_000, 5),
        (0x80 | 10, 0, 1_024 + 512, second * 3 / 2),
        (6, 100, 1, 100 * second + 1_000),
        (6, -1, 3_000_000, 2 * second),
    ];
    for big_endian in [false, true] {
        for (resolution, offset, ticks, nanos) in clocks {
            let offset = if big_endian { offset.to_be_bytes() } else { offset.to_le_bytes() };
            let options = Bytes::new(big_endian).u16(9).u16(1).raw(&[resolution, 0, 0, 0]);
            let options = options.u16(14).u16(8).raw(&offset).u32(0).bytes;
            let file = Bytes::new(big_endian).section().interface(&options).packet(0, ticks, b"abcd");
            let recording = read(file.bytes).unwrap();
            assert_eq!(recording.start_ns, nanos, "{resolution} {offset:?} {ticks}");
            assert_eq!(recording.frame(0), b"abcd");
            assert_eq!(recording.packets[0].original_len, 60);
        }
    }
    // Times that do not fit are as near as they can be.
    for (resolution, ticks, nanos) in [(0, u64::MAX, u64::MAX), (0x7f, u64::MAX, 0), (0xff, u64::MAX, 0)] {
        let options = Bytes::new(false).u16(9).u16(1).raw(&[resolution, 0, 0, 0]).bytes;
        let file = Bytes::new(false).section().interface(&options).packet(0, ticks, b"abcd");
        assert_eq!(read(file.bytes).unwrap().start_ns, nanos);
    }
}

#[test]
fn sections_have_their_own_byte_order_interfaces_and_clocks() {
    let nano = Bytes::new(true).u16(9).u16(1).raw(&[9, 0, 0, 0]).bytes;
    let first =
        Bytes::new(false).section().interface(&[]).packet(0, 9, b"1111").interface(&[]).packet(1, 5, b"2222");
    let second = Bytes::new(true).section().interface(&nano).packet(0, 7_000, b"3333");
    let recording = read([first.bytes, second.bytes].concat()).unwrap();
    assert_eq!(recording.cut, None);
    let packets: Vec<_> = recording.packets.iter().map(|packet| (packet.interface, packet.at_ns)).collect();
    assert_eq!(
        (recording.start_ns, packets),
        (5_000, vec![(0, 4_000), (1, 0), (2, 2_000)]),
        "in the file's order"
    );
    assert_eq!(recording.frame(2), b"3333");
}

#[test]
fn simple_and_obsolete_packets_and_unknown_blocks_are_understood() {
    let file = Bytes::new(false).section().block(1, |body| body.u16(1).u16(0).u32(2));
    let file = file.block(2, |body| body.u16(0).u16(3).u32s(&[0, 8, 3, 3]).raw(b"abc\0"));
    let file = file.block(0xbad, |body| body.raw(b"what?   ")).block(3, |body| body.u32(60).raw(b"xy\0\0"));
    let recording = read(file.bytes).unwrap();
    assert_eq!(recording.cut, None);
    assert_eq!([recording.frame(0), recording.frame(1)], [&b"abc"[..], &b"xy"[..]]);
    assert_eq!((recording.start_ns, recording.packets[1].at_ns), (8_000, 0));
    assert_eq!(recording.packets[1].original_len, 60);
}

#[test]
fn packets_have_the_link_type_of_their_interface() {
    let recording = read(pcap(false, 0xa1b2_c3d4, 101).u32s(&[0, 0, 1, 1]).raw(&[0x45]).bytes).unwrap();
    assert_eq!((recording.packets.len(), recording.cut), (1, None));
    assert_eq!((recording.link_type(0), recording.frame(0)), (LinkType(101), &[0x45][..]));
}

#[test]
fn the_longer_packet_headers_of_modified_pcap_are_stepped_over() {
    for big_endian in [false, true] {
        let file = pcap(big_endian, 0xa1b2_cd34, 1).u32s(&[7, 1, 3, 60, 2, 8]).raw(b"abc");
        let file = file.u32s(&[8, 1, 2, 2, 2, 8]).raw(b"de");
        let recording = read(file.bytes).unwrap();
        assert_eq!([recording.frame(0), recording.frame(1)], [&b"abc"[..], b"de"]);
        assert_eq!((recording.packets[1].at_ns, recording.cut), (1_000_000_000, None));
    }
}

#[test]
fn a_frame_check_sequence_is_no_part_of_the_frame_as_far_as_it_was_captured() {
    // Two words of 16 bits follow each frame.
    let file = pcap(false, 0xa1b2_c3d4, 0x2400_0001);
    let file = file.u32s(&[0, 0, 8, 8]).raw(b"frameFCS").u32s(&[0, 0, 8, 10]).raw(b"frameFCS");
    let file = file.u32s(&[0, 0, 8, 20]).raw(b"frameFCS").u32s(&[0, 0, 2, 2]).raw(b"FC");
    let recording = read(file.bytes).unwrap();
    let parts: Vec<_> = (0..4).map(|packet| (recording.frame(packet), recording.fcs(packet))).collect();
    let expected: [(&[u8], &[u8]); 4] =
        [(b"fram", b"eFCS"), (b"frameF", b"CS"), (b"frameFCS", b""), (b"", b"FC")];
    assert_eq!(parts, expected);
    let option = Bytes::new(false).u16(13).u16(1).raw(&[4, 0, 0, 0]).bytes;
    let file = Bytes::new(false)
        .section()
        .interface(&option)
        .block(6, |body| body.u32s(&[0, 0, 0, 8, 8]).raw(b"frameFCS"));
    assert_eq!(read(file.bytes).unwrap().fcs(0), b"eFCS");
}

fn snoop(datalink: u32) -> Bytes {
    Bytes::new(true).raw(b"snoop\0\0\0").u32s(&[2, datalink])
}

#[test]
fn snoop_is_read_with_its_filling() {
    let file = snoop(4).u32s(&[60, 3, 28, 0, 5, 7]).raw(b"abc\0").u32s(&[2, 2, 26, 0, 6, 7]).raw(b"de");
    let recording = read(file.bytes).unwrap();
    assert_eq!([recording.frame(0), recording.frame(1)], [&b"abc"[..], b"de"]);
    assert_eq!((recording.start_ns, recording.packets[1].at_ns), (5_000_007_000, 1_000_000_000));
    assert_eq!((recording.packets[0].original_len, recording.link_type(0)), (60, LinkType::ETHERNET));
    let short = snoop(4).u32s(&[3, 3, 20, 0, 5, 7]).raw(b"abc\0").bytes;
    assert_eq!(read(short).unwrap().cut.unwrap().why, Why::BadLength);
    let cut = snoop(4).u32s(&[60, 3, 28, 0]).bytes;
    assert_eq!(read(cut).unwrap().cut.unwrap().why, Why::Truncated);
}

/// One packet, compressed by gzip and by zstd.
const PLAIN: &[u8] = include_bytes!("compressed/plain.pcap");
const GZIP: &[u8] = include_bytes!("compressed/plain.pcap.gz");
const ZSTANDARD: &[u8] = include_bytes!("compressed/plain.pcap.zst");

#[test]
fn compressed_captures_are_unpacked_also_in_several_pieces() {
    let plain = read(PLAIN).unwrap();
    assert_eq!(plain.packets.len(), 200);
    let (head, tail) = PLAIN.split_at(PLAIN.len() / 2);
    let stored = |bytes: &[u8]| {
        let length = bytes.len() as u16;
        let fields = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
        // A name, a comment, an extra field and a checksum of the header.
        let header =
            [&[0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7][..], b"name\0comment\0", &[1, 2]].concat();
        [&header[..], &[1], &fields, bytes, &[0; 8]].concat()
    };
    let raw = |bytes: &[u8]| {
        let size = (bytes.len() as u32) << 3 | 1;
        [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x50][..], &size.to_le_bytes()[..3], bytes].concat()
    };
    for packed in [
        GZIP.to_vec(),
        ZSTANDARD.to_vec(),
        [stored(head), stored(tail)].concat(),
        [raw(head), raw(tail)].concat(),
    ] {
        assert!(read(packed).unwrap() == plain);
    }
}

#[test]
fn of_a_compressed_file_that_is_cut_what_is_there_can_be_read() {
    for packed in [GZIP.to_vec(), ZSTANDARD.repeat(2)] {
        let part = read(&packed[..packed.len() - 40]).unwrap();
        assert!(part.packets.len() > 150);
        assert_eq!(read(&packed[..8]), Err(ReadError::Damaged));
    }
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    // A block of one byte repeated, over and over: 128 KiB of four bytes.
    let block = [&((128 << 10) << 3 | 2u32).to_le_bytes()[..3], &[0]].concat();
    let bomb = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 0x50][..], &block.repeat(2_100)].concat();
    assert!(matches!(read(bomb), Err(ReadError::TooLarge(_))));
}

#[test]
fn of_a_file_that_ends_too_early_what_is_there_can_be_read() {
    let scenario = scenario();
    let world = run(&scenario, Limits::default(), |_| ());
    let whole = file(&scenario, &world, Place::Once, |_| true);
    let all = read(&whole[..]).unwrap();
    let mut before = 0;
    for end in (200..whole.len()).step_by(97) {
        let part = read(&whole[..end]).unwrap();
        if let Some(cut) = part.cut {
            assert_eq!(cut.why, Why::Truncated);
            assert!(cut.offset < end);
        }
        assert!(part.packets.len() >= before && part.packets.len() <= all.packets.len());
        before = part.packets.len();
        for number in 0..before {
            assert_eq!(part.frame(number), all.frame(number));
            assert_eq!(part.packet_id(number), all.packet_id(number));
        }
    }
    assert!(before > 100);
    let pcap = pcap(false, 0xa1b2_c3d4, 1).u32s(&[0, 0, 3, 3]).raw(b"abc").u32s(&[0, 0, 9, 9]).raw(b"abc");
    let recording = read(pcap.bytes).unwrap();
    assert_eq!((recording.packets.len(), recording.cut.map(|cut| cut.why)), (1, Some(Why::Truncated)));
    assert_eq!(
        recording.cut.unwrap().to_string(),
        "the file ends in the middle of a packet or block (at byte 43): what comes before can be seen"
    );
}

#[test]
fn lengths_that_lie_end_the_reading() {
    let good = || Bytes::new(false).section().interface(&[]).packet(0, 1, b"good");
    for (bad, why) in [
        (good().u32s(&[6, 8, 8]), Why::BadLength),
        (good().u32s(&[6, 0, 0]), Why::BadLength),
        (good().u32s(&[6, 13, 0, 13]), Why::BadLength),
        (good().u32s(&[5, 16, 0, 20]), Why::BadLength),
        (good().u32s(&[6, u32::MAX - 3, 0]), Why::Truncated),
        (good().block(6, |body| body.u32s(&[0, 0, 0, u32::MAX, u32::MAX]).raw(b"tiny")), Why::BadLength),
        (good().block(6, |body| body.u32s(&[0, 0])), Why::BadLength),
        (good().block(1, |body| body.u16(1)), Why::BadLength),
        (good().packet(1, 1, b"none"), Why::NoSuchInterface),
        (good().block(0x0a0d_0d0a, |body| body.u32s(&[7, 7, 7, 7])), Why::BadSection),
        (
            good().block(0x0a0d_0d0a, |body| body.u32(0x1a2b_3c4d).u16(9).u16(0).u32s(&[0, 0])),
            Why::BadSection,
        ),
    ] {
        let at = good().bytes.len();
        let recording = read(bad.bytes).unwrap();
        let cut = recording.cut.unwrap();
        assert_eq!((cut.why, cut.offset, recording.packets.len()), (why, at, 1), "{why}");
    }
    // More captured than there was: the bytes are there, so there were.
    let lie = pcap(false, 0xa1b2_c3d4, 1).u32s(&[0, 0, 4, 1]).raw(b"four").bytes;
    assert_eq!(read(lie).unwrap().packets[0].original_len, 4);
}

#[test]
fn what_is_no_capture_is_refused_in_words() {
    for (bytes, error) in [
        (&b""[..], ReadError::Empty),
        (b"\x0a\x0d\x0d\x0a", ReadError::Empty),
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", ReadError::Empty),
        (b"hello, I am a text", ReadError::NotACapture),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0nope-not-a-capture-at-all", ReadError::NotACapture),
        (b"\x1f\x8b\x08\0\0\0\0\0", ReadError::Damaged),
        (b"\x04\x22\x4d\x18\0\0\0\0", ReadError::Compressed("LZ4")),
        (b"\xfd7zXZ\0\0\0", ReadError::Compressed("XZ")),
        (b"BZh91AY&", ReadError::Compressed("bzip2")),
        (b"PK\x03\x04\0\0\0\0", ReadError::Compressed("ZIP")),
        (b"\x4d\x3c\x2b\xa1\x02\0\x04\0", ReadError::Variant),
        (b"snoop\0\0\0\0\0\0\x01\0\0\0\x04", ReadError::Variant),
    ] {
        assert_eq!(read(bytes), Err(error));
    }
}

#[test]
fn interfaces_and_addresses_are_bounded() {
    let mut file = Bytes::new(false).section();
    let mut one = Bytes::new(false).interface(&[]).bytes;
    one = one.repeat(capture::read::INTERFACES_MAX + 1);
    file = file.raw(&one);
    let recording = read(file.bytes).unwrap();
    assert_eq!(recording.interfaces.len(), capture::read::INTERFACES_MAX);
    assert_eq!(recording.cut.unwrap().why, Why::TooManyInterfaces);
    let many = Bytes::new(false).u16(4).u16(8).raw(&[10, 0, 0, 1, 255, 0, 0, 0]).bytes.repeat(1_000);
    let recording = read(Bytes::new(false).section().interface(&many).bytes).unwrap();
    assert_eq!(recording.interfaces[0].addresses.len(), capture::read::ADDRESSES_MAX);
    assert_eq!(recording.interfaces[0].addresses[0].to_string(), "10.0.0.1/8");
}

#[test]
fn packets_are_bounded() {
    let packets = [0; 16].repeat(capture::read::PACKETS_MAX + 1);
    let recording = read(pcap(false, 0xa1b2_c3d4, 1).raw(&packets).bytes).unwrap();
    assert_eq!(recording.packets.len(), capture::read::PACKETS_MAX);
    assert_eq!(recording.cut.unwrap().why, Why::TooManyPackets);
}

/// Everything that can be asked of what was read.
fn look(bytes: Vec<u8>) {
    let Ok(recording) = read(bytes) else { return };
    for number in 0..recording.packets.len() {
        let length = recording.frame(number).len() + recording.fcs(number).len();
        assert_eq!(length, recording.packets[number].captured_len as usize);
        assert!(recording.packets[number].captured_len <= recording.packets[number].original_len);
        recording.comments(number).for_each(drop);
        let _ = (recording.sent(number), recording.packet_id(number), recording.drop_count(number));
    }
}

proptest! {
    #[test]
    fn any_bytes_after_any_beginning_are_read_or_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        beginning in 0..5,
    ) {
        let beginning = match beginning {
            0 => Vec::new(),
            1 => pcap(false, 0xa1b2_c3d4, 1).bytes,
            2 => pcap(true, 0xa1b2_3c4d, 1).bytes,
            3 => Bytes::new(false).section().interface(&[]).bytes,
            _ => Bytes::new(true).section().interface(&[]).bytes,
        };
        look([beginning, bytes].concat());
    }

    #[test]
    fn any_change_to_a_capture_is_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        blocks in 1u64..40,
    ) {
        let comment = Bytes::new(false).u16(1).u16(3).raw(b"hey\0").u16(2).u16(4).u32(1).u32(0).bytes;
        let mut file = Bytes::new(false).section().interface(&comment);
        for number in 0..blocks {
            let body = |body: Bytes| body.u32s(&[0, 0, number as u32, 4, 4]).raw(b"abcd").raw(&comment);
            file = file.block(6, body);
        }
        let mut bytes = file.bytes;
        for (index, value) in changes {
            let place = index.index(bytes.len());
            bytes[place] = value;
        }
        for index in removed {
            bytes.remove(index.index(bytes.len()));
        }
        look(bytes);
    }

    #[test]
    fn any_options_are_looked_through(options in prop::collection::vec(any::<u8>(), 0..200)) {
        let filled = options.len().next_multiple_of(4);
        let options = [options.clone(), vec![0; filled - options.len()]].concat();
        let packet = |body: Bytes| body.u32s(&[0, 0, 1, 4, 4]).raw(b"abcd").raw(&options);
        let file = Bytes::new(false).section().interface(&options).block(6, packet);
        let file = file.block(4, |body| body.raw(&options));
        let recording = read(&file.bytes[..]).unwrap();
        prop_assert_eq!(recording.packets.len(), 1);
        look(file.bytes);
    }
}
