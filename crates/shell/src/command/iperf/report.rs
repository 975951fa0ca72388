//! The lines that iperf prints. Their form was compared with iperf 2.1.8's.

use smoltcp::wire::IpEndpoint;
use wire::Duration;

pub(super) const RULE: &str = "------------------------------------------------------------\n";
const HEADING: &str = "[ ID] Interval       Transfer     Bandwidth\n";
const HEADING_WITH_LOSSES: &str =
    "[ ID] Interval       Transfer     Bandwidth        Jitter   Lost/Total Datagrams\n";

/// What was transferred, in this time.
#[derive(Clone, Copy, Default)]
pub(super) struct Transfer {
    pub bytes: u64,
    /// When it began, since the beginning of the test.
    pub from: Duration,
    pub time: Duration,
}

/// The intervals of `-i` that are over.
#[derive(Clone, Copy, Default)]
pub(super) struct Intervals {
    over: u64,
    bytes: u64,
}

impl Intervals {
    /// What was transferred in the next interval, if it is over.
    pub fn next(&mut self, every: Duration, elapsed: Duration, bytes: u64) -> Option<Transfer> {
        if elapsed < self.end(every) {
            return None;
        }
        let from = Duration::from_nanos(every.nanos() * self.over);
        let transfer = Transfer { bytes: bytes - self.bytes, from, time: every };
        *self = Self { over: self.over + 1, bytes };
        Some(transfer)
    }

    /// When the current one is over.
    pub fn end(&self, every: Duration) -> Duration {
        Duration::from_nanos(every.nanos().saturating_mul(self.over + 1))
    }

    /// Whether something was transferred in the current one.
    pub fn has_some(&self, bytes: u64) -> bool {
        bytes > self.bytes
    }
}

/// The heading stands above the first line behind each beginning of a connection.
#[derive(Clone, Copy, Default)]
pub(super) struct Heading {
    stands: bool,
}

impl Heading {
    pub fn begin(&mut self) {
        self.stands = false;
    }

    pub fn above(&mut self, line: &str, has_losses: bool) -> String {
        let heading = if has_losses { HEADING_WITH_LOSSES } else { HEADING };
        if std::mem::replace(&mut self.stands, true) { line.to_owned() } else { format!("{heading}{line}") }
    }
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

fn bytes(value: u64) -> String {
    unit(value, 1_024, ["Bytes", "KBytes", "MBytes", "GBytes"])
}

/// The size of a buffer: `TCP window size: 64.0 KByte (default)`.
pub(super) fn buffer(what: &str, bytes: usize) -> String {
    let size = unit(bytes as u64, 1_024, ["Byte", "KByte", "MByte", "GByte"]);
    format!("{what} size: {size} (default)\n")
}

impl Transfer {
    /// `0.0000-10.0123 sec  11.2 MBytes  9.38 Mbits/sec`
    fn line(&self) -> String {
        let nanos = self.time.nanos().max(1);
        let rate = u128::from(self.bytes) * 8_000_000_000 / u128::from(nanos);
        let rate = unit(
            u64::try_from(rate).unwrap_or(u64::MAX),
            1_000,
            ["bits/sec", "Kbits/sec", "Mbits/sec", "Gbits/sec"],
        );
        let seconds = |time: Duration| {
            let parts = time.nanos() / 100_000;
            format!("{}.{:04}", parts / 10_000, parts % 10_000)
        };
        let (from, to) = (seconds(self.from), seconds(self.from + self.time));
        format!("{from}-{to} sec  {}  {rate}", bytes(self.bytes))
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
    format!("{} {}\n", id(number), transfer.line())
}

/// A share of a hundred with two digits, as `%.2g` has it: `0`, `0.93`, `1.2`, `12`.
fn percent(part: u64, whole: u64) -> String {
    let thousandths = (u128::from(part) * 100_000 / u128::from(whole.max(1))) as u64;
    let digits = thousandths.checked_ilog10().unwrap_or(0);
    let unit = 10u64.pow(digits.saturating_sub(1));
    let rounded = (thousandths + unit / 2) / unit * unit;
    let text = format!("{}.{:03}", rounded / 1_000, rounded % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// And with what was lost.
pub(super) fn with_losses(number: usize, transfer: &Transfer, losses: &Losses) -> String {
    let Losses { jitter, lost, total, out_of_order } = *losses;
    let jitter = jitter.nanos() / 1_000;
    let mut text = format!(
        "{} {} {:3}.{:03} ms {lost}/{total} ({}%)\n",
        id(number),
        transfer.line(),
        jitter / 1_000,
        jitter % 1_000,
        percent(lost, total)
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
    fn an_interval_has_what_was_transferred_in_it() {
        let (every, mut intervals) = (Duration::from_millis(500), Intervals::default());
        let mut next = |millis, bytes| {
            intervals.next(every, Duration::from_millis(millis), bytes).map(|transfer| transfer.line())
        };
        assert_eq!(next(499, 100), None);
        assert_eq!(next(500, 1_000).as_deref(), Some("0.0000-0.5000 sec  1000 Bytes  16.0 Kbits/sec"));
        assert_eq!(next(1_200, 1_000).as_deref(), Some("0.5000-1.0000 sec  0.00 Bytes  0.00 bits/sec"));
        assert_eq!(next(1_200, 1_000), None);
    }

    #[test]
    fn numbers_have_three_digits_as_with_iperf() {
        let transfer = |bytes, millis| {
            Transfer { bytes, from: Duration::ZERO, time: Duration::from_millis(millis) }.line()
        };
        assert_eq!(transfer(11_796_480, 10_012), "0.0000-10.0120 sec  11.3 MBytes  9.43 Mbits/sec");
        assert_eq!(transfer(1_250_000, 1_000), "0.0000-1.0000 sec  1.19 MBytes  10.0 Mbits/sec");
        assert_eq!(transfer(500, 1_000), "0.0000-1.0000 sec   500 Bytes  4.00 Kbits/sec");
        assert_eq!(transfer(0, 0), "0.0000-0.0000 sec  0.00 Bytes  0.00 bits/sec");
        assert_eq!(buffer("TCP window", 65_536), "TCP window size: 64.0 KByte (default)\n");
        assert_eq!(buffer("UDP buffer", 131_072), "UDP buffer size:  128 KByte (default)\n");
        let percent = [(0, 538), (5, 538), (30, 2_418), (67, 538), (538, 538), (0, 0)];
        assert_eq!(
            percent.map(|(part, whole)| super::percent(part, whole)),
            ["0", "0.93", "1.2", "12", "100", "0"]
        );
    }
}
