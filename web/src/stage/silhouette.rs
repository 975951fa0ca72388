//! The shapes of nodes.

/// A silhouette.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A screen.
    Host,
    /// A hexagon.
    Hub,
    /// A flat box.
    Switch,
    /// A disc.
    Router,
}
