//! DHCP: addresses and settings for hosts, on loan (RFC 2131, RFC 2132).
//!
//! | module | what it is |
//! |---|---|
//! | [`message`] | messages and their options |
//! | [`server`] | leases addresses of its pools |
//! | [`client`] | obtains, keeps and returns a lease |
//! | [`relay`] | carries messages between a network without a server and a server elsewhere (RFC 1542) |

pub mod client;
pub mod message;
pub mod relay;
pub mod server;

/// The UDP port of servers and relays.
pub const SERVER_PORT: u16 = 67;
/// The UDP port of clients.
pub const CLIENT_PORT: u16 = 68;

#[cfg(test)]
mod tests;
