//! The icons: strokes on a grid of 24, drawn in the color of the text around them.

use markup::html;
use yew::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// ▶
    Play,
    /// ⏸
    Pause,
    /// ⏭
    Step,
    /// ⟲
    Restart,
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// A box with an arrow out of it.
    Share,
    /// Four tiles.
    Tiles,
    /// ?
    Help,
    /// +
    Plus,
    /// −
    Minus,
    /// Four corners.
    Fit,
    /// ×
    Close,
    /// A fish: Packetarium's logo.
    Fish,
    /// A pencil.
    Pencil,
    /// A screen.
    Host,
    /// A flat box with two arrows.
    Switch,
    /// A hexagon.
    Hub,
    /// A disc with four arrows.
    Router,
    /// An arrow back.
    Undo,
    /// An arrow forth.
    Redo,
    /// Two sheets.
    Duplicate,
    /// A bin.
    Bin,
    /// Three dots beside each other.
    Row,
    /// Three dots above each other.
    Column,
    /// A tree.
    Tidy,
    /// ⏮
    StepBack,
    /// Two letters, a large one and a small one.
    Type,
    /// Two sliders.
    Sliders,
    /// An arrow into a tray.
    Save,
    /// A line that parts in two.
    Branch,
    /// A disc in a ring.
    Record,
    /// A mortarboard.
    Course,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Play => "M7 4.5v15l12-7.5z",
            Self::Pause => "M8 5v14M16 5v14",
            Self::Step => "M5 5v14l10-7zM19 5v14",
            Self::Restart => "M4 5v5h5M4.6 10a8 8 0 1 1-.4 4",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4"
            }
            Self::Moon => "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
            Self::Share => "M12 15V3M7.5 7 12 2.5 16.5 7M6 11H4.5v10h15V11H18",
            Self::Tiles => "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
            Self::Help => "M9 9a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.2-1.6 2.5M12 17.5v.5",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Minus => "M5 12h14",
            Self::Fit => "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
            Self::Close => "M6 6l12 12M18 6 6 18",
            Self::Pencil => "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM14 6.5 17.5 10",
            Self::Host => "M3.5 5h17v11h-17zM9 20h6M12 16v4",
            Self::Switch => "M3 8h18v8H3zM7 11h6l-1.5-1.5M17 13h-6l1.5 1.5",
            Self::Hub => {
                "M8 5h8l4 7-4 7H8l-4-7zM12 12h.01M12 8.5V7M12 17v-1.5M9 10.3 7.7 9.5M16.3 14.5 15 13.7"
            }
            Self::Router => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M5.5 12H9M7.7 10.3 9.4 12 7.7 13.7M18.5 12H15M16.3 10.3 14.6 12 16.3 13.7M12 9.5V5.5M10.3 7.2 12 5.5 13.7 7.2M12 14.5v4M10.3 16.8 12 18.5 13.7 16.8"
            }
            Self::Undo => "M8 5 3.5 9.5 8 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3",
            Self::Redo => "M16 5l4.5 4.5L16 14M20 9.5H10a5.5 5.5 0 0 0 0 11h3",
            Self::Duplicate => "M9 9h11v11H9zM15 5V4H4v11h1",
            Self::Bin => "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
            Self::Row => "M3 12h18M5 9h3v6H5zM10.5 9h3v6h-3zM16 9h3v6h-3z",
            Self::Column => "M12 3v18M9 5h6v3H9zM9 10.5h6v3H9zM9 16h6v3H9z",
            Self::Tidy => "M9.5 3h5v4h-5zM3 17h5v4H3zM16 17h5v4h-5zM12 7v5M5.5 17v-5h13v5",
            Self::StepBack => "M19 5v14L9 12zM5 5v14",
            Self::Type => "M3 18 8 5l5 13M4.7 14h6.6M15 18l3-8 3 8M16 15h4",
            Self::Sliders => "M3.5 8h9M18.5 8h2M3.5 16h2M11.5 16h9M15.5 5v6M8.5 13v6",
            Self::Save => "M12 4v10M8 10.5l4 4 4-4M4 15v5h16v-5",
            Self::Record => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
            Self::Course => "M2 9.5 12 5l10 4.5L12 14zM6.5 11.8V16c3 2.7 8 2.7 11 0v-4.2M21 10v5",
            Self::Branch => "M7 4v16M7 14c0-5 10-3 10-8M14 8l3-3 3 3",
            Self::Fish => {
                "M3 12c3-5 9-6.5 13-3.5l4.5-3v13l-4.5-3C12 18.5 6 17 3 12zM8 10.8v.4M12.5 8.5c-1 2.2-1 4.8 0 7"
            }
        }
    }
}

/// An icon. Screen readers ignore it: the button around it has a name.
pub fn icon(glyph: Glyph) -> Html {
    let class = if glyph == Glyph::Play { "icon filled" } else { "icon" };
    html! {
        <svg {class} viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
            <path d={glyph.path()} />
        </svg>
    }
}
