//! The sockets of smoltcp as a host makes them.

use crate::config::{Congestion, TcpConfig};
use smoltcp::socket::{tcp, udp};
use wire::Duration;

/// A TCP socket with these settings.
pub(crate) fn tcp_socket(config: TcpConfig) -> tcp::Socket<'static> {
    let buffer = |bytes| tcp::SocketBuffer::new(vec![0; bytes]);
    let mut socket = tcp::Socket::new(buffer(config.rx_buffer), buffer(config.tx_buffer));
    socket.set_congestion_control(match config.congestion {
        Congestion::None => tcp::CongestionControl::None,
        Congestion::Reno => tcp::CongestionControl::Reno,
        Congestion::Cubic => tcp::CongestionControl::Cubic,
    });
    let micros = |timeout: Duration| smoltcp::time::Duration::from_micros(timeout.nanos() / 1_000);
    socket.set_timeout(config.timeout.map(micros));
    socket
}

/// Bytes of payload that a UDP socket holds: half of them received, and half to be sent.
pub(crate) const UDP_SOCKET_BYTES: usize = 256 * 1024;

/// A UDP socket that can hold a burst.
pub(crate) fn udp_socket() -> udp::Socket<'static> {
    let buffer =
        || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 64], vec![0; UDP_SOCKET_BYTES / 2]);
    udp::Socket::new(buffer(), buffer())
}

/// A UDP socket without buffers, for a program that may never receive or send: see
/// [`prepare_udp`](crate::sockets::Sockets::prepare_udp).
pub(crate) fn idle_udp_socket() -> udp::Socket<'static> {
    let buffer = || udp::PacketBuffer::new(Vec::new(), Vec::new());
    udp::Socket::new(buffer(), buffer())
}
