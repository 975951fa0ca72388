//! Accepting TCP connections for programs.
//!
//! smoltcp's sockets have no backlog: one that listens becomes the connection. So there is always one spare listener,
//! replaced as soon as it is taken. It has no buffers until a request comes: most listeners of a large network never get one.

use crate::config::TcpConfig;
use crate::socket::tcp_socket;
use crate::sockets::Sockets;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp;

/// Connections to one port that a program has not accepted yet, or whose handshake is not finished: as many as Linux queues
/// (`somaxconn` was 128 for long). A further request is dropped, and comes again if it is meant.
pub(crate) const BACKLOG_MAX: usize = 128;

/// A port at which a program accepts connections.
pub(crate) struct Listener {
    pub port: u16,
    config: TcpConfig,
    spare: SocketHandle,
    /// Connections that were not accepted yet, oldest first.
    waiting: Vec<SocketHandle>,
}

impl Listener {
    pub fn new(port: u16, config: TcpConfig, sockets: &mut Sockets) -> Self {
        Self { port, config, spare: listen(port, config, sockets), waiting: Vec::new() }
    }

    /// Whether no further request is taken.
    pub fn is_full(&self, sockets: &Sockets) -> bool {
        self.waiting.len() >= BACKLOG_MAX || sockets.is_memory_full(&self.config)
    }

    /// A request comes: the socket that listens gets its buffers.
    pub fn prepare(&self, sockets: &mut Sockets) {
        let spare = sockets.tcp(self.spare);
        if spare.state() == tcp::State::Listen {
            *spare = listening(self.port, self.config);
            sockets.note_memory();
        }
    }

    /// Listens with another socket if the one that did has become a connection.
    pub fn listen_again(&mut self, sockets: &mut Sockets) {
        if sockets.tcp(self.spare).state() != tcp::State::Listen {
            self.waiting.push(self.spare);
            self.spare = listen(self.port, self.config, sockets);
        }
    }

    /// The oldest connection whose handshake is finished.
    pub fn accept(&mut self, sockets: &mut Sockets) -> Option<SocketHandle> {
        self.listen_again(sockets);
        self.waiting.retain(|&handle| {
            // Over; or a handshake that was reset, after which smoltcp listens again: the spare does that.
            let gone = matches!(sockets.tcp(handle).state(), tcp::State::Closed | tcp::State::Listen);
            if gone {
                sockets.remove(handle);
            }
            !gone
        });
        let is_up = |&handle: &SocketHandle| sockets.tcp(handle).state() != tcp::State::SynReceived;
        let place = self.waiting.iter().position(is_up)?;
        Some(self.waiting.remove(place))
    }

    /// Stops listening. Returns its sockets: the one that listens, and the connections that were not accepted.
    pub fn close(self) -> Vec<SocketHandle> {
        let Self { spare, mut waiting, .. } = self;
        waiting.push(spare);
        waiting
    }
}

fn listen(port: u16, config: TcpConfig, sockets: &mut Sockets) -> SocketHandle {
    sockets.add_tcp(listening(port, TcpConfig { rx_buffer: 0, tx_buffer: 0, ..config }))
}

fn listening(port: u16, config: TcpConfig) -> tcp::Socket<'static> {
    let mut socket = tcp_socket(config);
    socket.listen(port).expect("a new socket can listen on a port that is not 0");
    socket
}
