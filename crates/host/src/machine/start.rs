//! How a host starts the client of a run.

use super::{FIRST_CLIENT_PORT, Fragments, Host, Protocol, Running, ServerNeeds};
use crate::config::TcpConfig;
use crate::meter::Meter;
use crate::program::bulk::{Payload, TcpSender, UdpSender};
use crate::program::echo::{TcpEcho, UdpEcho};
use crate::program::group::MulticastClient;
use crate::program::path_mtu::PathMtuClient;
use crate::program::ping::{self, PingClient};
use crate::program::server::Service;
use crate::program::traceroute::TracerouteClient;
use crate::program::{Client, Connection, tcp_socket, udp_socket};
use crate::retransmission::Detector;
use crate::run::{
    ECHO_PORT, FRAGMENTED_PAYLOAD_MAX, Failure, IPERF_PORT, IperfTransport, Ping, Probe, RunId, RunKind,
    Transport,
};
use smoltcp::iface::SocketHandle;
use smoltcp::wire::{IpAddress, IpEndpoint};
use wire::Instant;
use wire::header::{IPV4_HEADER_BYTES, IPV6_HEADER_BYTES};

impl Host {
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
        let same_version = |cidr: &smoltcp::wire::IpCidr| cidr.address().version() == to.version();
        let has_address = self.iface.ip_addrs().iter().any(same_version);
        let Some(from) = self.iface.get_source_address(&to).filter(|_| has_address) else {
            meter.fail(run, Failure::NoAddress);
            return None;
        };
        let port = self.next_port;
        self.next_port = self.next_port.checked_add(1).unwrap_or(FIRST_CLIENT_PORT);
        let now = meter.now;
        let needs = |transport, server_port, service, rx_buffer| {
            let client = IpEndpoint::new(from, port);
            Some(ServerNeeds { run, transport, port: server_port, service, client, rx_buffer, group: None })
        };
        let mut fragments = Fragments::AsUsual;
        let (protocol, client, needs): (_, Box<dyn Client>, _) = match kind {
            RunKind::Ping(settings) => {
                let may = settings.fragments && matches!(to, IpAddress::Ipv4(_));
                let most = if may { FRAGMENTED_PAYLOAD_MAX } else { self.payload_max(to) };
                let payload_bytes = settings.payload_bytes.min(most);
                let settings = Ping { payload_bytes, ..settings.clone() };
                let socket = self.sockets.add_icmp(ping::socket(payload_bytes, settings.ttl), port);
                if may {
                    fragments = Fragments::Allowed;
                }
                let when = (now, payload_bytes > self.payload_max(to));
                (Protocol::Echo, Box::new(PingClient::new(run, socket, settings, to, port, when)), None)
            }
            RunKind::Traceroute(settings) => {
                let (protocol, socket) = match settings.probe {
                    Probe::Udp => (Protocol::Udp, self.open_udp(port)),
                    Probe::Icmp => (Protocol::Echo, self.sockets.add_icmp(ping::socket(64, None), port)),
                };
                let client = TracerouteClient::new(run, socket, settings.clone(), to, port);
                (protocol, Box::new(client), None)
            }
            RunKind::PathMtu(settings) => {
                let socket = self.sockets.add_icmp(ping::socket(self.config.ip_mtu, None), port);
                fragments = Fragments::Never;
                let mtu = self.config.ip_mtu;
                let client = PathMtuClient::new(run, socket, settings.clone(), to, port, mtu);
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
        self.clients.push(Running { client, to, protocol, port, fragments });
        needs
    }

    /// Whether the host knows where packets to this address go.
    fn has_route(&self, to: IpAddress) -> bool {
        let on_link = self.iface.ip_addrs().iter().any(|cidr| cidr.contains_addr(&to));
        let gateway = self.config.gateways.iter().any(|gateway| gateway.version() == to.version());
        let advertised = || self.slaac.as_ref().is_some_and(|slaac| !slaac.routers().is_empty());
        on_link || gateway || (matches!(to, IpAddress::Ipv6(_)) && advertised())
    }

    /// The most that fits into one packet after an 8-byte header, UDP's or that of an ICMP echo.
    fn payload_max(&self, to: IpAddress) -> usize {
        let header = match to {
            IpAddress::Ipv4(_) => IPV4_HEADER_BYTES,
            IpAddress::Ipv6(_) => IPV6_HEADER_BYTES,
        };
        self.config.ip_mtu - header - 8
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
