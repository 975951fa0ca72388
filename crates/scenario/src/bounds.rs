//! How large a scenario may be. Generous for people, tight enough that a hostile document costs little; the schema states
//! the same numbers, and a test compares them.

pub use netlab::run::RECEIVERS_MAX;
pub use netlab::topology::{
    ADDRESSES_MAX, IP_MTU_MAX, IP_MTU_MIN, LINKS_MAX, NODES_MAX, TCP_BUFFER_MAX, TCP_BUFFER_MIN,
};
pub use netlab::topology::{PATH_COST_MAX, PORT_MTU_MIN};
use netlab::{BitsPerSec, Duration, Instant};
pub use router::config::{
    ADDRESSES_MAX as PORT_ADDRESSES_MAX, FORWARDS_MAX, ROUTES_MAX, RULES_MAX, VLANS_MAX as PORT_VLANS_MAX,
};

/// Bytes of a document, and of what a link may inflate to.
pub const DOCUMENT_BYTES_MAX: usize = 4 << 20;
/// Characters of an id.
pub const ID_CHARS_MAX: usize = 63;
/// Characters of a node's name.
pub const NAME_CHARS_MAX: usize = 64;
/// Characters of the title.
pub const TITLE_CHARS_MAX: usize = 200;
/// Characters of the description.
pub const DESCRIPTION_CHARS_MAX: usize = 4_000;
/// JavaScript's largest exact integer (RFC 7493, 2.2), so that no tool on the way rounds a seed.
pub const SEED_MAX: u64 = (1 << 53) - 1;
/// How far from the origin a node may be drawn.
pub const COORDINATE_MAX: f64 = 100_000.0;
/// Planned runs.
pub const RUNS_MAX: usize = 4_096;
/// Changes of the running network.
pub const CHANGES_MAX: usize = 10_000;

/// The least time after which a silent TCP peer is given up.
pub const TCP_TIMEOUT_MIN: Duration = Duration::from_millis(1);
/// The longest: a day.
pub const TCP_TIMEOUT_MAX: Duration = Duration::from_secs(86_400);
/// Of the TCP buffers of all planned runs together.
pub const BUFFERS_MAX: u64 = 512 << 20;
/// Of a switch.
pub const AGEING_MIN: Duration = Duration::from_millis(1);
/// IEEE 802.1Q-2022, table 8-6.
pub const AGEING_MAX: Duration = Duration::from_secs(1_000_000);

/// Of a switch's port: a jumbo frame's.
pub const SWITCH_MTU_MAX: usize = bridge::config::MTU;
/// The largest number of a VLAN (IEEE 802.1Q-2022, 9.6).
pub const VLAN_MAX: u16 = 4_094;
/// Of a bridge, in steps of [`STP_PRIORITY_STEP`] (IEEE 802.1D-2004, table 17-2).
pub const STP_PRIORITY_MAX: u16 = 61_440;
/// Of a bridge.
pub const STP_PRIORITY_STEP: u16 = 4_096;
/// Of a bridge's hello time (IEEE 802.1D-2004, table 17-1, as is what follows; more than 2 s in old bridges only).
pub const HELLO: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];
/// Of a bridge's maximum age.
pub const MAX_AGE: [Duration; 2] = [Duration::from_secs(6), Duration::from_secs(40)];
/// Of a bridge's forward delay.
pub const FORWARD_DELAY: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(30)];
/// Of a bridge's port, in steps of [`PORT_PRIORITY_STEP`].
pub const PORT_PRIORITY_MAX: u8 = 240;
/// Of a bridge's port.
pub const PORT_PRIORITY_STEP: u8 = 16;
/// Of RIP's timers.
pub const RIP_TIME: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3_600)];
/// Of what all changes of switches, routers and their ports repeat: routes, rules, forwarded ports, addresses, VLANs.
pub const REPEATED_MAX: usize = 1 << 20;
/// A minute each way: light needs as long for a ninth of the way to the sun.
pub const DELAY_MAX: Duration = Duration::from_secs(60);
/// A terabit a second: what Ethernet is being standardised for.
pub const RATE_MAX: BitsPerSec = BitsPerSec::new(1_000_000_000_000).unwrap();
/// Of a link's queue.
pub const QUEUE_MAX: usize = 64 << 20;
/// Of a link's queue that counts frames; Linux takes 1,000 for an Ethernet card.
pub const QUEUE_FRAMES_MAX: usize = 10_000;
/// Of random early detection: the average moves by 1/65,536 for each frame.
pub const RED_WEIGHT_MAX: u8 = 16;
/// Of controlled delay.
pub const CODEL_TARGET: [Duration; 2] = [Duration::from_micros(1), Duration::from_secs(10)];
/// Of controlled delay.
pub const CODEL_INTERVAL: [Duration; 2] = [Duration::from_micros(1), Duration::from_secs(60)];
/// What fits into one direction of a cable: its rate times its delay.
pub const FLIGHT_BYTES_MAX: u64 = 256 << 20;
/// Entries of `impair` for one link.
pub const IMPAIRMENTS_MAX: usize = 16;
/// Of trailing bytes.
pub const TRAILING_MAX: u32 = 1_500;
/// The shortest frame there is (without its checksum), IEEE 802.3, 4.2.3.3.
pub const FRAME_MIN: usize = 60;
/// Of a frame's size, in a rule.
pub const FRAME_MAX: usize = 65_536;
/// Of the bytes that a silence waits for.
pub const SILENCE_BYTES_MAX: u64 = 1_000_000_000_000;
/// Of a silence.
pub const SILENCE_MAX: Duration = Duration::from_secs(3_600);

/// Of an outage; shorter ones fall between frames.
pub const OUTAGE_MIN: Duration = Duration::from_micros(1);
/// From one outage to the next.
pub const OUTAGE_EVERY: [Duration; 2] = [Duration::from_millis(1), Duration::from_secs(24 * 3_600)];
/// Of jitter: as long as the longest delay.
pub const JITTER_MAX: Duration = Duration::from_secs(60);
/// Of the frames from one that is lost, or may go ahead, to the next.
pub const EVERY_MAX: u32 = 1_000_000;
/// Of the number of the frame that is lost.
pub const FRAME_NUMBER_MAX: u64 = 1_000_000_000_000;
/// Of a planned run's beginning, and of a change.
pub const AT_MAX: Instant = Instant::from_nanos(24 * 3_600 * 1_000_000_000);
/// Of the moment that a link asks to look at: a day after the last run can begin.
pub const MOMENT_MAX: Instant = Instant::from_nanos(2 * AT_MAX.nanos());
/// Messages of a ping or echo run.
pub const COUNT_MAX: u32 = 60_000;
/// From one ping to the next, and until an answer is given up.
pub const INTERVAL_MIN: Duration = Duration::from_micros(10);
/// From one iperf report to the next.
pub const REPORT_INTERVAL_MIN: Duration = Duration::from_millis(1);
/// From one ping or iperf report to the next.
pub const INTERVAL_MAX: Duration = Duration::from_secs(3_600);
/// Until an answer is given up.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(3_600);
/// Of a ping that may be fragmented: what fits into an IPv4 packet.
pub const PING_SIZE_MAX: usize = 65_507;
/// Of a traceroute.
pub const HOPS_MAX: u8 = 64;
/// Of a traceroute, for each hop.
pub const TRIES_MAX: u8 = 10;
/// Until a probe is given up.
pub const PROBE_TIMEOUT_MIN: Duration = Duration::from_millis(1);
/// Bytes of a text that is sent; fits into a datagram of every MTU.
pub const TEXT_BYTES_MAX: usize = 500;
/// Bytes of a bulk transfer.
pub const BULK_BYTES_MAX: u64 = 1_000_000_000_000;
/// Of a bulk transfer.
pub const BULK_TIME_MAX: Duration = Duration::from_secs(3_600);
/// Payload of a datagram: smaller ones cannot carry a number and a time (iperf 2).
pub const DATAGRAM_MIN: usize = 16;
/// Of iperf UDP.
pub const UDP_RATE_MAX: BitsPerSec = BitsPerSec::new(10_000_000_000).unwrap();

/// Faults reported of one document.
pub const FAULTS_MAX: usize = 100;
/// Characters of the document that a message quotes.
pub(crate) const QUOTED_MAX: usize = 40;
