//! The display filter for a field of a packet, together with the one that is applied. The filter for the field alone is
//! [`dissect::filter::same_value`].

/// A filter for what passes both; the new one alone if nothing was filtered.
pub fn narrowed(applied: &str, filter: &str) -> String {
    if applied.is_empty() { filter.to_owned() } else { format!("({applied}) && {filter}") }
}

#[cfg(test)]
mod tests {
    use super::narrowed;
    use crate::Lab;
    use dissect::analysis::Notes;
    use dissect::filter::{Filter, Subject, same_value};

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
    }
}
