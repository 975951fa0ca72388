//! What a node is drawn as. Nothing in the network depends on it.

/// A picture of a device, in place of that of the node's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A computer that is folded up.
    Laptop,
    /// A computer with a case beside its screen.
    Desktop,
    /// A telephone.
    Phone,
    /// A larger telephone.
    Tablet,
    /// A computer in a rack.
    Server,
    /// A printer.
    Printer,
    /// A camera.
    Camera,
    /// A television.
    Tv,
    /// A thing that measures.
    Sensor,
    /// A radio station that joins devices to a network.
    AccessPoint,
    /// A network of which no parts are shown.
    Cloud,
}

impl Icon {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Laptop,
        Self::Desktop,
        Self::Phone,
        Self::Tablet,
        Self::Server,
        Self::Printer,
        Self::Camera,
        Self::Tv,
        Self::Sensor,
        Self::AccessPoint,
        Self::Cloud,
    ];

    /// Their words in the document, in the same order.
    pub const WORDS: [&str; Self::ALL.len()] = [
        "laptop",
        "desktop",
        "phone",
        "tablet",
        "server",
        "printer",
        "camera",
        "tv",
        "sensor",
        "access-point",
        "cloud",
    ];

    /// Its word in the document.
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The icon of this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).map(|place| Self::ALL[place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use netlab::topology::NodeId;

    #[test]
    fn every_icon_is_read_as_it_is_written_and_goes_with_its_node() {
        for (number, icon) in Icon::ALL.into_iter().enumerate() {
            assert_eq!(icon as usize, number, "words are found by number");
            let text = format!(
                r#"{{"packetarium":1,"nodes":[{{"id":"a","kind":"hub","icon":"{}"}},{{"id":"b","kind":"hub"}}]}}"#,
                icon.word()
            );
            let scenario = Scenario::parse(&text).unwrap();
            assert_eq!(scenario.icons.get("a"), Some(&icon));
            assert_eq!(scenario.icons.get("b"), None, "as its kind");
            assert_eq!(Scenario::parse(&scenario.to_json()).unwrap(), scenario);
            let without = scenario.without(&[NodeId(0)], &[]);
            assert_eq!(without.icons.get("a"), None);
            assert_eq!(Scenario::parse(&without.to_compact_json()).unwrap(), without);
        }
    }
}
