//! DNS: names for addresses, and more (RFC 1034, RFC 1035).
//!
//! | module | what it is |
//! |---|---|
//! | [`name`] | domain names |
//! | [`message`] | questions, records and messages |
//! | [`zone`] | what a server has authority over |
//! | [`cache`] | what was learned from others, while it lasts |
//! | [`resolver`] | finds answers elsewhere: from a forwarder, or from the root on |
//! | [`server`] | answers from zones and by its resolver |
//! | [`stub`] | finds the addresses of a name for the programs of a host |
//! | [`framing`] | messages in a TCP connection |

pub mod cache;
pub mod framing;
pub mod message;
pub mod name;
pub mod resolver;
pub mod server;
pub mod stub;
pub mod zone;

/// The port of servers, UDP and TCP.
pub const PORT: u16 = 53;

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// In a datagram.
    Udp,
    /// In a connection, with its length in front (RFC 1035, 4.2.2).
    Tcp,
}

#[cfg(test)]
mod tests;
