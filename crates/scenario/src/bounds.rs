//! How large a scenario may be. Generous for people, tight enough that a hostile document costs little; the schema states
//! the same numbers, and a test compares them.

pub use netlab::run::RECEIVERS_MAX;
pub use netlab::topology::{
    ADDRESSES_MAX, DNS_SERVERS_MAX, IP_MTU_MAX, IP_MTU_MIN, LINKS_MAX, NODES_MAX, TCP_BUFFER_MAX,
    TCP_BUFFER_MIN, TIME_WAIT_MAX,
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
/// Chapters.
pub const CHAPTERS_MAX: usize = 64;
/// Characters of a chapter's text.
pub const CHAPTER_CHARS_MAX: usize = 1_000;
/// Nodes that a chapter points at.
pub const LOOK_MAX: usize = 32;
/// Changes of the running network.
pub const CHANGES_MAX: usize = 10_000;

/// Pools of one DHCP server.
pub const POOLS_MAX: usize = 16;
/// Addresses that one DHCP server keeps for certain hosts.
pub const RESERVATIONS_MAX: usize = 1_024;
/// Least and greatest time for which an address is lent.
pub const LEASE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(30 * 86_400)];
/// Names of one DNS server, and records of them.
pub const DNS_NAMES_MAX: usize = 4_096;

/// The least TCP timeout.
pub const TCP_TIMEOUT_MIN: Duration = Duration::from_millis(1);
/// The longest TCP timeout: a day.
pub const TCP_TIMEOUT_MAX: Duration = Duration::from_secs(86_400);
/// Bytes of the TCP buffers of all planned runs together.
pub const BUFFERS_MAX: u64 = 512 << 20;
/// The shortest ageing time of a switch.
pub const AGEING_MIN: Duration = Duration::from_millis(1);
/// The longest ageing time of a switch (IEEE 802.1Q-2022, table 8-6).
pub const AGEING_MAX: Duration = Duration::from_secs(1_000_000);

/// The largest MTU of a switch's port: that of a jumbo frame.
pub const SWITCH_MTU_MAX: usize = bridge::config::MTU;
/// The largest number of a VLAN (IEEE 802.1Q-2022, 9.6).
pub const VLAN_MAX: u16 = 4_094;
/// The largest bridge priority, in steps of [`STP_PRIORITY_STEP`] (IEEE 802.1D-2004, table 17-2).
pub const STP_PRIORITY_MAX: u16 = 61_440;
/// The step of bridge priorities.
pub const STP_PRIORITY_STEP: u16 = 4_096;
/// Least and greatest hello time (IEEE 802.1D-2004, table 17-1, as is what follows; more than 2 s in old bridges only).
pub const HELLO: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(10)];
/// Least and greatest maximum age.
pub const MAX_AGE: [Duration; 2] = [Duration::from_secs(6), Duration::from_secs(40)];
/// Least and greatest forward delay.
pub const FORWARD_DELAY: [Duration; 2] = [Duration::from_secs(4), Duration::from_secs(30)];
/// The largest port priority, in steps of [`PORT_PRIORITY_STEP`].
pub const PORT_PRIORITY_MAX: u8 = 240;
/// The step of port priorities.
pub const PORT_PRIORITY_STEP: u8 = 16;
/// Least and greatest of the timers of RIP.
pub const RIP_TIME: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3_600)];
/// Settings that all changes together may repeat: routes, rules, forwarded ports, addresses, VLANs.
pub const REPEATED_MAX: usize = 1 << 20;
/// The longest delay of a link, one way.
pub const DELAY_MAX: Duration = Duration::from_secs(60);
/// The highest rate of a link: a terabit a second.
pub const RATE_MAX: BitsPerSec = BitsPerSec::new(1_000_000_000_000).unwrap();
/// Bytes of a link's queue.
pub const QUEUE_MAX: usize = 64 << 20;
/// Frames of a link's queue; the default of Linux is 1,000.
pub const QUEUE_FRAMES_MAX: usize = 10_000;
/// The largest weight of random early detection: the average moves by 1/65,536 for each frame.
pub const RED_WEIGHT_MAX: u8 = 16;
/// Least and greatest target of CoDel.
pub const CODEL_TARGET: [Duration; 2] = [Duration::from_micros(1), Duration::from_secs(10)];
/// Least and greatest interval of CoDel.
pub const CODEL_INTERVAL: [Duration; 2] = [Duration::from_micros(1), Duration::from_secs(60)];
/// Bytes under way in one direction of a cable: its rate times its delay.
pub const FLIGHT_BYTES_MAX: u64 = 256 << 20;
/// Entries of `impair` for one link.
pub const IMPAIRMENTS_MAX: usize = 16;
/// The most trailing bytes.
pub const TRAILING_MAX: u32 = 1_500;
/// The shortest frame there is (without its checksum), IEEE 802.3, 4.2.3.3.
pub const FRAME_MIN: usize = 60;
/// The largest frame size of an impairment.
pub const FRAME_MAX: usize = 65_536;
/// The most bytes before a silence.
pub const SILENCE_BYTES_MAX: u64 = 1_000_000_000_000;
/// The longest silence.
pub const SILENCE_MAX: Duration = Duration::from_secs(3_600);

/// The shortest outage; shorter ones would fall between frames.
pub const OUTAGE_MIN: Duration = Duration::from_micros(1);
/// From one outage to the next.
pub const OUTAGE_EVERY: [Duration; 2] = [Duration::from_millis(1), Duration::from_secs(24 * 3_600)];
/// The largest jitter: the longest delay.
pub const JITTER_MAX: Duration = Duration::from_secs(60);
/// The largest interval, in frames, of every-nth loss and of reordering.
pub const EVERY_MAX: u32 = 1_000_000;
/// The largest number of a frame that is lost.
pub const FRAME_NUMBER_MAX: u64 = 1_000_000_000_000;
/// The latest moment of a planned run or a change.
pub const AT_MAX: Instant = Instant::from_nanos(24 * 3_600 * 1_000_000_000);
/// The latest moment that a share link can ask to look at: a day after the last run can begin.
pub const MOMENT_MAX: Instant = Instant::from_nanos(2 * AT_MAX.nanos());
/// The most messages of a run.
pub const COUNT_MAX: u32 = 60_000;
/// The shortest interval between two messages, and the shortest timeout.
pub const INTERVAL_MIN: Duration = Duration::from_micros(10);
/// The shortest interval between two iperf reports.
pub const REPORT_INTERVAL_MIN: Duration = Duration::from_millis(1);
/// The longest interval between two messages or iperf reports.
pub const INTERVAL_MAX: Duration = Duration::from_secs(3_600);
/// The longest timeout.
pub const TIMEOUT_MAX: Duration = Duration::from_secs(3_600);
/// The largest payload of a ping that may be fragmented: what fits into an IPv4 packet.
pub const PING_SIZE_MAX: usize = 65_507;
/// The most hops of a traceroute.
pub const HOPS_MAX: u8 = 64;
/// The most probes for each hop of a traceroute.
pub const TRIES_MAX: u8 = 10;
/// The shortest timeout of a probe.
pub const PROBE_TIMEOUT_MIN: Duration = Duration::from_millis(1);
/// The longest text of a message in bytes; it fits into a datagram of every MTU.
pub const TEXT_BYTES_MAX: usize = 500;
/// The most bytes of a bulk transfer.
pub const BULK_BYTES_MAX: u64 = 1_000_000_000_000;
/// The longest bulk transfer.
pub const BULK_TIME_MAX: Duration = Duration::from_secs(3_600);
/// Payload of a datagram: smaller ones cannot carry a number and a time (iperf 2).
pub const DATAGRAM_MIN: usize = 16;
/// The highest rate of iperf over UDP.
pub const UDP_RATE_MAX: BitsPerSec = BitsPerSec::new(10_000_000_000).unwrap();

/// Faults reported of one document.
pub const FAULTS_MAX: usize = 100;
/// Characters of the document that a message quotes.
pub(crate) const QUOTED_MAX: usize = 40;
