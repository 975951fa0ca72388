//! The layout of the page: which panes are open, and how large. It is stored for the next visit.
//!
//! Sizes are custom properties of the root element, so that dragging a divider renders nothing.

use crate::dom::window;
use crate::parts::Part;
use texts::t;
use wasm_bindgen::JsCast;

/// A tab of the drawer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The packet list.
    Packets,
    /// The ladder of arrows between the nodes.
    Sequence,
    /// What is counted and measured over time.
    Graphs,
    /// What happened, in words.
    Log,
    /// The consoles of hosts, switches and routers.
    Console,
    /// The web browsers of hosts, which open in the place of the consoles.
    Browser,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::Packets, Self::Sequence, Self::Graphs, Self::Log, Self::Console, Self::Browser];
    /// Those that have a tab of their own.
    pub const TABS: [Self; 5] = [Self::Packets, Self::Sequence, Self::Graphs, Self::Log, Self::Console];

    /// The one whose tab is marked while this is open.
    pub const fn tab(self) -> Self {
        match self {
            Self::Browser => Self::Console,
            Self::Packets | Self::Sequence | Self::Graphs | Self::Log | Self::Console => self,
        }
    }

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            Self::Packets => t!("Packets"),
            Self::Sequence => t!("Sequence"),
            Self::Graphs => t!("Graphs"),
            Self::Log => t!("Log"),
            Self::Console => t!("Console"),
            Self::Browser => t!("Web browser"),
        }
    }

    /// Its name in ids, settings and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Packets => "packets",
            Self::Sequence => "sequence",
            Self::Graphs => "graphs",
            Self::Log => "log",
            Self::Console => "console",
            Self::Browser => "browser",
        }
    }

    /// The part of the page that it belongs to.
    pub const fn needs(self) -> Part {
        match self {
            Self::Packets | Self::Sequence | Self::Graphs | Self::Log => Part::Instruments,
            Self::Console | Self::Browser => Part::Programs,
        }
    }

    /// The tab of this name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.key() == key)
    }
}

/// How the page is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workspace {
    /// What the drawer shows, if it is open.
    pub drawer: Option<Tab>,
    /// Its height in CSS pixels.
    pub drawer_px: u16,
    /// Whether there is a pane beside the stage.
    pub side: bool,
    /// Its width in CSS pixels.
    pub side_px: u16,
    /// Large type, for a projector.
    pub projector: bool,
}

impl Default for Workspace {
    fn default() -> Self {
        Self { drawer: None, drawer_px: 288, side: false, side_px: 392, projector: false }
    }
}

/// Which divider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Divider {
    /// Above the drawer.
    Drawer,
    /// Beside the side pane.
    Side,
}

impl Divider {
    /// The least and the greatest size.
    pub const fn bounds(self) -> (u16, u16) {
        match self {
            Self::Drawer => (120, 900),
            Self::Side => (280, 900),
        }
    }

    fn property(self) -> &'static str {
        match self {
            Self::Drawer => "--drawer",
            Self::Side => "--side",
        }
    }

    /// Shows this size without saving it.
    pub fn show(self, px: u16) {
        let root = window().document().and_then(|document| document.document_element());
        if let Some(root) = root.and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = root.style().set_property(self.property(), &format!("{px}px"));
        }
    }
}

impl Workspace {
    /// The size on one side of a divider.
    pub const fn size(&self, divider: Divider) -> u16 {
        match divider {
            Divider::Drawer => self.drawer_px,
            Divider::Side => self.side_px,
        }
    }

    /// With this size, within the bounds.
    pub fn with_size(self, divider: Divider, px: f64) -> Self {
        let (least, most) = divider.bounds();
        let px = wire::decimal::clamp(px, f64::from(least), f64::from(most)) as u16;
        match divider {
            Divider::Drawer => Self { drawer_px: px, ..self },
            Divider::Side => Self { side_px: px, ..self },
        }
    }

    /// Shows all of it that is not rendered.
    pub fn apply(&self) {
        for divider in [Divider::Drawer, Divider::Side] {
            divider.show(self.size(divider));
        }
        if let Some(root) = window().document().and_then(|document| document.document_element()) {
            let _ = match self.projector {
                true => root.set_attribute("data-projector", ""),
                false => root.remove_attribute("data-projector"),
            };
        }
    }

    /// As settings keep it: `packets,288,392,side,plain`. Versions whose page began with an open side pane wrote `open` for every
    /// visitor: that word was no choice, and counts as closed.
    pub fn to_text(self) -> String {
        let drawer = self.drawer.map_or("closed", Tab::key);
        let side = if self.side { "side" } else { "closed" };
        let projector = if self.projector { "projector" } else { "plain" };
        format!("{drawer},{},{},{side},{projector}", self.drawer_px, self.side_px)
    }

    /// Parts that are missing or invalid have their defaults.
    pub fn from_text(text: &str) -> Self {
        let mut words = text.split(',');
        let mut next = || words.next().unwrap_or_default();
        let drawer = Tab::from_key(next());
        let number = |text: &str| text.parse::<i32>().map_or(f64::NAN, f64::from);
        let (drawer_px, side_px) = (number(next()), number(next()));
        let (side, projector) = (next() == "side", next() == "projector");
        let mut workspace = Self { drawer, side, projector, ..Self::default() };
        for (divider, px) in [(Divider::Drawer, drawer_px), (Divider::Side, side_px)] {
            if px.is_finite() {
                workspace = workspace.with_size(divider, px);
            }
        }
        workspace
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_kept_and_nonsense_does_no_harm() {
        for drawer in [None, Some(Tab::Packets), Some(Tab::Log)] {
            for side in [false, true] {
                let workspace = Workspace { drawer, drawer_px: 301, side, side_px: 555, projector: true };
                assert_eq!(Workspace::from_text(&workspace.to_text()), workspace);
            }
        }
        let before = Workspace::from_text("closed,288,392,open,plain");
        assert_eq!(before, Workspace::default(), "the drawing has the room, also for earlier visitors");
        assert_eq!(Workspace::from_text("what,-3,NaN"), Workspace { drawer_px: 120, ..Workspace::default() });
        assert_eq!(Workspace::from_text(""), Workspace::default());
    }
}
