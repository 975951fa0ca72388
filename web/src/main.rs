//! Packetarium: the page.

mod format;
mod lab;
mod stage;

fn main() {}
