//! Whatever stands in a file is opened or refused: no panic, no hang, no memory without bounds (`-rss_limit_mb=64`). A capture to
//! begin with: `packetarium run ../../scenarios/connect.json --pcapng fuzz/corpus/open/connect.pcapng`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(recording) = capture::read(bytes) else { return };
    for (number, packet) in recording.packets.iter().enumerate() {
        assert!((packet.interface as usize) < recording.interfaces.len());
        let length = recording.frame(number).len() + recording.fcs(number).len();
        assert_eq!(length, packet.captured_len as usize);
        recording.comments(number).for_each(drop);
        let _ = (recording.sent(number), recording.packet_id(number), recording.drop_count(number));
    }
});
