//! How large things are drawn at some [`detail`](super::camera::View::detail), in CSS pixels.
//!
//! Shapes shrink with the detail; texts more slowly, since a text that cannot be read might as well be absent.

use super::sketch::Kind;
use kurbo::Vec2;

/// Sizes in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// The factor for shapes.
    pub detail: f64,
    /// Font size of a node's name.
    pub name_font: f64,
    /// Font size of its addresses.
    pub address_font: f64,
    /// Font size of a badge.
    pub badge_font: f64,
    /// Font size on a capsule.
    pub capsule_font: f64,
    /// Height of a capsule and of a pill.
    pub capsule_height: f64,
    /// Radius of the smallest and the largest mark of a frame without letters.
    pub dot: [f64; 2],
    /// Between a node and its caption.
    pub caption_gap: f64,
    /// Radius of a port's light.
    pub light: f64,
}

/// Half the width and the height of a node.
pub fn node_half(kind: Kind, detail: f64) -> Vec2 {
    let (x, y) = match kind {
        Kind::Host => (30.0, 25.0),
        Kind::Hub => (29.0, 26.0),
        Kind::Switch => (40.0, 21.0),
    };
    Vec2::new(x, y) * detail
}

impl Sizes {
    /// The sizes at this detail.
    pub fn new(detail: f64) -> Self {
        let text = 0.42 + 0.58 * detail;
        let capsule_font = (11.5 * detail).clamp(9.5, 21.0);
        Self {
            detail,
            name_font: 14.0 * text,
            address_font: 12.0 * text,
            badge_font: (11.0 * text).max(8.5),
            capsule_font,
            capsule_height: (capsule_font * 1.62).round(),
            dot: [1.8, (4.2 * detail).max(2.6)],
            caption_gap: 6.0 * detail + 2.0,
            light: (3.6 * detail).max(2.2),
        }
    }

    /// Half the width of a capsule with a text this wide (at a font size of 1).
    pub fn capsule_half(&self, width_em: f64) -> f64 {
        width_em * self.capsule_font / 2.0 + self.capsule_height * 0.42
    }

    /// Half the width of a pill: room for two letters.
    pub fn pill_half(&self) -> f64 {
        self.capsule_height * 0.66
    }
}
