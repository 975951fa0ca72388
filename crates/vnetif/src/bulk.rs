//! TCP bulk transfer between two stacks of one process, as mirage-vnetif's `iperf_self` does it, in reusable form.
//!
//! The sender keeps its socket's buffer full, the receiver empties its own. Natively, in a test and in a browser it is
//! this same [`Net`], and only its driver differs.

use crate::backend::{Backend, PortsExhausted};
use crate::driver::{Net, Progress};
use crate::interface::Options;
use crate::stack::Stack;
use smoltcp::iface::SocketHandle;
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::socket::tcp::{CongestionControl, RecvError, Socket, SocketBuffer, State};
use smoltcp::wire::{IpAddress, IpCidr, IpEndpoint, IpVersion, Ipv4Address, Ipv6Address};
use wire::rng::Stream;
use wire::time::Instant;

/// The port that iperf listens on.
pub const PORT: u16 = 5001;
/// The first of the ephemeral ports (RFC 6335, section 6).
const EPHEMERAL_PORT: u16 = 49152;
/// The user timeout after the close: at least 100 s (RFC 9293, 3.8.3). Without it smoltcp 0.14 might never end: after three duplicate
/// ACKs with only its FIN in flight, it does not retransmit the FIN. It is not set before the close, since a clock that jumps, as a
/// sleeping machine's does, must not break the connection.
const USER_TIMEOUT: smoltcp::time::Duration = smoltcp::time::Duration::from_secs(100);
/// The content repeats after this many bytes: a prime, so that a lost or duplicated segment is detected.
const PATTERN_BYTES: usize = 65_521;

/// The transfer and its stacks.
#[derive(Clone, Debug)]
pub struct BulkConfig {
    /// The number of bytes after which the sender closes; `None`: never.
    pub bytes: Option<u64>,
    /// IPv4 or IPv6.
    pub ip: IpVersion,
    /// The sender's IP MTU in bytes; `None`: what the backend advises.
    pub sender_mtu: Option<usize>,
    /// The receiver's IP MTU in bytes; `None`: what the backend advises.
    pub receiver_mtu: Option<usize>,
    /// The send buffer of the sender's socket, in bytes.
    pub tx_buffer: usize,
    /// The receive buffer of the receiver's socket, in bytes.
    pub rx_buffer: usize,
    /// Whether both stacks compute and verify checksums.
    pub checksums: bool,
    /// The sender's congestion control.
    pub congestion: CongestionControl,
    /// Whether every received byte is compared with what was sent; if not, it is only counted.
    pub verify: bool,
    /// The seed of initial sequence numbers and content.
    pub seed: u64,
}

impl Default for BulkConfig {
    /// Unbounded over IPv4, with checksums and 64 KiB buffers: larger ones are slower, as they leave the cache.
    fn default() -> Self {
        Self {
            bytes: None,
            ip: IpVersion::Ipv4,
            sender_mtu: None,
            receiver_mtu: None,
            tx_buffer: 64 * 1024,
            rx_buffer: 64 * 1024,
            checksums: true,
            congestion: CongestionControl::None,
            verify: false,
            seed: 7,
        }
    }
}

/// Two stacks on a backend, and a TCP connection that carries as much as it can from one to the other.
#[derive(Debug)]
pub struct Bulk<B: Backend> {
    /// The sending stack.
    pub sender: Stack<B>,
    /// The receiving stack.
    pub receiver: Stack<B>,
    backend: B,
    bytes: Option<u64>,
    verify: bool,
    sending: SocketHandle,
    receiving: SocketHandle,
    /// The content, twice in a row, so that every offset in the first half is followed by a whole period.
    pattern: Vec<u8>,
    sent: u64,
    received: u64,
}

impl<B: Backend> Bulk<B> {
    /// Two stacks with a connection that opens when they are polled: 10.0.0.1 or fc00::1 sends to 10.0.0.2 or fc00::2.
    ///
    /// # Errors
    /// If the backend has used all its port numbers.
    pub fn new(backend: &B, config: &BulkConfig) -> Result<Self, PortsExhausted> {
        let checksums =
            if config.checksums { ChecksumCapabilities::default() } else { ChecksumCapabilities::ignored() };
        let stack = |host, size_limit| {
            let options = Options { size_limit, checksums: checksums.clone(), ..Options::default() };
            Stack::new(
                backend,
                options,
                config.seed.wrapping_add(u64::from(host)),
                [address(config.ip, host)],
            )
        };
        let mut sender = stack(1, config.sender_mtu)?;
        let mut receiver = stack(2, config.receiver_mtu)?;

        let mut socket = socket(1024, config.rx_buffer);
        socket.listen(PORT).expect("a new socket listens on a port that is not zero");
        let receiving = receiver.sockets.add(socket);
        let mut socket = self::socket(config.tx_buffer, 1024);
        socket.set_congestion_control(config.congestion);
        let remote = IpEndpoint::new(address(config.ip, 2).address(), PORT);
        socket
            .connect(sender.interface.context(), remote, EPHEMERAL_PORT)
            .expect("a new socket connects to an address of its own version");
        let sending = sender.sockets.add(socket);

        let mut pattern = vec![0; PATTERN_BYTES];
        Stream::new(config.seed, &[]).fill(&mut pattern);
        pattern.extend_from_within(..);
        Ok(Self {
            sender,
            receiver,
            backend: backend.clone(),
            bytes: config.bytes,
            verify: config.verify,
            sending,
            receiving,
            pattern,
            sent: 0,
            received: 0,
        })
    }

    /// Bytes that the sender's application has written.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// Bytes that the receiver's application has read.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Frames that both interfaces have sent.
    pub fn frames(&self) -> u64 {
        self.sender.vnetif.counters().tx_frames + self.receiver.vnetif.counters().tx_frames
    }

    /// Whether all bytes have arrived.
    pub fn is_complete(&self) -> bool {
        self.bytes == Some(self.received)
    }

    /// The sending socket.
    pub fn sending(&mut self) -> &mut Socket<'static> {
        self.sender.sockets.get_mut(self.sending)
    }

    /// The receiving socket.
    pub fn receiving(&mut self) -> &mut Socket<'static> {
        self.receiver.sockets.get_mut(self.receiving)
    }

    fn fill(&mut self) {
        let socket = self.sender.sockets.get_mut::<Socket<'_>>(self.sending);
        while socket.can_send() {
            let left = self.bytes.map_or(usize::MAX, |bytes| (bytes - self.sent).min(1 << 30) as usize);
            if left == 0 {
                return close(socket);
            }
            let from = &self.pattern[(self.sent % PATTERN_BYTES as u64) as usize..];
            let filled = socket.send(|room| {
                let bytes = room.len().min(left).min(PATTERN_BYTES);
                room[..bytes].copy_from_slice(&from[..bytes]);
                (bytes, bytes)
            });
            self.sent += filled.expect("the socket can send") as u64;
        }
    }

    fn empty(&mut self) {
        let socket = self.receiver.sockets.get_mut::<Socket<'_>>(self.receiving);
        while socket.can_recv() {
            let from = &self.pattern[(self.received % PATTERN_BYTES as u64) as usize..];
            let emptied = socket.recv(|data| {
                let bytes = data.len().min(PATTERN_BYTES);
                assert!(!self.verify || data[..bytes] == from[..bytes], "TCP delivers what was sent");
                (bytes, bytes)
            });
            self.received += emptied.expect("the socket can receive") as u64;
        }
        if socket.recv(|_| (0, ())) == Err(RecvError::Finished) {
            close(socket);
        }
    }

    /// Whether both sides are through, or the sender has given up.
    fn is_over(&mut self) -> bool {
        match self.sending().state() {
            State::Closed => true,
            State::TimeWait => self.receiving().state() == State::Closed,
            _ => false,
        }
    }
}

impl<B: Backend> Net for Bulk<B> {
    fn step(&mut self, now: Instant) -> Progress {
        if self.backend.next_due().is_some_and(|due| due <= now) {
            self.backend.advance(now);
        }
        self.fill();
        let mut busy = self.sender.poll(now);
        busy |= self.receiver.poll(now);
        self.empty();
        if busy {
            return Progress::Busy;
        }
        if self.is_over() {
            return Progress::Done;
        }
        let due = [self.sender.poll_at(now), self.receiver.poll_at(now), self.backend.next_due()];
        match due.into_iter().flatten().min() {
            Some(due) if due <= now => Progress::Busy,
            next_due => Progress::Idle { next_due },
        }
    }
}

fn socket(tx_buffer: usize, rx_buffer: usize) -> Socket<'static> {
    let mut socket =
        Socket::new(SocketBuffer::new(vec![0; rx_buffer]), SocketBuffer::new(vec![0; tx_buffer]));
    socket.set_timeout(Some(USER_TIMEOUT));
    socket
}

fn close(socket: &mut Socket<'_>) {
    socket.set_timeout(Some(USER_TIMEOUT));
    socket.close();
}

fn address(ip: IpVersion, host: u8) -> IpCidr {
    match ip {
        IpVersion::Ipv4 => IpCidr::new(IpAddress::Ipv4(Ipv4Address::new(10, 0, 0, host)), 24),
        IpVersion::Ipv6 => {
            IpCidr::new(IpAddress::Ipv6(Ipv6Address::new(0xfc00, 0, 0, 0, 0, 0, 0, host.into())), 64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::{Ended, run_virtual};
    use crate::lan::Lan;

    #[test]
    fn all_bytes_arrive_over_either_ip_version_and_either_kind_of_lan() {
        for ip in [IpVersion::Ipv4, IpVersion::Ipv6] {
            for lan in [Lan::hub(), Lan::switch()] {
                let config = BulkConfig { bytes: Some(1_000_000), ip, verify: true, ..BulkConfig::default() };
                let mut bulk = Bulk::new(&lan, &config).unwrap();
                let (_, ended) = run_virtual(&mut bulk, Instant::ZERO, Instant::MAX);
                assert_eq!((ended, bulk.received()), (Ended::Done, 1_000_000));
                assert!(bulk.is_complete());
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_run() {
        let run = |seed| {
            let config = BulkConfig { bytes: Some(100_000), seed, ..BulkConfig::default() };
            let mut bulk = Bulk::new(&Lan::hub(), &config).unwrap();
            let end = run_virtual(&mut bulk, Instant::ZERO, Instant::MAX);
            (end, bulk.frames(), bulk.sender.vnetif.counters())
        };
        assert_eq!(run(1), run(1));
    }
}
