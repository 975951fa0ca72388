//! How much of what happens on the stage a screen reader reads out.

/// How much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Nothing by itself.
    Nothing,
    /// Results, changes of the network, and that nothing moves any more.
    #[default]
    Results,
    /// That, and what is happening right now, sentence by sentence.
    Everything,
}

impl Detail {
    /// All of them: value, what it says.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Nothing, "nothing", "nothing"),
        (Self::Results, "results", "results and changes"),
        (Self::Everything, "everything", "everything that happens"),
    ];

    /// As it is kept.
    pub fn value(self) -> &'static str {
        Self::ALL.iter().find(|(detail, ..)| *detail == self).map_or("", |(_, value, _)| value)
    }

    /// From how it is kept.
    pub fn from_value(value: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == value).map(|(detail, ..)| *detail)
    }
}
