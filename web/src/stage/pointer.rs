//! What a person points with.

/// A finger needs larger targets than a mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    /// A mouse or a pen.
    Fine,
    /// A finger.
    Coarse,
}

impl Pointer {
    /// The least extent of a target in CSS pixels (WCAG 2.2, success criteria 2.5.8 and 2.5.5).
    pub const fn target(self) -> f64 {
        match self {
            Self::Fine => 24.0,
            Self::Coarse => 44.0,
        }
    }

    /// A press that moves by less than this, in CSS pixels, is still a tap.
    pub const fn slop(self) -> f64 {
        match self {
            Self::Fine => 4.0,
            Self::Coarse => 10.0,
        }
    }
}
