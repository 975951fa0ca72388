//! The figures of the peer: mirage-vnetif 0.6.2 with tcpip 9.0.1 (OCaml, native code, nothing recorded), measured on the same
//! kind of machine.

use bench::Figure;

/// One of its figures, beside the case that does the same.
pub struct Peer {
    pub what: &'static str,
    pub case: &'static str,
    pub figure: Figure,
    pub value: f64,
}

const FRAME: Figure = Figure::NanosPer("frame");

/// What was measured of it.
pub const PEER: [Peer; 6] = [
    Peer { what: "100 MB of TCP", case: "bulk/1500", figure: Figure::Rate, value: 0.58 },
    Peer { what: "raw frames", case: "raw/unicast", figure: FRAME, value: 3_000.0 },
    Peer { what: "flood to 8 ports", case: "raw/flood-8", figure: FRAME, value: 9_000.0 },
    Peer { what: "flood to 32 ports", case: "raw/flood-32", figure: FRAME, value: 31_000.0 },
    Peer { what: "flood to 64 ports", case: "raw/flood-64", figure: FRAME, value: 58_000.0 },
    Peer {
        what: "100 MB of TCP with 1 % uniform loss: almost all of it is waiting for timers",
        case: "bulk/lossy",
        figure: Figure::RateWithWaiting,
        value: 7.9,
    },
];
