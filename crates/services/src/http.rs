//! HTTP/1.1 (RFC 9110, RFC 9112): a server of a few pages, and a client.
//!
//! | module | what it is |
//! |---|---|
//! | [`head`] | what stands in front of a message's content: fields, and how long the content is |
//! | [`body`] | content as it comes in: counted, in chunks, or up to the end of the connection |
//! | [`url`] | addresses of pages |
//! | [`server`] | one connection of a server, and the site that it shows |
//! | [`client`] | one page fetched, with redirects |

pub mod body;
pub mod client;
pub mod head;
pub mod server;
pub mod url;

/// The port of servers.
pub const PORT: u16 = 80;

#[cfg(test)]
mod tests;
