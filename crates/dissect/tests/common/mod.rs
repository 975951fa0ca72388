//! tshark as the judge, and the captures that it is shown.
#![allow(dead_code, reason = "each test file uses its own part")]

pub mod traffic;

use pcap_file::DataLink;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A frame and when it came, in nanoseconds.
pub type Packet = (u64, Vec<u8>);

/// The packets as a capture file with nanoseconds.
fn pcap(packets: &[Packet]) -> Vec<u8> {
    let header = PcapHeader {
        datalink: DataLink::ETHERNET,
        ts_resolution: pcap_file::pcap::PcapTsResolution::NanoSecond,
        ..PcapHeader::default()
    };
    let mut writer = PcapWriter::with_header(Vec::new(), header).unwrap();
    for (at_ns, frame) in packets {
        let packet = PcapPacket::new(Duration::from_nanos(*at_ns), frame.len() as u32, frame).unwrap();
        writer.write_packet(&packet).unwrap();
    }
    writer.into_inner()
}

/// What tshark prints of the capture: a line for each packet, split at tabs. Nothing where there is no tshark: then
/// the test has nothing to compare with.
pub fn tshark(packets: &[Packet], args: &[&str]) -> Option<Vec<Vec<String>>> {
    // It reads twice, as the window with the packet list does: only then a request knows its answer. For that it needs
    // a file. Names of hosts and services are no part of what is compared.
    let path = std::env::temp_dir().join(format!(
        "dissect-{}-{:?}.pcap",
        std::process::id(),
        std::thread::current().id()
    ));
    std::fs::File::create(&path).unwrap().write_all(&pcap(packets)).unwrap();
    let output = Command::new("tshark")
        .args(["-2", "-n", "-r"])
        .arg(&path)
        .args(["-T", "fields", "-E", "separator=/t", "-E", "occurrence=f"])
        // They write lines of their own about what is carried.
        .args(["--disable-protocol", "iperf2", "--disable-protocol", "echo"])
        .args(args)
        .stdin(Stdio::null())
        .output();
    std::fs::remove_file(&path).unwrap();
    let output = match output {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(
                std::env::var_os("PACKETARIUM_TSHARK").is_none(),
                "tshark is not installed: nothing to compare with"
            );
            eprintln!(
                "NOT COMPARED: tshark is not installed, so nothing shows that our answers are also its."
            );
            return None;
        }
        output => output.unwrap(),
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert!(output.status.success(), "{}", text(output.stderr));
    Some(text(output.stdout).lines().map(|line| line.split('\t').map(str::to_string).collect()).collect())
}
