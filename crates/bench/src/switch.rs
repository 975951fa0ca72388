//! What the learning switch costs: its table alone, and whole deliveries from a write to a read.
//!
//! The frames exist beforehand and are shared, so that no copy of theirs is measured.

use crate::sample::{Clock, Sample, repeat};
use smoltcp::wire::EthernetAddress;
use std::hint::black_box;
use vnetif::inbox::{Inbox, inbox};
use vnetif::{Backend, Frame, Instant, Lan, PortId};
use wire::mac_table::{Egress, MacTable};

const FRAME_BYTES: usize = 1514;
/// Writes between two looks at the clock.
const BATCH: u32 = 1024;

/// Learning and lookup, for frames between a number of stations in the table.
pub fn look(clock: Clock<'_>, stations: u32) -> Sample {
    let mut table = MacTable::default();
    let frames = ring(stations, PortId::mac);
    for (port, frame) in frames.iter().enumerate() {
        table.look(Instant::ZERO, PortId(port as u32), frame);
    }
    repeat(clock, || {
        let mut looks = 0;
        while looks < BATCH {
            for (port, frame) in (0..).zip(&frames) {
                let found = table.look(Instant::ZERO, PortId(port), black_box(frame)).egress;
                debug_assert_eq!(found, Egress::Port(PortId((port + 1) % stations)));
                black_box(found);
            }
            looks += stations;
        }
        (looks.into(), 0)
    })
}

/// Each port writes to the next, which reads.
pub fn unicast(clock: Clock<'_>, ports: u32) -> Sample {
    let (lan, ports) = switch(ports);
    let frames = ring(ports.len() as u32, |port| lan.mac(port));
    for ((port, _), frame) in ports.iter().zip(&frames) {
        write(&lan, *port, frame);
        drain(&ports);
    }
    repeat(clock, || {
        let mut deliveries = 0;
        while deliveries < BATCH {
            for (from, frame) in frames.iter().enumerate() {
                write(&lan, ports[from].0, frame);
                deliveries += read(&ports[(from + 1) % ports.len()].1);
            }
        }
        (deliveries.into(), 0)
    })
}

/// One port broadcasts to a number of others, and each of them reads. An operation is one delivery.
pub fn flood(clock: Clock<'_>, listeners: u32) -> Sample {
    let (lan, ports) = switch(listeners + 1);
    let frame = frame(EthernetAddress::BROADCAST, lan.mac(ports[0].0));
    let writes = BATCH / listeners;
    repeat(clock, || {
        let mut deliveries = 0;
        for _ in 0..writes {
            write(&lan, ports[0].0, &frame);
            deliveries += drain(&ports[1..]);
        }
        assert_eq!(deliveries, writes * listeners, "a broadcast reaches all");
        (deliveries.into(), 0)
    })
}

fn switch(ports: u32) -> (Lan, Vec<(PortId, Inbox)>) {
    let lan = Lan::switch();
    let plug = |_| {
        let (sender, inbox) = inbox(16);
        let port = lan.register().expect("a new switch has ports");
        lan.listen(port, sender.into()).expect("the port was registered a line above");
        (port, inbox)
    };
    let ports = (0..ports).map(plug).collect();
    (lan, ports)
}

/// A frame from each of a number of stations to the next one.
fn ring(stations: u32, mac: impl Fn(PortId) -> EthernetAddress) -> Vec<Frame> {
    (0..stations).map(|from| frame(mac(PortId((from + 1) % stations)), mac(PortId(from)))).collect()
}

fn frame(destination: EthernetAddress, source: EthernetAddress) -> Frame {
    Frame::build(FRAME_BYTES, |bytes| {
        bytes[..6].copy_from_slice(destination.as_bytes());
        bytes[6..12].copy_from_slice(source.as_bytes());
    })
}

fn write(lan: &Lan, from: PortId, frame: &Frame) {
    lan.write(Instant::ZERO, from, frame.clone()).expect("a switch that delivers at once refuses nothing");
}

fn read(inbox: &Inbox) -> u32 {
    inbox.pop().is_some().into()
}

fn drain(ports: &[(PortId, Inbox)]) -> u32 {
    ports.iter().map(|(_, inbox)| read(inbox)).sum()
}
