//! The lines that iperf prints.

use smoltcp::wire::IpEndpoint;
use wire::Duration;

pub(super) const RULE: &str = "------------------------------------------------------------\n";
const HEADING: &str = "[ ID] Interval       Transfer     Bandwidth";

/// What was transferred, in this time.
#[derive(Clone, Copy, Default)]
pub(super) struct Transfer {
    pub bytes: u64,
    pub time: Duration,
}

/// What only a server of UDP measures.
#[derive(Clone, Copy, Default)]
pub(super) struct Losses {
    pub jitter: Duration,
    pub lost: u64,
    pub total: u64,
    pub out_of_order: u64,
}

/// Three digits, as `%4.2f`, `%4.1f` and `%4.0f` of what is below 10, 100 and more; `thousandths` of a unit.
fn three(thousandths: u64) -> String {
    let rounded = |unit: u64| (thousandths + unit / 2) / unit;
    match thousandths {
        0..9_995 => format!("{}.{:02}", rounded(10) / 100, rounded(10) % 100),
        9_995..99_950 => format!("{}.{}", rounded(100) / 10, rounded(100) % 10),
        _ => format!("{:4}", rounded(1_000)),
    }
}

fn unit(value: u64, step: u64, names: [&str; 4]) -> String {
    let power = (1..4u32).rev().find(|&power| value >= step.pow(power)).unwrap_or(0);
    let thousandths = u128::from(value) * 1_000 / u128::from(step.pow(power));
    format!("{} {}", three(u64::try_from(thousandths).unwrap_or(u64::MAX)), names[power as usize])
}

pub(super) fn bytes(value: u64) -> String {
    unit(value, 1_024, ["Bytes", "KBytes", "MBytes", "GBytes"])
}

impl Transfer {
    /// `0.0000-10.0123 sec  11.2 MBytes  9.38 Mbits/sec`
    fn line(&self) -> String {
        let (nanos, micros) = (self.time.nanos().max(1), self.time.nanos() / 100_000);
        let rate = u128::from(self.bytes) * 8_000_000_000 / u128::from(nanos);
        let rate = unit(
            u64::try_from(rate).unwrap_or(u64::MAX),
            1_000,
            ["bits/sec", "Kbits/sec", "Mbits/sec", "Gbits/sec"],
        );
        format!("0.0000-{}.{:04} sec  {}  {rate}", micros / 10_000, micros % 10_000, bytes(self.bytes))
    }
}

/// The number of a connection as it stands in front of its lines, from 1.
fn id(number: usize) -> String {
    format!("[{:3}]", number)
}

pub(super) fn connected(number: usize, local: IpEndpoint, remote: IpEndpoint) -> String {
    let (here, there) = (local.addr, remote.addr);
    format!("{} local {here} port {} connected with {there} port {}\n", id(number), local.port, remote.port)
}

/// What was transferred over one connection.
pub(super) fn one(number: usize, transfer: &Transfer) -> String {
    format!("{HEADING}\n{} {}\n", id(number), transfer.line())
}

/// And with what was lost.
pub(super) fn with_losses(number: usize, transfer: &Transfer, losses: &Losses) -> String {
    let Losses { jitter, lost, total, out_of_order } = *losses;
    let (jitter, percent) = (jitter.nanos() / 1_000, lost * 1_000 / total.max(1));
    let mut text = format!(
        "{HEADING}        Jitter   Lost/Total Datagrams\n{} {} {:3}.{:03} ms {lost}/{total} ({}.{}%)\n",
        id(number),
        transfer.line(),
        jitter / 1_000,
        jitter % 1_000,
        percent / 10,
        percent % 10
    );
    if out_of_order > 0 {
        text += &format!("{} {out_of_order} datagrams received out-of-order\n", id(number));
    }
    text
}

/// Of several connections together.
pub(super) fn sum(transfer: &Transfer) -> String {
    format!("[SUM] {}\n", transfer.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_as_with_iperf() {
        let transfer = |bytes, millis| Transfer { bytes, time: Duration::from_millis(millis) }.line();
        assert_eq!(transfer(11_796_480, 10_012), "0.0000-10.0120 sec  11.3 MBytes  9.43 Mbits/sec");
        assert_eq!(transfer(1_250_000, 1_000), "0.0000-1.0000 sec  1.19 MBytes  10.0 Mbits/sec");
        assert_eq!(transfer(500, 1_000), "0.0000-1.0000 sec   500 Bytes  4.00 Kbits/sec");
        assert_eq!(transfer(0, 0), "0.0000-0.0000 sec  0.00 Bytes  0.00 bits/sec");
        assert_eq!(bytes(65_536), "64.0 KBytes");
    }
}
