//! The fields of the layers: where in the frame they are, and what is in them.

use crate::{comparable, document, opened, recorded, version};
use dissect::Field;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

/// The frames of each capture that are compared: tshark writes ten kilobytes about each.
const FRAMES: &str = "200";

/// What tshark says of a field.
#[derive(Debug)]
struct Shown {
    range: Range<usize>,
    show: String,
}

/// For each frame the fields by their names, in order.
fn shown(file: &Path) -> Vec<Vec<(String, Shown)>> {
    let mut command = Command::new("tshark");
    command.args([
        "-n",
        "-2",
        "-T",
        "pdml",
        "-c",
        FRAMES,
        "-otcp.check_checksum:TRUE",
        "-oip.check_checksum:TRUE",
    ]);
    let output = command.args(["-oudp.check_checksum:TRUE", "-otcp.relative_sequence_numbers:FALSE"]);
    let output = output.arg("-r").arg(file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut frames = Vec::new();
    for line in text.lines() {
        let attribute = |name: &str| {
            let (_, rest) = line.split_once(&format!(" {name}=\""))?;
            rest.split_once('"').map(|(value, _)| value)
        };
        match line.trim_start().split_once(' ') {
            _ if line.starts_with("<packet>") => frames.push(Vec::new()),
            Some(("<field" | "<proto", _)) => {
                let number =
                    |name| attribute(name).and_then(|number| number.parse::<usize>().ok()).unwrap_or(0);
                let (start, size) = (number("pos"), number("size"));
                let show = attribute("show").unwrap_or_default().to_owned();
                let field =
                    (attribute("name").unwrap().to_owned(), Shown { range: start..start + size, show });
                frames.last_mut().unwrap().push(field);
            }
            _ => {}
        }
    }
    frames
}

/// All fields and their parts.
fn walk<'a>(fields: &'a [Field], each: &mut dyn FnMut(&'a Field)) {
    for field in fields {
        each(field);
        walk(&field.fields, each);
    }
}

/// A difference to tshark that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// tshark has no field of this name in that frame.
    Presence,
    /// Which bytes it is.
    Bytes,
    /// What is in it.
    Value,
}

/// Something that we say otherwise than tshark, on purpose.
struct Difference {
    fields: &'static [&'static str],
    what: What,
    why: &'static str,
}

const DIFFERENCES: [Difference; 9] = [
    Difference {
        fields: &["data.text"],
        what: What::Presence,
        why: "tshark shows data as text only with the preference (`data.show_as_text`). Here readable data is shown as text.",
    },
    Difference {
        fields: &["data.data"],
        what: What::Presence,
        why: "tshark takes it for the Echo protocol or for HTTP, because of the port.",
    },
    Difference {
        fields: &["rip.route", "stp.root", "stp.bridge", "ip.options"],
        what: What::Presence,
        why: "A heading for the fields below it, which tshark has too; there the heading has another name or none.",
    },
    Difference {
        fields: &["vlan.priority", "vlan.dei"],
        what: What::Bytes,
        why: "Here the byte that contains the field is highlighted, in tshark both bytes of the word.",
    },
    Difference {
        fields: &["ipv6.opt", "icmpv6.mldr.mar"],
        what: What::Value,
        why: "The line of an option or of a multicast record contains its meaning, where tshark has nothing.",
    },
    Difference {
        fields: &["ipv6.tclass", "ipv6.tclass.dscp", "ipv6.tclass.ecn"],
        what: What::Bytes,
        why: "Here the two bytes that contain the field are highlighted, in tshark all four bytes of the word.",
    },
    Difference {
        fields: &["tcp.options.eol"],
        what: What::Bytes,
        why: "Everything after the end of options is one line, not one for each byte.",
    },
    Difference {
        fields: &[
            "tcp.options",
            "tcp.options.eol",
            "tcp.options.mss",
            "tcp.options.sack",
            "tcp.options.sack_perm",
            "tcp.options.wscale",
        ],
        what: What::Value,
        why: "An option's line contains its meaning, where tshark has the bytes.",
    },
    Difference {
        fields: &["icmpv6.opt"],
        what: What::Value,
        why: "An option's line contains its meaning, where tshark has nothing.",
    },
];

#[test]
fn fields_are_the_same_bytes_and_values_but_for_what_the_table_says() {
    let Some(version) = version() else { return };
    let mut counts = [0u64; 3];
    let mut differ = [0u64; DIFFERENCES.len()];
    let mut names = BTreeSet::new();
    let mut unexplained = Vec::new();
    for scenario in comparable() {
        let file = recorded("fields", &scenario, "once");
        let recording = opened(&file);
        for (number, theirs) in shown(&file).iter().enumerate() {
            let dissection = dissect::layers(recording.frame(number));
            for layer in &dissection.layers {
                walk(&layer.fields, &mut |field| {
                    names.insert(field.key);
                    let same = theirs.iter().filter(|(name, _)| name == field.key).map(|(_, theirs)| theirs);
                    let same: Vec<_> = same.collect();
                    let [present, bytes, value] = [
                        !same.is_empty(),
                        same.iter().any(|theirs| theirs.range == field.range),
                        same.iter().any(|theirs| agrees(&field.value, &theirs.show)),
                    ];
                    for (what, agrees) in [
                        (What::Presence, present),
                        (What::Bytes, bytes || !present),
                        (What::Value, value || !present),
                    ] {
                        let is = |known: &Difference| known.what == what && known.fields.contains(&field.key);
                        match DIFFERENCES.iter().position(is).filter(|_| !agrees) {
                            _ if agrees => counts[what as usize] += u64::from(present),
                            Some(known) => differ[known] += 1,
                            None => unexplained.push(format!(
                                "{}, {what:?}: {:?} at {:?}, but tshark has {same:?}",
                                field.key, field.value, field.range
                            )),
                        }
                    }
                });
            }
        }
    }
    assert!(
        unexplained.is_empty(),
        "{} differ, and no row of the table says why:\n{}",
        unexplained.len(),
        unexplained.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
    for (Difference { why, .. }, count) in DIFFERENCES.iter().zip(differ) {
        assert!(count > 0, "a row of the table that nothing shows: {why}");
    }
    document::check("fields", &version, &table(names.len(), counts, &differ));
}

fn table(names: usize, [found, bytes, value]: [u64; 3], differ: &[u64]) -> String {
    let mut text = format!(
        "{found} fields of {names} names were found by tshark too; {bytes} of them are the same bytes, and {value} have the same value.\n\n"
    );
    text += "| fields | in | times | why |\n|---|---|---|---|\n";
    for (Difference { fields, what, why }, count) in DIFFERENCES.iter().zip(differ) {
        let fields = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        text += &format!("| {fields} | {} | {count} | {why} |\n", format!("{what:?}").to_lowercase());
    }
    text
}

/// Whether both mean the same: ours may have a unit or a name after it, theirs may have leading zeros.
fn agrees(ours: &str, theirs: &str) -> bool {
    let number = |text: &str| {
        let word = text.split([' ', ',']).next()?;
        match word.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => word.parse().ok(),
        }
    };
    // Of many bytes, we show the first.
    let bytes = ours.trim_end_matches(" …").replace(' ', ":");
    ours == theirs
        || matches!((ours, theirs), ("set", "1" | "True") | ("not set", "0" | "False"))
        || number(ours).is_some_and(|ours| number(theirs) == Some(ours))
        || ours.strip_prefix(theirs).is_some_and(|rest| rest.starts_with(' '))
        || (ours.len() >= 5 && (theirs == bytes || (ours.ends_with('…') && theirs.starts_with(&bytes))))
}
