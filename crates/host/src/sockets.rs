//! A host's sockets, with a number for each that is never used twice, and a report of every change.

use crate::event::{Event, SocketState};
use crate::meter::Meter;
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::{icmp, tcp, udp};

pub(crate) struct Sockets {
    pub set: SocketSet<'static>,
    open: Vec<Open>,
    gone: Vec<u32>,
    next_number: u32,
}

struct Open {
    number: u32,
    handle: SocketHandle,
    kind: Kind,
    /// The state that was last reported.
    reported: Option<SocketState>,
}

#[derive(Clone, Copy)]
enum Kind {
    Tcp,
    Udp { port: u16 },
    Icmp { ident: u16 },
}

impl Sockets {
    pub fn new() -> Self {
        Self { set: SocketSet::new(Vec::new()), open: Vec::new(), gone: Vec::new(), next_number: 0 }
    }

    pub fn add_tcp(&mut self, socket: tcp::Socket<'static>) -> SocketHandle {
        let handle = self.set.add(socket);
        self.note(handle, Kind::Tcp)
    }

    /// Adds a UDP socket and binds it.
    pub fn add_udp(&mut self, mut socket: udp::Socket<'static>, port: u16) -> SocketHandle {
        socket.bind(port).expect("a new socket can be bound to a port that is not 0");
        let handle = self.set.add(socket);
        self.note(handle, Kind::Udp { port })
    }

    /// Adds an ICMP socket and binds it.
    pub fn add_icmp(&mut self, mut socket: icmp::Socket<'static>, ident: u16) -> SocketHandle {
        socket.bind(icmp::Endpoint::Ident(ident)).expect("a new socket can be bound");
        let handle = self.set.add(socket);
        self.note(handle, Kind::Icmp { ident })
    }

    fn note(&mut self, handle: SocketHandle, kind: Kind) -> SocketHandle {
        self.open.push(Open { number: self.next_number, handle, kind, reported: None });
        self.next_number += 1;
        handle
    }

    pub fn tcp(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.set.get_mut(handle)
    }

    pub fn udp(&mut self, handle: SocketHandle) -> &mut udp::Socket<'static> {
        self.set.get_mut(handle)
    }

    pub fn icmp(&mut self, handle: SocketHandle) -> &mut icmp::Socket<'static> {
        self.set.get_mut(handle)
    }

    pub fn by_port(&mut self, local_port: u16) -> Option<&tcp::Socket<'static>> {
        let mut tcps = self.open.iter().filter(|open| matches!(open.kind, Kind::Tcp));
        let is_bound = |open: &&Open| {
            let socket: &tcp::Socket<'static> = self.set.get(open.handle);
            socket.local_endpoint().is_some_and(|local| local.port == local_port)
        };
        tcps.find(is_bound).map(|open| self.set.get(open.handle))
    }

    pub fn is_tcp(&self, handle: SocketHandle) -> bool {
        self.open.iter().any(|open| open.handle == handle && matches!(open.kind, Kind::Tcp))
    }

    pub fn remove(&mut self, handle: SocketHandle) {
        self.set.remove(handle);
        if let Some(place) = self.open.iter().position(|open| open.handle == handle) {
            let open = self.open.remove(place);
            if open.reported.is_some() {
                self.gone.push(open.number);
            }
        }
    }

    /// Reports every change since the last time.
    pub fn report(&mut self, meter: &mut Meter<'_>) {
        for socket in self.gone.drain(..) {
            meter.changed(Event::SocketGone { socket });
        }
        for open in &mut self.open {
            let state = match open.kind {
                Kind::Tcp => tcp_state(self.set.get(open.handle)),
                Kind::Udp { port } => SocketState::Udp { port },
                Kind::Icmp { ident } => SocketState::Icmp { ident },
            };
            if open.reported != Some(state) {
                open.reported = Some(state);
                meter.changed(Event::Socket { socket: open.number, state });
            }
        }
    }
}

fn tcp_state(socket: &tcp::Socket<'static>) -> SocketState {
    let local = socket.local_endpoint();
    SocketState::Tcp {
        state: socket.state(),
        local,
        remote: socket.remote_endpoint(),
        port: local.map_or(socket.listen_endpoint().port, |local| local.port),
    }
}
