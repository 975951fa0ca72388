//! Two stacks on a hub: one says hello over TCP port 80, the other prints it. Records what both saw, if asked to.
//!
//! `cargo run --example connect [FILE.pcapng]`

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{RecvError, Socket, SocketBuffer};
use smoltcp::wire::{IpAddress, IpCidr};
use std::fs::File;
use std::io::BufWriter;
use vnetif::driver::{Ended, Progress, run_virtual};
use vnetif::recorder::Recorder;
use vnetif::{Instant, Lan, Net, Options, Stack};

const HELLO: &[u8] = b"hello world 1 2 3 4 5";
const SERVER: IpAddress = IpAddress::v4(192, 168, 56, 99);
const CLIENT: IpAddress = IpAddress::v4(192, 168, 56, 98);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let hub = Lan::hub();
    let (server, server_socket) = stack(&hub, SERVER)?;
    let (client, client_socket) = stack(&hub, CLIENT)?;
    let mut net = Connect { server, server_socket, client, client_socket, received: Vec::new() };

    let recorder = match std::env::args().nth(1) {
        None => None,
        Some(path) => Some(Recorder::new(BufWriter::new(File::create(path)?))?),
    };
    for (name, vnetif) in [("server", &net.server.vnetif), ("client", &net.client.vnetif)] {
        println!("the {name} has joined with {}", vnetif.mac());
        if let Some(recorder) = &recorder {
            vnetif.set_monitor(Some(Box::new(recorder.interface(name, vnetif.mac())?)));
        }
    }

    net.server.sockets.get_mut::<Socket<'_>>(server_socket).listen(80)?;
    let context = net.client.interface.context();
    net.client.sockets.get_mut::<Socket<'_>>(client_socket).connect(context, (SERVER, 80), 49152)?;
    let (end, ended) = run_virtual(&mut net, Instant::ZERO, Instant::MAX);
    println!("the server has got {:?} after {end} of virtual time", String::from_utf8_lossy(&net.received));
    if let Some(recorder) = recorder {
        println!("{} frames recorded", recorder.frames());
        recorder.finish()?;
    }
    if ended == Ended::Done { Ok(()) } else { Err(format!("the connection broke: {ended:?}").into()) }
}

/// A stack with one TCP socket.
fn stack(hub: &Lan, address: IpAddress) -> Result<(Stack<Lan>, SocketHandle), Box<dyn std::error::Error>> {
    let mut stack = Stack::new(hub, Options::default(), 7, [IpCidr::new(address, 24)])?;
    let buffer = || SocketBuffer::new(vec![0; 4096]);
    let socket = stack.sockets.add(Socket::new(buffer(), buffer()));
    Ok((stack, socket))
}

struct Connect {
    server: Stack<Lan>,
    server_socket: SocketHandle,
    client: Stack<Lan>,
    client_socket: SocketHandle,
    received: Vec<u8>,
}

impl Net for Connect {
    fn step(&mut self, now: Instant) -> Progress {
        if self.client.poll(now) | self.server.poll(now) {
            return Progress::Busy;
        }
        let client = self.client.sockets.get_mut::<Socket<'_>>(self.client_socket);
        if client.may_send() {
            client.send_slice(HELLO).expect("it may send");
            client.close();
            return Progress::Busy;
        }
        let server = self.server.sockets.get_mut::<Socket<'_>>(self.server_socket);
        if server.can_recv() {
            let read = |data: &mut [u8]| (data.len(), self.received.extend_from_slice(data));
            server.recv(read).expect("it can receive");
            return Progress::Busy;
        }
        if self.received == HELLO && !server.is_open() {
            return Progress::Done;
        }
        if server.recv(|_| (0, ())) == Err(RecvError::Finished) {
            server.close();
        }
        let due = [self.server.poll_at(now), self.client.poll_at(now)];
        Progress::Idle { next_due: due.into_iter().flatten().min() }
    }
}
