//! Times and errors as the real commands word them.

use host::run::IcmpError;
use host::system::TcpFailure;
use smoltcp::wire::EthernetAddress;
use wire::Duration;

/// Milliseconds with three decimals: `2.016`.
pub fn millis(time: Duration) -> String {
    let micros = time.nanos() / 1_000;
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

/// Milliseconds with three significant digits, as `ping` prints each round trip: `0.020`, `2.02`, `12.3`, `123`.
pub fn round_trip(time: Duration) -> String {
    let micros = time.nanos() / 1_000;
    let (whole, part) = (micros / 1_000, micros % 1_000);
    match micros {
        0..1_000 => format!("{whole}.{part:03}"),
        1_000..10_000 => format!("{whole}.{:02}", part / 10),
        10_000..100_000 => format!("{whole}.{}", part / 100),
        _ => whole.to_string(),
    }
}

/// A MAC address in the form of Linux.
pub fn mac(mac: EthernetAddress) -> String {
    mac.to_string().replace('-', ":").to_ascii_lowercase()
}

/// What `ping` says of an ICMP error.
pub fn icmp_error(what: IcmpError) -> String {
    match what {
        IcmpError::Expired => "Time to live exceeded".into(),
        IcmpError::ReassemblyExpired => "Frag reassembly time exceeded".into(),
        IcmpError::NetUnreachable => "Destination Net Unreachable".into(),
        IcmpError::HostUnreachable => "Destination Host Unreachable".into(),
        IcmpError::ProtocolUnreachable => "Destination Protocol Unreachable".into(),
        IcmpError::PortUnreachable => "Destination Port Unreachable".into(),
        IcmpError::Prohibited => "Packet filtered".into(),
        IcmpError::TooBig(mtu) => format!("Frag needed and DF set (mtu = {mtu})"),
        IcmpError::Other(kind, code) => format!("ICMP type {kind} code {code}"),
    }
}

/// What a program says of a connection that failed: the system's words for the error.
pub const fn tcp_failure(failure: TcpFailure) -> &'static str {
    match failure {
        TcpFailure::Refused => "Connection refused",
        TcpFailure::TimedOut => "Connection timed out",
        TcpFailure::Reset => "Connection reset by peer",
        TcpFailure::Unreachable(IcmpError::NetUnreachable) => "Network is unreachable",
        TcpFailure::Unreachable(_) => "No route to host",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_has_three_significant_digits() {
        let text = |micros| round_trip(Duration::from_micros(micros));
        assert_eq!([20, 2_016, 12_345, 123_456].map(text), ["0.020", "2.01", "12.3", "123"]);
        assert_eq!(millis(Duration::from_micros(2_016)), "2.016");
    }
}
