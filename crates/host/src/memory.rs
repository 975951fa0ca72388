//! Memory for the buffers of sockets, which the hosts of a network share.
//!
//! Each host bounds its own, as a kernel does. A network of thousands of hosts in one program needs a bound for all of them, too: it may have
//! come from a link.

use std::cell::Cell;
use std::rc::Rc;

/// Bytes of buffers of all hosts that share a [`Memory`].
pub const NETWORK_MEMORY_MAX: usize = 512 << 20;

/// What the hosts of a network have taken together. A clone counts the same.
#[derive(Clone, Debug, Default)]
pub struct Memory(Rc<Cell<usize>>);

impl Memory {
    /// Bytes that are taken.
    pub fn taken(&self) -> usize {
        self.0.get()
    }

    /// A host that had taken some bytes takes others now.
    pub(crate) fn note(&self, before: usize, now: usize) {
        self.0.set(self.0.get() - before + now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TcpConfig;
    use crate::socket::{idle_udp_socket, tcp_socket};
    use crate::sockets::Sockets;

    #[test]
    fn hosts_that_share_memory_leave_each_other_no_more_than_there_is() {
        let memory = Memory::default();
        let [mut one, mut other] = [Sockets::new(), Sockets::new()];
        one.share_memory(&memory);
        other.share_memory(&memory);
        let big = TcpConfig { rx_buffer: 64 << 20, tx_buffer: 64 << 20, ..TcpConfig::default() };
        let handles: Vec<_> = (0..4)
            .map(|_| {
                assert!(!one.is_memory_full(&big));
                one.add_tcp(tcp_socket(big))
            })
            .collect();
        assert_eq!(memory.taken(), NETWORK_MEMORY_MAX);
        let small = TcpConfig { rx_buffer: 512, tx_buffer: 512, ..TcpConfig::default() };
        assert!(other.is_memory_full(&small), "the other host has none, but the network has no room");
        let udp = other.add_udp(idle_udp_socket(), 53);
        other.prepare_udp(udp);
        assert_eq!(other.udp(udp).payload_recv_capacity(), 0, "what comes is refused");
        one.remove(handles[0]);
        assert!(!other.is_memory_full(&small));
        other.prepare_udp(udp);
        assert_eq!(memory.taken(), NETWORK_MEMORY_MAX - (128 << 20) + (256 << 10));
        drop(one);
        drop(other);
        assert_eq!(memory.taken(), 0);
    }
}
