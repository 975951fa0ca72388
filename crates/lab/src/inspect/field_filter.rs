//! The display filter that a packet passes because of one of its fields: "filter for this value".
//!
//! How a value is written depends on the kind of its field, and only the filter knows the kinds. So the ways to write one are tried,
//! and the first that this very packet passes is taken: a field has rather no filter than one that finds nothing.

use dissect::analysis::Notes;
use dissect::filter::{Filter, Subject};
use dissect::{Captured, Field};
use std::fmt::Write;

/// Longer values are compared by no one, and make a filter that cannot be read.
const BYTES_MAX: usize = 64;

/// The filter for packets with the value that `field` has in this frame; `None` if filters do not know the field.
///
/// `notes` are the packet's: of what counts from the beginning of its conversation.
pub fn same_value<'f>(frame: impl Into<Captured<'f>>, notes: &Notes, field: &Field) -> Option<String> {
    let frame = frame.into();
    if field.key.is_empty() {
        return None;
    }
    let passes = |filter: &String| {
        Filter::parse(filter).is_ok_and(|filter| filter.matches(&Subject::new(frame, notes)))
    };
    let equals = |value: &str| format!("{} == {value}", field.key);
    let bytes = frame.bytes.get(field.range.clone()).filter(|bytes| (1..=BYTES_MAX).contains(&bytes.len()));
    let candidates = [
        Some(equals(field.value.split(' ').next().unwrap_or_default())),
        Some(equals("1")),
        Some(equals("0")),
        (field.value.len() <= BYTES_MAX).then(|| equals(&quoted(&field.value))),
        bytes.map(|bytes| equals(&with_colons(bytes))),
        Some(field.key.to_owned()),
    ];
    candidates.into_iter().flatten().find(passes)
}

/// A filter for what passes both; the new one alone if nothing was filtered.
pub fn narrowed(applied: &str, filter: &str) -> String {
    if applied.is_empty() { filter.to_owned() } else { format!("({applied}) && {filter}") }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted + "\""
}

fn with_colons(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (place, byte) in bytes.iter().enumerate() {
        // Cannot fail: it is written into memory.
        let _ = write!(text, "{}{byte:02x}", if place == 0 { "" } else { ":" });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lab;

    /// The frames of the first examples.
    fn frames() -> Vec<netlab::Frame> {
        let mut frames = Vec::new();
        for example in scenario::examples() {
            let mut lab = Lab::new(example.scenario());
            for frame in 0..400 {
                lab.tick(f64::from(frame) * 16.0, true, &mut || true);
            }
            frames.extend(lab.look().history.transits().take(200).map(|transit| transit.frame.clone()));
        }
        frames
    }

    #[test]
    fn the_filter_of_a_field_lets_its_packet_pass_and_is_refused_by_none() {
        let (mut with, mut fields) = (0, 0);
        let mut without = std::collections::BTreeSet::new();
        for frame in frames() {
            for field in dissect::layers(&frame).layers.iter().flat_map(dissect::Layer::walk) {
                fields += 1;
                match same_value(&frame, &Notes::default(), field) {
                    Some(filter) => {
                        let parsed = Filter::parse(&filter).unwrap();
                        assert!(parsed.matches(&Subject::new(&frame, &Notes::default())), "{filter}");
                        with += 1;
                    }
                    None => _ = without.insert(field.key),
                }
            }
        }
        assert!(with * 100 >= fields * 99, "{with} of {fields}; without: {without:?}");
    }

    #[test]
    fn values_are_written_as_their_kind_wants_them() {
        let frame = frames().into_iter().find(|frame| dissect::protocol(frame).name() == "ICMP").unwrap();
        let dissection = dissect::layers(&frame);
        let filter = |key: &str| {
            let mut fields = dissection.layers.iter().flat_map(dissect::Layer::walk);
            same_value(&frame, &Notes::default(), fields.find(|field| field.key == key).unwrap())
        };
        assert_eq!(filter("ip.ttl").as_deref(), Some("ip.ttl == 64"));
        assert_eq!(filter("ip.proto").as_deref(), Some("ip.proto == 1"));
        assert_eq!(filter("ip.src").as_deref(), Some("ip.src == 10.0.0.1"));
        assert!(filter("eth.src").unwrap().starts_with("eth.src == 02:"));
    }

    #[test]
    fn a_second_field_narrows_what_the_first_has_left() {
        assert_eq!(narrowed("", "ip.ttl == 64"), "ip.ttl == 64");
        assert_eq!(narrowed("arp or icmp", "ip.ttl == 64"), "(arp or icmp) && ip.ttl == 64");
        assert_eq!(quoted(r#"a "b" \"#), r#""a \"b\" \\""#);
    }
}
