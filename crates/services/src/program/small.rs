//! The small services on a host.

use super::{CONNECTIONS_MAX, answers_from, cannot_open};
use crate::ntp;
use crate::small::Small;
use host::program::{Poll, Program};
use host::system::{SocketId, System, TcpState};

/// Bytes that are moved at once.
const PIECE: usize = 8_192;

/// A small service, over UDP and TCP.
pub struct SmallServer {
    small: Small,
    sockets: Option<(SocketId, SocketId)>,
    connections: Vec<Connection>,
}

struct Connection {
    socket: SocketId,
    sent: u64,
    input: Vec<u8>,
}

impl SmallServer {
    /// A program for this service.
    pub fn new(small: Small) -> Self {
        Self { small, sockets: None, connections: Vec::new() }
    }
}

impl Program for SmallServer {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let (udp, tcp) = match self.sockets {
            Some(sockets) => sockets,
            None => {
                let (port, config) = (self.small.port(), system.config().tcp);
                let opened =
                    system.udp_bind(Some(port)).and_then(|udp| Ok((udp, system.tcp_listen(port, config)?)));
                match opened {
                    Ok(sockets) => *self.sockets.insert(sockets),
                    Err(error) => return cannot_open(system, "inetd", error),
                }
            }
        };
        let now = system.now();
        while let Some(datagram) = system.udp_receive(udp) {
            let random = system.random() as u32;
            // Two such services would answer each other without end (RFC 862 is silent; CERT CA-1996-01 is not).
            let is_loop = crate::small::ALL.iter().any(|(_, small)| small.port() == datagram.from.port);
            if let Some(answer) = self.small.datagram(now, &datagram.payload, random).filter(|_| !is_loop) {
                let from = answers_from(system, datagram.to);
                let _ = system.udp_send(udp, from, datagram.from, &answer);
            }
        }
        while self.connections.len() < CONNECTIONS_MAX
            && let Some((socket, _)) = system.tcp_accept(tcp)
        {
            self.connections.push(Connection { socket, sent: 0, input: Vec::new() });
        }
        let small = self.small;
        self.connections.retain_mut(|connection| {
            let stays = connection.step(system, small);
            if !stays {
                system.close(connection.socket);
            }
            stays
        });
        Poll::Idle(None)
    }
}

impl Connection {
    /// Does what can be done; returns whether the connection is needed any longer.
    fn step(&mut self, system: &mut System<'_>, small: Small) -> bool {
        let now = system.now();
        loop {
            let bytes = system.tcp_receive(self.socket, PIECE - self.input.len());
            self.input.extend(&bytes);
            let room = system.tcp_room(self.socket).min(PIECE);
            let step = small.step(now, self.sent, &self.input, room);
            self.input.drain(..step.taken);
            let sent = system.tcp_send(self.socket, &step.output);
            self.sent += sent as u64;
            if step.finish && sent == step.output.len() {
                return false;
            }
            if bytes.is_empty() && sent == 0 {
                break;
            }
        }
        match system.tcp_state(self.socket) {
            TcpState::Connecting | TcpState::Open => true,
            TcpState::PeerFinished => !self.input.is_empty(),
            TcpState::Closed | TcpState::Failed(_) => false,
        }
    }
}

/// An NTP server.
#[derive(Default)]
pub struct NtpServer {
    socket: Option<SocketId>,
}

impl Program for NtpServer {
    fn poll(&mut self, system: &mut System<'_>) -> Poll {
        let socket = match self.socket {
            Some(socket) => socket,
            None => match system.udp_bind(Some(ntp::PORT)) {
                Ok(socket) => *self.socket.insert(socket),
                Err(error) => return cannot_open(system, "ntpd", error),
            },
        };
        while let Some(datagram) = system.udp_receive(socket) {
            if let Some(answer) = ntp::answer(system.now(), &datagram.payload) {
                let from = answers_from(system, datagram.to);
                let _ = system.udp_send(socket, from, datagram.from, &answer);
            }
        }
        Poll::Idle(None)
    }
}
