//! The machines of this crate as programs of a host: they own sockets, and move bytes between them and a machine.
//!
//! What a server prints is its log, as the real ones write it.
//!
//! | module | what it is |
//! |---|---|
//! | [`dhcp`] | a DHCP server, and a client that configures its host |
//! | [`dns`] | a DNS server, and the look-up of a name for other programs |
//! | [`http`] | a web server, and the fetching of a page for other programs |
//! | [`shared`] | what the programs of a host share |
//! | [`small`] | echo, discard, characters, daytime, NTP |

pub mod dhcp;
pub mod dns;
pub mod http;
pub mod shared;
pub mod small;

use host::program::Poll;
use host::system::{OpenError, System};
use smoltcp::wire::IpAddress;
use wire::Instant;

/// Connections that one server has open at once; further clients wait in the backlog of its socket.
pub const CONNECTIONS_MAX: usize = 64;

/// The end of a server that cannot open its sockets.
fn cannot_open(system: &mut System<'_>, name: &str, error: OpenError) -> Poll {
    system.print(&format!("{name}: {error}\n"));
    Poll::Exit(1)
}

/// The address that a datagram to `to` is answered from: that one, unless it went to several stations.
fn answers_from(system: &System<'_>, to: IpAddress) -> Option<IpAddress> {
    system.addresses().iter().map(|cidr| cidr.address()).find(|own| *own == to)
}

/// The earliest of these moments.
fn earliest(moments: impl IntoIterator<Item = Option<Instant>>) -> Option<Instant> {
    moments.into_iter().flatten().min()
}
