//! A smoltcp interface, its sockets and its [`Vnetif`]: three things that are used together.

use crate::backend::{Backend, PortsExhausted};
use crate::interface::{Options, Vnetif};
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, SocketSet};
use smoltcp::wire::IpCidr;
use std::fmt;
use wire::nic;
use wire::time::Instant;

/// A TCP/IP stack on a network in memory. Its parts are open: this only saves passing them around.
pub struct Stack<B: Backend> {
    /// The network interface; clone it to watch or disconnect it.
    pub vnetif: Vnetif<B>,
    /// smoltcp's interface: addresses, routes.
    pub interface: Interface,
    /// smoltcp's sockets, which own their buffers.
    pub sockets: SocketSet<'static>,
}

impl<B: Backend> Stack<B> {
    /// A stack that has joined this backend and listens. The seed determines its initial sequence numbers.
    ///
    /// # Errors
    /// If the backend has used all its port numbers.
    ///
    /// # Panics
    /// If there are more addresses than smoltcp was built for, or one is not unicast.
    pub fn new(
        backend: &B,
        options: Options,
        seed: u64,
        addresses: impl IntoIterator<Item = IpCidr>,
    ) -> Result<Self, PortsExhausted> {
        let mut vnetif = Vnetif::connect(backend, options)?;
        vnetif.listen().expect("the port was registered a line above");
        let mut config = Config::new(vnetif.hardware_addr());
        config.random_seed = seed;
        let mut interface = nic::interface(config, &mut vnetif, Instant::ZERO.into());
        interface.update_ip_addrs(|held| {
            for address in addresses {
                held.push(address).expect("no more addresses than smoltcp was built for");
            }
        });
        Ok(Self { vnetif, interface, sockets: SocketSet::new(Vec::new()) })
    }

    /// Receives the frames that wait, and sends those that are due. Returns whether the state of any socket may have changed.
    pub fn poll(&mut self, now: Instant) -> bool {
        self.vnetif.set_now(now);
        let (now, mut changed) = (now.into(), false);
        // As `Interface::poll` does it.
        loop {
            match nic::receive(&mut self.interface, now, &mut self.vnetif, &mut self.sockets) {
                PollIngressSingleResult::None => break,
                PollIngressSingleResult::PacketProcessed => {}
                PollIngressSingleResult::SocketStateChanged => changed = true,
            }
        }
        while nic::send(&mut self.interface, now, &mut self.vnetif, &mut self.sockets) {
            changed = true;
        }
        changed
    }

    /// When to poll next; `None`: not before something is received or a socket is used.
    pub fn poll_at(&mut self, now: Instant) -> Option<Instant> {
        if self.vnetif.waiting() > 0 {
            return Some(now);
        }
        self.interface.poll_at(now.into(), &self.sockets).map(|at| now.max(at.into()))
    }
}

impl<B: Backend> fmt::Debug for Stack<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stack").field(&self.vnetif).field(&self.interface.ip_addrs()).finish()
    }
}
