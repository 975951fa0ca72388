//! The tables, and their place in docs/PERFORMANCE.md.

use crate::Measured;
use crate::gates::{self, FRAME_MS};
use crate::instructions::Counted;
use crate::instrument::worst;
use crate::page::Page;
use crate::peer::PEER;
use crate::rounds::{CaseResults, Host, Results};
use crate::statistics::{Summary, number};
use anyhow::{Context as _, Result};
use bench::Figure;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, thread};

/// Between these lines of the document everything is replaced.
const BEGIN: &str = "<!-- begin: cargo xtask bench -->";
const MB: f64 = (1 << 20) as f64;
const END: &str = "<!-- end: cargo xtask bench -->";

/// Everything that was measured, as Markdown.
pub fn all(measured: &Measured, versions: &[String], rounds: usize) -> String {
    let Measured { results, instructions, alone, fresh, page } = measured;
    let page = page.as_ref();
    let mut text = format!(
        "Medians of {rounds} rounds, each of one sample natively, in Node and in Chromium in turn; ± is half the distance \
         between the quartiles. Ratios are of pairs within a round.\nMeasured on {}, {}, with {}.\n\n",
        machine(),
        env::consts::OS,
        versions.join(", "),
    );
    text += &gate_table(measured);
    text += &cases(results);
    text += &instruction_table(instructions);
    text += &peer_table(results);
    text += &page_table(*fresh, page);
    text += &instrument_table(page);
    text += &stage_table(page);
    text + &memory_table(alone, page)
}

/// Every case at every host.
pub fn cases(results: &Results) -> String {
    let others: Vec<_> = results.hosts.iter().copied().filter(|&host| host != Host::Native).collect();
    let mut head: Vec<_> = ["case".into(), "unit".into()].into();
    head.extend(results.hosts.iter().map(Host::to_string));
    head.extend(others.iter().map(|host| format!("{host} ÷ native")));
    let rows = results.cases.iter().flat_map(|of_case| {
        of_case.case.figures.iter().enumerate().map(|(number, &figure)| {
            let mut row =
                vec![if number == 0 { of_case.case.what.into() } else { String::new() }, figure.unit()];
            row.extend(results.hosts.iter().map(|&host| cell(results.figure(of_case, host, figure))));
            // Of the same samples, so it would be the same again.
            let ratio = |&host: &Host| {
                if number == 0 { ratio(results, of_case, host, figure) } else { String::new() }
            };
            row.extend(others.iter().map(ratio));
            row
        })
    });
    section("The engine", &head, rows)
}

fn ratio(results: &Results, of_case: &CaseResults, host: Host, figure: Figure) -> String {
    results.speed(of_case, host, figure).map_or("–".into(), |speed| format!("{:.2}", speed.median))
}

fn gate_table(measured: &Measured) -> String {
    let head = ["gate", "limit", "measured", "holds"].map(String::from);
    let rows = gates::verdicts(measured).into_iter().map(|verdict| {
        let holds = if verdict.holds { "yes" } else { "**no**" };
        vec![verdict.what, verdict.limit, verdict.measured, holds.into()]
    });
    section("Gates", &head, rows)
}

fn instruction_table(counted: &[Counted]) -> String {
    let head = ["native, counted by valgrind", "instructions"].map(String::from);
    let rows = counted.iter().map(|Counted { case, per_operation }| {
        let unit = case.figures.iter().find_map(|figure| match figure {
            Figure::NanosPer(operation) => Some(*operation),
            _ => None,
        });
        vec![case.what.into(), format!("{per_operation:.0}/{}", unit.unwrap_or("operation"))]
    });
    section("Instructions", &head, rows)
}

fn peer_table(results: &Results) -> String {
    let mut head: Vec<_> = ["what", "unit", "mirage-vnetif"].map(String::from).into();
    head.extend(results.hosts.iter().map(|host| format!("{host} (× the peer)")));
    let rows = PEER.iter().filter_map(|peer| {
        let of_case = results.of(peer.case)?;
        let mut row = vec![peer.what.into(), peer.figure.unit(), number(peer.value)];
        row.extend(results.hosts.iter().map(|&host| {
            results.figure(of_case, host, peer.figure).map_or("–".into(), |ours| {
                let times = peer.figure.speed(ours.median, peer.value);
                format!("{} ({}×)", number(ours.median), number(times))
            })
        }));
        Some(row)
    });
    section("Beside mirage-vnetif", &head, rows)
}

fn page_table(fresh: Option<Summary>, page: Option<&Page>) -> String {
    let head = ["what", "measured"].map(String::from);
    let kilobytes = |bytes| format!("{} KB", number(bytes as f64 / 1024.0));
    let of_page = |page: &Page| {
        [
            vec!["all files of dist/".into(), kilobytes(page.raw_bytes)],
            vec!["the same, each compressed by brotli".into(), kilobytes(page.brotli_bytes)],
            vec![
                format!(
                    "from navigation to the first moving frame, over loopback, {} fresh profiles",
                    page.loads
                ),
                format!("{} ms", cell(Some(page.first_frame_ms))),
            ],
        ]
    };
    let of_tab = |fresh| {
        let what = "64 hosts, 32 TCP flows in a tab just opened, where code and memory have yet to be made";
        vec![what.into(), format!("{} × real time", cell(Some(fresh)))]
    };
    let rows = page.into_iter().flat_map(of_page).chain(fresh.map(of_tab));
    section("The page", &head, rows)
}

fn instrument_table(page: Option<&Page>) -> String {
    let Some(Page { instrument, .. }) = page else { return String::new() };
    let title = format!("The page among {} packets", instrument.frames);
    let frames = |what: &str, costs: &[f64]| {
        let median = Summary::of(costs.iter().copied()).median;
        let late = costs.iter().filter(|&&ms| ms > FRAME_MS).count();
        vec![
            what.into(),
            format!("{} ms", number(median)),
            format!("{} ms; {late} of {} longer than a frame", number(worst(costs)), costs.len()),
        ]
    };
    let mut rows = vec![
        frames("the playhead is dragged: processor time of the move and the picture", &instrument.scrub),
        frames("the packet list is scrolled: processor time of the move and the picture", &instrument.scroll),
    ];
    rows.extend(instrument.filters.iter().map(|filter| {
        let what = format!("`{}`: from its last letter to the whole list", filter.text);
        vec![what, format!("{} ms", number(filter.ms)), format!("{} packets", filter.count)]
    }));
    section(&title, &["what", "measured", "worst, or found"].map(String::from), rows)
}

fn stage_table(page: Option<&Page>) -> String {
    let Some(Page { stage, .. }) = page else { return String::new() };
    let head = [
        "network",
        "frames on wires",
        "thread busy",
        "from frame to frame, p50 / p95",
        "processor time a frame, p50 / p95",
    ];
    section("The page while frames move", &head.map(String::from), stage.rows())
}

fn memory_table(alone: &Results, page: Option<&Page>) -> String {
    let mut head = vec!["what".to_string()];
    head.extend(alone.hosts.iter().map(Host::to_string));
    head.push("the page in Chromium".into());
    let of_page = |bytes: u64| format!("{} MB", number(bytes as f64 / MB));
    let rows = alone.cases.iter().flat_map(|of_case| {
        of_case.case.figures.iter().map(|&figure| {
            let what = match figure {
                Figure::Kept => "history and packet list, as they count it, at most",
                _ => "all memory of the process or module, at most",
            };
            let mut row = vec![format!("{}: {what}", of_case.case.what)];
            row.extend(alone.hosts.iter().map(|&host| {
                alone
                    .figure(of_case, host, figure)
                    .map_or("–".into(), |of| format!("{} MB", number(of.median)))
            }));
            let page = page.filter(|_| figure == Figure::Taken).map(|page| of_page(page.instrument.long));
            row.push(page.unwrap_or("–".into()));
            row
        })
    });
    let rows: Vec<_> = rows
        .chain(page.map(|Page { instrument, .. }| {
            let mut row = vec![format!("{} packets, looked at and sifted", instrument.frames)];
            row.extend(alone.hosts.iter().map(|_| "–".into()));
            row.push(of_page(instrument.memory));
            row
        }))
        .collect();
    section("Memory", &head, rows)
}

fn section(title: &str, head: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return String::new();
    }
    let mut text = format!("### {title}\n\n");
    let mut line = |cells: &[String]| {
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    };
    line(head);
    line(&vec!["---".into(); head.len()]);
    rows.for_each(|row| line(&row));
    text + "\n"
}

fn cell(summary: Option<Summary>) -> String {
    summary.map_or("–".into(), |summary| {
        format!("{} ± {:.0} %", number(summary.median), summary.spread * 100.0)
    })
}

fn machine() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(env::consts::ARCH, |(_, model)| model);
    format!("{cores} cores ({model})")
}

/// Replaces the table of a document.
pub fn write(document: &Path, text: &str) -> Result<()> {
    let shown = document.display();
    let old = fs::read_to_string(document).with_context(|| format!("{shown} cannot be read"))?;
    let new = replaced(&old, text)
        .with_context(|| format!("{shown} has no lines {BEGIN} and {END} for the table to go between"))?;
    fs::write(document, new).with_context(|| format!("{shown} cannot be written"))
}

fn replaced(document: &str, text: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::tests::results;

    #[test]
    fn a_table_has_a_row_for_each_figure_and_ratios_once() {
        let results = results("world/tcp", &[Host::Native, Host::Chromium], &[&[1.0, 2.0]]);
        let what = results.cases[0].case.what;
        assert_eq!(
            cases(&results),
            format!(
                "### The engine\n\n\
                 | case | unit | native | Chromium | Chromium ÷ native |\n\
                 | --- | --- | --- | --- | --- |\n\
                 | {what} | ns/event | 1000 ± 0 % | 2000 ± 0 % | 0.50 |\n\
                 |  | × real time | 8.00 ± 0 % | 8.00 ± 0 % |  |\n\n"
            )
        );
    }

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let old = format!("# Title\n{BEGIN}\nold\n{END}\nrest\n");
        let new = replaced(&old, "new\n").unwrap();
        assert_eq!(new, format!("# Title\n{BEGIN}\n\nnew\n\n{END}\nrest\n"));
        assert_eq!(replaced(&new, "new\n").unwrap(), new);
        assert_eq!(replaced("# Title", "new"), None);
    }
}
