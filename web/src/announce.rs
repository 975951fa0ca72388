//! How much of what happens on the stage a screen reader reads out.

use texts::mark;

/// How much is read out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Nothing, unless the person moves to it.
    Nothing,
    /// Results, changes of the network, and that nothing moves any more.
    #[default]
    Results,
    /// Results, and also one sentence after the other about what is happening now.
    Everything,
}

impl Detail {
    /// All of them: the choice's value, and its text.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Nothing, "nothing", mark!("nothing")),
        (Self::Results, "results", mark!("results and changes")),
        (Self::Everything, "everything", mark!("everything that happens")),
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
