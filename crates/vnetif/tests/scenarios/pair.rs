//! Two stacks with a TCP socket each, run in virtual time until something is so.

use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{CongestionControl, RecvError, Socket, SocketBuffer, State};
use smoltcp::wire::{IpAddress, IpCidr};
use vnetif::driver::{Progress, run_virtual};
use vnetif::{Backend, Duration, Instant, Net, Options, Stack};

pub const CLIENT: IpAddress = IpAddress::v4(10, 0, 0, 101);
pub const SERVER: IpAddress = IpAddress::v4(10, 0, 0, 100);
pub const PORT: u16 = 80;
const BUFFER_BYTES: usize = 64 * 1024;

pub fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A stack with one TCP socket.
pub struct Host<B: Backend> {
    pub stack: Stack<B>,
    socket: SocketHandle,
}

impl<B: Backend> Host<B> {
    pub fn new(backend: &B, options: Options, seed: u64, address: IpAddress) -> Self {
        let mut stack = Stack::new(backend, options, seed, [IpCidr::new(address, 24)]).unwrap();
        let buffer = || SocketBuffer::new(vec![0; BUFFER_BYTES]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_congestion_control(CongestionControl::None);
        let socket = stack.sockets.add(socket);
        Self { stack, socket }
    }

    pub fn tcp(&mut self) -> &mut Socket<'static> {
        self.stack.sockets.get_mut(self.socket)
    }

    pub fn state(&mut self) -> State {
        self.tcp().state()
    }

    pub fn connect(&mut self, to: IpAddress) {
        let socket = self.stack.sockets.get_mut::<Socket<'_>>(self.socket);
        socket.connect(self.stack.interface.context(), (to, PORT), 49152).unwrap();
    }

    /// Reads all that waits.
    pub fn read(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while self.tcp().can_recv() {
            all.extend(self.tcp().recv(|data| (data.len(), data.to_vec())).unwrap());
        }
        all
    }

    /// Whether the other side has closed, and all was read.
    pub fn at_end(&mut self) -> bool {
        self.tcp().recv(|_| (0, ())) == Err(RecvError::Finished)
    }
}

/// A client that connects to a server.
pub struct Pair<B: Backend> {
    pub backend: B,
    pub client: Host<B>,
    pub server: Host<B>,
    pub now: Instant,
    /// When an application has something to do.
    pub wake_at: Option<Instant>,
}

impl<B: Backend> Pair<B> {
    pub fn new(backend: B, seed: u64) -> Self {
        Self::with_mtus(backend, seed, None, None)
    }

    pub fn with_mtus(backend: B, seed: u64, client: Option<usize>, server: Option<usize>) -> Self {
        let options = |size_limit| Options { size_limit, ..Options::default() };
        let mut server = Host::new(&backend, options(server), seed, SERVER);
        let mut client = Host::new(&backend, options(client), seed + 1, CLIENT);
        server.tcp().listen(PORT).unwrap();
        client.connect(SERVER);
        Self { backend, client, server, now: Instant::ZERO, wake_at: None }
    }

    /// Runs until `done`, for at most a duration; returns whether `done` was reached. `done` is called whenever all is idle,
    /// and is also the place for what the applications do.
    pub fn run(&mut self, at_most: Duration, done: impl FnMut(&mut Self) -> bool) -> bool {
        let (from, until) = (self.now, self.now + at_most);
        let mut run = Run { pair: self, done, is_done: false };
        let (now, _) = run_virtual(&mut run, from, until);
        let is_done = run.is_done;
        self.now = now;
        is_done
    }
}

struct Run<'a, B: Backend, D> {
    pair: &'a mut Pair<B>,
    done: D,
    is_done: bool,
}

impl<B: Backend, D: FnMut(&mut Pair<B>) -> bool> Net for Run<'_, B, D> {
    fn step(&mut self, now: Instant) -> Progress {
        self.pair.now = now;
        self.pair.backend.advance(now);
        if self.pair.client.stack.poll(now) | self.pair.server.stack.poll(now) {
            return Progress::Busy;
        }
        self.is_done = (self.done)(self.pair);
        if self.is_done {
            return Progress::Done;
        }
        let Pair { backend, client, server, wake_at, .. } = &mut *self.pair;
        let wake_at = wake_at.filter(|&at| at > now);
        let due = [client.stack.poll_at(now), server.stack.poll_at(now), backend.next_due(), wake_at];
        match due.into_iter().flatten().min() {
            Some(due) if due <= now => Progress::Busy,
            next_due => Progress::Idle { next_due },
        }
    }
}
