//! Records what interfaces send and receive as pcapng (draft-ietf-opsawg-pcapng), which Wireshark reads.
//!
//! One recorder can watch many interfaces: each gets an interface block of its own, with its name and address, and each
//! frame its direction and its time to the nanosecond. Virtual time begins at 1970.

use crate::monitor::{Direction, Monitor};
use pcap_file::DataLink;
use pcap_file::pcapng::PcapNgWriter;
use pcap_file::pcapng::blocks::enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption};
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
};
use smoltcp::wire::EthernetAddress;
use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::rc::Rc;
use wire::frame::Frame;
use wire::time::Instant;

/// The direction bits of a packet's flags (draft-ietf-opsawg-pcapng, 4.3.1).
const INBOUND: u32 = 0b01;
const OUTBOUND: u32 = 0b10;

/// A capture being written.
pub struct Recorder<W: Write>(Rc<RefCell<State<W>>>);

struct State<W: Write> {
    /// `None` once finished.
    writer: Option<PcapNgWriter<W>>,
    interfaces: u32,
    frames: u64,
    /// The first fault, since a monitor cannot return one. Nothing is written after it.
    fault: Option<Fault>,
}

/// pcap-file does not let its error be named.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A capture could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Writing failed after `frames` frames; what was written until then is a valid capture.
    #[error("the capture could not be written after {frames} frames")]
    Write {
        /// Frames recorded before.
        frames: u64,
        /// The cause.
        source: Fault,
    },
    /// The recorder was finished already.
    #[error("the capture is finished already")]
    Finished,
}

impl<W: Write> Recorder<W> {
    /// Begins a capture.
    ///
    /// # Errors
    /// If the file's header cannot be written.
    pub fn new(writer: W) -> Result<Self, RecordError> {
        let writer = PcapNgWriter::new(writer)
            .map_err(|fault| RecordError::Write { frames: 0, source: fault.into() })?;
        let state = State { writer: Some(writer), interfaces: 0, frames: 0, fault: None };
        Ok(Self(Rc::new(RefCell::new(state))))
    }

    /// A monitor that records one more interface, with this name and address.
    ///
    /// # Errors
    /// If the interface block cannot be written, or the capture is finished.
    pub fn interface(&self, name: &str, mac: EthernetAddress) -> Result<InterfaceRecorder<W>, RecordError> {
        let state = &mut *self.0.borrow_mut();
        let writer = state.writer.as_mut().ok_or(RecordError::Finished)?;
        // No limit to the length of a frame.
        let mut block = InterfaceDescriptionBlock::new(DataLink::ETHERNET, 0);
        block.options = vec![
            InterfaceDescriptionOption::IfName(name.into()),
            InterfaceDescriptionOption::IfMacAddr(mac.as_bytes().into()),
            InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO),
        ];
        let frames = state.frames;
        writer
            .write_pcapng_block(block)
            .map_err(|fault| RecordError::Write { frames, source: fault.into() })?;
        let interface_id = state.interfaces;
        state.interfaces += 1;
        Ok(InterfaceRecorder { state: self.0.clone(), interface_id })
    }

    /// How many frames were recorded.
    pub fn frames(&self) -> u64 {
        self.0.borrow().frames
    }

    /// Ends the capture and returns its writer; monitors that still exist record nothing more.
    ///
    /// # Errors
    /// If a frame could not be written, or the capture is finished already.
    pub fn finish(self) -> Result<W, RecordError> {
        let state = &mut *self.0.borrow_mut();
        let mut writer = state.writer.take().ok_or(RecordError::Finished)?;
        let fault = state.fault.take().or_else(|| writer.get_mut().flush().err().map(Into::into));
        match fault {
            None => Ok(writer.into_inner()),
            Some(source) => Err(RecordError::Write { frames: state.frames, source }),
        }
    }
}

/// Records the frames of one interface.
pub struct InterfaceRecorder<W: Write> {
    state: Rc<RefCell<State<W>>>,
    interface_id: u32,
}

impl<W: Write> Monitor for InterfaceRecorder<W> {
    fn saw(&mut self, now: Instant, direction: Direction, frame: &Frame) {
        let state = &mut *self.state.borrow_mut();
        let (Some(writer), None) = (&mut state.writer, &state.fault) else { return };
        let flags = match direction {
            Direction::Rx => INBOUND,
            Direction::Tx => OUTBOUND,
        };
        let block = EnhancedPacketBlock {
            interface_id: self.interface_id,
            timestamp: std::time::Duration::from_nanos(now.nanos()),
            original_len: frame.len() as u32,
            data: (&**frame).into(),
            options: vec![EnhancedPacketOption::Flags(flags)],
        };
        match writer.write_pcapng_block(block) {
            Ok(_) => state.frames += 1,
            Err(fault) => state.fault = Some(fault.into()),
        }
    }
}

impl<W: Write> fmt::Debug for Recorder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.borrow();
        write!(f, "Recorder({} interfaces, {} frames)", state.interfaces, state.frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::{Options, Vnetif};
    use crate::lan::Lan;
    use pcap_file::pcapng::{Block, PcapNgReader};
    use std::io;

    fn flags(options: &[EnhancedPacketOption<'_>]) -> u32 {
        match options {
            [EnhancedPacketOption::Flags(flags)] => *flags,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_recorded_exchange_reads_back_with_names_directions_and_nanoseconds() {
        let lan = Lan::hub();
        let recorder = Recorder::new(Vec::new()).unwrap();
        let [a, b] = ["a", "b"].map(|name| {
            let vnetif = Vnetif::connect(&lan, Options::default()).unwrap();
            vnetif.set_monitor(Some(Box::new(recorder.interface(name, vnetif.mac()).unwrap())));
            vnetif.listen().unwrap();
            vnetif
        });
        let frame = Frame::copy_from(b"any bytes at all");
        a.send(Instant::from_nanos(1_000_000_001), frame.clone()).unwrap();
        b.receive(Instant::from_nanos(1_000_000_777)).unwrap();
        assert_eq!(recorder.frames(), 2);

        let file = recorder.finish().unwrap();
        let mut reader = PcapNgReader::new(&file[..]).unwrap();
        let (mut names, mut packets) = (Vec::new(), Vec::new());
        while let Some(block) = reader.next_block() {
            match block.unwrap().0 {
                Block::InterfaceDescription(interface) => {
                    assert_eq!(interface.ts_resolution(), InterfaceTsResolution::NANO);
                    use InterfaceDescriptionOption::{IfMacAddr, IfName};
                    let [IfName(name), IfMacAddr(mac), ..] = &interface.options[..] else {
                        panic!("{:?}", interface.options)
                    };
                    names.push((name.to_string(), EthernetAddress::from_bytes(mac)));
                }
                Block::EnhancedPacket(packet) => {
                    assert_eq!(packet.data, &frame[..]);
                    packets.push((packet.interface_id, packet.timestamp.as_nanos(), flags(&packet.options)));
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(names, [("a".to_owned(), a.mac()), ("b".to_owned(), b.mac())]);
        assert_eq!(packets, [(0, 1_000_000_001, OUTBOUND), (1, 1_000_000_777, INBOUND)]);
    }

    /// A disk with room for this many bytes.
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_reported_at_the_end_and_disturbs_no_frame() {
        let recorder = Recorder::new(Full(600)).unwrap();
        let mut tap = recorder.interface("a", EthernetAddress([2; 6])).unwrap();
        for _ in 0..10 {
            tap.saw(Instant::ZERO, Direction::Tx, &Frame::build(100, |_| ()));
        }
        let recorded = recorder.frames();
        assert!((1..10).contains(&recorded));
        let Err(RecordError::Write { frames, source }) = recorder.finish() else { panic!("it did not fit") };
        let error = source.source().and_then(|error| error.downcast_ref::<io::Error>()).unwrap();
        assert_eq!((frames, error.kind()), (recorded, io::ErrorKind::StorageFull));
    }
}
