//! What hosts offer to each other and ask of each other: DHCP, DNS, HTTP and the small services, as sans-IO state machines.
//!
//! Bytes and time go in; bytes and the time of the next wake-up come out. A machine knows no socket, no host and no world, so the same
//! one runs in a world, under a fuzzer, and against a real program. All input is hostile: every table, buffer and queue has a
//! bound, and what is malformed is answered as its RFC says or dropped.
//!
//! | module | what it is |
//! |---|---|
//! | [`dhcp`] | server, client and relay (RFC 2131, RFC 2132) |
//! | [`dns`] | names: zones, resolvers and servers (RFC 1034, RFC 1035) |
//! | [`http`] | a web server and a client (RFC 9110, RFC 9112) |
//! | [`small`], [`ntp`] | echo, discard, characters, daytime (RFC 862 to 867); the time (RFC 5905) |
//! | [`html`] | a page as a small tree |
//! | [`line`] | a line that was typed, and filters of text |
//! | [`program`] | the machines as programs of a host, with its sockets |
//! | [`agent`] | the machines as services of a router |
//! | [`clock`] | the date in virtual time |

#[cfg(all(test, target_arch = "wasm32"))]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

pub mod agent;
pub mod clock;
pub mod dhcp;
pub mod dns;
pub mod html;
pub mod http;
pub mod line;
pub mod ntp;
pub mod program;
pub mod small;
