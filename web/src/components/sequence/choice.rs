//! What a person has chosen about the sequence view.

use lab::sequence::Zoom;

/// What a person has chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Leave out what is between the hosts.
    pub hosts_only: bool,
    /// How large it is drawn.
    pub zoom: Zoom,
}
