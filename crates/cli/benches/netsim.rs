//! smoltcp's own table, in our world and through the command line: 10 MiB of TCP without congestion control over a round trip
//! of 100 ms, with buffers of 128 bytes to 32 KiB and losses of 0 to 30 % in each direction (smoltcp's tests/netsim.rs, whose
//! snapshot of version 0.14.0 is `THEIRS`). It is a bench and no test, because a million and a half virtual seconds are run.
//!
//! The losses are drawn otherwise here, so single cells differ by chance: the larger the loss, the more so, for a cell is then
//! decided by a few long backoffs. What has to agree is the column without loss, and the rest on the whole.
//!
//! With buffers of 1 to 8 KiB and much loss ours is lower by 5 to 20 %, and not by chance. Our receiver reads what has come
//! before its stack answers, so that one segment acknowledges and opens the window. Theirs reads after the answer has gone and
//! opens the window with a second segment, which does for the first if that is lost. Their program with the reading put
//! before the answer gives our figures: medians of twelve seeds at 2 KiB and 5 % are 6 699 here, 6 678 there so changed, 7 384
//! there as it is; at 4 KiB and 20 %, 1 330, 1 274 and 1 807; at 8 KiB and 10 %, 13 389, 13 603 and 14 984.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

const BUFFERS: [usize; 9] = [128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768];
const LOSSES: [f64; 8] = [0.0, 0.001, 0.01, 0.02, 0.05, 0.10, 0.20, 0.30];
const BYTES: f64 = 10.0 * 1024.0 * 1024.0;

/// Bytes a second, as smoltcp's own snapshot has them.
const THEIRS: [[f64; 8]; 9] = [
    [1279.98, 1255.76, 1054.15, 886.36, 538.66, 227.84, 33.99, 7.18],
    [2559.91, 2507.27, 2100.03, 1770.30, 1070.71, 468.24, 66.71, 14.35],
    [5119.63, 5011.95, 4172.36, 3531.57, 2098.73, 942.38, 144.73, 29.45],
    [10238.50, 10023.19, 8340.90, 7084.25, 4003.34, 1869.94, 290.74, 60.92],
    [17535.11, 17171.82, 14093.50, 11963.68, 7399.06, 3416.41, 690.50, 126.57],
    [35062.41, 33859.80, 26937.41, 21886.99, 14073.67, 7870.66, 1603.60, 401.79],
    [77374.28, 72992.18, 58490.74, 46527.73, 29421.45, 15515.23, 3737.20, 710.80],
    [161842.28, 159310.62, 127090.53, 104233.16, 55319.33, 27269.28, 7654.51, 1277.32],
    [322944.88, 314779.73, 219670.76, 166587.86, 76626.48, 37774.62, 6079.34, 1156.40],
];

fn document(buffer: usize, loss: f64) -> String {
    let host = |id: &str, last: u8| {
        format!(
            r#"{{"id":"{id}","kind":"host","addresses":["10.0.0.{last}/24"],"tcp":{{"congestion":"none","timeout":"none","rx_buffer":"{buffer}B","tx_buffer":"{buffer}B"}}}}"#
        )
    };
    format!(
        r#"{{"packetarium":1,"nodes":[{},{}],"links":[{{"ends":["a","b"],"delay":"50ms","rate":"unlimited","impair":[{{"loss":{loss}}}]}}],"runs":[{{"iperf":{{"from":"a","to":"b","bytes":"10MiB","interval":"1000s"}}}}]}}"#,
        host("a", 1),
        host("b", 2)
    )
}

/// Bytes a second from the first SYN to the last byte, as `packetarium run --json` measured it.
fn throughput(buffer: usize, loss: f64) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_packetarium"));
    command.args(["run", "-", "--json", "--until", "100000000s"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it can be started");
    child.stdin.take().expect("it is piped").write_all(document(buffer, loss).as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    let run = &report["runs"][0];
    assert_eq!(run["outcome"], "succeeded", "{buffer} {loss}: {}", run["reason"]);
    assert_eq!(run["bytes"].as_f64(), Some(BYTES));
    BYTES / run["seconds"].as_f64().expect("iperf measures it")
}

fn table(title: &str, unit: &str, cell: impl Fn(usize, usize) -> String) -> String {
    let mut text = format!("{title} ({unit})\nbuf\\loss");
    for loss in LOSSES {
        write!(text, "{loss:9.3} ").expect("a string takes all");
    }
    for (row, buffer) in BUFFERS.iter().enumerate() {
        write!(text, "\n{buffer:7}").expect("a string takes all");
        for column in 0..LOSSES.len() {
            write!(text, " {:>9}", cell(row, column)).expect("a string takes all");
        }
    }
    text + "\n"
}

#[allow(clippy::disallowed_methods, reason = "each cell is a process of its own: threads only wait for them")]
fn main() {
    // The columns side by side; each is a process.
    let columns: Vec<_> = LOSSES
        .into_iter()
        .map(|loss| thread::spawn(move || BUFFERS.map(|buffer| throughput(buffer, loss))))
        .collect();
    let ours: Vec<_> = columns.into_iter().map(|column| column.join().expect("no cell fails")).collect();
    let text = [
        table("Ours", "bytes a second", |row, column| format!("{:.2}", ours[column][row])),
        table("smoltcp's netsim", "bytes a second", |row, column| format!("{:.2}", THEIRS[row][column])),
        table("Ours against theirs", "ratio", |row, column| {
            format!("{:.2}", ours[column][row] / THEIRS[row][column])
        }),
    ];
    println!("{}", text.join("\n"));
    insta::with_settings!({ prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("netsim", text.join("\n"));
    });
}
