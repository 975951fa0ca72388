//! What crossed the wires as pcapng (draft-ietf-opsawg-pcapng), written while the world runs.
//!
//! Each port of each node is an interface. A frame is written twice: outbound at its sender's port when its first bit
//! leaves, inbound at its receiver's port when its last bit has arrived. One that is dropped is written at its sender only,
//! with a comment that says where it died. Virtual time begins at 1970.

use anyhow::{Context, bail};
use netlab::history::{Fate, TransitId};
use netlab::topology::{Direction, NodeId};
use netlab::{Frame, Instant, World};
use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use pcap_file::pcapng::blocks::opt_common::CommonOption;
use scenario::Scenario;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// The direction bits of a packet's flags (draft-ietf-opsawg-pcapng, 4.3.1).
const INBOUND: u32 = 0b01;
const OUTBOUND: u32 = 0b10;

/// A capture being written.
pub struct Capture {
    path: PathBuf,
    writer: PcapNgWriter<BufWriter<File>>,
    /// For each direction the interfaces at its beginning and at its end.
    interfaces: Vec<[u32; 2]>,
    /// The first transit that was not yet taken.
    next: TransitId,
    /// Packets that are not yet in order: an earlier one may still come.
    waiting: BinaryHeap<Reverse<Packet>>,
}

/// A frame at one of its interfaces; ordered by time, then as handed over.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Packet {
    at: Instant,
    transit: u64,
    flags: u32,
    interface: u32,
    comment: Option<String>,
    frame: Bytes,
}

/// A frame, for which the fields before it have decided the order.
struct Bytes(Frame);

impl PartialEq for Bytes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Bytes {}
impl PartialOrd for Bytes {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Bytes {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

fn interface(
    scenario: &Scenario,
    node: NodeId,
    port: usize,
    direction: Direction,
) -> InterfaceDescriptionBlock<'static> {
    use InterfaceDescriptionOption::{IfDescription, IfMacAddr, IfName, IfSpeed, IfTsResol};
    let topology = &scenario.topology;
    let far = topology.receiver(direction);
    // No limit to the length of a frame.
    let mut block = InterfaceDescriptionBlock::new(DataLink::ETHERNET, 0);
    block.options = vec![
        IfName(format!("{}:{port}", scenario.id(node)).into()),
        IfDescription(format!("{}, cable to {}", topology.node(node).name, topology.node(far).name).into()),
        IfTsResol(InterfaceTsResolution::NANO),
    ];
    if let Some(host) = topology.host(node) {
        block.options.push(IfMacAddr(host.mac(node).0.to_vec().into()));
    }
    if let Some(rate) = topology.link(direction.link).ways[direction.from.index()].line.rate {
        block.options.push(IfSpeed(rate.get()));
    }
    block
}

impl Capture {
    /// Begins a capture of this scenario.
    pub fn create(path: PathBuf, scenario: &Scenario) -> anyhow::Result<Self> {
        let context = || format!("cannot write {}", path.display());
        let file = File::create(&path).with_context(context)?;
        let mut writer = PcapNgWriter::new(BufWriter::new(file)).with_context(context)?;
        let topology = &scenario.topology;
        let mut interfaces = vec![[0; 2]; topology.links.len() * 2];
        let mut count = 0;
        for (node, ports) in topology.node_ids().zip(topology.ports()) {
            for (port, &direction) in ports.iter().enumerate() {
                let block = interface(scenario, node, port, direction);
                writer.write_pcapng_block(block).with_context(context)?;
                interfaces[direction.index()][0] = count;
                interfaces[direction.reverse().index()][1] = count;
                count += 1;
            }
        }
        Ok(Self { path, writer, interfaces, next: TransitId(0), waiting: BinaryHeap::new() })
    }

    /// Takes what has happened since it was last called, and writes what is settled.
    pub fn take(&mut self, world: &World) -> anyhow::Result<()> {
        let history = world.history();
        if history.transits().next().is_some_and(|oldest| oldest.id > self.next) {
            bail!("more happened at once than can be recorded: the capture would have a gap");
        }
        while let Some(transit) = history.transit(self.next) {
            let [out, into] = self.interfaces[transit.direction.index()];
            let packet = |at, interface, flags, comment| Packet {
                at,
                transit: transit.id.0,
                flags,
                interface,
                comment,
                frame: Bytes(transit.frame.clone()),
            };
            let comment = match transit.fate {
                Fate::Delivered => {
                    self.waiting.push(Reverse(packet(transit.arrival, into, INBOUND, None)));
                    None
                }
                Fate::Dropped { reason, at } => {
                    let after = at.since(transit.start);
                    Some(format!("dropped: {}, {after} after it was sent here", reason.name()))
                }
            };
            self.waiting.push(Reverse(packet(transit.start, out, OUTBOUND, comment)));
            self.next.0 += 1;
        }
        // Whatever is handed over from now on is later.
        while self.waiting.peek().is_some_and(|Reverse(packet)| packet.at <= world.now()) {
            self.write_first()?;
        }
        Ok(())
    }

    /// Ends the capture. Frames that had not left or arrived when the world was left are not in it.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.get_mut().flush().with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn write_first(&mut self) -> anyhow::Result<()> {
        let Some(Reverse(packet)) = self.waiting.pop() else { return Ok(()) };
        let Bytes(frame) = packet.frame;
        let comment =
            packet.comment.map(|text| EnhancedPacketOption::Common(CommonOption::Comment(text.into())));
        self.writer
            .write_pcapng_block(EnhancedPacketBlock {
                interface_id: packet.interface,
                timestamp: std::time::Duration::from_nanos(packet.at.nanos()),
                original_len: frame.len() as u32,
                data: (&*frame).into(),
                options: [EnhancedPacketOption::Flags(packet.flags)].into_iter().chain(comment).collect(),
            })
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(())
    }
}
