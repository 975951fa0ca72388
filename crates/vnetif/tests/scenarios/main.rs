//! What mirage-tcpip tests itself with over mirage-vnetif, as scenarios in virtual time.

#[cfg(target_arch = "wasm32")]
#[macro_use]
extern crate wasm_test as wasm_bindgen_test;

mod connect;
mod iperf;
mod keep_alive;
mod mtus;
mod pair;
mod simultaneous_close;
mod slow_receiver;
