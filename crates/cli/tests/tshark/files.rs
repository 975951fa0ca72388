//! What is written is read without complaint, and the other way round.

use crate::{opened, recorded, scenarios, tshark, version};
use capture::read;
use std::fs;
use std::process::Command;

#[test]
fn tshark_finds_nothing_wrong_and_all_that_was_written() {
    let Some(_) = version() else { return };
    for scenario in scenarios() {
        let file = recorded("all", &scenario, "everywhere");
        let recording = opened(&file);
        let checksums =
            ["ip", "tcp", "udp", "icmp", "icmpv6"].map(|name| format!("-e{name}.checksum.status"));
        let fields = [
            "time_epoch",
            "len",
            "interface_name",
            "interface_description",
            "packet_id",
            "p2p_dir",
            "drop_count",
        ];
        let mut arguments = vec!["-Tfields".to_owned()];
        arguments.extend(fields.map(|name| format!("-eframe.{name}")));
        arguments.extend(["-eframe.comment".into(), "-e_ws.malformed".into()]);
        arguments.extend(checksums);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let theirs = tshark(&file, &arguments);
        assert_eq!(theirs.len(), recording.packets.len(), "{}", file.display());
        assert!(!theirs.is_empty());
        let mut verified = 0;
        for (number, (theirs, packet)) in theirs.iter().zip(&recording.packets).enumerate() {
            let at = || format!("{}, frame {}: {theirs:?}", file.display(), number + 1);
            let interface = &recording.interfaces[packet.interface as usize];
            let nanos = recording.start_ns + packet.at_ns;
            let comments: Vec<_> = recording.comments(number).collect();
            let or_empty = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
            let ours = [
                format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000),
                packet.original_len.to_string(),
                interface.name.clone(),
                interface.description.clone(),
                or_empty(recording.packet_id(number)),
                // 0 is sent, 1 is received.
                or_empty(recording.sent(number).map(|sent| u64::from(!sent))),
                or_empty(recording.drop_count(number)),
                comments.join(","),
            ];
            assert_eq!(theirs[..8], ours, "{}", at());
            assert_eq!(theirs[8], "", "malformed: {}", at());
            for status in
                theirs[9..].iter().flat_map(|status| status.split(',')).filter(|status| !status.is_empty())
            {
                // 0 is bad, 1 good, 2 not verified, 3 not there (UDP over IPv4 may do without).
                assert!(status != "0", "bad checksum: {}", at());
                verified += u32::from(status == "1");
            }
        }
        assert!(verified > 0, "{}: no checksum was looked at", file.display());
    }
}

#[test]
fn what_tshark_writes_is_opened_with_all_that_its_format_can_hold() {
    let Some(_) = version() else { return };
    let scenario = scenarios().into_iter().find(|path| path.ends_with("connect.json")).unwrap();
    let scenario = &scenario;
    let file = recorded("formats", scenario, "everywhere");
    let ours = opened(&file);
    for (format, nanos) in [("pcap", 1_000), ("nsecpcap", 1), ("pcapng", 1)] {
        let other = file.with_extension(format);
        let done =
            Command::new("tshark").arg("-r").arg(&file).arg("-F").arg(format).arg("-w").arg(&other).output();
        assert!(done.unwrap().status.success());
        let theirs = opened(&other);
        assert_eq!(theirs.packets.len(), ours.packets.len());
        assert_eq!(theirs.interfaces.len(), if format == "pcapng" { ours.interfaces.len() } else { 1 });
        for number in 0..ours.packets.len() {
            assert_eq!(theirs.frame(number), ours.frame(number));
            assert_eq!(theirs.packets[number].at_ns, ours.packets[number].at_ns / nanos * nanos);
            if format == "pcapng" {
                assert_eq!(theirs.packet_id(number), ours.packet_id(number));
                assert_eq!(theirs.sent(number), ours.sent(number));
                assert!(theirs.comments(number).eq(ours.comments(number)));
            }
        }
        if format == "pcapng" {
            assert!(theirs.comment == ours.comment && theirs.interfaces[0].name == ours.interfaces[0].name);
        }
    }
    // An old variant, which some devices still write.
    let variant = file.with_extension("modpcap");
    let mut convert = Command::new("tshark");
    convert.arg("-r").arg(&file).args(["-F", "modpcap", "-w"]).arg(&variant);
    assert!(convert.output().unwrap().status.success());
    let theirs = read(fs::read(&variant).unwrap()).unwrap();
    assert_eq!(theirs.packets.len(), ours.packets.len());
    for number in 0..ours.packets.len() {
        assert_eq!(theirs.frame(number), ours.frame(number));
    }
}
