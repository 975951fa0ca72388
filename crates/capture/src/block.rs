//! The blocks and options of pcapng (draft-ietf-opsawg-pcapng), as far as they are written or read here.

/// Block types.
pub(crate) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
pub(crate) const INTERFACE_DESCRIPTION: u32 = 1;
/// As libpcap wrote packets before the enhanced ones.
pub(crate) const OBSOLETE_PACKET: u32 = 2;
pub(crate) const SIMPLE_PACKET: u32 = 3;
pub(crate) const NAME_RESOLUTION: u32 = 4;
pub(crate) const INTERFACE_STATISTICS: u32 = 5;
pub(crate) const ENHANCED_PACKET: u32 = 6;

/// What a section header has after its length, in the byte order of the section.
pub(crate) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Options of any block.
pub(crate) const OPT_END: u16 = 0;
pub(crate) const OPT_COMMENT: u16 = 1;
/// Of section headers.
pub(crate) const SHB_HARDWARE: u16 = 2;
pub(crate) const SHB_OS: u16 = 3;
pub(crate) const SHB_USERAPPL: u16 = 4;
/// Of interface descriptions.
pub(crate) const IF_NAME: u16 = 2;
pub(crate) const IF_DESCRIPTION: u16 = 3;
pub(crate) const IF_IPV4ADDR: u16 = 4;
pub(crate) const IF_IPV6ADDR: u16 = 5;
pub(crate) const IF_MACADDR: u16 = 6;
pub(crate) const IF_SPEED: u16 = 8;
pub(crate) const IF_TSRESOL: u16 = 9;
pub(crate) const IF_FCSLEN: u16 = 13;
pub(crate) const IF_TSOFFSET: u16 = 14;
/// Of enhanced packets.
pub(crate) const EPB_FLAGS: u16 = 2;
pub(crate) const EPB_DROPCOUNT: u16 = 4;
pub(crate) const EPB_PACKETID: u16 = 5;
/// Of interface statistics.
pub(crate) const ISB_STARTTIME: u16 = 2;
pub(crate) const ISB_ENDTIME: u16 = 3;
pub(crate) const ISB_IFRECV: u16 = 4;
pub(crate) const ISB_IFDROP: u16 = 5;
pub(crate) const ISB_FILTERACCEPT: u16 = 6;
/// Records of a name resolution block.
pub(crate) const NRB_END: u16 = 0;
pub(crate) const NRB_IPV4: u16 = 1;
pub(crate) const NRB_IPV6: u16 = 2;

/// The link type of Ethernet frames.
pub(crate) const ETHERNET: u16 = 1;

/// The direction in a packet's flags (bits 0 and 1).
pub(crate) const INBOUND: u32 = 0b01;
pub(crate) const OUTBOUND: u32 = 0b10;

/// A block being put together, little-endian.
#[derive(Debug, Default)]
pub(crate) struct Block(Vec<u8>);

impl Block {
    /// Begins a block in the memory of this one.
    pub(crate) fn begin(&mut self, kind: u32) -> &mut Self {
        self.0.clear();
        self.u32(kind).u32(0)
    }

    pub(crate) fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    /// A time in nanoseconds since 1970: the upper half comes first (4.3).
    pub(crate) fn time(&mut self, nanos: u64) -> &mut Self {
        self.u32((nanos >> 32) as u32).u32(nanos as u32)
    }

    /// Bytes, filled up to a multiple of four.
    pub(crate) fn padded(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        self
    }

    /// An option, or a record of a name resolution block. A value that is too long is cut.
    pub(crate) fn option(&mut self, code: u16, value: &[u8]) -> &mut Self {
        let value = &value[..value.len().min(usize::from(u16::MAX))];
        self.u16(code).u16(value.len() as u16).padded(value)
    }

    /// Ends the block, and returns its bytes.
    pub(crate) fn end(&mut self) -> &[u8] {
        let length = self.0.len() as u32 + 4;
        self.u32(length);
        self.0[4..8].copy_from_slice(&length.to_le_bytes());
        &self.0
    }
}
