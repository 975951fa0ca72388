//! The Linux kernel as a host on the simulated network: `packetarium tap` in network namespaces of our own.
//!
//! | module | what the kernel does |
//! |---|---|
//! | `lab` | the namespaces, the devices, the command that joins them to a world |
//! | `routed` | ping, don't-fragment, traceroute, tracepath, iperf3 both ways, through our router |
//! | `advertised` | it takes addresses and a gateway from our router's advertisements |
//! | `planned` | it is the gateway of a host of ours, whose planned runs are reported |
//! | `switched` | VLAN tags on a trunk to our switch; its own bridge with its own spanning tree beside ours |
//!
//! Only addresses inside the namespaces are used: nothing reaches the machine's own network. What was said by whom is written
//! into `target/kernel/`, one file for each test. Where namespaces or tools are missing, that is said aloud and nothing is
//! tested; with PACKETARIUM_KERNEL set, it is a failure.

#![cfg(target_os = "linux")]
#![allow(clippy::disallowed_methods, reason = "a real kernel is waited for by the clock")]

mod advertised;
mod lab;
mod planned;
mod routed;
mod switched;
