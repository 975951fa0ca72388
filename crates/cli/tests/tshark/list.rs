//! The packet list, row by row and cell by cell.

use crate::{comparable, document, opened, recorded, tshark, version};
use capture::Recording;
use dissect::analysis::{Answer, info};
use std::collections::BTreeMap;
use trace::{Sequence, Source, Trace};

/// A cell of the packet list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Column {
    Source,
    Protocol,
    Destination,
    Length,
    Info,
}

const COLUMNS: [Column; 5] =
    [Column::Source, Column::Protocol, Column::Destination, Column::Length, Column::Info];

/// Something that we say otherwise than tshark, on purpose.
struct Difference {
    column: Column,
    ours: &'static str,
    theirs: &'static str,
    why: &'static str,
    /// Of our row and tshark's.
    is: fn(&[String; 5], &[String; 5]) -> bool,
}

const DIFFERENCES: [Difference; 4] = [
    Difference {
        column: Column::Protocol,
        ours: "NDP",
        theirs: "ICMPv6",
        why: "Neighbor discovery has a name and a color of its own here, apart from echoes and errors.",
        is: |ours, theirs| ours[1] == "NDP" && theirs[1] == "ICMPv6",
    },
    Difference {
        column: Column::Protocol,
        ours: "TCP, UDP",
        theirs: "ECHO",
        why: "tshark takes what comes to port 7 for the Echo protocol (RFC 862). It has no format; so for us it is data.",
        is: |ours, theirs| matches!(&ours[1][..], "TCP" | "UDP") && theirs[1] == "ECHO",
    },
    Difference {
        column: Column::Protocol,
        ours: "RIP, IGMP",
        theirs: "RIPv2, IGMPv2",
        why: "One name and one color for all versions; which it is stands in the info.",
        is: |ours, theirs| {
            matches!(&ours[1][..], "RIP" | "IGMP") && theirs[1].starts_with(&format!("{}v", ours[1]))
        },
    },
    Difference {
        column: Column::Info,
        ours: "the line of the segment or datagram",
        theirs: "`Request`, `Response`",
        why: "The same: tshark shows the Echo protocol instead.",
        is: |_, theirs| theirs[1] == "ECHO" && matches!(&theirs[4][..], "Request" | "Response"),
    },
];

#[test]
fn the_packet_list_agrees_with_tsharks_but_for_what_the_table_says() {
    let Some(version) = version() else { return };
    let mut frames = 0;
    let mut agree = BTreeMap::<Column, u64>::new();
    let mut differ = [0; DIFFERENCES.len()];
    let mut unexplained = Vec::new();
    for scenario in comparable() {
        // What tells retransmissions from forwarded frames is that they are seen at one place.
        let mut places = vec!["once".to_owned()];
        let interfaces = opened(&recorded("list", &scenario, "everywhere")).interfaces;
        places.extend(interfaces.into_iter().filter(|port| port.mac.is_some()).map(|port| port.name));
        for place in places {
            let file = recorded("list", &scenario, &place);
            let ours = rows(&opened(&file));
            let theirs = tshark(&file, &["-Ttabs"]);
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                frames += 1;
                let theirs: &[String; 5] = theirs[1..].try_into().expect("a number and five columns");
                for (place, column) in COLUMNS.into_iter().enumerate() {
                    // Analyzers end the lines of HTTP with a space.
                    if ours[place] == theirs[place].trim_end() {
                        *agree.entry(column).or_default() += 1;
                        continue;
                    }
                    let known = DIFFERENCES
                        .iter()
                        .position(|known| known.column == column && (known.is)(ours, theirs));
                    match known {
                        Some(known) => differ[known] += 1,
                        None => unexplained.push(format!(
                            "{column:?}, {}:\n   ours {}\n tshark {}",
                            file.file_name().unwrap().display(),
                            ours[place],
                            theirs[place]
                        )),
                    }
                }
            }
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} cells of {} differ, and no row of the table says why:\n{}",
        unexplained.len(),
        frames * COLUMNS.len(),
        unexplained.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
    for (Difference { why, .. }, count) in DIFFERENCES.iter().zip(differ) {
        assert!(count > 0, "a row of the table that nothing shows: {why}");
    }
    document::check("list", &version, &tables(frames, &agree, &differ));
}

/// Our packet list: source, protocol, destination, length, info.
fn rows(recording: &Recording) -> Vec<[String; 5]> {
    let mut trace = Trace::of(recording, Sequence::File);
    let source = Source::Recording(recording);
    trace.follow(source, &mut || true);
    let row = |number: usize| {
        let (row, shown) = (trace.row(number).unwrap(), trace.shown(source, number).unwrap());
        let meaning = dissect::meaning(shown);
        let (from, to) = meaning.addresses();
        let answer = trace.answer(number).map_or(Answer::Never, |(by, _)| Answer::By(by as u32));
        let protocol = trace.protocol_name(number, &meaning).into_owned();
        [from, protocol, to, row.length.to_string(), info(shown, &row.notes, answer)]
    };
    (0..trace.count()).map(row).collect()
}

/// The part of the document that is counted.
fn tables(frames: usize, agree: &BTreeMap<Column, u64>, differ: &[u64]) -> String {
    let mut text = "| column | frames | agree | differ |\n|---|---|---|---|\n".to_owned();
    for column in COLUMNS {
        let agree = agree.get(&column).copied().unwrap_or_default();
        let name = format!("{column:?}").to_lowercase();
        text += &format!("| {name} | {frames} | {agree} | {} |\n", frames as u64 - agree);
    }
    text += "\n| column | frames | here | tshark | why |\n|---|---|---|---|---|\n";
    for (Difference { column, ours, theirs, why, .. }, count) in DIFFERENCES.iter().zip(differ) {
        let name = format!("{column:?}").to_lowercase();
        text += &format!("| {name} | {count} | {ours} | {theirs} | {why} |\n");
    }
    text
}
