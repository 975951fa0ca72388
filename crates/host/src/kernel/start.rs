//! How a host starts the client of a run.

use super::{FIRST_CLIENT_PORT, Kernel, Protocol, Running, ServerNeeds};
use crate::client::bulk::{Payload, TcpSender, UdpSender};
use crate::client::echo::{TcpEcho, UdpEcho};
use crate::client::group::MulticastClient;
use crate::client::path_mtu::PathMtuClient;
use crate::client::ping::PingClient;
use crate::client::traceroute::TracerouteClient;
use crate::client::{Client, Connection, Fragments};
use crate::config::TcpConfig;
use crate::meter::Meter;
use crate::retransmission::Detector;
use crate::route::{self, Way};
use crate::run::{ECHO_PORT, Failure, IPERF_PORT, IperfTransport, Probe, RunId, RunKind, Transport};
use crate::server::Service;
use crate::socket::{tcp_socket, udp_socket};
use crate::sockets::Socket;
use smoltcp::iface::SocketHandle;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::Instant;
use wire::header::{IPV4_HEADER_BYTES, IPV6_HEADER_BYTES};

impl Kernel {
    /// Starts the client of a run for `to`; returns what it needs of the other side, unless its own stack answers there
    /// (ping) or it cannot even begin.
    pub fn start(
        &mut self,
        run: RunId,
        kind: &RunKind,
        to: IpAddress,
        meter: &mut Meter<'_>,
    ) -> Option<ServerNeeds> {
        let to_groups = matches!(kind, RunKind::Ping(_) | RunKind::Multicast(_));
        if to.is_unspecified() || !(self.has_route(to) || (to_groups && to.is_multicast())) {
            meter.fail(run, Failure::NoRoute);
            return None;
        }
        let Some(from) = self.source_for(&to) else {
            meter.fail(run, Failure::NoAddress);
            return None;
        };
        let port = self.take_port();
        let now = meter.now;
        let needs = |transport, server_port, service, rx_buffer| {
            let client = IpEndpoint::new(from, port);
            Some(ServerNeeds { run, transport, port: server_port, service, client, rx_buffer, group: None })
        };
        let (protocol, client, needs): (_, Box<dyn Client>, _) = match kind {
            RunKind::Ping(settings) => {
                self.sockets.add_echo(port);
                let fragments = if settings.fragments { Fragments::Allowed } else { Fragments::AsUsual };
                let how = (now, fragments, self.is_for_many(to));
                let client = PingClient::new(run, settings.clone(), to, port, how);
                (Protocol::Echo, Box::new(client), None)
            }
            RunKind::Traceroute(settings) => {
                let (protocol, socket) = match settings.probe {
                    Probe::Udp => (Protocol::Udp, Socket::Stack(self.open_udp(port))),
                    Probe::Icmp => (Protocol::Echo, self.sockets.add_echo(port)),
                };
                let client = TracerouteClient::new(run, socket, settings.clone(), to);
                (protocol, Box::new(client), None)
            }
            RunKind::PathMtu(settings) => {
                self.sockets.add_echo(port);
                let mtu = self.link_mtu(&to);
                let client = PathMtuClient::new(run, settings.clone(), to, port, mtu);
                (Protocol::Echo, Box::new(client), None)
            }
            RunKind::Multicast(settings) => {
                let socket = self.open_udp(port);
                self.sockets.udp(socket).set_hop_limit(Some(1));
                let group = Some((to, settings.text.clone(), settings.count));
                let needs = needs(Transport::Udp, settings.port, Service::Sink, None)
                    .map(|needs| ServerNeeds { group, ..needs });
                let client = MulticastClient::new(run, socket, settings.clone(), to, now);
                (Protocol::Udp, Box::new(client), needs)
            }
            RunKind::Echo(settings) if settings.transport == Transport::Udp => {
                let socket = self.open_udp(port);
                let to = IpEndpoint::new(to, ECHO_PORT);
                let client = UdpEcho::new(run, socket, to, settings.clone());
                (Protocol::Udp, Box::new(client), needs(Transport::Udp, ECHO_PORT, Service::Echo, None))
            }
            RunKind::Echo(settings) => {
                let server = IpEndpoint::new(to, ECHO_PORT);
                let connection = self.open_tcp(run, server, port, self.config.tcp, now);
                let client = TcpEcho::new(connection, settings.clone());
                (Protocol::Tcp, Box::new(client), needs(Transport::Tcp, ECHO_PORT, Service::Echo, None))
            }
            RunKind::Connect(settings) => {
                let server = IpEndpoint::new(to, settings.port);
                let connection = self.open_tcp(run, server, port, self.config.tcp, now);
                let payload = Payload::Text(settings.text.clone().into_bytes());
                let needs = needs(Transport::Tcp, settings.port, Service::Sink, None);
                (Protocol::Tcp, Box::new(TcpSender::new(connection, payload)), needs)
            }
            RunKind::Iperf(settings) => match settings.transport {
                IperfTransport::Tcp { congestion, rx_buffer, tx_buffer } => {
                    let own = self.config.tcp;
                    let config = TcpConfig {
                        congestion: congestion.unwrap_or(own.congestion),
                        tx_buffer: tx_buffer.unwrap_or(own.tx_buffer),
                        ..own
                    };
                    let connection = self.open_tcp(run, IpEndpoint::new(to, IPERF_PORT), port, config, now);
                    let payload = Payload::Digits(settings.amount);
                    let needs = needs(Transport::Tcp, IPERF_PORT, Service::Sink, rx_buffer);
                    (Protocol::Tcp, Box::new(TcpSender::new(connection, payload)), needs)
                }
                IperfTransport::Udp { rate, datagram_bytes } => {
                    let socket = self.open_udp(port);
                    let pace = (rate, datagram_bytes.min(self.payload_max(to)));
                    let server = IpEndpoint::new(to, IPERF_PORT);
                    let client = UdpSender::new(run, socket, server, settings.amount, pace, now);
                    (Protocol::Udp, Box::new(client), needs(Transport::Udp, IPERF_PORT, Service::Sink, None))
                }
            },
        };
        self.clients.push(Running { client, to, protocol, port });
        needs
    }

    /// The next client port.
    pub(crate) fn take_port(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_CLIENT_PORT);
        port
    }

    /// Whether the host knows where packets to this address go.
    fn has_route(&self, to: IpAddress) -> bool {
        self.way(&to) != Way::Nowhere
    }

    /// Whether several stations may have this address.
    pub(crate) fn is_for_many(&self, to: IpAddress) -> bool {
        match to {
            IpAddress::Ipv4(to) => to.is_multicast() || route::is_broadcast(to, self.addresses()),
            IpAddress::Ipv6(to) => to.is_multicast(),
        }
    }

    /// The most that fits into one packet after an 8-byte header, UDP's or that of an ICMP echo.
    fn payload_max(&self, to: IpAddress) -> usize {
        let header = match to {
            IpAddress::Ipv4(_) => IPV4_HEADER_BYTES,
            IpAddress::Ipv6(_) => IPV6_HEADER_BYTES,
        };
        self.link_mtu(&to) - header - 8
    }

    fn open_tcp(
        &mut self,
        run: RunId,
        to: IpEndpoint,
        local_port: u16,
        config: TcpConfig,
        now: Instant,
    ) -> Connection {
        let mut socket = tcp_socket(config);
        socket
            .connect(self.iface.context(), to, local_port)
            .expect("a new socket can connect to a checked address");
        self.retransmissions.push(Detector::new(run, local_port));
        Connection::new(run, self.sockets.add_tcp(socket), now, config.timeout)
    }

    fn open_udp(&mut self, local_port: u16) -> SocketHandle {
        self.sockets.add_udp(udp_socket(), local_port)
    }
}
